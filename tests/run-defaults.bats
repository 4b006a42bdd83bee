#!/usr/bin/env bats
# A container of which nothing else is asked is what Docker's is: rights, devices, what is hidden and
# what is read-only; seen from inside, by trying.

load lib/run

setup_file() { run_setup_file; }
setup() { run_setup; }
teardown() { run_teardown; }

# bats test_tags=vm
@test "capabilities, filter, signals, limits of rights: as the kernel lists them" {
    trap '' USR1 PIPE # a caller's habits
    umask 077
    run -0 box busybox grep -E '^(Cap|NoNew|Seccomp|Sig(Blk|Ign)|Umask)' /proc/self/status
    trap - USR1 PIPE
    for line in 'CapInh:0000000000000000' 'CapPrm:00000000a80425fb' 'CapEff:00000000a80425fb' 'CapBnd:00000000a80425fb' \
        'CapAmb:0000000000000000' 'NoNewPrivs:0' 'Seccomp:2' 'Seccomp_filters:1' 'SigBlk:0000000000000000' 'SigIgn:0000000000000000'; do
        assert_line "${line%:*}:"$'\t'"${line#*:}"
    done
    assert_line --regexp 'Umask:.0022'
    run -0 box -u 1000 busybox sh -c 'sed -n "s/^Cap\(Prm\|Eff\|Bnd\|Amb\)://p" /proc/self/status | xargs'
    assert_output '0000000000000000 0000000000000000 00000000a80425fb 0000000000000000'
    run -0 box busybox sh -c 'umask; touch /x; stat -c %a / /x; cut -d " " -f 5,6,7 /proc/1/stat'
    assert_output $'0022\n755\n644\n1 1 0' # group, session, no terminal
}

@test "the fourteen capabilities do, the others do not" {
    run -0 box busybox sh -c '
        touch /f; chown 5:6 /f && chmod 4755 /f && stat -c "%u %g %a" /f # CHOWN, FOWNER, FSETID
        mknod /node c 1 3 && echo text > /node && echo node # MKNOD
        chroot / true && echo chroot # SYS_CHROOT
        su user -c "id -u" # SETUID, SETGID
        for denied in "mount -t tmpfs none /tmp" "hostname other" "ip link set lo mtu 1000" "insmod /f" "nice -n -5 true" "dmesg" \
            "chroot /proc/1/root/.. mount -o remount,rw /sys"; do
            $denied > /dev/null 2>&1 && echo "could $denied" || :
        done
        hostname | grep other || echo denied'
    refute_output --partial could
    for line in '5 6 4755' node chroot 1000 denied; do assert_line "$line"; done
}

# bats test_tags=vm
@test "devices: those of Docker, and the device cgroup denies the rest" {
    run -0 box busybox sh -c 'cd /dev; stat -c "%n %F %a" * pts/* shm/* 2> /dev/null; ls -A . pts shm mqueue | xargs'
    assert_line '.: core fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero mqueue: pts: ptmx shm:'
    for node in null zero full tty random urandom; do assert_line "$node character special file 666"; done
    run -0 box busybox sh -c '
        echo x > /dev/null && head -c 3 /dev/zero | od -An -tx1 && head -c 16 /dev/urandom | wc -c
        echo x > /dev/full || echo full
        (exec < /dev/tty) || echo no tty
        echo x > /dev/shm/x && cat /dev/shm/x
        for node in "b 8 0" "b 7 0" "c 1 1" "c 1 11" "c 10 229" "c 1 4"; do
            mknod /node $node && { head -c 1 /node || (exec 3> /node); } && echo "opened $node"; rm /node
        done
        mknod /own c 1 5 && head -c 2 /own | od -An -tx1
        mknod /tmp/sda b 8 0 && echo made'
    refute_line --partial opened
    for line in ' 00 00 00' 16 full 'no tty' x ' 00 00' made; do assert_line "$line"; done
    assert_equal "$(grep -c "can't open '/node'\|can't create /node\|/node: Operation not permitted" <<< "$output")" 12
}

# bats test_tags=vm
@test "what is hidden, and what is read-only" {
    run -0 box busybox sh -c '
        for path in /proc/acpi /proc/asound /proc/interrupts /proc/kcore /proc/keys /proc/latency_stats /proc/sched_debug \
            /proc/scsi /proc/timer_list /proc/timer_stats /sys/devices/virtual/powercap /sys/firmware; do
            [ ! -f $path ] && [ ! -c $path ] || [ ! "$(head -c 1 $path)" ] || echo "shows $path"
            [ ! -d $path ] || [ ! "$(ls -A $path)" ] || echo "shows $path"
        done
        for path in /proc/bus /proc/fs /proc/irq /proc/sys /proc/sysrq-trigger /sys /sys/fs/cgroup; do
            [ ! -e $path ] || touch $path 2>&1 | grep -q Read-only || echo "can touch $path"
        done
        for file in /proc/sys/kernel/hostname /proc/sys/vm/swappiness /sys/kernel/mm/ksm/run; do
            [ ! -e $file ] || ! (exec 3> $file) 2> /dev/null || echo "wrote $file"
        done
        find /sys/fs/cgroup -name cgroup.procs | while read f; do (exec 3> $f) 2> /dev/null && echo "wrote $f"; done
        echo end'
    assert_output end
    # The paths are those that this kernel has, so that there is something to hide.
    run -0 box --privileged busybox sh -c 'head -c 1 /proc/interrupts | wc -c; ls /sys/firmware | wc -l'
    assert_line --index 0 1
    refute_line --index 1 0
}

@test "/sys and the cgroups are those of the container" {
    # Of a hierarchy of v1 in which it has no cgroup of its own it sees the host's.
    run -0 box -m 20m busybox sh -c 'cut -d : -f 3 /proc/self/cgroup | sort -u; ls /sys/class/net; cd /sys/fs/cgroup
        [ ! -d memory ] || cd memory; find . -mindepth 1 -type d; cat memory.limit_in_bytes memory.max 2> /dev/null || :'
    assert_output $'/\nlo\n'$((20 << 20))
    run -0 box busybox sed -n 's/^[0-9]* [0-9]* [^ ]* [^ ]* \([^ ]*\) .*/\1/p' /proc/self/mountinfo
    for line in "${lines[@]}"; do
        [[ $line =~ ^(/|/proc(/.*)?|/sys(/.*)?|/dev(/pts|/shm|/mqueue)?)$ ]] || fail "a mount of the host: $line"
    done
    # Private, or nobody's: nothing that is mounted goes anywhere.
    run -1 box busybox grep -E 'shared:|master:' /proc/self/mountinfo
}

@test "the host's root cannot be reached" {
    echo secret > "$T/secret"
    run -0 box busybox sh -c 'for path in /proc/1/root/../.. /proc/1/cwd/../.. /proc/self/root/../../..; do ls $path/tmp; done; ls -d /proc/1/root'"$T"' 2> /dev/null || echo none'
    assert_output none
    run -0 box busybox readlink /proc/1/exe
    assert_output /bin/busybox
}

# bats test_tags=vm
@test "system calls that the filter denies" {
    [[ ! ${SANITIZE-} ]] || skip "a program with sanitizers is no static one"
    # unshare(NEWUSER), clone3 (ENOSYS, so that libraries try clone), and those that capabilities do not bar
    calls=(unshare,0x10000000 clone,0x10000000 clone3 keyctl add_key mount personality,0x40000 userfaultfd bpf perf_event_open io_uring_setup kexec_load)
    run -0 box -v "$BUILD/test/seccomp-probe:/probe:ro" busybox /probe - "${calls[@]}"
    for call in "${calls[@]}"; do
        case $call in
            clone3) assert_line 'clone3 ENOSYS' ;;
            *) assert_line "$call EPERM" ;;
        esac
    done
    run -0 box --security-opt seccomp=unconfined -v "$BUILD/test/seccomp-probe:/probe:ro" busybox /probe - keyctl clone3 unshare,0x10000000
    assert_output $'keyctl EINVAL\nclone3 EINVAL\nunshare,0x10000000 ok'
}

# bats test_tags=vm
@test "--privileged: the devices of the host, nothing hidden" {
    run -0 box --privileged busybox sh -c '
        mknod /node c 1 11 && : < /node && echo kmsg # no device cgroup
        mount -t tmpfs none /tmp && echo mounts
        exec 3> /proc/sys/vm/swappiness && echo writes
        grep -c " /proc/sys " /proc/self/mountinfo
        sed -n "s/^Seccomp:.//p" /proc/self/status
        ls /dev | wc -l'
    assert_equal "${lines[*]:0:5}" 'kmsg mounts writes 0 0'
    ((lines[5] > 15))
}
