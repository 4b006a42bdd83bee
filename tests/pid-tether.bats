#!/usr/bin/env bats
# pid-tether, by which processes are there afterwards.

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

# hold: a process to be tied to, $holder
hold() {
    sleep 60 3>&- &
    holder=$!
    PIDS+=("$holder")
}

# tether SCRIPT [OPTION...]: to the holder, in the background as $tether; the script's pids come one a line in
# the file pids, `ready` last
tether() {
    : > pids
    env --default-signal pid-tether "${@:2}" "$holder" -- sh -c "$1; echo ready >> pids; wait" 2> err 3>&- &
    tether=$!
    PIDS+=("$tether")
    poll 10 grep -q ready pids
}

# ended STATUS: so it ends, and nothing of it is there any more
ended() {
    local status=0 pid
    wait "$tether" || status=$?
    assert_equal "$status $(cat err)" "$1 "
    for pid in $(grep -v ready pids); do
        run -1 kill -0 "$pid"
    done
}

family='sleep 61 & echo $! >> pids; setsid sh -c "setsid sleep 62 & echo \$! >> pids; wait" & echo $! >> pids'

@test "it ends as the command does, with the streams that it was given" {
    hold
    run -0 --separate-stderr pid-tether "$holder" sh -c 'cat; echo err >&2' <<< in
    assert_equal "$output $stderr" 'in err'
    run -7 pid-tether "$holder" -- sh -c 'exit 7'
    run -137 pid-tether "$holder" sh -c 'kill -9 $$'
    run -127 pid-tether "$holder" no-such-command
    run -126 pid-tether "$holder" /
}

@test "the process ends: so do the command and all that it has started" {
    for signal in TERM KILL; do
        hold
        tether "$family"
        kill -s "$signal" "$holder"
        ended 143
    done
}

@test "signals that ask it to end do the same" {
    for signal in HUP INT QUIT TERM; do
        hold
        tether "$family"
        kill -s "$signal" "$tether"
        ended 143
    done
}

@test "what is not moved by TERM is killed; what handles it has its time" {
    hold
    tether "trap '' TERM; $family" --kill-after 0.1
    kill "$tether"
    ended 137
    hold
    tether "trap 'sleep 0.1; echo done > done; exit 5' TERM; $family"
    kill "$holder"
    ended 5
    assert_equal "$(cat done)" done
}

@test "what a command leaves that ends by itself is left alone" {
    hold
    run -0 pid-tether "$holder" sh -c 'sleep 60 > /dev/null 2>&1 3>&- & echo $!'
    PIDS+=("$output")
    kill -0 "$output"
}

@test "a signal that is ignored is ignored by the command, too" {
    hold
    (
        trap '' HUP
        exec pid-tether "$holder" sh -c 'kill -HUP $PPID $$; echo goes on'
    ) > out
    assert_equal "$(cat out)" 'goes on'
}

@test "killed itself, it takes the command along" {
    hold
    tether 'echo $$ >> pids; echo ready >> pids; exec sleep 61'
    kill -KILL "$tether"
    wait "$tether" || :
    poll 10 bash -c '! kill -0 "$1"' sh "$(head -n 1 pids)"
}

@test "wrong command lines, and a process that is not there: nothing is run" {
    sleep 0 3>&- &
    gone=$!
    wait "$gone"
    run -125 pid-tether "$gone" touch ran
    assert_output "pid-tether: $gone: there is no such process"
    while IFS='|' read -r args why; do
        # shellcheck disable=SC2086
        run -125 pid-tether $args
        assert_output "pid-tether: $why (try 'pid-tether --help')"
    done << 'END'
|a PID and a command are to be given
1|there is no command
1 --|there is no command
x touch ran|x: not a process id
0 touch ran|0: not a process id
--nope 1 touch ran|--nope: unknown option
END
    [[ ! -e ran ]]
}
