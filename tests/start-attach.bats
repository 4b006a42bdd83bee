#!/usr/bin/env bats
# mini-docker start -a and -i; and the logs of what ran in the foreground.

load lib/run

setup_file() { run_setup_file; }
setup() { run_setup; }
teardown() {
    local id
    while read -r id; do mini-docker rm -f "$id" > /dev/null 2>&1 || :; done < <(ls "$MINI_DOCKER_ROOT/containers" 2> /dev/null)
    run_teardown
}

# bats test_tags=vm
@test "start -a: output from the first byte on, apart, each run's alone; the exit status" {
    mini-docker create --name web busybox sh -c 'printf out; echo err >&2; exit 3' > /dev/null
    for _ in 1 2 3; do
        run -3 --separate-stderr mini-docker start -a web
        assert_equal "$output|$stderr" 'out|err'
    done
    run -0 --separate-stderr mini-docker logs web
    assert_equal "$output" outoutout
    mini-docker create --name quick busybox seq 20000 > /dev/null
    mini-docker start --attach quick | cmp - <(seq 20000)
}

@test "start -ai: input, and its end, which is the container's" {
    mini-docker create -i --name web busybox cat > /dev/null
    for text in one two; do
        run -0 mini-docker start -ai web < <(echo "$text")
        assert_output "$text"
    done
    head -c 300000 /dev/urandom > data
    mini-docker start -i web < data | cmp - data
    # Without -i it is not read, and is open: the container waits for who attaches.
    mini-docker start -a --detach-keys ctrl-x web < /dev/null > out 3>&- &
    poll 10 eval '[[ $(ctr-state get web status) == running ]]'
    (sleep 0.3) | timeout -k 1 0.2 mini-docker attach --sig-proxy=false web || :
    assert_equal "$(ctr-state get web status)" running
    mini-docker kill web > /dev/null
    wait $! || assert_equal $? 137
}

@test "start -ai: a terminal, its size, the keys to leave it" {
    mini-docker create -it --name web busybox sh > /dev/null
    run -6 pty-drive size=33x77 raw expect='# ' send='stty size\r' expect='33 77' send='exit 6\r' restored -- mini-docker start -ai web
    run -1 pty-drive raw expect='# ' send='\x10\x11' expect='read escape' restored -- mini-docker start -ai web
    assert_equal "$(ctr-state get web status)" running
    run -0 pty-drive raw send='exit\r' restored -- mini-docker start -ai web # it runs: attached
    run -1 mini-docker start -ai web < /dev/null
    assert_output 'mini-docker: the input device is not a TTY'
}

@test "start -a of one that is removed at its end" {
    mini-docker create --rm -i --name web busybox sh -c 'cat; exit 4' > /dev/null
    run -4 mini-docker start -ai web <<< word
    assert_output word
    nothing
    mini-docker create --rm -it --name web busybox sh > /dev/null
    run -5 pty-drive raw expect='# ' send='exit 5\r' restored -- mini-docker start -ai web
    nothing
}

@test "start -a: signals are handed on; what does not start" {
    mini-docker create --name web busybox sh -c 'trap "echo TERM; exit 7" TERM; echo ready; while :; do sleep 0.02; done' > /dev/null
    mini-docker start -a web > out < /dev/null 3>&- &
    poll 10 grep -q ready out
    kill $!
    wait $! || assert_equal $? 7
    grep -q TERM out
    run -125 mini-docker start -a web web
    run -1 mini-docker start -a nosuch
    mini-docker create --name bad busybox nosuch > /dev/null
    run mini-docker start -a bad
    ((status != 0))
    assert_output --partial 'nosuch: exec: No such file or directory'
}

@test "run in the foreground without --rm: seen as ever, and logged" {
    run -3 --separate-stderr mini-docker run --name web busybox sh -c 'printf out; echo err >&2; exit 3'
    assert_equal "$output|$stderr" 'out|err'
    run -0 --separate-stderr mini-docker logs web
    assert_equal "$output|$stderr" 'out|err'
    head -c 1000000 /dev/urandom > data
    mini-docker run -i --name copy busybox cat < data | cmp - data
    mini-docker logs copy | cmp - data
    run -0 mini-docker run --name quick busybox seq 20000
    assert_equal "${#lines[@]}" 20000
}

@test "run in the foreground: a slow reader gets it all, one that goes away is no reason to end" {
    mini-docker run --name slow busybox seq 30000 | { sleep 0.3; cat; } | cmp - <(seq 30000)
    run -0 bash -c 'mini-docker run --name gone busybox sh -c "seq 50000; echo end >&2" | head -n 1; exit "${PIPESTATUS[0]}"'
    assert_line 1
    assert_line end
    mini-docker logs gone 2> /dev/null | cmp - <(seq 50000)
    mini-docker run --name closed busybox echo word >&- 2>&-
    assert_equal "$(mini-docker logs closed)" word
}

@test "run -t in the foreground is logged, too" {
    run -4 pty-drive -- mini-docker run --name web -it busybox sh -c 'echo shown; test -t 1 && exit 4'
    assert_output --partial shown
    assert_equal "$(mini-docker logs web)" $'shown\r'
    for i in 1 2 3 4 5; do
        mini-docker run --name "web$i" -t busybox seq 3000 > /dev/null < /dev/null
        mini-docker logs "web$i" | cmp - <(seq 3000 | sed 's/$/\r/')
    done
}

@test "what is not logged, and what fails to start" {
    run -0 box --name web busybox echo shown
    assert_output shown
    run -0 mini-docker run --name none --log-driver none busybox echo shown
    assert_output shown
    run -1 mini-docker logs none
    run -127 mini-docker run --name bad busybox nosuch
    assert_output 'ctr-init: nosuch: exec: No such file or directory'
    run -125 mini-docker run --name bad2 -u nosuch busybox true
    run -125 mini-docker run --name bad3 --ulimit bad busybox true
}

@test "a supervisor that is killed: what it passed on is no more, the log ends" {
    mini-docker run --name web busybox sh -c 'echo ready; exec sleep 1000' > out < /dev/null 3>&- &
    poll 10 grep -q ready out
    kill -9 $!
    wait $! || :
    poll 10 timeout 1 ctr-log wait "$MINI_DOCKER_ROOT/containers/$(ctr-state resolve web)/log"
    assert_equal "$(mini-docker logs web)" ready
}
