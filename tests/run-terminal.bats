#!/usr/bin/env bats
# mini-docker run -t, by a person at a terminal (pty-drive), and what a terminal means without -t.

load lib/run

setup_file() { run_setup_file; }
setup() { run_setup; }
teardown() { run_teardown; }

# bats test_tags=vm
@test "a terminal: its name, modes, size, and the caller's as it was" {
    run -0 pty-drive size=33x77 deadline=60 expect=ready raw size=44x99 send='x\r' expect=99 restored -- mini-docker run --rm -it busybox sh -c '
        tty; test -t 0 && test -t 1 && test -t 2 && echo all; ls -l /dev/console | cut -c 1; stat -c "%u %a" /dev/pts/0
        stty size; cut -d " " -f 7 /proc/1/stat; echo $TERM
        trap "stty size" WINCH; echo ready; read -r x; until stty size | grep "44 99"; do sleep 0.02; done'
    for line in /dev/pts/0 all c '0 620' '33 77' '34816' xterm '44 99'; do assert_line "$line"$'\r'; done
}

# bats test_tags=vm
@test "^C, ^Z and ^D are for what runs inside; the status is the command's" {
    run -7 pty-drive deadline=60 raw expect='# ' send="sh -c \"echo be''gun; exec sleep 100\"\\r" expect='begun' send='\x03' expect='# ' send='echo status $?\r' \
        expect='status 130' send='cat\r' expect=cat nap=100 send='word\r' expect=word expect=word send='\x04' expect='# ' \
        send="sh -c \"echo be''gun; exec sleep 100\"\\r" expect='begun' send='\x1a' expect=Stopped send='fg\r' expect='exec sleep' nap=500 send='\x03' \
        expect='# ' send='exit 7\r' restored -- mini-docker run --rm -it busybox sh
    run -3 pty-drive raw expect=ready send='\x03' restored -- mini-docker run --rm -it --init busybox sh -c '
        trap "exit 3" INT; echo ready; while :; do sleep 0.02; done'
}

@test "the terminal is restored however it ends" {
    run -127 pty-drive restored -- mini-docker run --rm -it busybox nosuch
    assert_output --partial 'nosuch: exec: No such file or directory'
    run -125 pty-drive restored -- mini-docker run --rm -it -u nosuch busybox true
    assert_output --partial 'nosuch: no such user'
    run -125 pty-drive restored -- mini-docker run --rm -it --ulimit bad busybox true
    run -125 pty-drive restored -- mini-docker run --rm -it -m bad busybox true
    nothing
    run -137 pty-drive raw expect=ready kill=KILL restored -- mini-docker run --rm --name web -it busybox sh -c 'echo ready; exec sleep 1000'
    poll 5 eval '[[ $(ctr-state get web status) == dead ]]'
    cg-limit remove "$CTR_TEST_ID/$(ctr-state resolve web)"
    ctr-state remove web
}

@test "signals to the runner reach the container, also one with a terminal" {
    for signal in TERM INT HUP USR1; do
        run -5 pty-drive deadline=60 raw expect=ready kill=$signal expect="got $signal" restored -- mini-docker run --rm -it busybox sh -c "
            trap 'echo got $signal; exit 5' $signal; echo ready; while :; do sleep 0.02; done"
    done
    no_container
}

@test "the terminal goes away: so does the container, and all that is kept of it" {
    pty-drive raw expect=ready hangup -- mini-docker run --rm -it busybox sh -c 'trap "exit 4" HUP; echo ready; while :; do sleep 0.02; done' > out || :
    poll 10 no_container
    poll 10 no_cgroup
}

@test "-it without a terminal: no container; -t alone does without" {
    run -1 mini-docker run -it busybox true < /dev/null
    assert_output 'mini-docker: the input device is not a TTY'
    run -1 mini-docker run --rm --tty --interactive busybox true < /dev/null
    no_container
    run -0 box -t busybox sh -c 'tty; stty size' < /dev/null
    assert_line /dev/pts/0$'\r'
    assert_line '24 80'$'\r'
    # With a terminal, its input is left to others.
    run -0 pty-drive send='typed\r' expect='read typed' -- sh -c 'mini-docker run --rm -t busybox sh -c "test -t 0 && echo terminal"; read -r x; echo "read $x"'
    assert_output --partial terminal
}

@test "-i at a terminal without -t: a pipe's habits; ^C ends what asks for it" {
    run -0 pty-drive cooked expect=ready send='a line\r' send='\x04' -- mini-docker run --rm -i busybox sh -c 'echo ready; cat | tr a-z A-Z'
    assert_output --partial 'A LINE'
    run -5 pty-drive expect=ready send='\x03' -- mini-docker run --rm busybox sh -c '
        trap "exit 5" INT; echo ready; while :; do sleep 0.02; done'
    no_container
}

@test "^C while it is made: ended, and nothing is left" {
    mkfifo fifo
    run -130 pty-drive nap=300 send='\x03' restored -- mini-docker run --rm -it --env-file fifo busybox true
    no_container
    for nap in 1 5 9 13 17 22 28 35; do
        run pty-drive nap=$nap send='\x03' expect=ready send='\x03' -- mini-docker run --rm busybox sh -c '
            trap "exit 5" INT; echo ready; while :; do sleep 0.02; done'
        ((status == 5)) || [[ $status == 124 && $output == *'the command has ended'* ]] || fail "$status after $nap: $output"
        nothing
    done
}

@test "a program that looks at every byte" {
    head -c 300000 /dev/urandom > data
    pty-drive deadline=20 expect=READY send-file=data -- mini-docker run --rm -it -v "$T:/t" busybox sh -c '
        stty raw -echo; printf READY; head -c 300000 > /t/got' > /dev/null
    cmp data got
    run -0 pty-drive -- mini-docker run --rm -it busybox seq 20000
    assert_equal "${#lines[@]}" 20000
}
