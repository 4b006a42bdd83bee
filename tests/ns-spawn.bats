#!/usr/bin/env bats
# ns-spawn, by what the kernel shows of its child: namespaces, mounts, cgroups, descriptors, ids.

load lib/common

# (bats' own `run` overwrites i.)
KINDS=(cgroup ipc mnt net pid time user uts)
PIDS=()

setup() {
    common_setup
    need_root
    cd "$T"
}

teardown() {
    local pid
    for pid in "${PIDS[@]}"; do kill -KILL "$pid" 2> /dev/null || :; done
    cg-limit remove "$MINI_DOCKER_CGROUP_PARENT/c" 2> /dev/null || :
    common_teardown
}

# spawn ARG...: ns-spawn in the background, as $SPAWN; its child is $CHILD. Output goes to `out`
# and `err`, facts to `info`. It returns when these are told.
spawn() {
    rm -f info
    # What bash starts in the background ignores INT and QUIT, what parallel starts ALRM.
    env --default-signal ns-spawn --info-fd 9 "$@" 9> info > out 2> err 3>&- &
    SPAWN=$!
    PIDS+=("$SPAWN")
    poll 10 grep -q start info
    CHILD=$(fact pid)
}

fact() {
    awk -v "key=$1" '$1 == key { print $2 }' info
}

# ended STATUS: so $SPAWN ends
ended() {
    local status=0
    poll 10 is_gone "$SPAWN"
    wait "$SPAWN" || status=$?
    [[ $status == "$1" ]] || fail "status $status instead of $1: $(< err)"
}

# runs PID NAME: it has executed that
runs() {
    poll 10 grep -qx "$2" "/proc/$1/comm"
}

is_gone() { # PID; a zombie waits for whoever is init here
    [[ ! -e /proc/$1/stat || $(< "/proc/$1/stat") == *') Z '* ]]
}

namespaces() { # PID: its namespaces, a line each, in the order of KINDS
    local kind
    for kind in "${KINDS[@]}"; do readlink "/proc/$1/ns/$kind"; done
}

SHOW=("${KINDS[@]/#//proc/self/ns/}")

# As somebody without any rights, who may not be able to look into the checkout.
as_nobody() {
    [[ -e $T/ns-spawn ]] || cp "$BIN/ns-spawn" "$T"
    setpriv --reuid 65534 --regid 65534 --clear-groups unshare -U true 2> /dev/null ||
        cannot "unprivileged users may not make user namespaces"
    setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}

# --- Namespaces that are made

@test "each kind is made alone, the others are those of the caller" {
    mapfile -t host < <(namespaces self)
    for new in "${!KINDS[@]}"; do
        run -0 ns-spawn "--${KINDS[new]}" -- readlink "${SHOW[@]}"
        for n in "${!KINDS[@]}"; do
            if ((new == n)); then
                [[ ${lines[n]} == "${KINDS[n]}:["* ]]
                assert_not_equal "${lines[n]}" "${host[n]}"
            else
                assert_equal "${lines[n]}" "${host[n]}"
            fi
        done
    done
}

@test "short options, and --all: every kind but user" {
    mapfile -t host < <(namespaces self)
    run -0 ns-spawn -m -p -u -i -n -U -C -T -r -- readlink "${SHOW[@]}"
    for i in "${!KINDS[@]}"; do assert_not_equal "${lines[i]}" "${host[i]}"; done
    run -0 ns-spawn --all -- readlink "${SHOW[@]}"
    for i in "${!KINDS[@]}"; do
        [[ ${KINDS[i]} == user ]] || assert_not_equal "${lines[i]}" "${host[i]}"
        [[ ${KINDS[i]} != user ]] || assert_equal "${lines[i]}" "${host[i]}"
    done
    run -0 ns-spawn -- readlink "${SHOW[@]}"
    assert_output "$(namespaces self)"
}

# bats test_tags=vm
@test "with --pid --mnt the command is PID 1 and ps shows it alone" {
    run -0 ns-spawn --pid --mnt -- sh -c 'echo "I am $$"; ps -e -o pid=,comm=; :'
    assert_line --index 0 'I am 1'
    assert_line --index 1 --regexp '^ *1 sh$'
    assert_line --index 2 --regexp '^ *[0-9]+ ps$'
    assert_equal "${#lines[@]}" 3
    run -0 ns-spawn --pid --mnt --no-proc -- sh -c 'ps -e -o pid= | wc -l; echo $$ > pid'
    assert [ "$output" -gt 3 ]
    assert_equal "$(cat pid)" 1
}

@test "a host name, a message queue, a device made inside are not there outside" {
    before=$(hostname)
    run -0 ns-spawn --uts --ipc --net -- sh -ec \
        'echo inside > /proc/sys/kernel/hostname; ls /sys/class/net > /dev/null
        cat /proc/sys/kernel/hostname; tail -n +3 /proc/self/net/dev | wc -l; ipcmk -Q > /dev/null
        wc -l < /proc/sysvipc/msg'
    assert_output $'inside\n1\n2'
    assert_equal "$(hostname)" "$before"
    [[ $(wc -l < /proc/sysvipc/msg) == 1 ]] || grep -v . /proc/sysvipc/msg
}

untouched() { # COMMAND...: mountinfo is the same afterwards, whatever that ends with
    cat /proc/self/mountinfo > "$T/before"
    "$@" > /dev/null 2>&1 || :
    diff "$T/before" /proc/self/mountinfo
    [[ $(< /proc/self/comm) && -e /proc/$$/stat ]]
}

mounts_stay() {
    untouched ns-spawn --pid --mnt -- sh -c 'mount -t tmpfs none /mnt && mount -t tmpfs none "$T"'
    untouched ns-spawn --pid --mnt -- sh -c 'umount /proc; exit 1'
    untouched ns-spawn --pid --mnt -- /no/such/command
    untouched ns-spawn --pid --mnt -- sh -c 'mount -t tmpfs none /mnt; kill -KILL $$'
    untouched ns-spawn --all -- ns-spawn --all -- sh -c 'mount -t tmpfs none /mnt'
    untouched ns-spawn --user --map-root --pid --mnt -- sh -c 'mount -t tmpfs none /mnt'
}

@test "what is mounted inside is not outside, also below a shared mount" {
    mounts_stay
    export -f mounts_stay untouched
    unshare -m bash -euc 'mount --make-rshared /
        grep -q "shared:.* - proc" /proc/self/mountinfo
        mounts_stay'
}

@test "the clocks of a new time namespace" {
    outside=$(cut -d. -f1 /proc/uptime)
    run -0 ns-spawn --time --boottime 1000000 --monotonic 5000 -- sh -c \
        'cut -d. -f1 /proc/uptime; cat /proc/self/timens_offsets; readlink /proc/self/ns/time*'
    ((lines[0] >= outside + 1000000 && lines[0] < outside + 1000100))
    [[ ${lines[1]} =~ ^monotonic\ +5000\ +0$ && ${lines[2]} =~ ^boottime\ +1000000\ +0$ ]]
    assert_equal "${lines[3]}" "${lines[4]}"
    assert_not_equal "${lines[3]}" "$(readlink /proc/self/ns/time)"
    run -0 ns-spawn --all --user --map-root --boottime -5 -- grep boottime /proc/self/timens_offsets
    assert_output --regexp '^boottime +-5 +0$'
    run -125 ns-spawn --time --monotonic -2000000000 -- true
    assert_output --partial 'set the clocks off by -2000000000 and 0 s: '
}

# --- Namespaces that are joined

@test "each kind is joined alone by its file, the others are those of the caller" {
    mapfile -t host < <(namespaces self)
    spawn --all --user --map-root -- sleep 1000
    mapfile -t its < <(namespaces "$CHILD")
    for new in "${!KINDS[@]}"; do
        # There is another /proc in that mount namespace, which does not show us; see below.
        [[ ${KINDS[new]} != mnt ]] || continue
        run -0 ns-spawn "--${KINDS[new]}=/proc/$CHILD/ns/${KINDS[new]}" -- readlink "${SHOW[@]}"
        for n in "${!KINDS[@]}"; do
            if ((new == n)); then
                assert_equal "${lines[n]}" "${its[n]}"
            else
                assert_equal "${lines[n]}" "${host[n]}"
            fi
        done
    done
}

@test "a mount namespace is joined: its mounts are seen, and the caller's directory is not" {
    mkdir place
    ns-spawn --mnt --info-fd 9 -- sh -c 'mount -t tmpfs none place; touch place/there; exec sleep 1000' \
        9> info 3>&- &
    PIDS+=($!)
    poll 10 grep -q start info
    runs "$(fact pid)" sleep
    run -0 ns-spawn "--mnt=/proc/$(fact pid)/ns/mnt" -- sh -c 'pwd; ls "$T/place"'
    assert_output $'/\nthere'
    [[ ! -e place/there ]]
}

# bats test_tags=vm
@test "all kinds are joined together, and a command is seen by who is inside" {
    spawn --all --user --map-uid 0:100000:1000 --map-gid 0:100000:1000 -- sleep 1000
    runs "$CHILD" sleep
    join=()
    for kind in "${KINDS[@]}"; do join+=("--$kind=/proc/$CHILD/ns/$kind"); done
    run -0 ns-spawn "${join[@]}" -- sh -c 'readlink "$@"; id -u; id -g; cat /proc/1/comm' - "${SHOW[@]}"
    assert_output "$(namespaces "$CHILD"; printf '%s\n' 0 0 sleep)"
}

@test "a given and a new namespace together; the last word about a kind counts" {
    spawn --net --uts -- sleep 1000
    net=$(readlink "/proc/$CHILD/ns/net")
    for options in '--net=FILE --all' '--all --net=FILE' '--net --all --net=FILE' \
        '--net=FILE --user --map-root --all'; do
        run -0 ns-spawn ${options//FILE//proc/$CHILD/ns/net} -- readlink /proc/self/ns/{net,uts,pid}
        assert_line --index 0 "$net"
        refute_line "$(readlink "/proc/$CHILD/ns/uts")"
        refute_line "$(readlink /proc/self/ns/uts)"
        refute_line "$(readlink /proc/self/ns/pid)"
    done
    run -0 ns-spawn "--net=/proc/$CHILD/ns/net" --net -- readlink /proc/self/ns/net
    refute_output "$net"
    # Who is in it already can "join" a user namespace, too.
    run -0 ns-spawn --user=/proc/self/ns/user -- readlink /proc/self/ns/user
    assert_output "$(readlink /proc/self/ns/user)"
}

@test "ns-spawn itself, and its hooks, stay where they were" {
    spawn --all --user --map-root -- sleep 1000
    holder=$CHILD
    runs "$holder" sleep
    join=()
    for kind in "${KINDS[@]}"; do join+=("--$kind=/proc/$holder/ns/$kind"); done
    expected=$(namespaces self)
    spawn "${join[@]}" --exit-hook sh --exit-hook-arg -c \
        --exit-hook-arg 'readlink "$@" > hook' --exit-hook-arg - "${SHOW[@]/#/--exit-hook-arg=}" -- sleep 1000
    runs "$CHILD" sleep
    assert_equal "$(namespaces "$SPAWN")" "$expected"
    kill -KILL "$CHILD"
    ended 137
    assert_equal "$(< hook)" "$expected"
    spawn --all --boottime 1000 --exit-hook sh --exit-hook-arg -c \
        --exit-hook-arg 'readlink "$@" > hook' --exit-hook-arg - "${SHOW[@]/#/--exit-hook-arg=}" -- sleep 1000
    assert_equal "$(namespaces "$SPAWN")" "$expected"
    kill -KILL "$CHILD"
    ended 137
    assert_equal "$(< hook)" "$expected"
}

@test "what cannot be joined is told with its name" {
    run -125 ns-spawn --net=no/such/file -- true
    assert_output 'ns-spawn: no/such/file: open: No such file or directory'
    run -125 ns-spawn --net=/etc/passwd -- true
    assert_output 'ns-spawn: /etc/passwd: not a net namespace'
    run -125 ns-spawn --net=/proc/self/ns/uts -- true
    assert_output 'ns-spawn: /proc/self/ns/uts: not a net namespace'
    run -125 ns-spawn --net= -- true
    assert_output --partial '--net: : the name of a namespace file is missing'
    # Without a new /proc, the one there names the namespace around.
    run -125 ns-spawn --pid -- ns-spawn "--pid=/proc/$$/ns/pid" -- true
    assert_output "ns-spawn: /proc/$$/ns/pid: join the pid namespace: it is not below ours"
    run -125 ns-spawn --user --map-root -- ns-spawn "--uts=/proc/$$/ns/uts" -- true
    assert_output --regexp "^ns-spawn: /proc/$$/ns/uts: (open|join the uts namespace): "
}

# --- User namespaces

@test "--map-root: the caller is root inside, alone, without other groups" {
    run -0 setpriv --groups 4,24 ns-spawn --user --map-root -- \
        sh -c 'id -u; id -G; cat /proc/self/uid_map /proc/self/gid_map'
    assert_equal "$(xargs <<< "$output")" '0 0 0 0 1 0 0 1'
}

@test "--map-uid, --map-gid: ranges, several lines, files belong to those outside" {
    mkdir -m 777 open
    run -0 ns-spawn --user --map-uid 0:100000:1000 --map-uid 2000:300000:5 --map-gid 0:200000:10 -- \
        sh -c 'id -u; id -G; cat /proc/self/uid_map /proc/self/gid_map; touch open/file'
    assert_equal "$(xargs <<< "$output")" '0 0 0 100000 1000 2000 300000 5 0 200000 10'
    assert_equal "$(stat -c %u:%g open/file)" 100000:200000
    run -0 ns-spawn --user --map-uid 0:0:4294967295 -- cat /proc/self/uid_map
    assert_equal "$(xargs <<< "$output")" '0 0 4294967295'
}

@test "an id that is not mapped is none: neither root, nor a failure" {
    run -0 ns-spawn --user --map-uid 0:100000:10 -- sh -c 'id -u; id -g'
    assert_output $'0\n65534'
    run -0 ns-spawn --user --map-gid 0:100000:10 -- sh -c 'id -u; id -g'
    assert_output $'65534\n0'
    run -0 ns-spawn --user --map-uid 1:0:1 --map-gid 1:0:1 -- sh -c 'id -u; id -g'
    assert_output $'1\n1'
    run -0 ns-spawn --user -- id -u
    assert_output 65534
}

@test "maps that the kernel refuses, and the command does not run" {
    run -125 ns-spawn --user --map-uid 0:0:5 --map-uid 3:100:5 --exit-hook echo -- touch ran
    assert_line --index 0 --regexp '^ns-spawn: /proc/[0-9]+: uid_map: map user ids: Invalid argument$'
    [[ ! -e ran ]]
    # With stderr closed the message must not go into the pipe that the child waits at.
    run -125 sh -c 'exec ns-spawn --user --map-uid 0:0:5 --map-uid 3:100:5 -- touch ran 2>&-'
    [[ ! -e ran ]]
    for map in 0 0:0 0:0:0 0:0:1:1 a:0:1 0:-1:1 0:0:4294967296 4294967295:0:1 ''; do
        run -125 ns-spawn --user --map-uid "$map" -- true
        assert_output --partial "--map-uid: $map: not INNER:OUTER:COUNT"
    done
}

@test "without privilege: every namespace, a new /proc, clocks, inside of a user namespace" {
    run -0 as_nobody ./ns-spawn --all --user --map-root --boottime 100 -- \
        sh -c 'echo $$; id -u; id -g; cat /proc/self/setgroups; readlink "$@"' - "${SHOW[@]}"
    assert_equal "$(xargs <<< "${lines[*]:0:4}")" '1 0 0 deny'
    mapfile -t host < <(namespaces self)
    for i in "${!KINDS[@]}"; do assert_not_equal "${lines[i + 4]}" "${host[i]}"; done
}

@test "without privilege: what takes it fails, with a reason" {
    run -125 as_nobody ./ns-spawn --mnt -- touch ran
    assert_output 'ns-spawn: clone a child into new namespaces: Operation not permitted'
    run -125 as_nobody ./ns-spawn --user --map-uid 0:100000:10 -- touch ran
    assert_output --regexp '^ns-spawn: /proc/[0-9]+: uid_map: map user ids: Operation not permitted$'
    run -125 as_nobody ./ns-spawn "--net=/proc/$$/ns/net" -- touch ran
    assert_output "ns-spawn: /proc/$$/ns/net: open: Permission denied"
    [[ ! -e ran ]]
    run -0 as_nobody ./ns-spawn --user -- id -u
    assert_output 65534
}

@test "the limit of namespaces is told as such, not as 'No space left on device'" {
    run -125 ns-spawn --user --map-root -- \
        sh -c 'echo 0 > /proc/sys/user/max_uts_namespaces && exec ns-spawn --uts -- touch ran'
    assert_output 'ns-spawn: clone a child: more namespaces than /proc/sys/user allows'
    [[ ! -e ran ]]
}

@test "without privilege: one may join what one has made" {
    as_nobody true
    touch info && chmod 666 info
    setpriv --reuid 65534 --regid 65534 --clear-groups ./ns-spawn --info-fd 9 --user --map-root --uts -- \
        sleep 1000 9> info 3>&- &
    PIDS+=($!)
    poll 10 grep -q start info
    CHILD=$(fact pid)
    run -0 as_nobody ./ns-spawn "--user=/proc/$CHILD/ns/user" "--uts=/proc/$CHILD/ns/uts" -- \
        sh -c 'readlink /proc/self/ns/user /proc/self/ns/uts; id -u'
    assert_output "$(readlink "/proc/$CHILD/ns/user" "/proc/$CHILD/ns/uts"; echo 0)"
}

# --- --args-fd

# window ARG...: spawn() with an --args-fd whose writing end is descriptor 8 here
window() {
    rm -f fifo
    mkfifo fifo
    exec 6<> fifo 7< fifo 8> fifo
    exec 6<&-
    spawn --args-fd 7 "$@" 7<&7
    exec 7<&-
}

@test "--args-fd: the child is there and waits, until its arguments come" {
    window --pid --mnt --user --net -- sh -c 'echo "$@"; cat /proc/self/uid_map' -
    runs "$CHILD" ns-spawn
    assert_not_equal "$(readlink "/proc/$CHILD/ns/net")" "$(readlink /proc/self/ns/net)"
    # What can be done to it from outside: here, its id map.
    echo '0 0 7' > "/proc/$CHILD/uid_map"
    [[ ! -s out ]]
    printf '%s\0' one >&8
    runs "$CHILD" ns-spawn # the first argument is not all of them
    printf '%s\0' two >&8
    exec 8>&-
    ended 0
    assert_equal "$(xargs < out)" 'one two 0 0 7'
}

with_args() { # COMMAND...: with what comes on stdin as its arguments, through a pipe
    ns-spawn --args-fd 7 -- "$@" 7<&0 < /dev/null
}

@test "--args-fd: empty strings, newlines, every byte come out as they went in" {
    printf '%s\0' '' $'a\nb\n' '' '*' '$(touch ran)' -- --pid "it's" ' ' \
        "$(printf %b "$(printf '\\x%x' {1..255})")" '' > args
    run -0 --keep-empty-lines with_args sh -c 'printf "%s\0" "$@" > got' - < args
    cmp args got
    [[ ! -e ran ]]
    # The whole command may come.
    run -0 ns-spawn --args-fd 7 7< <(printf '%s\0' printf '<%s>' a '' 'b c')
    assert_output '<a><><b c>'
    run -0 ns-spawn --args-fd 0 < <(printf '%s\0' echo stdin)
    assert_output stdin
}

@test "--args-fd: 20 000 arguments, more than a pipe holds" {
    run -0 with_args sh -c 'echo $# $20000' - < <(seq 20000 | tr '\n' '\0')
    assert_output "20000 20000"
}

long() { # N: one argument of so many bytes
    head -c "$1" /dev/zero | tr '\0' x
    printf '\0'
}

@test "--args-fd: an argument of 128 KiB less one; more is 'Argument list too long'" {
    run -0 with_args sh -c 'printf %s "$1" | wc -c' - < <(long 131071)
    assert_output 131071
    run -125 with_args touch < <(long 131072)
    assert_output 'ns-spawn: touch: exec: Argument list too long'
    run -125 with_args touch < <(for i in {1..40}; do long 100000; done)
    assert_output 'ns-spawn: touch: exec: Argument list too long'
    # What cannot be is not read to its end.
    run -125 with_args touch < <(yes | tr '\n' '\0')
    assert_output 'ns-spawn: --args-fd: read the arguments: Argument list too long'
}

@test "--args-fd: nothing, or half an argument, is what a dead writer leaves: an error" {
    run -125 with_args touch ran < /dev/null
    assert_output 'ns-spawn: --args-fd: no argument came'
    run -125 ns-spawn --args-fd 7 7< /dev/null
    assert_output 'ns-spawn: --args-fd: no argument came'
    run -125 with_args touch < <(printf 'ran\0and')
    assert_output 'ns-spawn: --args-fd: the last argument is cut off: no NUL behind it'
    run -125 with_args touch ran < "$T"
    assert_output 'ns-spawn: --args-fd: read the arguments: Is a directory'
    run -127 with_args < <(printf '\0')
    assert_output 'ns-spawn: : exec: No such file or directory'
    [[ ! -e ran ]]
}

@test "--args-fd: a writing end that ns-spawn has got, too, does not keep it waiting" {
    mkfifo fifo
    exec 6<> fifo 7< fifo 8> fifo
    printf '%s\0' echo heard >&8
    ns-spawn --args-fd 7 > out 2> err 3>&- & # with 6 and 8
    SPAWN=$!
    PIDS+=("$SPAWN")
    exec 6<&- 7<&- 8>&-
    ended 0
    assert_equal "$(< out)" heard
}

@test "--args-fd: a signal ends the wait, of PID 1 as well" {
    for signal in HUP INT QUIT TERM; do
        for options in '' '--pid --mnt'; do
            window $options -- touch ran
            kill -s "$signal" "$SPAWN"
            ended $((128 + $(kill -l "$signal")))
            exec 8>&-
        done
    done
    [[ ! -e ran ]]
}

# --- --info-fd

@test "--info-fd: pid, start and exit are those of the kernel" {
    spawn --pid --mnt -- sh -c 'read line < fifo; exit 7' < <(mkfifo fifo)
    stat=$(< "/proc/$CHILD/stat")
    read -ra field <<< "${stat##*) }"
    assert_equal "$(fact start)" "${field[19]}"
    assert_equal "${field[1]}" "$SPAWN"
    assert_equal "$(awk '/^NSpid/ { print $NF }' "/proc/$CHILD/status")" 1
    poll 10 test -p fifo
    echo > fifo
    ended 7
    [[ $(< info) =~ ^supervisor$'\t'$SPAWN$'\n'supervisor_start$'\t'[0-9]+$'\n'pid$'\t'$CHILD$'\n'start$'\t'${field[19]}$'\n'finished$'\t'([0-9]+)\.[0-9]{9}$'\n'exit$'\t'7$ ]]
    spawn -- sh -c 'kill -KILL $$'
    ended 137
    assert_equal "$(fact exit)" 137
    spawn --pid -- no-such-command
    ended 127
    assert_equal "$(fact exit)" 127
}

@test "--info-fd: the facts are there before the command runs; it does not get the descriptor" {
    ns-spawn --info-fd 9 -- sh -c 'cat info; ls /proc/$$/fd; :' 9> info > out
    assert_equal "$(sed 1,4d out | xargs)" '0 1 2'
    assert_equal "$(head -n 4 out)" "$(head -n 4 info)"
    assert_equal "$(cut -f 1 info | xargs)" 'supervisor supervisor_start pid start finished exit'
}

@test "--info-fd: who cannot be told" {
    run -125 ns-spawn --info-fd 9 --exit-hook touch --exit-hook-arg hook -- touch ran 9> /dev/full
    assert_output 'ns-spawn: --info-fd: write: No space left on device'
    [[ ! -e ran && -e hook ]]
    run -125 ns-spawn --info-fd 9 -- touch ran 9< /dev/null
    assert_output 'ns-spawn: --info-fd: write: Bad file descriptor'
    [[ ! -e ran ]]
    # Gone when the command ends: its status is the more important one, and hooks are run.
    rm hook
    mkfifo facts fifo
    exec 6<> fifo 7< fifo 8> fifo
    exec 6<&-
    ns-spawn --info-fd 9 --args-fd 7 --exit-hook touch --exit-hook-arg hook -- sh -c 'exit 3' \
        9> facts 2> err 3>&- 8>&- &
    SPAWN=$!
    exec 7<&-
    head -n 4 facts > got
    printf 'go\0' >&8
    exec 8>&-
    ended 3
    assert_equal "$(cut -f 1 got | xargs)" 'supervisor supervisor_start pid start'
    assert_equal "$(< err)" 'ns-spawn: --info-fd: write: Broken pipe'
    [[ -e hook ]]
}

@test "--info-fd: oom, when processes of the cgroup were killed for want of memory" {
    cg-limit create "$MINI_DOCKER_CGROUP_PARENT/c" --memory 16m > dirs || cannot "needs a memory controller"
    mapfile -t dirs < dirs
    run -0 ns-spawn --info-fd 9 "${dirs[@]/#/--cgroup-dir=}" -- sh -c 'dd if=/dev/zero of=/dev/null bs=300M count=1 2> /dev/null; true' 9> info
    (($(fact oom) >= 1))
    assert_equal "$(cut -f 1 info | tail -n 3 | xargs)" 'oom finished exit'
    # Also when its name was one in a directory that the supervisor has left.
    for dir in "${dirs[@]}"; do [[ ! -e $dir/memory.oom_control && ! -e $dir/memory.events ]] || break; done
    cd "${dir%/*}"
    ns-spawn --detach --info-fd 9 --cgroup-dir "${dir##*/}" -- sh -c 'dd if=/dev/zero of=/dev/null bs=300M count=1 2> /dev/null; true' 9> "$T/info" 3>&-
    cd "$T"
    poll 10 grep -q ^exit info
    (($(fact oom) >= 1))
}

# --- --detach

# detached ARG...: ns-spawn --detach ARG...; $SUPERVISOR and $CHILD are in the background
detached() {
    ns-spawn --detach --info-fd 9 "$@" 9> info < /dev/null 3>&-
    SUPERVISOR=$(fact supervisor) CHILD=$(fact pid)
    PIDS+=("$SUPERVISOR")
}

# bats test_tags=vm
@test "--detach: returns when the command is executed; another process waits, and runs the hooks" {
    detached --pid --exit-hook touch --exit-hook-arg "$T/hook" -- sleep 1000
    runs "$CHILD" sleep # already
    assert_equal "$(awk '/^PPid/ { print $2 }' "/proc/$CHILD/status")" "$SUPERVISOR"
    read -ra field <<< "$(sed 's/.*) //' "/proc/$SUPERVISOR/stat")"
    assert_equal "${field[3]} ${field[4]}" "$SUPERVISOR 0" # a session of its own, without terminal
    for fd in 0 1 2; do assert_equal "$(readlink "/proc/$SUPERVISOR/fd/$fd")" /dev/null; done
    assert_equal "$(readlink "/proc/$SUPERVISOR/cwd")" /
    assert_equal "$(find "/proc/$SUPERVISOR/fd" -lname "$T/*" -printf '%f %l\n')" "9 $T/info"
    [[ ! -e hook ]]
    kill -KILL "$CHILD"
    poll 10 is_gone "$SUPERVISOR"
    assert_equal "$(fact exit)" 137
    [[ -e hook ]]
}

@test "an exit hook that is only for what has come about" {
    hook() { printf -- '--exit-hook\n%s\n--exit-hook-arg\n%s\n--exit-hook-if\n%s\n' "$@"; }
    mapfile -t hooks < <(hook touch one "$T/there" && hook touch two "$T/missing")
    run -0 ns-spawn "${hooks[@]}" -- touch there
    assert_output ''
    [[ -e one && ! -e two ]]
    run -125 ns-spawn --exit-hook-if there -- touch ran
    assert_output --partial 'stands before the hook that it belongs to'
    [[ ! -e ran ]]
}

@test "--detach: signals to the one in the background are handed on; its end is the child's" {
    detached -- bash -c 'trap "exit 7" TERM; : > "$1"; while :; do sleep 0.02; done' - "$T/ready"
    poll 10 test -e ready
    kill -TERM "$SUPERVISOR"
    poll 10 is_gone "$SUPERVISOR"
    assert_equal "$(fact exit)" 7
    detached -- sleep 1000
    kill -KILL "$SUPERVISOR"
    poll 10 is_gone "$CHILD"
}

# bats test_tags=vm
@test "--detach: what fails has its status, the hooks are run before it is told, nothing stays" {
    for case in '127 no-such-command' '126 /etc/passwd'; do
        rm -f hook
        run "-${case%% *}" ns-spawn --detach --info-fd 9 --exit-hook sh --exit-hook-arg -c --exit-hook-arg "sleep 0.2; touch $T/hook" \
            -- "${case#* }" 9> info 3>&-
        assert_output --partial "${case#* }"
        [[ -e hook ]]
        assert_equal "$(fact exit)" "${case%% *}"
        poll 10 is_gone "$(fact supervisor)"
    done
    run -125 ns-spawn --detach --mnt=/dev/null -- true 3>&-
    run -125 ns-spawn --detach --info-fd 9 -- true 9> /dev/full 3>&-
    assert_output 'ns-spawn: --info-fd: write: No space left on device'
}

@test "--ready-fd: the command says when; what it says behind that is a failure" {
    detached --ready-fd 5 -- sh -c 'sleep 0.3; printf s >&5; echo > said; exec sleep 1000 5>&-'
    [[ -e said ]]
    run -3 ns-spawn --detach --ready-fd 5 -- sh -c 'printf sf >&5; exit 3' 3>&-
    run -3 ns-spawn --detach --ready-fd 5 -- sh -c 'exit 3' 3>&-
    run -0 ns-spawn --detach --ready-fd 5 -- sh -c 'printf s >&5; exec 5>&-; exit 3' 3>&-
    run -125 ns-spawn --ready-fd 5 -- true
    assert_output --partial '--ready-fd needs --detach'
    run -125 ns-spawn --detach --ready-fd 2 -- true
    assert_output --partial "not a descriptor's number from 3 up"
}

@test "--detach: the caller has its signal mask, and what kills it kills the child until that is ready" {
    for signal in INT TERM HUP KILL; do
        rm -f info
        env --default-signal ns-spawn --detach --ready-fd 5 --info-fd 9 -- sleep 1000 9> info 3>&- &
        SPAWN=$!
        poll 10 grep -q start info
        kill "-$signal" "$SPAWN"
        ended "$((128 + $(kill -l "$signal")))"
        poll 10 is_gone "$(fact pid)"
        poll 10 is_gone "$(fact supervisor)"
    done
}

# --- Cgroups

# in_cgroups PID: it is in all the cgroups whose directories are in the file `dirs`
in_cgroups() {
    local dir
    while read -r dir; do
        grep -qx "$1" "$dir/cgroup.procs" || fail "$1 is not in $dir"
    done < dirs
}

# bats test_tags=vm
@test "--cgroup-dir: the child is in them before it runs, and its command from the start" {
    cg-limit create "$MINI_DOCKER_CGROUP_PARENT/c" --memory 100m --cpus 1 --pids-limit 9 --with freezer > dirs ||
        cg-limit create "$MINI_DOCKER_CGROUP_PARENT/c" --memory 100m --cpus 1 --pids-limit 9 > dirs
    options=()
    while read -r dir; do options+=(--cgroup-dir "$dir"); done < dirs
    window "${options[@]}" --pid --cgroup -- cat
    in_cgroups "$CHILD"
    runs "$CHILD" ns-spawn
    printf '/proc/self/cgroup\0' >&8
    exec 8>&-
    ended 0
    # Made inside of them, a cgroup namespace has them for its roots.
    if [[ $(cgroup_kind) == v2 ]]; then
        assert_equal "$(< out)" 0::/
    else
        [[ $(grep -c ':/$' out) -ge $(wc -l < dirs) ]]
        run ! grep -F "$CTR_TEST_ID" out
    fi
    spawn "${options[@]}" -- sh -c 'cat /proc/self/cgroup; ulimit -t; exec sleep 1000'
    runs "$CHILD" sleep
    in_cgroups "$CHILD"
    [[ $(grep -cF "$CTR_TEST_ID/c" out) == $(wc -l < dirs) ]]
    kill -KILL "$CHILD"
    ended 137
    while read -r dir; do [[ ! $(< "$dir/cgroup.procs") ]]; done < dirs
}

# bats test_tags=vm
@test "--cgroup-dir: into a cgroup of v2 the child is cloned" {
    need_command strace
    [[ $(cgroup_kind) != v1 ]] || skip "needs a cgroup v2 hierarchy"
    dir=$(cg-limit create "$MINI_DOCKER_CGROUP_PARENT/c")
    run -0 strace -f -o trace -e trace=clone3,openat ns-spawn --pid --cgroup-dir "$dir" -- cat /proc/self/cgroup
    assert_line "0::/$MINI_DOCKER_CGROUP_PARENT/c"
    grep -q 'clone3.*CLONE_INTO_CGROUP' trace
    run ! grep cgroup.procs trace
    # Whoever joins namespaces is moved, for the cgroup may not be visible from there.
    spawn --cgroup -- sleep 1000
    run -0 ns-spawn --cgroup="/proc/$CHILD/ns/cgroup" --cgroup-dir "$dir" -- cat /proc/self/cgroup
    [[ $output == *"0::"*"/$MINI_DOCKER_CGROUP_PARENT/c" ]]
}

@test "--cgroup-dir: what is no cgroup, or one too many, before there is a child" {
    run -125 ns-spawn --cgroup-dir no/such -- touch ran
    assert_output 'ns-spawn: no/such: open the cgroup: No such file or directory'
    run -125 ns-spawn --cgroup-dir "$T" -- touch ran
    assert_output "ns-spawn: $T: not a cgroup"
    dir=$(cg-limit create "$MINI_DOCKER_CGROUP_PARENT/c" --memory 100m)
    run -125 ns-spawn --cgroup-dir "$dir" --cgroup-dir "${dir%/*}" -- touch ran
    assert_output "ns-spawn: ${dir%/*}: of the same hierarchy as $dir"
    [[ ! -e ran ]]
}

# bats test_tags=vm
@test "--cgroup-dir: a cgroup that takes no process is named, and the child is gone before the hooks" {
    if [[ $(cgroup_kind) == v2 ]]; then
        dir=$(cg-limit create "$MINI_DOCKER_CGROUP_PARENT/c" --memory 100m)
        mkdir "$dir/sub"
        echo +memory > "$dir/cgroup.subtree_control"
        expected="ns-spawn: $dir: clone a child into new namespaces: (Device or r|R)esource busy" # glibc, and musl
    else
        cg-limit create "$MINI_DOCKER_CGROUP_PARENT/c" --pids-limit 5 --cpuset-cpus 0 > dirs
        cpuset=$(grep /cpuset dirs) pids=$(grep /pids dirs)
        dir=$cpuset/sub # an empty one: no CPU, no memory
        mkdir "$dir"
        expected="ns-spawn: $dir: put the child in: the cpuset has no CPU or no memory node"
    fi
    run -125 ns-spawn --pid ${pids:+--cgroup-dir "$pids"} --cgroup-dir "$dir" \
        --exit-hook sh --exit-hook-arg -c --exit-hook-arg 'cat "$1/cgroup.procs" > procs' --exit-hook-arg - \
        --exit-hook-arg "${pids:-$dir}" -- touch ran
    assert_output --regexp "^$expected\$"
    [[ -e procs && ! -s procs && ! -e ran ]]
}

# --- Hooks

@test "--exit-hook: once each, in order, at the end, apart from the command's stdin and stdout" {
    hooks=()
    for i in 1 2; do
        hooks+=(--exit-hook sh --exit-hook-arg -c --exit-hook-arg "cat; ls /proc/\$\$/fd
            echo \"$i \$1 \$(cat ended)\"" --exit-hook-arg - --exit-hook-arg "a  *'")
    done
    run -5 --separate-stderr ns-spawn --info-fd 9 --keep-fd 7 "${hooks[@]}" -- \
        sh -c 'cat; echo done > ended; exit 5' 7< /dev/null 9> info < <(echo input)
    assert_output input
    assert_equal "$stderr" "$(printf '%s\n' 0 1 2 "1 a  *' done" 0 1 2 "2 a  *' done")"
}

@test "--exit-hook: after every failure, too, but not for a wrong command line" {
    hook=(--exit-hook sh --exit-hook-arg -c --exit-hook-arg 'echo . >> hooks')
    run -127 ns-spawn "${hook[@]}" -- no-such-command
    run -137 ns-spawn "${hook[@]}" --pid -- sh -c 'exit 137'
    run -125 ns-spawn "${hook[@]}" --net=no/such -- true
    run -125 ns-spawn "${hook[@]}" --cgroup-dir no/such -- true
    run -125 ns-spawn "${hook[@]}" --user --map-uid 0:0:5 --map-uid 0:0:5 -- true
    run -125 ns-spawn "${hook[@]}" --args-fd 7 -- true 7< /dev/null
    run -125 as_nobody ./ns-spawn --exit-hook false --mnt -- true
    assert_line 'ns-spawn: false: the hook ended with status 1'
    assert_equal "$(wc -l < hooks)" 6
    run -125 ns-spawn "${hook[@]}" --no-such-option -- true
    assert_equal "$(wc -l < hooks)" 6
}

@test "--exit-hook: one that fails or cannot be run is told of; the others run, the status stays" {
    run -3 ns-spawn --exit-hook no-such-hook --exit-hook sh --exit-hook-arg -c --exit-hook-arg 'exit 4' \
        --exit-hook sh --exit-hook-arg -c --exit-hook-arg 'kill -TERM $$' \
        --exit-hook touch --exit-hook-arg last -- sh -c 'exit 3'
    assert_output "$(printf 'ns-spawn: %s\n' 'no-such-hook: run the hook: No such file or directory' \
        'sh: the hook ended with status 4' 'sh: the hook ended with status 143')"
    [[ -e last ]]
    run -125 ns-spawn --exit-hook-arg x -- true
    assert_output --partial '--exit-hook-arg: x: stands before the hook that it belongs to'
    hooks=()
    for i in {1..16}; do hooks+=(--exit-hook true); done
    run -0 ns-spawn "${hooks[@]}" -- true
    run -125 ns-spawn "${hooks[@]}" --exit-hook true -- true
    assert_output --partial 'one hook too many'
}

@test "--exit-hook: with signals let through, and also when 0, 1 and 2 are closed" {
    spawn --exit-hook sh --exit-hook-arg -c --exit-hook-arg 'grep SigBlk /proc/self/status > hook' -- sleep 1000
    kill -TERM "$SPAWN"
    ended 143
    assert_equal "$(< hook)" $'SigBlk:\t0000000000000000'
    ns-spawn --exit-hook touch --exit-hook-arg closed -- true <&- >&- 2>&-
    [[ -e closed ]]
}

# --- Descriptors, signals, status

open_fds() { # PID
    ls "/proc/$1/fd" | sort -n | xargs
}

@test "the command has 0, 1, 2 and what --keep-fd names, of a thousand that are open" {
    ulimit -n 2048
    for ((i = 0; i < 1000; i++)); do exec {fd}< /dev/null; done
    highest=$fd
    dir=$(cg-limit create "$MINI_DOCKER_CGROUP_PARENT/c" --pids-limit 9)
    spawn --all --cgroup-dir "$dir" --keep-fd 20 --keep-fd "$highest" --net=/proc/self/ns/net -- sleep 1000
    runs "$CHILD" sleep
    assert_equal "$(open_fds "$CHILD")" "0 1 2 20 $highest"
    # What ns-spawn itself has: where it tells, what says to the child and to its watcher that it is
    # alive, and the cgroup.
    run -0 open_fds "$SPAWN"
    assert_equal "$(wc -w <<< "$output") $(grep -cw 9 <<< "$output")" '7 1'
    run -125 ns-spawn --keep-fd 2000 -- true
    assert_output --partial '--keep-fd: 2000: no such file descriptor is open'
    printf 'x\0' > args
    run -0 ns-spawn --keep-fd 7 --args-fd 7 -- sh -c 'readlink /proc/$$/fd/7' 7< args
    assert_output "$T/args"
}

@test "0, 1, 2 that are closed stay closed" {
    ns-spawn --info-fd 9 --pid --mnt -- sleep 1000 9> info <&- >&- 2>&- 3>&- &
    PIDS+=($!)
    poll 10 grep -q start info
    runs "$(fact pid)" sleep
    assert_equal "$(open_fds "$(fact pid)")" ''
    run -125 sh -c 'exec ns-spawn --args-fd 0 -- true <&-'
    assert_output --partial '--args-fd: 0: no such file descriptor is open'
}

@test "exit status: the command's own, 126, 127, 128 + signal, and 125 for ns-spawn's" {
    for status in 0 1 124 125 255; do
        run -"$status" ns-spawn --pid --mnt -- sh -c "exit $status"
        assert_output ''
    done
    run -143 ns-spawn -- sh -c 'kill -TERM $$'
    run -127 ns-spawn --pid -- no-such-command
    assert_output 'ns-spawn: no-such-command: exec: No such file or directory'
    run -127 ns-spawn -- ./no/such
    run -126 ns-spawn -- /
    assert_output 'ns-spawn: /: exec: Permission denied'
    echo 'echo run' > script
    chmod +x script
    run -126 ns-spawn -- ./script
    assert_output 'ns-spawn: ./script: exec: Exec format error'
    run -125 ns-spawn --keep-fd x -- true
}

@test "without a command: SHELL, or /bin/sh" {
    printf '#!/bin/sh\necho "shell $#"\n' > shell
    chmod +x shell
    SHELL=$T/shell run -0 ns-spawn --pid
    assert_output 'shell 0'
    for unset in '-u SHELL' SHELL=; do
        run -0 env $unset ns-spawn --pid --mnt -- < <(echo 'echo "$0 $$"')
        assert_output '/bin/sh 1'
    done
    run -0 ns-spawn -- echo --pid -- x
    assert_output -- '--pid -- x'
    run -0 ns-spawn echo --pid
    assert_output -- --pid
}

TRAP='for s in "$@"; do trap "echo $s; [ $s != TERM ] || exit 9" $s; done; echo > ready
    while :; do sleep 0.01; done'

@test "signals are handed on, to PID 1 as well when it has handlers" {
    signals=(HUP INT QUIT USR1 USR2 PIPE ALRM WINCH URG TERM)
    for options in '' '--pid' '--session'; do
        rm -f ready
        spawn $options -- bash -c "$TRAP" - "${signals[@]}"
        poll 10 test -e ready
        for signal in "${signals[@]}"; do
            kill -s "$signal" "$SPAWN"
            poll 10 grep -qx "$signal" out
        done
        ended 9
        assert_equal "$(xargs < out)" "${signals[*]}"
    done
    spawn -- sleep 1000
    kill -TERM "$SPAWN"
    ended 143
}

@test "the command has the caller's signal mask and dispositions" {
    for env in '' '--block-signal=USR1' '--ignore-signal=HUP --ignore-signal=TERM'; do
        expected=$(env $env grep -E 'Sig(Blk|Ign|Cgt)' /proc/self/status)
        assert_equal "$(env $env ns-spawn --pid -- grep -E 'Sig(Blk|Ign|Cgt)' /proc/self/status)" "$expected"
    done
    env --ignore-signal=CHLD ns-spawn -- sh -c 'exit 6' || status=$?
    assert_equal "$status" 6
}

@test "when ns-spawn is killed, so is its child: in the window, and later" {
    spawn --all -- sleep 1000
    holder=$CHILD
    for options in '' '--pid --mnt' '--user --map-root' "--net=/proc/$holder/ns/net" \
        '--user --map-uid 0:100000:10 --map-gid 0:100000:10 --all'; do
        window $options -- sleep
        kill -KILL "$SPAWN"
        poll 10 is_gone "$CHILD"
        exec 8>&-
        spawn $options -- sleep 1000
        runs "$CHILD" sleep
        kill -KILL "$SPAWN"
        poll 10 is_gone "$CHILD"
    done
}

@test "when ns-spawn is killed, its child has cleared the signal that tells it: it dies all the same" {
    # A change of user ids clears the parent death signal.
    spawn --pid --mnt -- setpriv --reuid 65534 --regid 65534 --clear-groups sleep 1000
    runs "$CHILD" sleep
    kill -KILL "$SPAWN"
    poll 10 is_gone "$CHILD"
    # The one who sees to that ends with ns-spawn, and holds nothing of its caller's meanwhile.
    spawn -- sleep 1000
    runs "$CHILD" sleep
    watcher=$(tr ' ' '\n' < "/proc/$SPAWN/task/$SPAWN/children" | grep -vx "$CHILD" | grep .)
    run -0 ls "/proc/$watcher/fd"
    assert_equal "$(wc -l <<< "$output")" 2
    kill -KILL "$CHILD"
    poll 10 is_gone "$watcher"
}

@test "a terminal's ^C reaches the command once, ^Z stops the job, fg has it go on" {
    counts='trap "echo got" INT; echo ready; while :; do sleep 0.01; done'
    for options in '' '--pid' '--session'; do
        "$BUILD/test/pty-drive" expect=ready 'send=\x03' expect=got nap=200 kill=KILL -- \
            ns-spawn $options -- bash -c "$counts" > seen || :
        assert_equal "$(grep -c got seen)" 1
    done
    PS1='prompt> ' "$BUILD/test/pty-drive" deadline=20 'expect=prompt> ' \
        'send=ns-spawn -- sh -c "echo up; exec cat"\n' 'expect=up\r\n' \
        'send=\x1a' expect=Stopped 'expect=prompt> ' \
        'send=fg\n' 'expect=cat"\r\n' 'send=hello\n' 'expect=hello\r\nhello\r\n' \
        'send=\x04' 'expect=prompt> ' 'send=exit 3\n' -- \
        bash --norc --noprofile -i > seen && status=0 || status=$?
    assert_equal "$status" 3
}

state() { # PID
    local stat
    stat=$(< "/proc/$1/stat")
    stat=${stat##*) }
    echo "${stat%% *}"
}

stopped() {
    [[ $(state "$1") == T ]]
}

@test "what stops ns-spawn itself is not handed on; it goes on where it was" {
    spawn -- sleep 1000
    runs "$CHILD" sleep
    kill -TSTP "$SPAWN"
    poll 10 stopped "$SPAWN"
    assert_equal "$(state "$CHILD")" S
    kill -TERM "$CHILD"
    kill -CONT "$SPAWN"
    ended 143
}

@test "--session: a session of its own" {
    own=$(ps -o sid= -p "$BASHPID")
    run -0 ns-spawn -- sh -c 'ps -o sid= -p $$'
    assert_output "$own"
    run -0 ns-spawn --session -- sh -c 'ps -o sid= -p $$; echo $$'
    assert_equal "$(xargs <<< "${lines[0]}")" "${lines[1]}"
}

@test "options that contradict each other or lack what they need" {
    refused() { # MESSAGE OPTION...
        run -125 --separate-stderr ns-spawn "${@:2}" -- touch ran
        assert_equal "$output" ''
        assert_equal "$stderr" "ns-spawn: $1 (try 'ns-spawn --help')"
    }
    refused 'an id map needs a new user namespace (--user)' --map-root
    refused 'an id map needs a new user namespace (--user)' --map-uid 0:0:1
    refused 'an id map needs a new user namespace (--user)' --user=/proc/self/ns/user --map-gid 0:0:1
    refused '--map-root and other id maps exclude each other' --user --map-root --map-uid 0:0:1
    refused "a clock's offset needs a new time namespace (--time)" --boottime 5
    refused "a clock's offset needs a new time namespace (--time)" --monotonic 5 --time=/proc/self/ns/time
    refused '--boottime: 1.5: not a number of seconds' --time --boottime 1.5
    refused '--boottime: -: not a number of seconds' --time --boottime -
    refused '--monotonic: 99999999999: not a number of seconds' --time --monotonic 99999999999
    refused '--args-fd: -1: not a file descriptor' --args-fd -1
    refused '--info-fd: 77: no such file descriptor is open' --info-fd 77
    refused '--all=x: takes no argument' --all=x
    [[ ! -e ran ]]
}

@test "many at once, each with its own status" {
    for ((i = 0; i < 40; i++)); do
        ns-spawn --all -- sh -c "exit $i" 3>&- &
        pids[i]=$!
    done
    for i in "${!pids[@]}"; do
        status=0
        wait "${pids[i]}" || status=$?
        assert_equal "$status" "$i"
    done
}
