#!/usr/bin/env bats
# mini-docker attach, and run -d with -t and -i.

load lib/run

setup_file() { run_setup_file; }
setup() { run_setup; }
teardown() {
    local id
    while read -r id; do mini-docker rm -f "$id" > /dev/null 2>&1 || :; done < <(ls "$MINI_DOCKER_ROOT/containers" 2> /dev/null)
    run_teardown
}

detached() { # NAME ARG...
    mini-docker run -d --name "$@" > /dev/null < /dev/null 3>&-
}

status_of() { # NAME STATUS
    [[ $(ctr-state get "$1" status) == "$2" ]]
}

logged() { # NAME TEXT
    poll 10 eval "mini-docker logs $1 2>&1 | grep -qF -- '$2'"
}

LEAVE=(send='\x10\x11' expect='read escape sequence' restored)

# bats test_tags=vm
@test "run -dit: a terminal to come back to; leaving does not end it, exit does" {
    detached web -it busybox sh
    assert_equal "$(ctr-state get web status)" running
    run -1 pty-drive deadline=60 size=33x77 raw send='tty; stty size\r' expect='/dev/pts/0' expect='33 77' \
        size=44x99 send='stty size\r' expect='44 99' "${LEAVE[@]}" -- mini-docker attach web
    assert_equal "$(ctr-state get web status)" running
    run -1 pty-drive deadline=60 raw send='echo a$((1+1))b\r' expect='a2b' send='\x18\x19' expect='read escape' restored -- \
        mini-docker attach --detach-keys ctrl-x,ctrl-y web
    run -5 pty-drive deadline=60 raw send='exit 5\r' restored -- mini-docker attach web
    status_of web exited
    run -0 mini-docker logs web
    assert_output --partial a2b
}

@test "a prompt is there at once; ^C is for what runs inside; the terminal is restored after SIGKILL" {
    detached web -it busybox sh
    run -1 pty-drive raw expect='# ' send="sh -c \"echo be''gun; exec sleep 100\"\\r" expect='begun' send='\x03' expect='# ' \
        send='echo status $?\r' expect='status 130' "${LEAVE[@]}" -- mini-docker attach web
    run -137 pty-drive raw expect='# ' kill=KILL restored -- mini-docker attach web
    run -143 pty-drive raw expect='# ' kill=TERM restored -- mini-docker attach web
    status_of web running
}

@test "two at once; exec and logs beside them" {
    detached web -it busybox sh -c 'echo ready; while read -r x; do echo "got $x"; done; exit 3'
    logged web ready
    pty-drive raw send='one\r' expect='got one' expect='got two' restored -- mini-docker attach web > first 3>&- &
    poll 10 grep -q 'got one' first
    mini-docker exec web true
    run -3 pty-drive raw send='two\r' expect='got two' send='\x04' restored -- mini-docker attach web
    wait $! || assert_equal $? 3
    run -0 mini-docker logs web
    assert_output --partial 'got two'
}

@test "run -di: what comes in goes to its input, byte for byte; its end is not the container's" {
    detached web -i busybox sh -c 'head -c 100000 > /data; echo got all; cat > /dev/null'
    head -c 100000 /dev/urandom > data
    { cat data; poll 20 eval 'mini-docker logs web | grep "got all"' > /dev/null; } |
        timeout 30 mini-docker attach --sig-proxy=false web > out 3>&- &
    poll 20 grep -q 'got all' out
    cmp data "/proc/$(ctr-state get web pid)/root/data"
    status_of web running
    mini-docker kill web > /dev/null
    wait $! || assert_equal $? 137
}

@test "streams apart, from now on only, and the exit status; not what was before" {
    detached web busybox sh -c 'echo before; trap "echo out; echo err >&2; exit 7" INT; while :; do sleep 0.02; done'
    logged web before
    env --default-signal mini-docker attach web > out 2> err < /dev/null 3>&- &
    poll 10 eval 'grep -qsz tty-attach /proc/*/cmdline && is_attached'
    kill -INT $! # handed on, as there is no terminal
    wait $! || assert_equal $? 7
    assert_equal "$(< out)|$(< err)" 'out|err'
}

is_attached() { # something of this test shows a log
    local file
    for file in $(grep -lsz -- --from /proc/[0-9]*/cmdline); do
        ! grep -qsz "^CTR_TEST_ID=$CTR_TEST_ID\$" "${file%cmdline}environ" ||
            [[ $(tr '\0' ' ' < "$file") != 'ctr-log read '* ]] || return 0
    done
    return 1
}

@test "^C at a terminal: handed on, or with --sig-proxy=false the end of attach alone" {
    detached web busybox sh -c 'trap "echo INT; exit 7" INT; echo ready; while :; do sleep 0.02; done'
    logged web ready
    run -130 pty-drive nap=300 send='\x03' -- mini-docker attach --sig-proxy=false web
    status_of web running
    run -7 pty-drive nap=300 send='\x03' expect=INT -- mini-docker attach web
}

@test "the exit status of one that is removed at its end, or killed" {
    detached web --rm -it busybox sh
    run -6 pty-drive raw expect='# ' send='exit 6\r' restored -- mini-docker attach web
    no_container
    detached web -t busybox sleep 1000
    pty-drive nap=300 restored -- mini-docker attach web 3>&- &
    mini-docker kill web > /dev/null
    wait $! || assert_equal $? 137
}

@test "--no-stdin, and a container without -i: nothing is read" {
    detached web -t busybox sh -c 'echo ready; read -r x; echo "got $x"'
    logged web ready
    run -0 pty-drive nap=300 cooked send='typed\r' nap=100 kill=TERM nap=100 -- sh -c 'trap : TERM; mini-docker attach web & p=$!; sleep 0.4; kill $p; wait $p; read -r x; echo "outside $x"'
    assert_output --partial 'outside typed'
    detached two -it busybox sh
    run -0 pty-drive nap=300 cooked send='typed\r' -- sh -c 'timeout --foreground 0.5 mini-docker attach --no-stdin two; read -r x; echo "outside $x"'
    assert_output --partial 'outside typed'
    run -0 mini-docker logs two
    refute_output --partial typed
}

@test "one without a log can be attached as well, and has no logs" {
    detached web --log-driver none -it busybox sh
    run -4 pty-drive raw expect='# ' send='exit 4\r' restored -- mini-docker attach web
    run -1 mini-docker logs web
}

@test "what cannot be attached" {
    run -1 mini-docker attach nosuch
    assert_output --partial 'nosuch: no such container'
    mini-docker create --name made busybox true > /dev/null
    run -1 mini-docker attach made
    assert_output 'mini-docker: attach: made: the container is not running'
    detached web -it busybox sh
    run -1 mini-docker attach web < /dev/null
    assert_output 'mini-docker: the input device is not a TTY'
    run -125 pty-drive -- mini-docker attach --detach-keys nonsense web
    mini-docker pause web > /dev/null
    run -1 pty-drive -- mini-docker attach web
    assert_output --partial 'attach: web: the container is paused'
    mini-docker unpause web > /dev/null
    run -125 mini-docker attach
    run -125 mini-docker attach web made
    begin --name fore busybox sh -c 'echo ready; exec sleep 1000'
    says ready
    run -1 mini-docker attach fore
    assert_output --partial 'run --rm'
    mini-docker kill fore > /dev/null
    ends 137
}
