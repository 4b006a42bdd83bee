#!/usr/bin/env bats
# pid-signal, by what becomes of the processes.

load lib/common

setup() {
    common_setup
    cd "$T"
}
teardown() {
    local pid
    for pid in "${PIDS[@]}"; do kill -9 "$pid" 2> /dev/null || :; done
    common_teardown
}
PIDS=()

# begin SCRIPT: a process, in $pid, that has said `ready` in the file out
begin() {
    : > out
    env --default-signal bash -c "$1; echo ready; while :; do sleep 0.02; done" > out 3>&- &
    pid=$!
    PIDS+=("$pid")
    poll 10 grep -q ready out
}

# ended STATUS: so it ends
ended() {
    local status=0
    wait "$pid" || status=$?
    assert_equal "$status" "$1"
}

start_time() { # PID
    sed 's/.*) //' "/proc/$1/stat" | cut -d ' ' -f 20
}

# bats test_tags=vm
@test "signals by name and number, TERM when none is given" {
    for signal in HUP:HUP SIGUSR1:USR1 usr2:USR2 2:INT TERM:TERM RTMIN+3:RTMIN+3 37:RTMIN+3; do
        begin "trap 'echo got; exit 7' ${signal#*:}"
        pid-signal --signal "${signal%:*}" "$pid"
        ended 7
        assert_equal "$(xargs < out)" 'ready got'
    done
    begin 'trap "exit 8" TERM'
    pid-signal "$pid"
    ended 8
    begin :
    pid-signal -s KILL "$pid"
    ended 137
}

@test "--signal 0 sends nothing, and tells whether it is there" {
    begin 'trap "exit 8" TERM'
    pid-signal -s 0 "$pid"
    kill -0 "$pid"
    kill -9 "$pid"
    wait "$pid" || :
    run -1 pid-signal -s 0 "$pid"
    assert_output "pid-signal: $pid: there is no such process"
}

# bats test_tags=vm
@test "--wait: until it has ended; at most so long; --kill then" {
    begin 'trap "sleep 0.3; exit 3" TERM'
    pid-signal --wait "$pid"
    ended 3
    begin 'trap : TERM'
    run -1 pid-signal --wait=0.1 "$pid"
    assert_output "pid-signal: $pid: has not ended within 0.1 s"
    kill -0 "$pid"
    start=${EPOCHREALTIME/[.,]/}
    pid-signal --wait=0.2 --kill "$pid"
    took=$((${EPOCHREALTIME/[.,]/} - start))
    ((took >= 200000 && took < 5000000))
    ended 137
    pid-signal --wait "$pid" # it is gone: what was waited for
    pid-signal --wait=0 --kill "$pid"
}

@test "--with-parent: it does not wait beyond the end of who started it" {
    sleep 1000 3>&- &
    PIDS+=($!)
    sh -c 'pid-signal --signal 0 --wait --with-parent "$1" & echo $! > waits; exec sleep 1000' - $! 3>&- &
    parent=$!
    PIDS+=("$parent")
    poll 10 test -s waits
    poll 10 sh -c "grep -q pid-signal /proc/$(< waits)/comm && ls -l /proc/$(< waits)/fd | grep -q pidfd"
    kill -9 "$parent"
    poll 10 test ! -e "/proc/$(< waits)"
}

@test "a zombie has ended" {
    bash -c 'sleep 1000 & echo $! > child; exec sleep 1000' 3>&- &
    PIDS+=($!)
    poll 10 grep -q sleep "/proc/$!/comm"
    child=$(< child)
    pid-signal --signal KILL --wait=10 "$child"
    grep -q '^State:.Z' "/proc/$child/status"
}

@test "a process whose first thread has ended has not" {
    need_command python3
    python3 -c 'import ctypes, threading, time
threading.Thread(target=time.sleep, args=[1000]).start()
ctypes.CDLL(None).pthread_exit(None)' 3>&- &
    PIDS+=($!)
    poll 10 grep -q '^State:.Z' "/proc/$!/status"
    pid-signal --start "$(start_time $!)" --signal 0 $!
    pid-signal --start "$(start_time $!)" --signal KILL --wait=10 $!
}

@test "--start: no other process that got the number" {
    begin 'trap "exit 8" TERM'
    run -1 pid-signal --start "$(($(start_time "$pid") + 1))" "$pid"
    assert_output "pid-signal: $pid: there is no such process"
    pid-signal --start "$(($(start_time "$pid") + 1))" --wait "$pid" # that one has ended
    kill -0 "$pid"
    pid-signal --start "$(start_time "$pid")" "$pid"
    ended 8
}

@test "no permission" {
    need_root
    begin :
    cp "$BIN/pid-signal" .
    run -1 setpriv --reuid 65534 --regid 65534 --clear-groups ./pid-signal "$pid"
    assert_output "pid-signal: $pid: send signal 15: Operation not permitted"
    kill -0 "$pid"
}

@test "a wrong command line: 2, one line, and no signal" {
    begin :
    while read -r args; do
        # shellcheck disable=SC2086
        run -2 pid-signal ${args//PID/$pid}
        assert_equal "${#lines[@]}" 1
        assert_output --partial "try 'pid-signal --help'"
    done << 'ARGS'

0
-1
x
PID PID
--signal NOSUCH PID
--signal 65 PID
--signal RTMAX+1 PID
--start x PID
--wait=soon PID
--kill PID
ARGS
    kill -0 "$pid"
}
