# What the tests of containers in the background share; a file begins with
#     load lib/life
#     setup_file() { run_setup_file; }
#     setup() { life_setup; }
#     teardown() { life_teardown; }
# shellcheck shell=bash disable=SC2034 # variables are for the tests

load lib/run

life_setup() {
    run_setup
    test_shell=$BASHPID
}

# Whatever a test has left is removed as a person would; what then remains is told by run_teardown.
life_teardown() {
    local status=0
    poll 20 free_all || status=1
    run_teardown || status=1
    return "$status"
}

# detach ARG...: mini-docker run -d ARG...; never for long
detach() {
    timeout -k 1 60 mini-docker run -d "$@" < /dev/null 3>&-
}

# docker ARG...: mini-docker, never for long
docker() {
    timeout -k 1 60 mini-docker "$@" < /dev/null 3>&-
}

# free_all: remove what the store lists, and what it does not
free_all() {
    local ids
    [[ -e $MINI_DOCKER_ROOT/containers ]] || return 0
    ids=$(ctr-state list --all | cut -f 1) || return
    # shellcheck disable=SC2086 # ids
    [[ ! $ids ]] || docker rm -f -v $ids > /dev/null || return
    ctr-state prune > /dev/null
}

get() { # CONTAINER KEY...: values, in one line
    ctr-state get "$@" | xargs
}

is() { # CONTAINER STATUS
    [[ $(ctr-state get "$1" status) == "$2" ]]
}

# logged CONTAINER TEXT: it has put that out, soon
logged() {
    poll 20 grep -sqF -- "$2" "$MINI_DOCKER_ROOT/names/$1/log"
}

is_gone() { # PID; a zombie waits for whoever is init here
    [[ ! -e /proc/$1/stat || $(< "/proc/$1/stat") == *') Z '* ]] 2> /dev/null
}

# processes_of NAME: set $supervisor, $watcher, $writer, $first
processes_of() {
    local pid dir
    supervisor=$(ctr-state get "$1" supervisor) first=$(ctr-state get "$1" pid) watcher='' writer=''
    dir=$(ctr-state get "$1" dir)
    for pid in $(< "/proc/$supervisor/task/$supervisor/children"); do
        [[ $pid == "$first" ]] || watcher=$pid
    done
    writer=$(pgrep -f "^ctr-log run .*$dir/log ")
    [[ $supervisor && $watcher && $writer && $first ]]
}

# no_process_left: none that has this test's name but its own
no_process_left() {
    # shellcheck disable=SC2046 # numbers
    "$BUILD/test/traces" "$CTR_TEST_ID" "$test_shell" $(< "$CTR_TEST_DIR/children") > left || :
    [[ ! -s left ]] || {
        cat left
        return 1
    }
}
