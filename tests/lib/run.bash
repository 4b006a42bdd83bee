# What the tests of `mini-docker run` share. Each has the image busybox in a store of its own, and at
# its end no container may be left there. A file begins with
#     load lib/run
#     setup_file() { run_setup_file; }
#     setup() { run_setup; }
#     teardown() { run_teardown; }
# shellcheck shell=bash disable=SC2034,SC2016,SC1003,SC2059 # variables are for the tests; odd words

load lib/common

PIDS=() # of what runs in the background

run_setup_file() { # importing takes longer than making links to what was imported
    ((EUID != 0)) || MINI_DOCKER_ROOT=$BATS_FILE_TMPDIR/store busybox_image
}

run_setup() {
    common_setup
    need_root
    cp -al "$BATS_FILE_TMPDIR/store" "$MINI_DOCKER_ROOT"
    cd "$T" || return
    PATH=$BUILD/test:$PATH
}

run_teardown() {
    local pid status=0
    for pid in "${PIDS[@]}"; do kill -KILL "$pid" 2> /dev/null || :; done
    no_container || status=1
    common_teardown || status=1
    return "$status"
}

# box ARG...: mini-docker run --rm ARG...
box() {
    mini-docker run --rm "$@"
}

# begin ARG...: the same in the background, output in the files out and err, its pid in $runner.
# What a shell starts in the background ignores ^C, and so would all that it starts.
begin() {
    rm -f out err # of the one before
    env --default-signal mini-docker run --rm "$@" < /dev/null > out 2> err 3>&- &
    runner=$!
    PIDS+=("$runner")
}

# says TEXT [FILE]: what was begun, within half a minute
says() {
    poll 30 grep -sqF -- "$1" "${2:-out}" || {
        cat out err
        return 1
    }
}

# ends STATUS: what was begun last
ends() {
    local status=0
    wait "$runner" || status=$?
    [[ $status == "$1" ]] || {
        echo "ended with $status, not $1"
        cat out err
        return 1
    }
}

# no_container, no_cgroup, nothing: of this test's is left, but the cgroup above all
no_container() {
    none "$MINI_DOCKER_ROOT"/{containers,names} -mindepth 1 -maxdepth 1
}

no_cgroup() {
    none /sys/fs/cgroup -type d -path "*/$CTR_TEST_ID/*"
}

nothing() {
    none "$MINI_DOCKER_ROOT"/{containers,names} /sys/fs/cgroup -mindepth 1 \
        \( -path "$MINI_DOCKER_ROOT/*" -prune -o -type d -path "*/$CTR_TEST_ID/*" \)
}

none() {
    local found
    found=$(find "$@" -print 2> /dev/null) || : # what is not there, and what others make and remove
    [[ ! $found ]] || {
        echo "left: $found"
        return 1
    }
}

# leaves_nothing STATUS ARG...: mini-docker run ARG... ends so, on stderr stands why ($output), and no
# trace of it is left, at once
leaves_nothing() {
    local expected=$1
    shift
    run "-$expected" mini-docker run "$@"
    [[ $output ]]
    nothing
}

# fingerprint: of all images' layers, names, data and attributes
fingerprint() {
    (cd "$MINI_DOCKER_ROOT/layers" && find . -printf '%p %y %m %U:%G %s %T@ %l\n' | sort &&
        find . -type f -exec sha256sum {} + | sort) | sha256sum
}

# cgroup_of PID CONTROLLER: the directory of a process's cgroup; on v2 the controller does not matter
cgroup_of() {
    local field path mount=" - cgroup *[, ]$2[, ]" line="^[0-9]+:(.*,)?$2(,.*)?:"
    if [[ $(cgroup_kind) == v2 ]]; then mount=' - cgroup2 ' line=^0::; fi
    path=$(grep -E "$line" "/proc/$1/cgroup") && path=${path#*:*:} || return
    while read -ra field; do
        # shellcheck disable=SC2053 # a pattern
        [[ "${field[*]} " != *$mount* ]] || { echo "${field[4]}$path" && return; }
    done < /proc/self/mountinfo
    return 1
}

# Words that somebody could take for something else, and every byte but NUL, in $bytes
ODD=('a b' ' ' '' $'new\nline' $'\n' $'end\n\n' '*' '$(touch bad)' '`touch bad`' '$HOME' '\' '\\n' 'back\slash' "'" "''" "it's"
    '"' '-x' '--' '-' '--help' '#' '!' '~' '{a,b}' '%s' ';&|<>()' 'é' $'\xff\xfe' $'\x81\x88' $'\t\r\e')

every_byte() {
    bytes=$(LC_ALL=C && for i in {1..255}; do printf "\\x$(printf %x "$i")"; done && echo .)
    bytes=${bytes%.}
}
