#!/usr/bin/env bats
# tty-attach: typing into a terminal, or a FIFO, of what runs in the background. pty-drive is the person,
# pty-send what makes the terminal in the background, ctr-log what shows it.

load lib/common

setup() {
    common_setup
    need_root
    cd "$T"
    PATH=$BUILD/test:$PATH
    cat > attach <<- 'END'
	#!/bin/sh
	mark=$(ctr-log mark log)
	exec tty-attach --log log "$@" -- ctr-log read --follow --from "$mark" log
	END
    chmod 755 attach
}
teardown() {
    local pid
    for pid in "${PIDS[@]}"; do kill -9 "$pid" 2> /dev/null || :; done
    common_teardown
}
PIDS=()

# in_background COMMAND...: on a terminal of its own, which is logged; its pid in $pid
in_background() {
    ctr-log run --console-fd 6 log -- pty-send 6 sh -c 'exec 6>&-; echo $$ > pid; exec "$@"' - "$@" < /dev/null 3>&- &
    poll 10 test -s pid
    pid=$(< pid)
    PIDS+=("$pid")
}

# a command that says what it reads, and ends with status 7 when that is "end"
echoes() {
    in_background sh -c 'echo ready; while read -r x; do echo "got $x"; [ "$x" != end ] || exit 7; done'
    poll 10 grep -q ready log
}

is_gone() { # PID
    ! grep -qs '^State:.[^ZX]' "/proc/$1/status"
}

is_written() {
    [[ $(writer) ]]
}

writer() {
    sed -n "s/.*POSIX *ADVISORY *WRITE \([0-9]*\) .*:$(stat -c %i log) .*/\1/p;T;q" /proc/locks
}

# The person leaves, the command goes on.
LEAVE=(send='\x10\x11' expect='read escape sequence' restored)

# bats test_tags=vm
@test "what is typed arrives, what comes out is shown; it ends with the command that shows it" {
    echoes
    run -0 pty-drive raw send='some words\r' expect='got some words' send='end\r' restored -- ./attach
    assert_line --partial 'got end'
    poll 5 is_gone "$pid"
    run -3 tty-attach --log log -- sh -c 'exit 3' # nobody writes it: there is nothing to type into
    run -137 tty-attach -- sh -c 'kill -9 $$'
}

@test "the keys end it with status 1, and nothing else; others may be chosen" {
    echoes
    run -1 pty-drive raw send='one\r' expect='got one' "${LEAVE[@]}" -- ./attach
    # Part of them is handed on once it is no more than that: ^P is echoed as such.
    run -1 pty-drive raw send='\x10x\x10\x10y\r' expect='^Px^P^Py' expect='got' "${LEAVE[@]}" -- ./attach
    run -1 pty-drive raw send='\x10\x11\r' expect='^P' send='\x01,Z' expect='read escape' restored -- \
        ./attach --detach-keys ctrl-a,,,Z
    run -1 pty-drive raw send='xyxyz' expect='read escape' restored -- ./attach --detach-keys x,y,z
    # Without any, what would be keys is input.
    run -0 pty-drive raw send='\x10\x11\r' expect='^P' send='end\r' restored -- ./attach --detach-keys ''
}

@test "all 256 bytes arrive, and 100 kB of them at once" {
    local i all=
    for ((i = 0; i < 256; i++)); do all+=$(printf '\\x%02x' "$i"); done
    in_background sh -c 'stty raw -echo; echo READY; head -c 256 > 256; head -c 100000 > many; exec sleep 1000'
    poll 10 grep -q READY log
    run -143 pty-drive raw send="$all" nap=100 kill=TERM restored -- ./attach --detach-keys ''
    printf '%b' "$all" | cmp - 256
    head -c 100000 /dev/urandom > data
    tty-attach --log log -- sh -c 'until [ "$(stat -c %s many)" = 100000 ]; do sleep 0.02; done' < data
    cmp data many
}

@test "the window's size is ours, follows, and makes who draws there draw again" {
    in_background sh -c 'trap "stty size" WINCH; stty size; echo ready; while :; do sleep 0.02; done'
    poll 10 grep -q ready log
    grep -q '24 80' log
    run -1 pty-drive size=33x77 raw expect='33 77' size=44x99 expect='44 99' "${LEAVE[@]}" -- ./attach
    run -1 pty-drive size=44x99 raw expect='44 99' "${LEAVE[@]}" -- ./attach
}

# bats test_tags=vm
@test "the terminal is restored after any end; the one in the background goes on" {
    echoes
    for signal in TERM INT HUP QUIT USR1; do
        run -$((128 + $(kill -l $signal))) pty-drive raw kill=$signal restored -- ./attach
    done
    run -137 pty-drive raw kill=KILL restored -- ./attach
    poll 5 nobody_reads
    pty-drive raw hangup -- ./attach || [[ $? == 129 ]]
    poll 5 nobody_reads
    run -1 pty-drive raw send='word\r' expect='got word' "${LEAVE[@]}" -- ./attach
}

nobody_reads() {
    ! grep -lsz 'ctr-log' /proc/[0-9]*/cmdline | while read -r file; do
        ! grep -qsz "^CTR_TEST_ID=$CTR_TEST_ID\$" "${file%cmdline}environ" || tr '\0' ' ' < "$file"
        echo
    done | grep 'ctr-log read'
}

@test "stopped it gives the terminal back, continued it takes it again" {
    echoes
    cat > outer <<- 'END'
	set -m
	"$@"
	echo "stopped: $(stty -a | grep -oE -- '-?icanon')"
	fg %1 > /dev/null
	echo "ended with $?"
	END
    run -0 pty-drive raw send='one\r' expect='got one' expect='stopped: icanon' raw send='end\r' expect='ended with 0' -- \
        dash outer sh -c '(sleep 0.5; kill -TSTP "$$") & exec ./attach'
}

@test "two at once see the same, and both may type" {
    echoes
    mkfifo go
    pty-drive raw send='one\r' expect='got one' expect='got two' "${LEAVE[@]}" -- ./attach > first 3>&- &
    poll 10 grep -q 'got one' first
    run -1 pty-drive raw send='two\r' expect='got two' "${LEAVE[@]}" -- ./attach
    wait $! || assert_equal $? 1
    grep -q 'got two' first
}

@test "--no-stdin: nothing is read, the modes are left alone, the size is set" {
    in_background sh -c 'trap "stty size" WINCH; echo ready; while :; do sleep 0.02; done'
    poll 10 grep -q ready log
    run -0 pty-drive size=12x34 expect='12 34' cooked send='typed\r' expect='outside typed' -- sh -c '
        timeout --foreground 1 ./attach --no-stdin; read -r x; echo "outside $x"'
}

@test "input that is no terminal: its end is no end" {
    echoes
    echo word | tty-attach --log log -- sh -c 'until grep -q "got word" log; do sleep 0.02; done; sleep 0.1'
    kill -0 "$pid"
    is_written
}

@test "--to: into a FIFO; the reader sees the end if nobody else has it open" {
    mkfifo in
    cat < in > out 3>&- &
    PIDS+=($!)
    exec 9> in # as who starts it does, until there is an input
    printf 'a\0b\n' | tty-attach --to in -- sh -c 'until [ -s out ]; do sleep 0.02; done' 9>&-
    exec 9>&-
    wait "${PIDS[0]}"
    printf 'a\0b\n' | cmp - out
    head -c 300000 /dev/urandom > data
    { sleep 0.2; cat; } < in > out 3>&- & # a slow one holds us up
    PIDS+=($!)
    exec 9> in
    tty-attach --to in -- sh -c "while [ -d /proc/$! ] && ! grep -q Z /proc/$!/stat; do sleep 0.02; done" < data 9>&- 3>&- &
    exec 9>&-
    wait $!
    cmp data out
    run -5 tty-attach --to in -- sh -c 'exit 5' < data # nobody reads there
}

@test "a terminal with --to: lines, and no keys" {
    mkfifo in
    cat <> in > out 3>&- &
    PIDS+=($!)
    pty-drive cooked send='a line\r' send='\x04' nap=100 restored -- tty-attach --to in -- sh -c '
        until grep -q "a line" out; do sleep 0.02; done; sleep 0.2'
}

@test "--sig-proxy: signals are the other's, ^C once; ours when the other is gone" {
    env --default-signal sh -c 'for s in INT TERM HUP USR1; do trap "echo $s" $s; done; echo ready; while :; do sleep 0.02; done' > out 3>&- &
    other=$!
    PIDS+=("$other")
    poll 10 grep -q ready out
    run -0 pty-drive expect=shown kill=TERM nap=100 kill=USR1 nap=100 kill=HUP send='\x03' nap=200 send='\x03' -- tty-attach --sig-proxy "$other" -- sh -c '
        echo shown; until [ "$(grep -c INT out)" = 2 ]; do sleep 0.02; done'
    assert_equal "$(sort out | xargs)" 'HUP INT INT TERM USR1 ready'
    run -130 pty-drive expect=shown send='\x03' -- tty-attach --sig-proxy "$other" --start 1 -- sh -c 'echo shown; exec sleep 100'
    assert_equal "$(grep -c INT out)" 2
    kill -9 "$other"
    wait "$other" || :
    run -130 pty-drive expect=shown send='\x03' -- tty-attach --sig-proxy "$other" -- sh -c 'echo shown; exec sleep 100'
    run -130 pty-drive expect=shown send='\x03' -- tty-attach -- sh -c 'echo shown; exec sleep 100'
}

@test "the command has nothing open of ours, and is not hit by what the terminal sends" {
    echoes
    run -0 tty-attach --log log -- "$BASH" -c 'for fd in /proc/self/fd/*; do readlink "$fd"; done | grep -c ptmx || :' < /dev/null
    assert_output 0
    run -0 tty-attach -- sh -c 'grep SigIgn /proc/self/status' < /dev/null
    assert_output --regexp '0000000000004[0-9a-f]*$|a07$' # HUP INT QUIT USR1 USR2 TERM
}

@test "what cannot be typed into" {
    run -125 tty-attach --log nowhere -- true
    assert_output 'tty-attach: nowhere: open: No such file or directory'
    run -125 tty-attach --to nowhere -- true
    assert_output 'tty-attach: nowhere: open: No such file or directory'
    ctr-log run log -- sleep 1000 3>&- &
    PIDS+=($!)
    poll 10 is_written
    run -125 tty-attach --log log -- true
    assert_output --partial 'tty-attach: log: what is logged is no terminal'
    run -0 tty-attach --log log --no-stdin -- true
    echo plain > file
    run -0 tty-attach --log file -- true
}

@test "without the right to trace the writer" {
    echoes
    need_command setpriv
    run -125 setpriv --bounding-set -all --inh-caps -all -- tty-attach --log log -- true
    [[ $output == *'take the terminal from its writer'* || $output == *'open its writer'* ]]
}

@test "wrong command lines" {
    run -125 tty-attach
    assert_output "tty-attach: the command is missing (try 'tty-attach --help')"
    run -125 tty-attach --log a --to b -- true
    run -125 tty-attach --start 5 -- true
    for keys in ctrl- ctrl-1 aa ctrl-a,; do
        run -125 tty-attach --detach-keys "$keys" -- true
        assert_output --partial "--detach-keys: $keys: not keys"
    done
    run -125 tty-attach --sig-proxy 0 -- true
    run -127 tty-attach -- no-such-command
    assert_output 'tty-attach: no-such-command: exec: No such file or directory'
    run -126 tty-attach -- /etc/passwd
}
