#!/usr/bin/env bats
# ns-enter: what runs inside, by what the kernel shows of it there and from outside.

load lib/common

KINDS=(cgroup ipc mnt net pid time user uts)
PIDS=()

setup() {
    common_setup
    need_root
    cd "$T"
    PATH=$BUILD/test:$PATH
    busybox_rootfs rootfs
    chmod 755 rootfs
}

teardown() {
    local one
    for one in "${PIDS[@]}"; do kill -KILL "$one" 2> /dev/null || :; done
    cg-limit remove "$MINI_DOCKER_CGROUP_PARENT/c" 2> /dev/null || :
    common_teardown
}

# begin COMMAND...: in the background; it has begun when it has written into `info` what $told says
begin() {
    : > info
    env --default-signal "${WITH[@]}" "$@" 3>> info > out 2>&1 < /dev/null &
    PIDS+=($!)
    waiter=$!
    poll 10 grep -q "^$told" info
    pid=$(sed -n 's/^pid\t//p' info) start=$(sed -n 's/^start\t//p' info)
}

# container [OPTION...] -- COMMAND...: its PID 1 is $pid
container() {
    told=started begin ns-spawn --all --no-proc --session "${CGROUPS[@]}" --info-fd 3 --keep-fd 3 -- \
        ctr-init --root "$T/rootfs" --info-fd 3 "$@"
}
CGROUPS=() WITH=()

# spawn OPTION... -- COMMAND...: the same without a root of its own
spawn() {
    told=start begin ns-spawn --info-fd 3 "$@"
}

# make_cgroup: $c, in CGROUPS for a container
make_cgroup() {
    local dir
    c=$MINI_DOCKER_CGROUP_PARENT/c
    CGROUPS=()
    while read -r dir; do CGROUPS+=(--cgroup-dir "$dir"); done < <(cg-limit create --pids-limit 100 --with freezer "$c")
}

namespaces() { # PID: a line each, in the order of KINDS
    local kind
    for kind in "${KINDS[@]}"; do readlink "/proc/$1/ns/$kind"; done
}

# entered NAME: set $child to the process of that name that the last ns-enter in the background runs
entered() {
    poll 10 child_of "${PIDS[-1]}" "$1"
    child=$(child_of "${PIDS[-1]}" "$1")
}
child_of() { # PID NAME
    ps -o pid=,comm= --ppid "$1" | awk -v "name=$2" '$2 == name { print $1; found = 1 } END { exit !found }'
}

is_gone() { # PID
    [[ ! -e /proc/$1/stat || $(< "/proc/$1/stat") == *') '[ZX]' '* ]]
}

# ended STATUS: so the last one in the background ends
ended() {
    local status=0
    poll 10 is_gone "${PIDS[-1]}"
    wait "${PIDS[-1]}" || status=$?
    [[ $status == "$1" ]] || fail "status $status instead of $1"
}

# bats test_tags=vm
@test "all namespaces, the root and the cgroups are those of the process" {
    make_cgroup
    container -- sleep 1000
    run -0 ns-enter --start "$start" "$pid" -- sh -c 'cat /etc/hosts; pwd; ls -d etc/passwd; ps | grep -c "sleep 1000$"'
    assert_output $'127.0.0.1 localhost\n/\netc/passwd\n1'
    ns-enter "$pid" sleep 1001 < /dev/null > out 2>&1 3>&- &
    PIDS+=($!)
    entered sleep
    assert_equal "$(namespaces "$child")" "$(namespaces "$pid")"
    assert_equal "$(cat "/proc/$child/cgroup")" "$(cat "/proc/$pid/cgroup")"
    grep -q "$c" "/proc/$child/cgroup"
    for place in root cwd; do
        assert_equal "$(stat -L -c %d:%i "/proc/$child/$place")" "$(stat -c %d:%i rootfs)"
    done
    # The tool itself stays where it was.
    assert_equal "$(namespaces "${PIDS[-1]}")" "$(namespaces self)"
    assert_equal "$(cat "/proc/${PIDS[-1]}/cgroup")" "$(cat /proc/self/cgroup)"
}

# bats test_tags=vm
@test "each kind of namespace alone, several, none; also a user namespace" {
    for kind in "${KINDS[@]}"; do
        extra=''
        [[ $kind != user ]] || extra=--map-root
        # shellcheck disable=SC2086
        spawn "--$kind" $extra -- sleep 1000
        run -0 ns-enter "$pid" -- readlink "${KINDS[@]/#//proc/self/ns/}"
        # In the pid namespace alone /proc is another's.
        [[ $kind == pid ]] || assert_output "$(namespaces "$pid")"
        kill -9 "$waiter"
    done 2> /dev/null
    spawn --all --user --map-root -- sleep 1000
    run -0 ns-enter "$pid" -- sh -c 'id -u; id -g; cat /proc/self/uid_map | xargs; readlink "$@"' - "${KINDS[@]/#//proc/self/ns/}"
    assert_output $'0\n0\n0 0 1\n'"$(namespaces "$pid")"
    run -0 env -u PWD ns-enter $$ -- readlink "${KINDS[@]/#//proc/self/ns/}" /proc/self/cwd
    assert_output "$(namespaces self)"$'\n/'
}

@test "as somebody without rights, into a user namespace of his own" {
    local tool
    for tool in ns-enter ns-spawn; do cp "$BIN/$tool" "$T"; done
    setpriv --reuid 65534 --regid 65534 --clear-groups unshare -U true 2> /dev/null ||
        cannot "unprivileged users may not make user namespaces"
    nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)
    told=start begin "${nobody[@]}" ./ns-spawn --all --user --map-root --info-fd 3 -- sleep 1000
    run -0 "${nobody[@]}" ./ns-enter "$pid" -- sh -c 'id -u; readlink /proc/self/ns/user'
    assert_output $'0\n'"$(readlink "/proc/$pid/ns/user")"
    container -- sleep 1000
    run -125 "${nobody[@]}" ./ns-enter "$pid" -- true
    assert_output "ns-enter: $pid: look at its user namespace: Permission denied"
}

@test "another process than the one that was meant is not entered, nor one that is dead" {
    spawn --net -- sleep 1000
    run -0 ns-enter --start "$start" "$pid" -- true
    run -125 ns-enter --start "$((start + 1))" "$pid" -- sh -c 'echo in'
    assert_output "ns-enter: $pid: it did not start at $((start + 1)): it is another process"
    kill -9 "$waiter"
    poll 10 is_gone "$pid"
    poll 10 not_there "$pid"
    run -125 ns-enter "$pid" -- true
    assert_output "ns-enter: $pid: there is no such process"
    # Dead, but not waited for: it ends when its parent no longer is a shell, which would.
    bash -c '(until [[ $(< /proc/$$/comm) == sleep ]]; do :; done) & echo $! > zombie; exec sleep 1000' 3>&- &
    PIDS+=($!)
    poll 10 grep -qs ') Z' "/proc/$(poll 5 test -s zombie; cat zombie)/stat"
    run -125 ns-enter "$(< zombie)" -- true
    assert_output "ns-enter: $(< zombie): the process has ended"
}
not_there() { [[ ! -e /proc/$1 ]]; }

# bats test_tags=vm
@test "it dies while its arguments are awaited: nothing is entered" {
    container -- sleep 1000
    mkfifo args
    ns-enter --args-fd 9 "$pid" 9< args > out 2>&1 < /dev/null 3>&- &
    PIDS+=($!)
    exec 8> args
    printf %0100000d 0 >&8 # more than a pipe holds: it has come to read
    kill -9 "$waiter"
    poll 10 is_gone "$pid"
    printf '\0' >&8
    exec 8>&-
    ended 125
    assert_equal "$(< out)" "ns-enter: $pid: the process has ended"
}

# bats test_tags=vm
@test "a frozen process is an error at once" {
    make_cgroup
    container -- sleep 1000
    cg-limit freeze "$c"
    run -125 timeout 20 ns-enter "$pid" -- true
    assert_output --partial "ns-enter: $pid: the process is frozen: /"
    assert_output --partial "/$c"
    cg-limit thaw "$c"
    run -0 timeout 20 ns-enter "$pid" -- true
}

@test "a cgroup of v2 beside those of v1" {
    [[ $(cgroup_kind) == hybrid ]] || skip "needs both kinds of cgroups"
    c=$MINI_DOCKER_CGROUP_PARENT/c
    CGROUPS=(--cgroup-dir "$(cg-limit create "$c")") # no controller is wanted: of v2
    container -- sleep 1000
    grep -q "^0::.*/$c\$" "/proc/$pid/cgroup"
    ns-enter "$pid" sleep 1001 < /dev/null > out 2>&1 3>&- &
    PIDS+=($!)
    entered sleep
    assert_equal "$(cat "/proc/$child/cgroup")" "$(cat "/proc/$pid/cgroup")"
    kill "${PIDS[-1]}"
    cg-limit freeze "$c"
    run -125 timeout 20 ns-enter "$pid" -- true
    assert_output --regexp "^ns-enter: $pid: the process is frozen: /.*/$c\$"
    cg-limit thaw "$c"
}

@test "a hierarchy of cgroups that no mount shows: a limit would be left behind" {
    need_v1
    make_cgroup
    container -- sleep 1000
    run -125 unshare -m sh -c 'umount "$1" && ns-enter "$2" -- true' - \
        "$(awk '$0 ~ / - cgroup .*pids/ { print $5; exit }' /proc/self/mountinfo)" "$pid"
    assert_output "ns-enter: $pid: its cgroup /$c: no mount shows it"
}

# bats test_tags=vm
@test "exit statuses: the command's, of its signal, 125, 126, 127" {
    container -- sleep 1000
    run -7 ns-enter "$pid" -- sh -c 'exit 7'
    run -143 ns-enter "$pid" -- sh -c 'kill -TERM $$'
    run -137 ns-enter "$pid" -- sh -c 'kill -KILL $$'
    run -127 ns-enter "$pid" -- nosuch
    assert_output 'ns-enter: nosuch: exec: No such file or directory'
    run -126 ns-enter "$pid" -- /etc/passwd
    assert_output 'ns-enter: /etc/passwd: exec: Permission denied'
    run -127 ns-enter "$pid" -- ''
    for bad in "$pid" "--detach $pid --" x -1 0 99999999999 "--start x $pid true" "--workdir etc $pid true" \
        "--user nosuch $pid true" "--workdir /nosuch $pid true" "--workdir /etc/passwd $pid true" "--cap-add no $pid true" \
        "--seccomp nosuch $pid true" "--seccomp /etc/passwd $pid true" "--args-fd 99 $pid" "--args-fd 0 $pid" \
        "--env x $pid true" "--console-fd 0 $pid true"; do
        # shellcheck disable=SC2086
        run -125 ns-enter $bad < /dev/null
        assert_output --regexp '^ns-enter: [^:]'
        assert_equal "${#lines[@]}" 1
    done
    run -125 ns-enter
    # PID 1 takes all with it.
    ns-enter "$pid" -- sleep 1001 3>&- &
    PIDS+=($!)
    entered sleep
    kill -9 "$pid"
    ended 137
}

@test "arguments and variables come as they are, from descriptors too" {
    container -- sleep 1000
    args=('' ' ' "it's \$(x) \"" $'a\nb' '--' '-x' '*' $'\xff')
    run -0 --keep-empty-lines ns-enter "$pid" -- sh -c 'printf "<%s>" "$@"' - "${args[@]}"
    assert_output "$(printf '<%s>' "${args[@]}")"
    printf '%s\0' sh -c 'printf "<%s>" "$@"' - "${args[@]}" > args
    run -0 --keep-empty-lines ns-enter --args-fd 9 "$pid" 9< args
    assert_output "$(printf '<%s>' "${args[@]}")"
    printf '%s\0' A=one $'B=two\nlines' C= PATH=/bin > env
    run -0 env SECRET=1 HOME=/x TERM=x ns-enter --env-fd 9 -e A=mine -e D== "$pid" -- env 9< env
    assert_output $'B=two\nlines\nC=\nPATH=/bin\nA=mine\nD==\nHOSTNAME='"$(hostname)"$'\nHOME=/root'
    run -0 ns-enter -u user "$pid" -- env
    assert_output "HOSTNAME=$(hostname)"$'\nHOME=/home/user\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
}

# bats test_tags=vm
@test "user, groups, capabilities, filter, limits, directory" {
    WITH=(prlimit --nofile=99:99)
    container -- sleep 1000
    run -0 ns-enter -u user:audio -w /home "$pid" -- sh -c 'id -u; id -G; pwd; ulimit -n; umask; grep CapEff /proc/self/status'
    assert_output $'1000\n63\n/home\n99\n0022\nCapEff:\t0000000000000000'
    status() { # OPTION...
        run -0 ns-enter "$@" "$pid" -- grep -E '^(Cap|NoNewPrivs:|Seccomp:|SigBlk|SigIgn)' /proc/self/status
        ns-spawn --mnt --pid --no-proc -- ctr-init --root rootfs "$@" -- \
            grep -E '^(Cap|NoNewPrivs:|Seccomp:|SigBlk|SigIgn)' /proc/self/status > expected
        assert_output "$(< expected)"
    }
    trap '' USR1 INT
    status
    assert_line $'CapEff:\t00000000a80425fb'
    status --cap-add SYS_ADMIN --cap-drop MKNOD
    status --privileged
    status --cap-drop ALL --no-new-privs
    status --seccomp "$BUILD/share/seccomp.bpf"
    assert_line $'Seccomp:\t2'
    status --seccomp "$BUILD/share/seccomp.bpf" --no-new-privs -u user
    trap - USR1 INT
}

@test "the command has 0, 1 and 2 and nothing else; a directory among them is refused" {
    container -- sleep 1000
    run -0 ns-enter "$pid" -- sh -c 'for fd in $(seq 0 50); do [ ! -L /proc/$$/fd/$fd ] || echo $fd; done' 7< /dev/null 9> file 3>&- < /dev/null
    assert_output $'0\n1\n2'
    run -125 ns-enter "$pid" -- true < /etc
    assert_output 'ns-enter: descriptor 0 is a directory, by which the host could be reached'
    # Closed ones stay as good as closed.
    run -0 sh -c 'exec ns-enter "$1" -- sh -c "true <&0 && read -r x || echo no" 0<&-' - "$pid"
    assert_output --partial no
}

@test "signals are handed on, ^C too; its own session" {
    container -- sleep 1000
    for signal in TERM HUP USR1 INT; do
        rm -f out
        env --default-signal ns-enter "$pid" -- sh -c "trap 'exit 5' $signal; echo ready; while :; do sleep 0.02; done" > out 3>&- &
        PIDS+=($!)
        poll 10 grep -qs ready out
        kill "-$signal" "${PIDS[-1]}"
        ended 5
    done
    run -5 pty-drive expect=ready send='\x03' -- ns-enter "$pid" -- sh -c 'trap "exit 5" INT; echo ready; while :; do sleep 0.02; done'
    # In the caller's session it could type at the terminal there.
    run -0 ns-enter "$pid" -- sh -c '[ "$(cut -d " " -f 6 /proc/$$/stat)" = $$ ] && (: < /dev/tty) || echo none'
    assert_line none
    assert_output --partial /dev/tty
}

# bats test_tags=vm
@test "when it is killed, at whatever moment, so is the command" {
    container -- sleep 1000
    ns-enter -u user "$pid" -- sleep 1001 3>&- &
    PIDS+=($!)
    entered sleep
    kill -9 "${PIDS[-1]}"
    poll 5 is_gone "$child"
    for nap in 0 0.001 0.002 0.003 0.004 0.006; do
        ns-enter "$pid" -- sleep 1002 3>&- &
        sleep "$nap"
        kill -9 $!
    done 2> /dev/null
    poll 5 none_inside
}
none_inside() { [[ $(nsenter -t "$pid" -m -p ps | grep -c 'ns-enter\|100[12]') == 0 ]]; }

# bats test_tags=vm
@test "--detach: it lives on without anybody; what fails is told" {
    container -- sleep 1000
    run -0 ns-enter --detach "$pid" -- sh -c 'ls -l /proc/$$/fd | sed "s/.*-> //" | sort -u; echo $$ > /pid; exec sleep 1003'
    assert_output ''
    poll 5 test -s rootfs/pid
    run -0 ns-enter "$pid" -- sh -c 'for fd in 0 1 2; do readlink /proc/$0/fd/$fd; done; tr "\0" " " < /proc/$0/cmdline; cut -d " " -f 4,6 < /proc/$0/stat' "$(< rootfs/pid)"
    assert_output $'/dev/null\n/dev/null\n/dev/null\nsleep 1003 0 '"$(< rootfs/pid)"
    run -127 ns-enter --detach "$pid" -- nosuch
    assert_output 'ns-enter: nosuch: exec: No such file or directory'
    run -126 ns-enter --detach "$pid" -- /etc/passwd
    run -125 ns-enter --detach -w /nosuch "$pid" -- true
    assert_output 'ns-enter: /nosuch: change the working directory: No such file or directory'
}

# bats test_tags=vm
@test "a terminal of the container's devpts; /dev/console stays as it is" {
    container -- sleep 1000
    ENTER=(tty-relay --socket-fd 6 -- ns-enter --console-fd 6)
    run -3 pty-drive size=33x77 expect='# ' send="sh -c \"echo be''gun; exec sleep 100\"\\r" expect='begun' send='\x03' expect='# ' send='exit 3\r' restored -- \
        "${ENTER[@]}" "$pid" -- sh
    run -0 pty-drive size=33x77 expect=end restored -- "${ENTER[@]}" -u user "$pid" -- sh -c '
        tty; stty size; echo $TERM; stat -c "%U %a" "$(tty)"; : < /dev/tty && echo controlling; ls -1 /dev/pts; ls /dev/console; echo end'
    for line in /dev/pts/0 '33 77' xterm 'user 620' controlling 0 ptmx; do assert_line "$line"$'\r'; done
    assert_output --partial 'ls: /dev/console: No such file or directory'
    run -127 pty-drive restored -- "${ENTER[@]}" "$pid" -- nosuch
    assert_output --partial 'nosuch: exec: No such file'
}

@test "twenty at once" {
    make_cgroup
    container -- sleep 1000
    for n in {1..20}; do
        ns-enter "$pid" -- sh -c "echo $n; exit $n" > "out.$n" 3>&- &
        PIDS+=($!)
    done
    for n in {1..20}; do
        status=0
        wait "${PIDS[n]}" || status=$?
        assert_equal "$status $(cat "out.$n")" "$n $n"
    done
    assert_equal "$(nsenter -t "$pid" -m -p ps | wc -l)" 3
}

# attack: a script for PID 1: look at the first process that came from outside, as soon as it is there
ATTACK='
find_it() {
    for n in /proc/[0-9]*; do
        n=${n#/proc/}
        [ $n = 1 ] || ! grep -qs "^PPid:.0$" /proc/$n/status || return 0
    done
    return 1
}
until find_it; do :; done
exec 2>&1
read -r name < /proc/$n/comm; echo "found $name"
readlink /proc/$n/exe && echo "named its program"
tr -d "\0" < /proc/$n/environ && echo
ls /proc/$n/fd
true 3<> /proc/$n/mem && echo "has its memory"
true >> /proc/$n/exe && echo "wrote to its program"
echo looked
if true < /proc/$n/exe; then
    echo "opened its program"
    exec 9< /proc/$n/exe
    while [ -e /proc/$n ]; do :; done
    until (printf x >> /proc/self/fd/9) 2> /error || ! grep busy /error > /dev/null; do :; done
    cat /error
    [ -s /error ] || echo "wrote to its program later"
fi
echo done
exec sleep 1000'

# attacked OPTION...: a container with these; ns-enter in it, held just before it executes a command
attacked() {
    need_command strace
    cp "$BIN/ns-enter" "$T"
    container "$@" -- sh -c "$ATTACK"
    run -0 env SECRET=secret strace -f -qq -o /dev/null -e trace=execve -e inject=execve:delay_enter=1000000 \
        "$T/ns-enter" "$pid" -- /bin/true
    poll 10 grep -qx done out
    run -0 cat out
    assert_line 'found ns-enter'
    assert_line looked
    refute_line --regexp '^wrote'
    refute_output --partial secret
    cmp "$BIN/ns-enter" "$T/ns-enter"
}

@test "from inside nobody gets hold of the host's program, memory, variables" {
    attacked
    refute_line --regexp '^named|has its memory|opened'
    assert_line --partial 'environ: Permission denied'
    assert_line --partial 'exe: Permission denied'
}

@test "with all capabilities inside: the host's program cannot be written, nor are there variables" {
    attacked --privileged
    assert_line 'opened its program'
    assert_line --regexp 'fd/9: Read-only file system'
}

@test "while it waits for arguments or variables nothing of it is to be seen inside" {
    container --privileged -- sleep 1000
    mkfifo fifo
    for option in args env; do
        ns-enter --$option-fd 9 "$pid" ${option/args/} 9< fifo > out 2>&1 < /dev/null 3>&- &
        PIDS+=($!)
        exec 8> fifo
        poll 5 eval "[[ \$(readlink /proc/${PIDS[-1]}/fd/9) ]]"
        run -0 nsenter -t "$pid" -m -p ps
        refute_output --partial ns-enter
        printf '%s\0' ${option/args/A=1} >&8
        exec 8>&-
        wait "${PIDS[-1]}" || :
    done
}
