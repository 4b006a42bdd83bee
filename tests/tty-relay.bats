# tty-relay: bytes, window size, modes and signals between two terminals. pty-drive is the person at
# the outer one, pty-send what a container does with the inner one.

load lib/common

setup() {
    common_setup
    PATH=$BUILD/test:$PATH
    RELAY=(tty-relay --socket-fd 6 -- pty-send 6)
}
teardown() { common_teardown; }

# is_gone PIDFILE: the process whose pid is in there has ended (an orphan may wait for init to see it)
is_gone() {
    [[ -s $1 ]] && ! grep -qs '^State:.[^ZX]' "/proc/$(< "$1")/status"
}

# bats test_tags=vm
@test "a command gets a terminal of its own, and what is typed" {
    run -0 pty-drive expect='ready' send='some words\r' -- "${RELAY[@]}" sh -c '
        test -t 0 && test -t 1 && test -t 2 && tty > "$1"
        echo ready; read -r line; echo "got: $line"' - "$T/tty"
    assert_output --partial 'got: some words'
    run cat "$T/tty"
    assert_output --regexp '^/dev/pts/[0-9]+$'
}

@test "every byte in, every byte out, a mebibyte of each at once" {
    head -c 1048576 /dev/urandom > "$T/in"
    head -c 1048576 /dev/urandom > "$T/out"
    pty-drive deadline=30 expect=READY send-file="$T/in" -- "${RELAY[@]}" sh -c '
        stty raw -echo; printf READY
        cat "$1" & head -c 1048576 > "$2"; wait' - "$T/out" "$T/got" > "$T/shown"
    cmp "$T/in" "$T/got"
    tail -c 1048576 "$T/shown" | cmp - "$T/out"
}

@test "all 256 bytes arrive one by one" {
    local i all=
    for ((i = 0; i < 256; i++)); do all+=$(printf '\\x%02x' "$i"); done
    pty-drive expect=READY send="$all" -- "${RELAY[@]}" sh -c '
        stty raw -echo; printf READY; dd bs=1 count=256 of="$1" 2> /dev/null' - "$T/got" > /dev/null
    printf '%b' "$all" | cmp - "$T/got"
}

@test "a slow reader holds the sender up and loses nothing" {
    head -c 1048576 /dev/urandom > "$T/in"
    pty-drive deadline=30 expect=READY send-file="$T/in" -- "${RELAY[@]}" sh -c '
        stty raw -echo; printf READY; sleep 0.3; head -c 500000 > "$1"; sleep 0.2
        head -c 548576 >> "$1"' - "$T/got" > /dev/null
    cmp "$T/in" "$T/got"
}

@test "all output is shown that was written before the end" {
    run -7 pty-drive -- "${RELAY[@]}" sh -c 'seq 40000; exit 7'
    assert_equal "${#lines[@]}" 40000
    assert_line --index 39999 --partial 40000
    tty-relay --no-stdin --socket-fd 6 -- pty-send 6 seq 40000 < /dev/null > "$T/out"
    tr -d '\r' < "$T/out" | cmp - <(seq 40000)
}

@test "all output is shown also by a slow terminal" {
    tty-relay --no-stdin --socket-fd 6 -- pty-send 6 seq 40000 < /dev/null | {
        sleep 0.3
        tr -d '\r'
    } | cmp - <(seq 40000)
}

@test "output goes on while something in the background has the terminal, and ends with the command" {
    run -0 pty-drive -- "${RELAY[@]}" sh -c 'trap "" HUP; sleep 100 & echo $! > "$1"; echo last' - "$T/pid"
    assert_output --partial last
    kill "$(cat "$T/pid")"
}

@test "a terminal that is closed and opened again goes on" {
    run -0 pty-drive expect=again send='word\r' -- "${RELAY[@]}" sh -c '
        exec < /dev/null > /dev/null 2>&1; sleep 0.3; exec < /dev/tty > /dev/tty
        echo again; read -r word; echo "got $word"'
    assert_output --partial 'got word'
}

@test "the window's size is there at the start, and follows" {
    run -0 pty-drive size=33x77 expect=ready size=44x99 -- "${RELAY[@]}" sh -c '
        stty size; trap "stty size; exit 0" WINCH
        echo ready; while :; do sleep 0.05; done'
    assert_line --partial '33 77'
    assert_line --partial '44 99'
}

@test "without any terminal the size is 24 by 80" {
    run -0 tty-relay --no-stdin --socket-fd 6 -- pty-send 6 stty size < /dev/null
    assert_output --partial '24 80'
}

@test "without input it is the size of the terminal at stdout" {
    run -0 pty-drive size=12x34 -- sh -c 'exec "$@" < /dev/null' - \
        tty-relay --no-stdin --socket-fd 6 -- pty-send 6 stty size
    assert_output --partial '12 34'
}

@test "the terminal is raw meanwhile, and restored afterwards" {
    run -0 pty-drive raw send='\r' restored -- "${RELAY[@]}" sh -c 'read -r x'
    run -7 pty-drive raw send='\r' restored -- "${RELAY[@]}" sh -c 'read -r x; exit 7'
    run -137 pty-drive raw send='\r' restored -- "${RELAY[@]}" sh -c 'read -r x; kill -9 $$'
}

@test "modes that are not the usual ones are restored as well" {
    run -0 pty-drive -- bash -c 'stty -echo -icanon min 3 intr ^A
        before=$(stty -g); "$@"; test "$(stty -g)" = "$before"' - "${RELAY[@]}" true
}

@test "a signal to the relay reaches the command, and the terminal is restored" {
    for signal in TERM INT HUP QUIT USR1 USR2 ALRM; do
        run -9 pty-drive raw expect=ready kill=$signal restored -- "${RELAY[@]}" sh -c '
            trap "exit 9" "$1"; echo ready; while :; do sleep 0.02; done' - $signal
    done
    run -143 pty-drive raw kill=TERM restored -- "${RELAY[@]}" sleep 100
}

@test "SIGKILL of the relay kills the command and restores the terminal" {
    run -137 pty-drive raw expect=ready kill=KILL restored -- "${RELAY[@]}" sh -c '
        echo $$ > "$1"; echo ready; exec sleep 100' - "$T/pid"
    poll 5 is_gone "$T/pid"
}

@test "when the terminal goes away, so does the command" {
    pty-drive raw expect=ready hangup -- "${RELAY[@]}" sh -c '
        echo $$ > "$1"; echo ready; exec sleep 100' - "$T/pid" > /dev/null || true
    poll 5 is_gone "$T/pid"
}

@test "a command that cares for no hangup is killed in the end" {
    pty-drive deadline=20 raw expect=ready hangup -- "${RELAY[@]}" sh -c '
        trap "" HUP; echo $$ > "$1"; echo ready; exec sleep 100' - "$T/pid" > /dev/null || true
    poll 5 is_gone "$T/pid"
}

@test "output that nobody reads any more is a hangup" {
    run -0 timeout 5 bash -c '"$@" | head -n 1; [[ ${PIPESTATUS[0]} == 129 ]]' - \
        tty-relay --no-stdin --socket-fd 6 -- pty-send 6 yes < /dev/null
    assert_output --partial y
}

@test "^C and ^Z are for the command inside" {
    run -7 pty-drive raw expect='> ' send="sh -c \"echo be''gun; exec sleep 100\"\\r" expect='begun' \
        send='\x03' expect='> ' send='echo status $?\r' expect='status 130' \
        send="sh -c \"echo be''gun; exec sleep 100\"\\r" expect='begun' send='\x1a' expect=Stopped expect='> ' \
        send='fg\r' expect='exec sleep' nap=500 send='\x03' expect='> ' send='exit 7\r' restored -- \
        env PS1='> ' "${RELAY[@]}" bash --norc --noediting -i
}

@test "a shell can start it in the background, stop it and continue it" {
    # dash, unlike bash, leaves the modes to its jobs, so those that it shows are the relay's.
    cat > "$T/outer" <<- 'END'
	set -m
	modes() { stty -a | grep -oE -- '-?(icanon|tostop)' | xargs; }
	stty tostop
	"$@" & relay=$!
	until grep -q '^State:.T' /proc/$relay/status; do sleep 0.02; done
	stty -tostop
	fg %1 > /dev/null
	echo "stopped: $(modes)"
	fg %1 > /dev/null
	echo "ended with $?: $(modes)"
	END
    run -0 pty-drive raw expect=inside send='stop\r' expect='stopped: icanon -tostop' \
        raw send='word\r' expect='got word' expect='ended with 5: icanon -tostop' -- \
        dash "$T/outer" "${RELAY[@]}" sh -c '
            echo inside; read -r x; kill -TSTP "$PPID"; read -r x; echo got $x; exit 5'
}

@test "without input nothing is read, and the modes are left alone" {
    run -0 pty-drive expect=ready send='typed\r' nap=300 cooked restored -- bash -c '
        "$@"; read -r line; echo "outside: $line"' - \
        tty-relay --no-stdin --socket-fd 6 -- pty-send 6 sh -c 'echo ready; sleep 0.2; stty size'
    assert_output --partial 'outside: typed'
}

@test "^C of a terminal that is not raw reaches the command once" {
    run -0 pty-drive expect=ready send='\x03' expect=done nap=100 -- \
        tty-relay --no-stdin --socket-fd 6 -- bash -c '
            trap "count+=x" INT; exec 6>&-; echo ready
            for i in {1..10}; do sleep 0.05 || true; done; echo "done $count."'
    assert_output --partial 'done x.'
}

@test "input from a pipe ends with end of file inside" {
    local command='stty -echo; : > "$1"; cat; echo eof'
    run -0 "${RELAY[@]}" sh -c "$command" - "$T/1" < <(poll 5 test -f "$T/1"; echo line)
    assert_output $'line\r\neof\r'
    run -0 "${RELAY[@]}" sh -c "$command" - "$T/2" < <(poll 5 test -f "$T/2"; printf 'no newline')
    assert_output $'no newlineeof\r'
    run -0 "${RELAY[@]}" sh -c 'cat; echo eof' < /dev/null
    assert_output --partial eof
}

@test "end of file is there again for everybody who reads" {
    run -0 "${RELAY[@]}" sh -c 'cat; cat; echo first; cat; echo last' < /dev/null
    assert_output $'first\r\nlast\r'
    # Line editing starts when the first one has gone by; a hangup would be status 129.
    run -0 --separate-stderr "${RELAY[@]}" bash --norc -i < /dev/null
    assert_output --partial exit
}

@test "output into a file is appended where it stands" {
    {
        echo before
        tty-relay --no-stdin --socket-fd 6 -- pty-send 6 echo between < /dev/null
        echo after
    } > "$T/out"
    run -0 tr -d '\r' < "$T/out"
    assert_output $'before\nbetween\nafter'
}

@test "--copy-fd: what is shown goes there as well, and who cannot take it is no matter" {
    tty-relay --no-stdin --copy-fd 7 --socket-fd 6 -- pty-send 6 seq 20000 < /dev/null 7> "$T/copy" > "$T/shown"
    cmp "$T/copy" "$T/shown"
    tr -d '\r' < "$T/copy" | cmp - <(seq 20000)
    run -0 tty-relay --no-stdin --copy-fd 7 --socket-fd 6 -- pty-send 6 echo word < /dev/null 7> /dev/full
    assert_output --partial word
    run -0 tty-relay --no-stdin --copy-fd 7 --socket-fd 6 -- sh -c 'readlink /proc/self/fd/7 >&2 || exec pty-send 6 true' < /dev/null 7> "$T/copy"
    refute_output --partial copy
    run -125 tty-relay --copy-fd 77 --socket-fd 6 -- true
}

@test "the exit status is the command's" {
    run -0 "${RELAY[@]}" true < /dev/null
    run -1 "${RELAY[@]}" false < /dev/null
    run -255 "${RELAY[@]}" sh -c 'exit 255' < /dev/null
    run -139 "${RELAY[@]}" sh -c 'kill -SEGV $$' < /dev/null
}

@test "a command that never sends a terminal has its status passed on" {
    run -125 --separate-stderr tty-relay --socket-fd 6 -- sh -c 'echo why >&2; exit 125' < /dev/null
    assert_equal "$stderr" why
    run -137 tty-relay --socket-fd 6 -- sh -c 'kill -9 $$' < /dev/null
    run -0 pty-drive restored -- tty-relay --socket-fd 6 -- sh -c 'exec 6>&-; sleep 0.1'
}

@test "a command that is not there is 127, one that cannot be run 126" {
    run -127 tty-relay --socket-fd 6 -- no-such-command < /dev/null
    assert_output 'tty-relay: no-such-command: exec: No such file or directory'
    run -126 tty-relay --socket-fd 6 -- /etc/passwd < /dev/null
    assert_output 'tty-relay: /etc/passwd: exec: Permission denied'
    run -127 pty-drive restored -- "${RELAY[@]}" no-such-command
    assert_output --partial 'pty-send: no-such-command: exec'
}

@test "what is sent has to be a terminal" {
    run -125 tty-relay --socket-fd 6 -- pty-send --file 6 sleep 100 < /dev/null
    assert_output --partial 'tty-relay: what was received: use as the master of a pseudo-terminal: '
}

@test "the command has the socket and what the caller left open, and no more" {
    local list='exec 6>&- 7>&- 8<&-; for fd in /proc/self/fd/*; do echo "${fd##*/}"; done'
    run -0 "$BASH" -c "$list" < /dev/null
    refute_line 6
    printf '%s\n' "${lines[@]}" 6 | sort > "$T/expected"
    run -0 tty-relay --socket-fd 6 -- "$BASH" -c "${list/6>&- }" < /dev/null
    printf '%s\n' "${lines[@]}" | sort | diff "$T/expected" -
}

switches() { # of the processor, from the process PID and back
    sed -n 's/^voluntary_ctxt_switches:.//p' "/proc/$1/status"
}

@test "nothing happens while nothing happens" {
    tty-relay --no-stdin --socket-fd 6 -- pty-send 6 sh -c 'echo ready; exec sleep 100' \
        < /dev/null > "$T/out" 3>&- &
    local relay=$! before
    poll 5 grep -q ready "$T/out"
    before=$(switches "$relay")
    sleep 0.7
    assert_equal "$(switches "$relay")" "$before"
    kill "$relay"
    wait "$relay" || assert_equal $? 143
}

@test "it is small" {
    [[ ! ${SANITIZE-} ]] || skip "a sanitized build has other sizes"
    "${RELAY[@]}" sh -c 'echo $PPID > "$1"; read -r x' - "$T/pid" < <(poll 5 test -f "$T/seen") > /dev/null 3>&- &
    poll 5 test -s "$T/pid"
    run -0 awk '/VmHWM/ { print $2 }' "/proc/$(cat "$T/pid")/status"
    assert [ "$output" -lt 2048 ]
    touch "$T/seen"
    wait
}

@test "wrong command lines" {
    run -125 tty-relay
    assert_output "tty-relay: --socket-fd is missing (try 'tty-relay --help')"
    run -125 tty-relay --socket-fd 6
    assert_output "tty-relay: the command is missing (try 'tty-relay --help')"
    for number in 2 -1 x 99999 ''; do
        run -125 tty-relay --socket-fd "$number" true
        assert_output --partial "tty-relay: --socket-fd: $number: not a descriptor's number from 3 up"
    done
    run -125 tty-relay --no-such-option
    run -0 --separate-stderr tty-relay --help
    assert_line --index 0 'Usage: tty-relay [options] --socket-fd N [--] COMMAND [ARG...]'
    assert_equal "$stderr" ''
}
