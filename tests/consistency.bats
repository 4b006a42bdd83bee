#!/usr/bin/env bats
# What holds for every program alike: help, version, options, exit statuses, man pages.
load lib/common

setup() { common_setup; }
teardown() { common_teardown; }

CHAIN='ns-spawn ns-enter ufs-mount ctr-init tty-relay tty-attach pid-tether mini-docker'

# each FUNCTION: call it with the name of every program; all that fail are told, not only the first
each() {
    local program failed=''
    for program in "$BIN"/*; do
        program=${program##*/}
        [[ $program != *.new ]] || continue
        "$1" "$program" || failed+=" $program"
    done
    [[ ! $failed ]] || fail "$1:$failed"
}

# page_of PROGRAM: the file of its man page; those of the driver's commands count as one with its own
page_of() {
    local file
    case $1 in
        mini-docker)
            cat "$TOP"/scripts/mini-docker{,-*}.1 > "$T/pages"
            echo "$T/pages"
            ;;
        *)
            file=$TOP/tools/$1.1
            [[ ! -f $file ]] || echo "$file"
            ;;
    esac
}

usage_status() {
    case " $CHAIN " in *" $1 "*) echo 125 ;; *) echo 2 ;; esac
}

options_of() { # the long options of the table, each once
    "$1" --list-options | cut -f 2 | grep -x -- '--.*' | sort -u
}

help_is_good() {
    local lines
    "$1" --help > "$T/help" 2> "$T/stderr" || return
    [[ ! -s $T/stderr ]] || return
    lines=$(wc -l < "$T/help")
    ((lines <= 60)) || {
        echo "$1 --help: $lines lines"
        return 1
    }
    [[ $(head -n 1 "$T/help") == "Usage: $1 "* ]] || return
    # It fits a terminal of 100 columns, and does not use tabs to do so.
    ! grep -nE '^.{101}|'$'\t' "$T/help"
}

@test "--help: on stdout, status 0, a usage line, not too long" {
    each help_is_good
}

help_full() {
    local verb verbs status=0
    verbs=$("$1" --list-options | awk -F '\t' '$2 == "-" { print $1 }')
    "$1" --help > "$T/help" || return
    while read -r verb; do
        [[ $verb ]] || continue
        # shellcheck disable=SC2086 # a verb may have two words
        "$1" $verb --help >> "$T/help" 2> "$T/stderr" && [[ ! -s $T/stderr ]] || {
            echo "$1 $verb --help failed: $(< "$T/stderr")"
            status=1
        }
    done <<< "$verbs"
    return "$status"
}

help_has_options() {
    local option missing=''
    help_full "$1" || return
    for option in $(options_of "$1"); do
        grep -qE -- "(^|[ ,[])$option([] =,[]|\$)" "$T/help" || missing+=" $option"
    done
    [[ ! $missing ]] || echo "$1: not in --help:$missing"
    [[ ! $missing ]]
}

@test "every option is in --help, or that of its verb" {
    each help_has_options
}

version_is_told() {
    [[ $("$1" --version 2> "$T/stderr") == *" $VERSION" && ! -s $T/stderr ]]
}

@test "--version" {
    VERSION=$(sed -n 's/^VERSION := //p' "$TOP/Makefile")
    each version_is_told
}

unknown_is_refused() {
    local status=0
    "$1" --no-such-option > "$T/stdout" 2> "$T/stderr" || status=$?
    ((status == $(usage_status "$1"))) || {
        echo "$1: exit status $status"
        return 1
    }
    [[ ! -s $T/stdout && $(wc -l < "$T/stderr") == 1 ]] || return
    grep -qE "^$1: .*--no-such-option.*\(try '$1( [a-z]+)? --help'\)\$" "$T/stderr"
}

@test "an unknown option: one line on stderr with a hint, and the status of a wrong usage" {
    each unknown_is_refused
}

list_is_wellformed() {
    # shellcheck disable=SC1010
    "$1" --list-options > "$T/list" || return
    ! grep -vnP '^(-|[a-z][a-z-]*( [a-z]+)?)\t(--[a-z0-9][a-z0-9-]*\t( -|-[A-Za-z0-9])|-\t -)\t.+$' "$T/list"
}

@test "--list-options: four fields a line" {
    each list_is_wellformed
}

@test "what the driver parses its options with is made of the tables that there are" {
    "$TOP/tools/compile-options" "$TOP/scripts" "$T/options"
    for file in "$T"/options/*; do cmp "$file" "$BUILD/share/options/${file##*/}"; done
    run -0 grep -c '^        -d) option_name=detach ;;$' "$T/options/run"
    assert_output 1
}

no_space_is_told() {
    local status=0
    "$1" --help > /dev/full 2> "$T/stderr" || status=$?
    ((status != 0)) && [[ -s $T/stderr ]]
}

@test "--help into a full disk fails, and says so" {
    each no_space_is_told
}

page_is_there() {
    local section status=0 file
    file=$(page_of "$1")
    [[ $file ]] || {
        echo "$1: no man page"
        return 1
    }
    for section in NAME SYNOPSIS DESCRIPTION 'EXIT STATUS' EXAMPLES 'SEE ALSO'; do
        grep -qx "\.Sh $section" "$file" || {
            echo "$1: its man page has no section $section"
            status=1
        }
    done
    return "$status"
}

@test "a man page for every program, with the sections that people look for" {
    each page_is_there
}

page_agrees() {
    local file table status=0
    file=$(page_of "$1")
    [[ $file ]] || return 0
    # Lists and the synopsis are about the page's own program, the text may be about others.
    grep -E '^\.(It|Op) ' "$file" | grep -oP '\bFl Fl \K[a-z0-9][a-z0-9-]*' | sed 's/^/--/' |
        sort -u > "$T/page"
    { options_of "$1"; printf '%s\n' --help --version --list-options; } | sort -u > "$T/known"
    options_of "$1" > "$T/table"
    table=$(comm -23 "$T/table" "$T/page")
    [[ ! $table ]] || {
        echo "$1: not in the man page:" $table
        status=1
    }
    table=$(comm -13 "$T/known" "$T/page")
    [[ ! $table ]] || {
        echo "$1: in the man page, but not an option:" $table
        status=1
    }
    return "$status"
}

@test "man page and program know the same options" {
    each page_agrees
}

page_letters_agree() {
    local file letter status=0
    file=$(page_of "$1")
    [[ $file ]] || return 0
    for letter in $("$1" --list-options | cut -f 3 | grep -oP '^-\K.' | sort -u); do
        grep -qE "\bFl $letter( |,|\$)" "$file" || {
            echo "$1: not in the man page: -$letter"
            status=1
        }
    done
    return "$status"
}

@test "man page and program know the same short options" {
    each page_letters_agree
}

# What is printed literally behind EXAMPLES, as roff shows it.
page_examples() { # FILE
    sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/{/^\.Bd -literal/,/^\.Ed/p}' "$1" |
        sed 's/^\.Bd.*//; s/^\.Ed//; s/^\\&//; s/\\e/\\/g; s/\\-/-/g'
}

examples_run() {
    local file
    file=$(page_of "$1")
    mkdir "$T/$1" && cd "$T/$1" || return
    "$1" --help | sed -n '/^Example:$/,$p' | sed 1d > help.sh
    [[ ! $file ]] || page_examples "$file" > page.sh
    for file in *.sh; do
        TMPDIR=$T/$1 timeout 60 sh -u "$file" < /dev/null > stdout 2> stderr && ! grep -v '^+ ' stderr || {
            echo "$1: its example in ${file%.sh} fails: $(< stderr)"
            return 1
        }
    done
}

@test "the examples of man pages and of --help work when they are pasted" {
    need_root
    each examples_run
}

@test "every tool that can be built has been" {
    for source in "$TOP"/tools/*.c; do
        name=$(basename "$source" .c)
        assert_file_executable "$BIN/$name"
    done
}

@test "tools on the path of every container are static" {
    [[ ! ${SANITIZE-} ]] || skip "sanitizers are shared libraries"
    for name in ns-spawn ns-enter ctr-init ufs-mount cg-limit ctr-state ctr-log tty-relay tty-attach pid-signal pid-tether img-store tpl-format img-copy netsetup dockerfile-parse; do
        [[ -e $BIN/$name ]] || continue
        run -1 ldd "$BIN/$name"
        assert_output --partial 'not a dynamic executable'
    done
}
