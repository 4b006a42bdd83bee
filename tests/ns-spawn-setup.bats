#!/usr/bin/env bats
# ns-spawn --setup-hook, --setup-fd, and ctr-init --wait-fd: what is done to a child from outside
# while it starts.

load lib/common

setup() {
    common_setup
    need_root
    cd "$T"
    mkfifo go
    exec 8<> go # so that whoever opens it to read goes on, and waits for a line
}
teardown() {
    local pid
    exec 8>&-
    for pid in "${PIDS[@]}"; do kill -9 "$pid" 2> /dev/null || :; done
    common_teardown
}
PIDS=()

# script TEXT: in HOOK, options for a hook that is this shell script; $1 is the child's pid
script() {
    HOOK=(--setup-hook sh --setup-hook-arg -c --setup-hook-arg "$1" --setup-hook-arg - --setup-hook-arg '{}')
}

AT_END=(--exit-hook sh --exit-hook-arg -c --exit-hook-arg 'echo end >> "$T/hooks"')
# The command is told by the byte; the end of the file alone is that of ns-spawn, and may be seen before
# the watcher acts.
COMMAND=(sh -c 'cat <&5 > byte; [ -s byte ] || exit 99; echo ran > ran; exit "${1:-0}"' -)

# spawn ARG...: in the background, as $SPAWN, with a hook that has begun and waits for `go`
spawn() {
    env --default-signal ns-spawn --info-fd 9 "$@" 9> info > out 2> err 3>&- 8>&- &
    SPAWN=$!
    PIDS+=("$SPAWN")
    poll 10 test -e began
    CHILD=$(fact pid)
}
WAITS='echo $$ > began; read line < go; echo "$line" > got'

fact() {
    awk -v "key=$1" '$1 == key { print $2 }' info
}

ended() { # STATUS: so $SPAWN ends
    local status=0
    wait "$SPAWN" || status=$?
    [[ $status == "$1" ]] || fail "status $status instead of $1: $(< err)"
}

is_gone() { # PID; a zombie waits for whoever is init here
    [[ ! -e /proc/$1/stat || $(< "/proc/$1/stat") == *') Z '* ]]
}

@test "hooks are run one after the other, once the child has its namespaces; then a byte and the end" {
    hooks=()
    for i in 1 2 3; do
        script "readlink /proc/\$1/ns/net > net$i; sleep 0.05; echo $i >> hooks; readlink /proc/self/ns/net"
        hooks+=("${HOOK[@]}")
    done
    run -0 --separate-stderr ns-spawn --net --pid --mnt --setup-fd 5 "${hooks[@]}" "${AT_END[@]}" -- \
        sh -c 'cat hooks; cat <&5 > byte; cat hooks; readlink /proc/self/ns/net' 2> /dev/null
    assert_equal "$(xargs < hooks)" '1 2 3 end'
    assert_equal "$(< byte)" s
    assert_equal "${#lines[@]}" 4 # and what hooks say is not among it
    assert_equal "${lines[*]:0:3}" '1 2 3'
    for i in 1 2 3; do assert_equal "$(< "net$i")" "${lines[3]}"; done
    assert_not_equal "${lines[3]}" "$(readlink /proc/self/ns/net)"
    own=$(readlink /proc/self/ns/net)
    assert_equal "$(grep -xF "$own" <<< "$stderr" | wc -l)" 3
}

@test "without a hook the byte comes at once" {
    run -7 ns-spawn --setup-fd 5 -- "${COMMAND[@]}" 7
    assert_equal "$(< byte)" s
}

@test "{} is the child's pid, wherever it stands in an argument, and nothing else is touched" {
    run -0 ns-spawn --info-fd 9 --setup-hook printf --setup-hook-arg '<%s>\n' --setup-hook-arg '{}' \
        --setup-hook-arg '/{}/{}' --setup-hook-arg "{ } a  *'\$x" --setup-hook-arg '{{}}' --setup-hook-arg '' -- true 9> info
    pid=$(fact pid)
    assert_equal "$(sed -n '/^</p' info)" "$(printf '<%s>\n' "$pid" "/$pid/$pid" "{ } a  *'\$x" "{$pid}" '')"
}

@test "the child goes on meanwhile, as far as the byte" {
    script "$WAITS"
    spawn --pid --mnt --setup-fd 5 "${HOOK[@]}" -- sh -c 'echo > begun; head -c 1 <&5; echo > ran'
    poll 10 test -e begun # though the hook waits
    [[ ! -e ran && ! -e got ]]
    echo line >&8
    ended 0
    [[ -e ran ]]
    assert_equal "$(< got)" line
}

@test "hooks have 0, 1, 2, a socket, and no other descriptor; no signal held back; the environment" {
    script 'ls /proc/$$/fd; readlink /proc/$$/fd/0; grep SigBlk /proc/self/status; echo "$VARIABLE"; [ /proc/$$/fd/1 -ef /proc/$$/fd/$OUT ]; [ -S /proc/$$/fd/3 ]'
    export VARIABLE=value OUT=2
    expected=$(printf '%s\n' 0 1 2 3 /dev/null $'SigBlk:\t0000000000000000' value)
    run -0 ns-spawn --setup-fd 5 --keep-fd 7 "${HOOK[@]}" -- true 7< /dev/null
    assert_output "$expected"
    # What they print is facts, where there are some.
    script "${HOOK[5]}; [ /proc/\$\$/fd/1 -ef info ]"
    OUT=1 run -0 ns-spawn --info-fd 9 --setup-fd 5 --keep-fd 7 "${HOOK[@]}" -- true 9> info 7< /dev/null
    assert_output ''
    assert_equal "$(sed -n 5,11p info)" "$expected"
}

# holders: who, of ns-spawn and those below it, has an end of the pipe that is $CHILD's descriptor 5
holders() {
    local pipe pid fd
    pipe=$(readlink "/proc/$CHILD/fd/5")
    for pid in "$@"; do
        for fd in "/proc/$pid/fd/"*; do
            [[ $(readlink "$fd") != "$pipe" ]] || echo "$pid $(sed -n 's/^flags:.*\(.\)$/\1/p' "/proc/$pid/fdinfo/${fd##*/}")"
        done
    done
}

@test "nobody but ns-spawn has the writing end" {
    script "$WAITS"
    for detach in '' --detach; do
        rm -f began
        spawn $detach --setup-fd 5 "${HOOK[@]}" -- "${COMMAND[@]}"
        poll 10 test -e "/proc/$CHILD/fd/5"
        supervisor=$(fact supervisor)
        mapfile -t below < <(pgrep -P "$supervisor")
        ((${#below[@]} >= 3)) # child, watcher, hook
        poll 10 grep -q -x -e cat -e sh "/proc/$CHILD/comm"
        only_ours() {
            local who
            who=$(holders "$SPAWN" "${below[@]}" "$(< began)")
            [[ $detach ]] || who=$(grep -v "^$supervisor " <<< "$who")
            grep -qx "$CHILD 0" <<< "$who" && ! grep -v " 0$" <<< "$who"
        }
        poll 10 only_ours # the watcher closes what it has from its parent a moment later
        holders "$supervisor" | grep -qx "$supervisor 1"
        echo line >&8
        ended 0
        poll 10 is_gone "$supervisor"
    done
}

@test "a hook that fails: the child is killed, 125, no further setup hook, but the exit hooks" {
    for detach in '' --detach; do
        for hook in 'exit 3' 'kill -TERM $$' 'exec no-such-program-here'; do
            rm -f hooks
            script "$hook"
            run -125 ns-spawn $detach --pid --info-fd 9 --setup-fd 5 "${HOOK[@]}" --setup-hook touch \
                --setup-hook-arg ran "${AT_END[@]}" -- "${COMMAND[@]}" 9> info 3>&-
            assert_line --regexp '^ns-spawn: sh: the hook ended with status (3|143|127)$'
            assert_equal "$(< hooks)" end
            [[ ! -e ran ]]
            assert_equal "$(fact exit)" 125
            is_gone "$(fact pid)"
        done
        run -125 ns-spawn $detach --setup-fd 5 --setup-hook no-such-hook -- "${COMMAND[@]}" 3>&-
        assert_output 'ns-spawn: no-such-hook: run the hook: No such file or directory'
        # Also without the pipe, whatever the command has done by then.
        run -125 ns-spawn $detach --setup-hook false -- sleep 1000 3>&-
        assert_output 'ns-spawn: false: the hook ended with status 1'
    done
    [[ ! -e ran ]]
}

@test "a child that ends meanwhile: its own status counts, and no further hook is run" {
    for detach in '' --detach; do
        for case in '3 exit 3' '137 kill -KILL $$' '143 kill -TERM $$'; do
            rm -f hooks
            script 'while grep -q "^State:.[^Z]" "/proc/$1/status"; do sleep 0.02; done; exit 1'
            # With --detach the command has been executed; to end by itself is up to it.
            run "-$([[ $detach ]] && echo 0 || echo "${case%% *}")" ns-spawn $detach --info-fd 9 --setup-fd 5 \
                "${HOOK[@]}" --setup-hook touch --setup-hook-arg ran "${AT_END[@]}" -- sh -c "${case#* }" 9> info 3>&-
            poll 10 test -s hooks
            assert_equal "$(fact exit)" "${case%% *}"
            assert_equal "$(< hooks)" end
            [[ ! -e ran ]]
        done
        run -127 ns-spawn $detach --setup-fd 5 "${HOOK[@]}" -- no-such-command 3>&-
    done
    # The hook that runs is waited for.
    script 'sleep 0.3; echo hook >> hooks'
    rm hooks
    run -3 ns-spawn "${HOOK[@]}" "${AT_END[@]}" -- sh -c 'exit 3'
    assert_equal "$(xargs < hooks)" 'hook end'
}

@test "signals that come while hooks run reach the child then" {
    script "$WAITS"
    spawn --pid --mnt --setup-fd 5 "${HOOK[@]}" -- \
        bash -c 'trap "echo usr >> got1" USR1; trap "exit 9" TERM; echo > ready; while :; do sleep 0.02; done'
    poll 10 test -e ready
    kill -USR1 "$SPAWN"
    poll 10 test -e got1
    [[ ! -e got ]] # the hook still waits
    kill -TERM "$SPAWN"
    poll 10 is_gone "$CHILD"
    echo line >&8
    ended 9
    assert_equal "$(< got)" line
}

@test "killed meanwhile, ns-spawn takes the child along" {
    script "$WAITS"
    for detach in '' --detach; do
        rm -f began
        spawn $detach --pid --setup-fd 5 "${HOOK[@]}" -- "${COMMAND[@]}"
        supervisor=$(fact supervisor)
        kill -KILL "$supervisor"
        poll 10 is_gone "$CHILD"
        wait "$SPAWN" || :
        echo line >&8 # to the hook, which nobody waits for
        poll 10 is_gone "$(< began)"
    done
    [[ ! -e ran ]]
}

@test "--detach: it returns when hooks and command have come that far, and the caller's end is seen then" {
    script "$WAITS"
    spawn --detach --setup-fd 5 "${HOOK[@]}" -- sleep 1000
    run ! is_gone "$SPAWN"
    echo line >&8
    ended 0
    assert_equal "$(< "/proc/$CHILD/comm")" sleep
    kill -KILL "$CHILD"
    poll 10 is_gone "$(fact supervisor)"
    rm began
    spawn --detach --setup-fd 5 "${HOOK[@]}" -- sleep 1000
    kill -KILL "$SPAWN"
    poll 10 is_gone "$SPAWN"
    echo line >&8
    poll 10 is_gone "$CHILD"
    wait "$SPAWN" || :
}

@test "whatever its number is, and whatever else is open" {
    for number in 3 4 5 6 7 8 9 10 11 12; do
        for ready in '' "--detach --ready-fd $((number + 1))" "--detach --ready-fd $((number == 3 ? 4 : number - 1))"; do
            rm -f byte
            run -0 timeout 20 ns-spawn $ready --net --setup-fd "$number" --setup-hook true -- \
                bash -c "cat <&$number > byte; printf s >&$((number + 1)); printf s >&$((number == 3 ? 4 : number - 1)); :" \
                2> /dev/null 3>&- 8>&-
            poll 10 grep -qx s byte
        done
    done
    run -125 ns-spawn --setup-fd 2 -- true
    assert_output --partial "--setup-fd: 2: not a descriptor's number from 3 up"
    run -125 ns-spawn --setup-hook-arg x -- true
    assert_output --partial '--setup-hook-arg: x: stands before the hook that it belongs to'
}

# --- ctr-init --wait-fd

NS=(ns-spawn --mnt --pid --uts --ipc --net --no-proc)

@test "ctr-init --wait-fd: the container is set up meanwhile, and its command waits" {
    busybox_rootfs rootfs
    script "$WAITS; nsenter --net=/proc/\$1/ns/net ip link set lo up"
    spawn "${NS[@]:1}" --setup-fd 5 --keep-fd 9 "${HOOK[@]}" -- \
        ctr-init --root rootfs --hostname box --wait-fd 5 --info-fd 9 -- sh -c 'ls /proc/self/fd; cat /sys/class/net/lo/flags; hostname'
    at_wait() { [[ $(stat -L -c %d:%i "/proc/$CHILD/root") == "$(stat -c %d:%i rootfs)" ]]; }
    poll 10 at_wait
    run ! grep started info
    echo line >&8
    ended 0
    assert_equal "$(xargs < out)" '0 1 2 3 0x9 box' # 3 is that of ls
    grep -q started info
}

@test "ctr-init --wait-fd: before parameters are set, which may be of what is to come" {
    busybox_rootfs rootfs
    script 'nsenter --net=/proc/$1/ns/net ip link add eth0 type veth peer name eth1'
    run -0 "${NS[@]}" --setup-fd 5 "${HOOK[@]}" -- ctr-init --root rootfs --wait-fd 5 \
        --sysctl net.ipv4.conf.eth0.forwarding=0 -- cat /proc/sys/net/ipv4/conf/eth0/forwarding
    assert_output 0
}

@test "ctr-init --wait-fd: the end of the file instead of the byte" {
    busybox_rootfs rootfs
    for sysctl in '' '--sysctl net.ipv4.ip_forward=0'; do
        run -125 "${NS[@]}" --keep-fd 5 -- ctr-init --root rootfs --wait-fd 5 $sysctl -- touch /ran 5< /dev/null
        assert_output 'ctr-init: --wait-fd: the end of the file came, and not the byte: the set-up failed'
    done
    run -125 "${NS[@]}" --keep-fd 5 -- ctr-init --root rootfs --wait-fd 5 -- touch /ran 5> file
    assert_output 'ctr-init: --wait-fd: read: Bad file descriptor'
    run -125 "${NS[@]}" -- ctr-init --root rootfs --wait-fd 5 -- touch /ran 5<&-
    assert_output --partial '--wait-fd: 5: no such file descriptor is open'
    [[ ! -e rootfs/ran ]]
}

@test "ctr-init --wait-fd: what asks PID 1 to end does end it while it waits" {
    busybox_rootfs rootfs
    script "$WAITS"
    for signal in HUP INT QUIT TERM; do
        rm -f began
        spawn "${NS[@]:1}" --setup-fd 5 "${HOOK[@]}" -- ctr-init --root rootfs --wait-fd 5 -- touch /ran
        at_wait() { [[ $(stat -L -c %d:%i "/proc/$CHILD/root") == "$(stat -c %d:%i rootfs)" ]]; }
        poll 10 at_wait
        kill "-$signal" "$SPAWN"
        poll 10 is_gone "$CHILD"
        echo line >&8
        ended "$((128 + $(kill -l "$signal")))"
    done
    [[ ! -e rootfs/ran ]]
}
