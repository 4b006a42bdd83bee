#!/usr/bin/env bats
# ctr-init: containers, by what the kernel shows of them, from inside and from outside.

load lib/common

setup() {
    common_setup
    need_root
    cd "$T"
    busybox_rootfs rootfs
    chmod 755 rootfs
}
teardown() {
    local pid
    for pid in "${PIDS[@]}"; do kill -9 "$pid" 2> /dev/null || :; done
    common_teardown
}
PIDS=()
NS=(ns-spawn --mnt --pid --uts --ipc --cgroup --net --no-proc)

# ctr [OPTION...] -- COMMAND...: run it in a container of $T/rootfs
ctr() {
    "${NS[@]}" -- ctr-init --root "$T/rootfs" "$@"
}

# start [OPTION...] -- COMMAND...: the same in the background, once it runs; its PID 1 is $pid, what
# it prints is in out, who waits for it is $waiter
start() {
    : > info
    "${NS[@]}" --info-fd 3 --keep-fd 3 -- ctr-init --root "$T/rootfs" --info-fd 3 "$@" \
        3>> info > out 2>&1 < "${INPUT:-/dev/null}" &
    waiter=$!
    PIDS+=("$waiter")
    poll 10 grep -q started info
    pid=$(sed -n 's/^pid\t//p' info)
}

end() {
    kill -9 "$waiter"
    wait "$waiter" || :
}

# sandbox SCRIPT [ARG...]: bash in namespaces that stand for the host's; there, `ctr` as above, and
# `fails TEXT COMMAND...`: with status 125, TEXT in its message, and every mount as it was before
sandbox() {
    unshare -m -u -n bash -euo pipefail -c "NS=(${NS[*]}); $(declare -f ctr); $FAILS; $1" sandbox "${@:2}"
}
FAILS='fails() {
    local status=0 text=$1 before after
    shift
    before=$(< /proc/self/mountinfo)
    "$@" > stderr 2>&1 || status=$?
    after=$(< /proc/self/mountinfo)
    [[ $status == 125 && $(< stderr) == *"$text"* ]] || { echo "status $status: $* ($text)"; cat stderr; exit 1; }
    [[ $before == "$after" ]] || { echo "mounts: $*"; exit 1; }
}'

# in_status FIELD: of a process' status on stdin
in_status() {
    sed -n "s/^$1:[[:space:]]*//p"
}

own_caps() { # what root here has, as a number
    echo "0x$(in_status CapPrm < /proc/self/status)"
}

# bats test_tags=vm
@test "the command is PID 1; its root is the directory, and there is nothing else" {
    run -0 ctr -- sh -c 'echo $$; cat etc/hosts; cd /..; pwd; ls -d etc/passwd'
    assert_output "$(printf '%s\n' 1 '127.0.0.1 localhost' / etc/passwd)"
    start -- sleep 1000
    for place in root root/.. root/../.. cwd cwd/..; do
        assert_equal "$(stat -L -c %d:%i "/proc/$pid/$place")" "$(stat -c %d:%i rootfs)"
    done
    run -0 cut -d ' ' -f 5 "/proc/$pid/mountinfo"
    refute_line --regexp '^/[^pds]|^/(proc|dev|sys)[^/]'
    for place in / /proc /dev /dev/pts /dev/shm /dev/mqueue /sys; do
        assert_equal "$(grep -cx "$place" <<< "$output")" 1
    done
    # Who enters the namespace comes to what lies on top of all: had the old root stayed, there.
    run -0 nsenter -m -p -t "$pid" sh -c 'stat -c %d:%i /; cut -d " " -f 5 /proc/self/mountinfo'
    assert_output "$(stat -c %d:%i rootfs; cut -d ' ' -f 5 "/proc/$pid/mountinfo")"
    for kind in mnt pid uts ipc net cgroup; do
        [[ $(readlink "/proc/$pid/ns/$kind") != "$(readlink "/proc/self/ns/$kind")" ]]
    done
    end
}

# bats test_tags=vm
@test "from a directory, a link to it, a relative path, a tmpfs, layers, below a shared mount" {
    ln -s rootfs link
    for root in "$T/rootfs" link rootfs/../rootfs; do
        run -0 "${NS[@]}" -- ctr-init --root "$root" -- sh -c 'echo $$ >> /ran; ls -d /etc/passwd'
    done
    assert_equal "$(xargs < rootfs/ran)" '1 1 1'
    sandbox '
        mkdir tmp merged
        mount -t tmpfs tmpfs tmp && cp -a rootfs/. tmp
        mount --make-rshared /
        before=$(< /proc/self/mountinfo)
        "${NS[@]}" -- ctr-init --root tmp -- ls -d /etc/passwd
        ctr -- ls -d /etc/passwd
        ns-spawn --mnt --pid --cgroup -- ctr-init --root tmp -- sh -c "test \$\$ = 1"
        "${NS[@]}" -- ufs-mount --lower rootfs --upper upper --work work merged -- \
            ctr-init --root merged -- sh -c "echo x > /changed"
        [[ -e upper/changed && ! -e rootfs/changed ]]
        # Also where nobody has made mounts private.
        unshare -m --propagation unchanged ctr-init --root tmp -- ls -d /etc/passwd
        unshare -mpf --propagation unchanged ctr-init --root tmp -- ls -d /etc/passwd
        [[ $(< /proc/self/mountinfo) == "$before" ]]'
}

@test "never in the caller's own namespaces" {
    sandbox '
        hostname box
        own="caller'\''s own"
        fails "ctr-init: rootfs: this is the $own mnt namespace" ctr-init --root rootfs -- true
        fails "$own mnt namespace" ns-spawn --pid -- ctr-init --root rootfs -- true
        fails "$own mnt namespace" unshare --pid --fork ctr-init --root rootfs -- true
        fails "ctr-init: name: this is the $own uts namespace" \
            ns-spawn --mnt --pid --no-proc -- ctr-init --root rootfs --hostname name -- true
        fails "ctr-init: lo: this is the $own net namespace" \
            ns-spawn --mnt --pid --no-proc -- ctr-init --root rootfs --loopback -- true
        [[ $(uname -n) == box && $(ip link show lo) == *"state DOWN"* ]]'
    # The parent cannot be seen here; the machine's own name is told all the same.
    if [[ $(readlink /proc/self/ns/uts) == 'uts:[4026531838]' ]]; then
        name=$(uname -n)
        run -125 ns-spawn --mnt --pid -- ctr-init --root rootfs --hostname "$name" -- true
        assert_output --partial "own uts namespace"
    fi
}


# unchanged: nothing came into out or went, nor has anything there been touched
remember() { find out -printf '%p %i %C@ %m\n' | sort > remembered; }
unchanged() { find out -printf '%p %i %C@ %m\n' | sort | diff remembered -; }

@test "links of an image do not lead out of its root" {
    mkdir -p out/inner source
    up=../../../../../../../../../../../..
    ln -s "$up$T/out" rootfs/up
    ln -s "$T/out" rootfs/absolute
    ln -s /absolute rootfs/chain
    ln -s "$up/new/deep" rootfs/dangling
    ln -s loop rootfs/loop
    remember
    run -0 ctr --bind source:/up/b --bind source:/chain/c/d --tmpfs /absolute/inner/t \
        --bind /etc/hosts:/up/file --bind source:/dangling --tmpfs /up/x/../y \
        --workdir /up/work/dir -- sh -c 'pwd; cut -d " " -f 5 /proc/self/mountinfo'
    assert_line --index 0 "$T/out/work/dir"
    for target in b c/d inner/t file y; do assert_line "$T/out/$target"; done
    assert_line /new/deep
    unchanged
    for option in '--workdir /loop' '--tmpfs /loop/x' '--bind source:/loop'; do
        # shellcheck disable=SC2086
        run -125 ctr $option -- true
        assert_output --regexp '^ctr-init: /loop(/x)?: make the (mount point|working directory): (Sym|Too)'
    done
    unchanged
}

@test "links in /proc do not lead out, with descriptors of the host open" {
    mkdir out source
    echo 'root:x:0:0::/stolen:/' > out/passwd
    printf '#!/bin/sh\necho host\n' > out/command
    chmod 755 out/command
    ln -s /proc/self/fd/7 rootfs/fd
    ln -s /proc/1/root rootfs/self
    remember
    # A descriptor that was merely left open is closed, one that is wanted cannot be followed.
    for wanted in '' '--info-fd 7'; do
        # shellcheck disable=SC2086
        leaky() { "${NS[@]}" --keep-fd 7 -- ctr-init --root rootfs $wanted "$@" 7< out; }
        for option in '--workdir /fd' '--workdir /fd/x' '--bind source:/fd/x' '--bind source:/fd' \
            '--tmpfs /fd/x' '--workdir /self/x' '--bind source:/proc/self/fd/7/x'; do
            # shellcheck disable=SC2086
            run -125 leaky $option -- true
            assert_output --regexp '^ctr-init: /(fd|self|proc)[^:]*: make the '
        done
        ln -sf /fd/passwd rootfs/etc/passwd
        run leaky -- sh -c 'echo $HOME'
        [[ $output == / || $output == 'ctr-init: /etc/passwd: read: '* ]]
        rm rootfs/etc/passwd
    done
    run -127 "${NS[@]}" --keep-fd 7 -- ctr-init --root rootfs -- /fd/command 7< out
    unchanged
}

@test "what fails names its object, and leaves the host's mounts as they were" {
    mkdir source fake out
    ln -s firmware fake/firmware
    : > file
    printf 1234567 > short
    head -c 8 /dev/zero > invalid
    head -c 40000 /dev/zero > long
    : > empty
    sandbox '
        fails "ctr-init: none: bind: No such file or directory" ctr --bind none:/x -- true
        fails "ctr-init: /sys/firmware: mask: " ctr --bind fake:/sys -- true
        fails "ctr-init: /etc/passwd: mount source: one is a directory" ctr --bind source:/etc/passwd -- true
        fails "ctr-init: /etc: mount file: one is a directory" ctr --bind file:/etc -- true
        fails "ctr-init: /etc/passwd/x: make the mount point: Not a directory" ctr --tmpfs /etc/passwd/x -- true
        fails "/t: mount tmpfs with options '\''size=1m,nonsense=1'\'': Invalid" ctr --tmpfs /t:size=1m,nonsense=1 -- true
        for target in / /. /etc/..; do fails "ctr-init: $target: mount: it is the root" ctr --tmpfs $target -- true; done
        for target in /proc /proc/sys/fs; do fails "$target: mount: it is a directory of /proc" ctr --bind source:$target -- true; done
        fails "ctr-init: /etc/passwd: change the working directory: Not a" ctr --workdir /etc/passwd -- true
        fails "ctr-init: --console-fd: send the terminal: " ctr --console-fd 0 -- true < /dev/null
        fails "ctr-init: ghost: no such user in the container" ctr --user ghost -- true
        fails "ctr-init: ghosts: no such group in the container" ctr --user user:ghosts -- true
        fails "set the host name: Invalid argument" ctr --hostname "$(printf "%065d" 0)" -- true
        fails "ctr-init: missing: read the seccomp filter: No such" ctr --seccomp missing -- true
        fails "ctr-init: long: read the seccomp filter: File too large" ctr --seccomp long -- true
        for file in empty short; do fails "ctr-init: $file: not a compiled" ctr --seccomp $file -- true; done
        for more in "" --no-new-privs; do
            fails "ctr-init: invalid: load the seccomp filter: Invalid argument" ctr --seccomp invalid $more -- true
        done
        fails "ctr-init: none: open the root: No such" "${NS[@]}" -- ctr-init --root none -- true
        fails "ctr-init: file: open the root: Not a directory" "${NS[@]}" -- ctr-init --root file -- true
        fails "the command is missing" ctr --
        fails "no argument came" ctr --args-fd 0 < /dev/null
        fails "a file is open for writing" unshare -m sh -c "exec ctr-init --root rootfs -- true > out/x"
        rmdir rootfs/proc && ln -s ../out rootfs/proc
        fails "ctr-init: /proc: open the mount point: Not a directory" ctr -- true'
    for bad in 'bind=a' 'bind=a:b' 'bind=:/b' 'bind=a:/b:nonsense' 'bind=a:/b:ro:x' 'tmpfs=x' 'workdir=x' \
        'cap-add=NO' 'ulimit=x=1' 'ulimit=nofile=x' 'ulimit=nofile=2:1' 'env=x' 'env==x' 'args-fd=99'; do
        run -125 ctr-init --root rootfs "--$bad" -- true
        assert_output --regexp "^ctr-init: --${bad%%=*}: .*\(try "
    done
    run -125 ctr-init -- true
    assert_output --partial 'ctr-init: --root is missing'
}

# caps_are NUMBER [OPTION...]: permitted, effective, and what any program there can get
caps_are() {
    run -0 ctr "${@:2}" -- grep ^Cap /proc/self/status
    assert_output "$(printf 'Cap%s:\t%016x\n' Inh 0 Prm "$1" Eff "$1" Bnd "$1" Amb 0)"
}

@test "capabilities: Docker's fourteen, --cap-add, --cap-drop, --privileged" {
    default=0xa80425fb own=$(own_caps)
    caps_are $default
    caps_are $((default | 1 << 21)) --cap-add sys_admin
    caps_are $((default | 1 << 21 | 1 << 12)) --cap-add CAP_SYS_ADMIN --cap-add NET_ADMIN
    caps_are $((default & ~(1 << 27 | 1 << 13))) --cap-drop mknod --cap-drop CAP_NET_RAW
    caps_are 0 --cap-drop ALL
    caps_are 1 --cap-drop all --cap-add CHOWN
    caps_are $default --cap-drop CHOWN --cap-add CHOWN
    caps_are $((own)) --cap-add ALL
    caps_are $((own & ~(1 << 13))) --cap-add ALL --cap-drop NET_RAW
    caps_are $((own)) --privileged
    caps_are $((own & ~1)) --privileged --cap-drop CHOWN
    run -125 setpriv --bounding-set -sys_time "${NS[@]}" -- ctr-init --root rootfs --cap-add SYS_TIME -- true
    assert_output 'ctr-init: SYS_TIME: the caller does not have this capability itself'
}

@test "another user has no capability; the bounding set is what it is for root" {
    for option in '' '--cap-add SYS_ADMIN' --privileged; do
        # shellcheck disable=SC2086
        run -0 ctr --user user $option -- grep -E '^Cap(Inh|Prm|Eff|Amb)' /proc/self/status
        assert_equal "$(cut -f 2 <<< "$output" | sort -u)" 0000000000000000
    done
    run -0 ctr --user user -- grep CapBnd /proc/self/status
    assert_output --partial 00000000a80425fb
}

@test "users and groups as Docker finds them in the container" {
    printf '%s\n' '' '#x' broken ':::' 'odd:x:y:z::' 'long:x:7:8:::' '+::::::' >> rootfs/etc/passwd
    who() { # USER UID GID GROUPS HOME
        run -0 ctr --user "$1" -- sh -c 'exec 2> /dev/null; echo "$(id -u) $(id -g) $(id -G) $HOME"'
        assert_output "${*:2}"
    }
    who 0 0 0 0 /root
    who user 1000 1000 '1000 50 63' /home/user
    who 1000 1000 1000 '1000 50 63' /home/user
    who user:audio 1000 63 63 /home/user
    who 1000:0 1000 0 0 /home/user
    who daemon 1 1 '1 63' /usr/sbin
    who 4242 4242 0 0 /
    who 4242:77 4242 77 77 /
    who :audio 0 63 63 /root
    who long 7 8 8 /
    run -0 ctr --user user -- grep -E '^(Uid|Gid|Groups)' /proc/self/status
    assert_output "$(printf 'Uid:\t1000\t1000\t1000\t1000\nGid:\t1000\t1000\t1000\t1000\nGroups:\t50 63 1000 ')"
    for unknown in ghost odd -1 4294967295 4294967296 user:4294967295 ghost:0; do
        run -125 ctr --user "$unknown" -- true
        assert_output --regexp "^ctr-init: (${unknown//:/|}): no such (user|group) in the container's /etc/"
    done
    rm rootfs/etc/passwd rootfs/etc/group
    who 0 0 0 0 /
    run -125 ctr --user user -- true
    assert_output --partial 'ctr-init: user: no such user'
    mkfifo rootfs/etc/passwd
    run -125 ctr -- true
    assert_output 'ctr-init: /etc/passwd: not a regular file'
}

# bats test_tags=vm
@test "hidden and protected: Docker's paths" {
    run -0 ctr -- sh -c '
        for path in /proc/acpi /proc/asound /proc/interrupts /proc/kcore /proc/keys /proc/latency_stats \
            /proc/sched_debug /proc/scsi /proc/timer_list /proc/timer_stats /sys/devices/virtual/powercap \
            /sys/firmware /sys/devices/system/cpu/cpu*/thermal_throttle; do
            if [ -d "$path" ]; then
                echo "$path $(ls -A "$path" | wc -l) $(grep -c " $path ro,nosuid,nodev,noexec" /proc/self/mountinfo)"
            elif [ -e "$path" ]; then
                echo "$path $(stat -c %t:%T "$path") $(wc -c < "$path")"
            fi
        done'
    for path in /proc/{acpi,asound,interrupts,kcore,keys,latency_stats,sched_debug,scsi,timer_list,timer_stats} \
        /sys/{devices/virtual/powercap,firmware,devices/system/cpu/cpu*/thermal_throttle}; do
        if [[ -d $path ]]; then
            assert_line "$path 0 1"
        elif [[ -e $path ]]; then
            assert_line "$path 1:3 0"
        fi
    done
    assert_line '/proc/interrupts 1:3 0'
    run -0 ctr -- sh -c '
        ro() { ! "$@" 2> /tmp/error && grep -q "Read-only" /tmp/error || echo "$*: $(cat /tmp/error)"; }
        for path in bus fs irq sys; do
            grep -q " /proc/$path ro,nosuid,nodev,noexec" /proc/self/mountinfo || echo $path
        done
        [ ! -e /proc/sysrq-trigger ] || ro sh -c ": > /proc/sysrq-trigger"
        ro sh -c "echo x > /proc/sys/kernel/domainname"
        ro sh -c "echo x > /proc/irq/default_smp_affinity"
        ro mkdir /sys/kernel/x
        ro mkdir /sys/fs/cgroup/x
        for path in /sys/fs/cgroup/*/; do [ ! -d $path ] || ro mkdir $path/x; done
        cut -d : -f 3- /proc/self/cgroup | sort -u'
    assert_output /
    run -0 ctr --privileged -- sh -c '
        echo x > /proc/sys/kernel/domainname && cat /proc/sys/kernel/domainname
        grep -E " (/proc/.*|/sys|/sys/fs/cgroup/[^ ]*) r[ow]," /proc/self/mountinfo | grep -v "/sys.* rw,"
        wc -l < /proc/interrupts'
    assert_equal "${#lines[@]} ${lines[0]}" '2 x'
    ((lines[1] > 1))
}

@test "a device that a volume replaces is not what hides things" {
    mkdir dev
    ln -s /etc/passwd dev/null
    run -0 ctr --bind dev:/dev -- sh -c 'stat -c %t:%T /proc/interrupts; wc -c < /proc/interrupts'
    assert_output "$(printf '1:3\n0')"
}

@test "/dev: the usual devices and links, whatever the umask is; /dev/shm, /dev/pts, /dev/mqueue" {
    umask 077
    run -0 ctr -- sh -c 'cd /dev; stat -c "%n %F %t:%T %a" *'
    for device in 'full 1:7' 'null 1:3' 'random 1:8' 'tty 5:0' 'urandom 1:9' 'zero 1:5'; do
        assert_line "${device% *} character special file ${device#* } 666"
    done
    assert_equal "$(cut -d ' ' -f 1 <<< "$output" | xargs)" \
        'core fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero'
    run -0 ctr -- sh -c '
        cd /dev; for link in core fd ptmx stderr stdin stdout; do readlink $link; done
        head -c 2 /dev/zero | od -An -tx1
        head -c 5 /dev/urandom | wc -c
        echo x > /dev/null
        ! echo x > /dev/full'
    assert_output --partial "$(printf '%s\n' /proc/kcore /proc/self/fd pts/ptmx /proc/self/fd/{2,0,1} ' 00 00' 5)"
    assert_output --partial 'No space left'
    run -0 ctr -- sh -c 'stat -f -c "%b %S" /dev/shm; stat -c %a /dev/shm /dev/mqueue; grep /dev /proc/self/mountinfo'
    assert_equal $((${lines[0]/ /*})) $((64 << 20))
    assert_equal "${lines[*]:1:2}" '1777 1777'
    assert_line --partial ' /dev/shm rw,nosuid,nodev,noexec'
    assert_line --partial ' /dev/mqueue rw,nosuid,nodev,noexec'
    assert_line --regexp ' /dev/pts rw,nosuid,noexec.* rw,gid=5,mode=620,ptmxmode=666'
    run -0 ctr --shm-size 1m -- sh -c 'stat -f -c "%b %S" /dev/shm'
    assert_equal $((${output/ /*})) $((1 << 20))
}

@test "--privileged: the devices of the host, but no console and nothing mounted there" {
    nodes='cd /dev; find . -xdev \( -type b -o -type c \) -exec stat -c %n:%F:%t:%T:%a:%u:%g {} +'
    run -0 ctr --privileged -- sh -c "$nodes"
    inside=$(sort <<< "$output" | grep -v '\./\(null\|zero\|full\|tty\|u\?random\):')
    outside=$(sh -c "$nodes" | sort | grep -v '\./\(null\|zero\|full\|tty\|u\?random\|console\|ptmx\):')
    assert_equal "$inside" "$outside"
    run -0 ctr --privileged -- sh -c 'ls -A /dev/shm /dev/pts /dev/console 2> /dev/null || true'
    assert_output "$(printf '%s\n' /dev/pts: ptmx '' /dev/shm:)"
}

@test "volumes: rw, ro with all that is mounted below, files, sockets; private" {
    mkdir -p source/below
    : > source/file
    echo old > single
    mkfifo fifo
    sandbox '
        mount -t tmpfs tmpfs source/below
        mount --make-rshared /
        ctr --bind source:/a --bind single:/b/c/single --bind fifo:/fifo -- sh -c "
            echo new > /a/new; echo new > /a/below/new; echo new > /b/c/single; test -p /fifo
            ! grep -E \"shared:|master:\" /proc/self/mountinfo"
        [[ $(cat source/new source/below/new single | xargs) == "new new new" ]]
        ctr --bind source:/a:ro --bind single:/single:ro -- sh -c "
            for file in /a/x /a/below/x /a/file /single; do
                if echo x >> \$file; then echo \$file written; fi
            done" > seen 2>&1
        [[ $(grep -c "Read-only file system" seen) == 4 && $(wc -l < seen) == 4 ]]
        ctr --bind source:/a:nosuid,nodev,noexec,noatime -- grep " /a" /proc/self/mountinfo > seen
        [[ $(grep -c "rw,nosuid,nodev,noexec,noatime" seen) == 2 ]]
        # Flags of the source stay.
        mount --bind source source && mount -o remount,bind,nosuid,nodev source
        ctr --bind source:/a:ro --bind source:/b:suid,dev -- grep -E " /[ab] " /proc/self/mountinfo > seen
        grep -q " /a ro,nosuid,nodev" seen && grep -q " /b rw,nosuid,nodev" seen
        # What is mounted on the host later on does not show.
        mkdir gate && mkfifo gate/in gate/out
        ctr --bind source:/a --bind gate:/gate -- sh -c "echo > /gate/out; read _ < /gate/in; ls /a/late | wc -l" > seen &
        read -r _ < gate/out
        mkdir source/late && mount -t tmpfs tmpfs source/late && : > source/late/file
        echo > gate/in
        wait $!
        [[ $(< seen) == 0 ]]'
}

@test "names with : , \\ blanks and newlines" {
    odd=$'a:b,c\\d e\nf' escaped=$'a\\:b,c\\\\d e\nf'
    mkdir "$odd"
    : > "$odd/file"
    run -0 ctr --bind "$escaped:/x/$escaped:ro" --tmpfs "/t/$escaped:size=1m" --workdir "/w/$odd" \
        -- sh -c 'ls "/x/$0" && [ "$(pwd)" = "/w/$0" ]' "$odd"
    assert_output file
    [[ -d rootfs/x/$odd && -d rootfs/t/$odd && -d rootfs/w/$odd ]]
    run -0 ctr --bind "$escaped:/x/$escaped:ro" --tmpfs "/t/$escaped:size=1m" -- grep -cE ' /[xt]/a:b,c' /proc/self/mountinfo
    assert_output 2
}

@test "tmpfs: flags, options, the mode of what it covers" {
    chmod 711 rootfs/home/user
    mkdir -m 1751 rootfs/covered
    run -0 ctr --tmpfs /new --tmpfs /some:size=1m,exec,suid,mode=0700,uid=7 --tmpfs /ro:ro --tmpfs /covered \
        --tmpfs /home/user:mode=1733 -- \
        sh -c 'cat /proc/self/mountinfo; stat -c "%n %a %u" /new /some /covered /home/user'
    assert_line --regexp ' /new rw,nosuid,nodev,noexec,relatime - tmpfs '
    assert_line --regexp ' /some rw,nodev,relatime - tmpfs tmpfs rw,size=1024k,mode=700,uid=7'
    assert_line --regexp ' /ro ro,nosuid,nodev,noexec,'
    assert_line '/new 1777 0'
    assert_line '/some 700 7'
    assert_line '/covered 1751 0'
    assert_line '/home/user 1733 0'
}

@test "mounts in each other: shallow ones first, the later one on top; missing points are made" {
    mkdir -p one/d two
    touch one/1 two/2
    umask 077
    run -0 ctr --tmpfs /a/b/c/d --bind one:/a/b/c --tmpfs /a --bind one:/x/y --bind two:/x/y -- \
        sh -c 'ls /a /a/b/c /a/b/c/d /x/y; stat -c %a /a/b /x; stat -f -c %T /a /a/b/c/d'
    assert_output "$(printf '%s\n' /a: b '' /a/b/c: 1 d '' /a/b/c/d: '' /x/y: 2 755 755 tmpfs tmpfs)"
}

@test "--read-only: the root, not what is mounted in it; the working directory is there" {
    mkdir volume
    run -0 ctr --read-only --tmpfs /tmp --bind volume:/v --workdir /srv/new -- sh -c '
        pwd
        for file in /x /etc/x /srv/new/x /tmp/x /v/x /dev/x /dev/shm/x; do
            touch $file 2> /dev/null && echo $file
        done'
    assert_output "$(printf '%s\n' /srv/new /tmp/x /v/x /dev/x /dev/shm/x)"
    [[ -e volume/x && ! -e rootfs/x ]]
}

@test "an empty volume takes what the image has there" {
    mkdir -p rootfs/data/sub empty full
    echo one > rootfs/data/one
    ln -s one rootfs/data/link
    mkfifo rootfs/data/sub/fifo
    chown -R 7:8 rootfs/data
    chmod 750 rootfs/data
    chmod 4711 rootfs/data/one
    touch -d '2001-02-03 04:05:06.789' rootfs/data/one
    : > full/mine
    tree() { (cd "$1" && find . -printf '%p %y %m %U:%G %l ' \( -type f -printf '%T@' , -true \) -printf '\n' | sort); }
    run -0 ctr --bind empty:/data:copy --bind full:/data/sub:copy -- ls /data/sub
    assert_output mine
    rm rootfs/data/sub/fifo && mkfifo rootfs/data/sub/fifo && chown 7:8 rootfs/data/sub/fifo
    assert_equal "$(tree empty)" "$(tree rootfs/data)"
    mkdir plain
    ctr --bind plain:/data -- true
    assert_equal "$(ls -A plain)" ''
    # Several at a time: one copies, and all find everything.
    mkdir shared
    for i in {1..200}; do echo "$i" > "rootfs/data/sub/$i"; done
    for i in {1..4}; do
        ctr --bind shared:/data:copy -- sh -c 'ls /data/sub | wc -l' > "out$i" 2>&1 &
    done
    wait
    assert_equal "$(cat out? | xargs)" '201 201 201 201'
}

@test "host name and loopback, in the container alone" {
    before=$(uname -n)
    run -0 ctr --hostname a.b-c --loopback -- sh -c 'uname -n; echo $HOSTNAME; cat /sys/class/net/lo/flags; ping -c 1 127.0.0.1 > /dev/null'
    assert_output "$(printf 'a.b-c\na.b-c\n0x9')"
    run -0 ctr --env HOSTNAME=other -- sh -c 'echo $HOSTNAME; cat /sys/class/net/lo/flags'
    assert_output "$(printf 'other\n0x8')"
    run -0 ctr -- sh -c 'echo $HOSTNAME'
    assert_output "$before"
    assert_equal "$(uname -n)" "$before"
}

@test "limits: soft and hard, unlimited; what cannot be raised is named" {
    run -0 ctr --ulimit nofile=100:200 --ulimit core=0 --ulimit nproc=77 --ulimit cpu=-1 --ulimit fsize=unlimited \
        -- cat /proc/self/limits
    assert_line --regexp '^Max open files +100 +200 '
    assert_line --regexp '^Max core file size +0 +0 '
    assert_line --regexp '^Max processes +77 +77 '
    assert_line --regexp '^Max cpu time +unlimited +unlimited '
    assert_line --regexp '^Max file size +unlimited +unlimited '
    run -125 setpriv --bounding-set -sys_resource prlimit --nofile=50:60 \
        "${NS[@]}" -- ctr-init --root rootfs --ulimit nofile=100 -- true
    assert_output 'ctr-init: nofile: set the limit: Operation not permitted'
}

@test "seccomp and no_new_privs" {
    filter=$BUILD/share/seccomp.bpf
    see='grep -E "^(Seccomp|NoNewPrivs):" /proc/self/status | cut -f 2 | xargs; unshare -m true'
    for user in root user; do
        run -1 ctr --seccomp "$filter" --user $user -- sh -c "$see"
        assert_line --index 0 '0 2'
        assert_line --partial 'Operation not permitted'
        run -1 ctr --seccomp "$filter" --user $user --no-new-privs --init -- sh -c "$see"
        assert_line --index 0 '1 2'
    done
    run -0 ctr --privileged -- sh -c "$see"
    assert_output '0 0'
    # With no_new_privs the filter comes last, and need not allow giving up rights.
    echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls":
        [{"names": ["capset", "setgroups"], "action": "SCMP_ACT_ERRNO"}]}' > profile
    seccomp-compile -o strict profile
    run -125 ctr --seccomp strict -- true
    assert_output --partial 'Operation not permitted'
    run -0 ctr --seccomp strict --no-new-privs --user user -- id -u
    assert_output 1000
}

@test "--init stays PID 1, reaps, hands signals on, has the command's exit status" {
    run -0 ctr --init -- sh -c '
        for i in 1 2 3 4 5; do sh -c "sleep 0.05 & echo \$! >> /orphans"; done
        left() { for pid in $(cat /orphans); do [ ! -e /proc/$pid ] || return 0; done; false; }
        for i in $(seq 500); do ! left || sleep 0.01; done
        ! left || ps
        cat /proc/1/comm; echo $$'
    assert_output "$(printf 'ctr-init\n2')"
    run -7 ctr --init -- sh -c 'exit 7'
    run -137 ctr --init -- sh -c 'kill -9 $$'
    run -127 ctr --init -- no-such
    start --init -- sh -c 'trap "echo got; exit 5" USR1; echo ready; while :; do sleep 0.05; done'
    poll 10 grep -q ready out
    assert_equal "$(ls "/proc/$pid/fd")" ''
    kill -USR1 "$waiter"
    status=0
    wait "$waiter" || status=$?
    assert_equal "$status $(tail -n 1 out)" '5 got'
}

@test "the command is looked up in the container, by its PATH" {
    printf 'echo hi\n' > rootfs/bin/no-interpreter
    printf '#!/no/such\n' > rootfs/bin/bad-interpreter
    printf '#!/bin/sh\necho script\n' > rootfs/bin/script
    : > rootfs/bin/plain
    mkdir -p rootfs/bin/dir rootfs/opt
    chmod 755 rootfs/bin/{no-interpreter,bad-interpreter,script}
    printf '#!/bin/sh\necho "$@"; pwd\n' > rootfs/opt/only-here
    chmod 755 rootfs/opt/only-here
    run -0 ctr -- script
    assert_output script
    run -0 ctr --env PATH=/bin:/opt -- only-here hi
    assert_output "$(printf 'hi\n/')"
    run -0 ctr --workdir /opt -- ./only-here
    assert_line /opt
    for command in no-such only-here bats "$(type -P bats)" /bin/no-such ./only-here script/x ''; do
        run -127 ctr -- "$command"
        assert_output --regexp "^ctr-init: $command: exec: (No such file or directory|Not a directory)"
    done
    run -127 ctr -- bad-interpreter
    assert_output --partial 'bad-interpreter: exec: the interpreter that it names is not there'
    for command in plain dir /bin/dir /etc no-interpreter; do
        run -126 ctr -- "$command"
        assert_output --regexp "^ctr-init: $command: exec: (Permission denied|Exec format error)"
    done
}

@test "nothing of the caller: descriptors, signals, mask, umask, environment, session keyring" {
    export CALLER=secret
    for input in /dev/null -; do
        # shellcheck disable=SC2094
        env --ignore-signal=INT,QUIT,HUP,PIPE,RTMIN --block-signal=TERM,USR1 bash -c '
            umask 077
            if [[ $1 == - ]]; then exec <&-; fi
            exec 3>> info 5< . 8< /etc/passwd "${@:2}"' caller "$input" \
            "${NS[@]}" --info-fd 3 --keep-fd 3 --keep-fd 5 --keep-fd 8 -- \
            ctr-init --root rootfs --info-fd 3 -- sleep 1000 > out 2>&1 &
        waiter=$!
        PIDS+=("$waiter")
        poll 10 grep -q started info
        pid=$(sed -n 's/^pid\t//p' info)
        poll 10 grep -qx sleep "/proc/$pid/comm"
        assert_equal "$(in_status Umask < "/proc/$pid/status")" 0022
        assert_equal "$(ls "/proc/$pid/fd" | xargs)" '0 1 2'
        for field in SigBlk SigIgn; do
            assert_equal "$(in_status $field < "/proc/$pid/status")" 0000000000000000
        done
        assert_equal "$(tr '\0' '\n' < "/proc/$pid/environ" | cut -d = -f 1 | sort | xargs)" 'HOME HOSTNAME PATH'
        end
        : > info
    done
    keyring=$(ctr --privileged -- sed -n 's/^\([0-9a-f]*\) .* keyring   _ses: .*/\1/p' /proc/keys)
    [[ $keyring && $(ctr --privileged -- cat /proc/keys) != *"$keyring"* ]]
}

@test "arguments and environment come byte for byte" {
    nasty=('' ' ' -n -- '$(id)' '*' $'new\nline' '"' "'" '\' 'é' $'\xff\x01')
    run -0 ctr -- sh -c 'tr "\0" "\n" < /proc/self/cmdline > /dev/null; for a; do printf "%s\0" "$a"; done > /args' sh "${nasty[@]}"
    printf '%s\0' "${nasty[@]}" | cmp - rootfs/args
    mapfile -t many < <(seq 20000)
    long=$(printf '%0131071d' 0)
    NS+=(--keep-fd 4 --keep-fd 5)
    printf '%s\0' sh -c 'printf "%s\0" "$@" > /args' sh "${nasty[@]}" "${many[@]}" "$long" > args
    printf '%s\0' A=1 $'B= $(x)\n"' C= A=2 "L=${long:2}" > env
    ctr --args-fd 4 --env-fd 5 --env C=3 -- 4< args 5< env
    printf '%s\0' "${nasty[@]}" "${many[@]}" "$long" | cmp - rootfs/args
    printf '%s\0' cat /proc/self/environ > args
    ctr --args-fd 4 --env-fd 5 --env C=3 --env PATH=/bin -- 4< args 5< env > seen
    printf '%s\0' $'B= $(x)\n"' A=2 "L=${long:2}" C=3 PATH=/bin "HOSTNAME=$(uname -n)" HOME=/root | cmp - seen
    printf 'nonsense\0' > env
    run -125 ctr --env-fd 5 -- true 4< args 5< env
    assert_output 'ctr-init: nonsense: not NAME=VALUE'
    printf '%s\0' true "${long}0" > args
    run -125 ctr --args-fd 4 -- 4< args 5< env
    assert_output --regexp '^ctr-init: true: exec: Argument list too long'
}

# By rights that a container has only with --privileged: even they do not help.
WRITE=': > /proc/1/exe'

@test "--init: the host's program cannot be written from inside through /proc/1/exe (CVE-2019-5736)" {
    before=$(sha256sum "$BIN/ctr-init")
    run -1 ctr --init --privileged -- sh -c "$WRITE"
    assert_output --partial 'Read-only file system'
    assert_equal "$(sha256sum "$BIN/ctr-init")" "$before"
}

@test "nor where an image has a link to it as its command" {
    [[ ! ${SANITIZE-} ]] || skip "a sanitized program needs libraries, which this image has not"
    before=$(sha256sum "$BIN/ctr-init")
    ln -s /proc/self/exe rootfs/evil
    mkfifo never
    exec 4<> never
    INPUT=never start -- /evil --root / --args-fd 0
    poll 10 sh -c "tr '\\0' ' ' < /proc/$pid/cmdline | grep -q ^/evil"
    assert_equal "$(stat -L -c %i "/proc/$pid/exe")" "$(stat -c %i "$BIN/ctr-init")"
    run nsenter -m -p -t "$pid" sh -c "$WRITE"
    assert_output --partial 'Read-only file system'
    assert_equal "$(sha256sum "$BIN/ctr-init")" "$before"
}

# on_terminal ACTION... -- [OPTION...] -- COMMAND...: in a container with a terminal, driven
on_terminal() {
    local actions=()
    while [[ $1 != -- ]]; do
        actions+=("$1")
        shift
    done
    "$BUILD/test/pty-drive" size=30x100 deadline=20 "${actions[@]}" -- tty-relay --socket-fd 9 -- \
        "${NS[@]}" --keep-fd 9 -- ctr-init --root "$T/rootfs" --console-fd 9 "${@:2}"
}

@test "a terminal: the controlling one, with job control, also below --init" {
    see='tty; stat -c "%t:%T %u %a" $(tty) /dev/console; echo "$TERM"; stty size; exec ls -1 /proc/self/fd'
    run -0 on_terminal -- --user user --env TERM=odd -- sh -c "$see"
    assert_output "$(printf '%s\r\n' /dev/pts/0 '88:0 1000 620' '88:0 1000 620' odd '30 100' 0 1 2 3)" # 3 is its own
    job="sh -c 'echo g\"\"o \$TERM; exec sleep 1000'\\n"
    for init in '' --init; do
        # shellcheck disable=SC2086
        # What stops or ends a job is typed only when that has the terminal.
        run -5 on_terminal 'expect=# ' "send=$job" 'expect=go xterm\r\n' 'send=\x03' \
            'expect=# ' "send=echo g''o; cat < /dev/tty\n" 'expect=go\r\n' 'send=typed\n' \
            'expect=typed\r\ntyped' 'send=\x04' \
            'expect=# ' "send=$job" 'expect=go xterm\r\n' 'send=\x1a' 'expect=Stopped' \
            'expect=# ' 'send=exit 5\n' 'send=exit 5\n' -- $init -- sh -i
        refute_output --partial 'job control turned off'
    done
}

@test "a terminal where a volume is /dev" {
    mkdir dev
    mkfifo dev/console
    run -0 on_terminal -- --bind dev:/dev --bind /dev/pts:/dev/pts --user 0 -- stat -c %F /dev/console
    assert_output --partial 'character special file'
    [[ -p dev/console ]]
}

@test "--info-fd: when all is ready; when the command then cannot be executed" {
    NS+=(--keep-fd 7)
    now=$EPOCHSECONDS
    ctr --info-fd 7 -- true 7> info
    [[ $(< info) =~ ^started$'\t'([0-9]+)\.[0-9]{9}$ ]]
    ((BASH_REMATCH[1] >= now && BASH_REMATCH[1] <= EPOCHSECONDS))
    run -127 ctr --info-fd 7 -- no-such 7> info
    assert_equal "$(tail -n 1 info)" "$(printf 'failed\t127')"
    run -125 ctr --info-fd 7 --user ghost -- true 7> info
    assert_equal "$(< info)" ''
    run -125 ctr --info-fd 7 -- true 7< info
    assert_output 'ctr-init: --info-fd: write: Bad file descriptor'
}

# bats test_tags=vm
@test "--stdout-fd, --stderr-fd: the command's; what ctr-init says is not among it" {
    NS+=(--keep-fd 7 --keep-fd 8)
    ctr --stdout-fd 7 --stderr-fd 8 -- sh -c 'echo out; echo err >&2; ls /proc/self/fd | xargs' 7> out 8> err > ours 2>&1
    assert_equal "$(< out) / $(< err) / $(< ours)" $'out\n0 1 2 3 / err / ' # 3 is the directory
    run -127 ctr --stdout-fd 7 --stderr-fd 8 -- no-such 7> out 8> err
    assert_output 'ctr-init: no-such: exec: No such file or directory'
    [[ ! -s out && ! -s err ]]
    run -127 ctr --init --stdout-fd 7 --stderr-fd 8 -- no-such 7> out 8> err
    assert_output 'ctr-init: no-such: exec: No such file or directory'
    ctr --stderr-fd 8 -- sh -c 'echo out; echo err >&2' 7> /dev/null 8> err > ours 2>&1
    assert_equal "$(< err) / $(< ours)" 'err / out'
    run -125 ctr --stdout-fd 9 -- true 7> /dev/null 8> /dev/null
    assert_output --partial '--stdout-fd'
}

@test "--ready-fd: s when all is ready, closed by exec; f behind it when that fails" {
    NS+=(--keep-fd 7)
    assert_equal "$(ctr --ready-fd 7 -- true 7>&1 > /dev/null)" s
    assert_equal "$(ctr --init --ready-fd 7 -- true 7>&1 > /dev/null)" s
    assert_equal "$(ctr --ready-fd 7 -- no-such 7>&1 > /dev/null 2>&1)" sf
    assert_equal "$(ctr --init --ready-fd 7 -- no-such 7>&1 > /dev/null 2>&1)" sf
    assert_equal "$(ctr --ready-fd 7 --user ghost -- true 7>&1 > /dev/null 2>&1)" ''
    mkfifo ready
    for init in '' --init; do
        "${NS[@]}" -- ctr-init --root "$T/rootfs" $init --ready-fd 7 -- sleep 1000 7> ready &
        waiter=$!
        PIDS+=("$waiter")
        assert_equal "$(timeout 20 cat ready)" s # its end comes with exec
        end
    done
}

@test "the death of who waits is the container's, whatever its user is" {
    for user in 0 user; do
        start --user $user --no-new-privs -- sleep 1000
        poll 10 grep -qx sleep "/proc/$pid/comm"
        end
        poll 10 sh -c "! readlink /proc/$pid/exe"
    done
}

# bats test_tags=vm
@test "in a user namespace, as nobody" {
    mkdir -m 777 volume
    mkdir -p rootfs/v rootfs/ro rootfs/t
    chown -R 65534:65534 rootfs
    NS=(setpriv --reuid 65534 --regid 65534 --clear-groups
        ns-spawn --user --map-root --mnt --pid --uts --ipc --cgroup --no-proc --net)
    run -0 ctr --hostname box --loopback --bind volume:/v --bind /proc:/ro:ro --tmpfs /t --no-new-privs \
        --seccomp "$BUILD/share/seccomp.bpf" -- sh -c '
        id -u; uname -n; cat /sys/class/net/lo/flags
        echo x > /v/x; echo x > /t/x; echo x > /dev/null; head -c 2 /dev/zero | od -An -tx1
        sed -n "s/^Cap[PEB].*:\t//p" /proc/self/status
        stat -c %t:%T /proc/interrupts
        for path in /sys /proc/sys /ro; do grep -c " $path ro," /proc/self/mountinfo; done'
    caps=00000000a80425fb
    assert_output "$(printf '%s\n' 0 box 0x9 ' 00 00' $caps $caps $caps 1:3 1 1 1)"
    assert_equal "$(stat -c %u volume/x)" 65534
    run -125 ctr --user 1000 -- true
    assert_output 'ctr-init: become group 1000: Invalid argument'
    # A group in /etc/group that cannot be had there is no obstacle.
    echo 'more:x:77:root' >> rootfs/etc/group
    run -0 ctr -- id -u
    # Without a network namespace there is no new /sys.
    unset 'NS[-1]'
    run -0 ctr -- sh -c 'grep -c " /sys ro,nosuid,nodev,noexec" /proc/self/mountinfo; ls -d /sys/class/net/lo'
    assert_output "$(printf '1\n/sys/class/net/lo')"
}

@test "a real distribution" {
    need_debian
    rm -rf rootfs
    debian_rootfs rootfs
    chmod 755 rootfs
    run -0 ctr --user games --init -- bash -c 'id -un; id -gn; echo $HOME; . /etc/os-release; echo $ID; echo x > /var/lock/x; ls /run/lock'
    assert_output "$(printf '%s\n' games games /usr/games debian x)"
}
