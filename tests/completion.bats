#!/usr/bin/env bats
# Completion for bash: what the Tab key offers, from what the programs say of themselves.
load lib/common

setup() {
    common_setup
    PATH=$BUILD/test:$PATH
    # shellcheck source=scripts/completion/mini-docker
    source "$TOP/scripts/completion/mini-docker"
}
teardown() { common_teardown; }

# offers WORD... : press Tab behind the last word; prints what is offered, one a line
offers() {
    local COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
    _mini_docker "$1" "${!#}" "${@:$#-1:1}"
    ((${#COMPREPLY[@]} == 0)) || printf '%s\n' "${COMPREPLY[@]}" | sort
}

@test "options of a tool" {
    run -0 offers optcheck --
    assert_line --flag
    assert_line --help
    assert_line --version
    run -0 offers optcheck --fl
    assert_output --flag
    run -0 offers optcheck --nope
    assert_output ''
}

@test "an option that takes an argument leaves it to file names" {
    run -0 offers optcheck --text --f
    assert_output ''
    run -0 offers optcheck -t --f
    assert_output ''
    run -0 offers optcheck --flag --f
    assert_line --flag
    run -0 offers optcheck --maybe --f # may be left out: only behind a `=`
    assert_line --flag
}

@test "verbs, and then the options of this verb" {
    ln -s "$BUILD/test/optcheck" "$T/optcheck-verbs"
    run -0 offers "$T/optcheck-verbs" ''
    assert_output $'chain\none\nshow'
    run -0 offers "$T/optcheck-verbs" --flag s
    assert_output show
    run -0 offers "$T/optcheck-verbs" show --l
    assert_output --loud
    run -0 offers "$T/optcheck-verbs" one --l
    assert_output ''
    run -0 offers "$T/optcheck-verbs" show ''
    assert_output ''
}

@test "verbs of two words, one after the other" {
    run -0 offers netsetup b
    assert_output bridge
    run -0 offers netsetup --quiet bridge ''
    assert_output $'create\nlist\nremove'
    run -0 offers netsetup bridge create --mt
    assert_output --mtu
    run -0 offers netsetup bridge create cr
    assert_output ''
    run -0 offers netsetup nosuch cr
    assert_output ''
    run -0 offers netsetup attach --br
    assert_output --bridge
}

@test "behind -- stands the command line of another command" {
    run -0 offers optcheck -- dd --
    assert_output ''
    run -0 offers optcheck -- busyb
    assert_line busybox
}

@test "every program that is built is completed" {
    for program in "$BIN"/*; do
        run -0 complete -p "${program##*/}"
        assert_output --partial '-F _mini_docker'
        run -0 offers "$program" --h
        assert_line --help
    done
}

@test "a program that is not there offers nothing and says nothing" {
    run -0 --separate-stderr offers "$T/missing" ''
    [[ ! $output && ! $stderr ]]
}

@test "commands of a group" {
    run -0 offers mini-docker volume ''
    assert_output $'create\ninspect\nlist\nls\nprune\nremove\nrm'
    run -0 offers mini-docker volume c
    assert_output create
    run -0 offers mini-docker volume create --l
    assert_output --label
    run -0 offers mini-docker volume create ''
    assert_output ''
}
