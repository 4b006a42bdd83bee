#!/usr/bin/env bats
# mini-docker run, where a step fails or a signal comes: it says what failed, ends with 125 or the
# signal's status, and leaves nothing; and what it does to the machine around when all goes well.

load lib/run

setup_file() { run_setup_file; }
setup() { run_setup; }
teardown() { run_teardown; }

@test "images: none of that name, a layer is missing" {
    leaves_nothing 125 nosuch true
    assert_output --regexp '^img-store: nosuch.*: '
    leaves_nothing 125 ../busybox true
    leaves_nothing 125 '' true
    leaves_nothing 125 'a b' true
    leaves_nothing 125
    assert_output --partial 'needs IMAGE'
    run -125 mini-docker create
    assert_output "mini-docker: create: needs IMAGE [COMMAND [ARG...]] (try 'mini-docker create --help')"
    rm -rf "$MINI_DOCKER_ROOT"/layers/*
    leaves_nothing 125 busybox true
    assert_output --regexp 'img-store: .*: layer of busybox:latest: No such file or directory'
}

# bats test_tags=vm
@test "limits that are none, or cannot be set: no container without them" {
    for bad in '-m lots' '-m 10m --memory-swap 5m' '--cpus many' '--cpus 0.001' '-c x' '--cpuset-cpus x' '--cpuset-cpus 4000' \
        '--pids-limit x' '--pids-limit 5000000000' '--pids-limit -2'; do
        leaves_nothing 125 $bad -v "$T:/t" busybox touch /t/ran
        assert_output --partial 'cg-limit: '
    done
    [[ ! -e ran ]]
}

# bats test_tags=vm
@test "a cgroup parent with processes bars limits on v2, and nothing starts" {
    need_v2
    mkdir "/sys/fs/cgroup/$CTR_TEST_ID"
    sleep 1000 3>&- &
    PIDS+=($!)
    echo $! > "/sys/fs/cgroup/$CTR_TEST_ID/cgroup.procs"
    leaves_nothing 125 -m 10m busybox true
    assert_output --partial "$CTR_TEST_ID has processes, which bars controllers below"
    run -0 box busybox true
}

@test "inside: user, directory, mounts, host name, limits, filter" {
    : > file
    for bad in '-u nosuch' '-w /etc/passwd' '--tmpfs /x:size=x' '-v ./file:/etc' '-v ./file/x:/y' '--ulimit nofile=9999999999' \
        '--ulimit nosuch=1' '--tmpfs /etc/passwd' '-v /etc:/etc/passwd/x' '--cap-drop nosuch'; do
        leaves_nothing 125 $bad busybox true
    done
    leaves_nothing 125 -h "$(printf %065d 0)" busybox true
    assert_output --partial 'set the host name'
}

@test "a name that is taken: the other one is not harmed" {
    begin --name web busybox sh -c 'echo ready; exec sleep 1000'
    says ready
    run -125 mini-docker run --name web busybox true
    assert_output --partial 'ctr-state: web: the name is in use by container'
    assert_equal "$(ctr-state get web status)" running
    assert_equal "$(ls "$MINI_DOCKER_ROOT/containers" | wc -l)" 1
    kill -KILL "$(ctr-state get web pid)"
    ends 137
    no_cgroup
}

@test "a store on a full disk, on a read-only one, in no directory" {
    unshare -m bash -euo pipefail -c '
        mount -t tmpfs -o size=8m none "$1"
        mini-docker import "$2" busybox > /dev/null
        fails() {
            local status=0
            mini-docker run "$@" busybox true 2> stderr || status=$?
            cat stderr
            [[ $status == 125 ]] && grep -qE "^(ctr-state|img-store|mkdir|mini-docker|cp): .*: $why" stderr
            [[ ! $(ls -A "$1/containers" "$1/names" 2> /dev/null) ]]
        }
        dd if=/dev/zero of="$1/fill" bs=4k 2> /dev/null || :
        why="No space left on device"
        fails
        rm "$1/fill"
        mini-docker run --rm busybox true
        mount -o remount,ro "$1"
        why="Read-only file system"
        fails
        fails -v name:/x' - "$MINI_DOCKER_ROOT" "$(busybox_tar)"
    : > file
    leaves_nothing 125 --rootfs file true
    MINI_DOCKER_ROOT=$T/file run -125 mini-docker run busybox true
    assert_output --partial "$T/file"
}

# driver NAME=VALUE: the driver, with one of its directories another
driver() {
    sed "s,^${1%%=*}=.*,$1," "$BIN/mini-docker" > driver
    chmod 755 driver
}

@test "a part of the installation is missing" {
    mkdir share
    ln -s "$BUILD/share/options" share/
    driver "SHAREDIR=$T/share"
    run -125 ./driver run busybox true
    assert_output "ctr-init: $T/share/seccomp.bpf: read the seccomp filter: No such file or directory"
    no_container
    run -125 ./driver run --cap-add SYS_ADMIN busybox true
    assert_output --partial "$T/share/seccomp.json"
    no_container
    mkdir bin
    ln -s "$BIN"/* bin/
    rm bin/ns-spawn
    driver "BINDIR=$T/bin"
    run -125 env PATH=/usr/bin:/bin ./driver run busybox true
    assert_output --partial 'ns-spawn: not found'
    nothing
    # One that dies when all is done, and cannot tell.
    printf '#!/bin/sh\n%s/cg-limit "$@"\n[ "$1" != create ] || kill -9 $$\n' "$BIN" > cg-limit
    chmod 755 cg-limit
    ln -sf "$BIN/ns-spawn" bin/ns-spawn
    ln -sf "$T/cg-limit" bin/cg-limit
    run -125 env PATH=/usr/bin:/bin ./driver run busybox true
    nothing
}

# bats test_tags=vm
@test "the mounts of the host are as they were, and its /proc, however it ended" {
    # All is shared, as systemd leaves it, but not with the host, lest that be harmed.
    unshare -m bash -euo pipefail -c '
        mount --make-rshared /
        ends() { local status=0; mini-docker run --rm "${@:2}" 2> /dev/null || status=$?; [[ $status == "$1" ]]; }
        before=$(cat /proc/self/mountinfo)
        root=$(stat -c "%d %i" / /proc/self/root/ /proc/sys /dev /sys)
        ends 0 -v /:/host --tmpfs /t --privileged busybox sh -c "mount -t tmpfs none /host/tmp && umount /t && umount -l /proc"
        ends 3 busybox sh -c "exit 3"
        ends 127 busybox nosuch
        ends 125 -u nosuch busybox true
        ends 125 -w /etc/passwd busybox true
        ends 137 --init busybox sh -c "kill -9 \$\$"
        [[ $(cat /proc/self/mountinfo) == "$before" ]]
        [[ $(stat -c "%d %i" / /proc/self/root/ /proc/sys /dev /sys) == "$root" ]]
        [[ $(readlink /proc/self) == [0-9]* && -r /proc/$$/status ]]'
    nothing
}

traps() { # in the container: say so when a signal comes, and end with 7
    echo 'for s in TERM INT HUP QUIT USR1 USR2 ALRM; do trap "echo got $s; exit 7" $s; done; echo ready; while :; do sleep 0.02; done'
}

# bats test_tags=vm
@test "signals reach the container" {
    for signal in TERM INT HUP QUIT USR1 USR2 ALRM; do
        begin --name web busybox sh -c "$(traps)"
        says ready
        kill "-$signal" "$runner"
        ends 7
        says "got $signal"
    done
    begin busybox sh -c 'echo ready; exec sleep 1000' # as PID 1 it has no default action
    says ready
    kill -TERM "$runner"
    says ready
    kill -0 "$runner"
    kill -KILL "$runner"
    ends 137
    poll 5 no_process
    clear_up
}

# no_process: in a cgroup of this test
no_process() {
    local file
    while read -r file; do
        [[ ! -s $file ]] || [[ ! $(< "$file") ]] || return 1
    done < <(find /sys/fs/cgroup -path "*$CTR_TEST_ID/*" -name cgroup.procs)
}

clear_up() { # what was killed with no time to do so
    local id
    for id in $(ctr-state list --all | cut -f 1); do
        cg-limit remove "$CTR_TEST_ID/$id"
        ctr-state remove "$id"
    done
}

# bats test_tags=vm
@test "SIGKILL: no process of the container is left" {
    begin --name web busybox sh -c 'sleep 1000 & setsid sleep 1000 & echo ready; exec sleep 1000'
    says ready
    [[ $(ctr-state get web status) == running ]]
    kill -KILL "$runner"
    ends 137
    poll 5 no_process
    poll 5 eval '[[ $(ctr-state get web status) == dead ]]'
    clear_up
}

@test "SIGKILL: also a first process that has changed its user dies" {
    begin busybox sh -c 'exec su -s /bin/sh nobody -c "echo ready; exec sleep 1000"'
    says ready
    kill -KILL "$runner"
    ends 137
    poll 5 no_process
    clear_up
}

@test "what was killed with its supervisor is freed by who wants its name" {
    begin --name web -m 64m busybox sh -c 'echo ready; exec sleep 1000'
    says ready
    kill -KILL "$runner"
    ends 137
    poll 5 no_process
    refute no_cgroup
    run -0 mini-docker run --rm --name web busybox echo again
    assert_output again
    no_container
    no_cgroup
}

@test "directories of volumes: made when all is well, gone when it is not" {
    run -125 mini-docker run --rm -v "$T/a/b:/x" -v vol:/y --ulimit bogus=1 -v "$T/c:bad" busybox true
    assert_not_exist "$T/a"
    assert_not_exist "$MINI_DOCKER_ROOT/volumes"
    run -0 mini-docker run --rm -v "$T/a/b:/x" -v vol:/y busybox touch /x/file /y/file
    assert_file_exist "$T/a/b/file"
    # What root leaves in a volume, another user of the host must not come by.
    run -1 setpriv --reuid 65534 --regid 65534 --clear-groups stat "$MINI_DOCKER_ROOT/volumes/vol/_data"
    assert_output --partial 'Permission denied'
}

@test "a current directory that is gone is not taken for /" {
    mkdir gone
    cd gone
    rmdir ../gone
    run -125 mini-docker run --rm -v .:/x:ro busybox ls /x
    assert_output --partial 'the current directory has no name: it was deleted'
    cd "$T"
}

@test "a directory as standard input is no way to the host" {
    run -125 mini-docker run --rm -i busybox ls /proc/self/fd/0/.. < "$T"
    assert_output --partial 'descriptor 0 is a directory'
}

@test "a signal during set-up: ended by it, nothing is left" {
    mkfifo fifo
    # Before there is anything ...
    exec 8<> fifo
    for signal in TERM INT HUP QUIT USR1 USR2 ALRM; do
        begin --env-file fifo busybox true
        poll 5 is_reading
        insist "$signal"
        ends "$((128 + $(kill -l "$signal")))"
        no_container
    done
    exec 8>&-
    # ... and with the record made.
    for signal in TERM INT USR1; do
        begin --security-opt seccomp=fifo busybox true
        poll 5 is_compiling
        [[ $(find "$MINI_DOCKER_ROOT/containers" -mindepth 1 -maxdepth 1) ]]
        kill "-$signal" "$runner"
        : > fifo # the step ends
        ends "$((128 + $(kill -l "$signal")))"
        nothing
    done
}

insist() { # SIGNAL: until it has ended; one just before the shell reads is not looked at until then
    poll 20 refute_kill "$1"
}

refute_kill() {
    ! kill "-$1" "$runner" 2> /dev/null
}

is_reading() { # the driver waits for the file
    [[ $(readlink "/proc/$runner/fd/0") == "$T/fifo" ]]
}

is_compiling() {
    local child
    child=$(< "/proc/$runner/task/$runner/children") && [[ ${child% } ]] && grep -qs seccomp-compile "/proc/${child%% *}/comm"
}

@test "a signal when the supervisor has begun and holds none yet: nothing is left" {
    mkdir bin
    ln -s "$BIN"/* bin/
    rm bin/ns-spawn
    printf '#!/bin/sh\necho begins\nwhile [ ! -e go ]; do sleep 0.02; done\nexec %s/ns-spawn "$@"\n' "$BIN" > bin/ns-spawn
    chmod 755 bin/ns-spawn
    driver "BINDIR=$T/bin"
    for signal in TERM INT HUP QUIT USR1 USR2 ALRM; do
        PATH=/usr/bin:/bin env --default-signal ./driver run --rm busybox true < /dev/null > out 2> err 3>&- &
        runner=$!
        PIDS+=("$runner")
        says begins
        kill "-$signal" "$runner"
        touch go
        ends 0
        nothing
        rm go out
    done
}

@test "a signal at any moment: ended, and nothing is left" {
    for delay in 0 2 4 6 8 10 12 15 18 22 26 30 40; do
        begin busybox sh -c "$(traps)"
        sleep "0.0$(printf %02d "$delay")"
        insist TERM # before it asks for it, a first process gets none
        status=0
        wait "$runner" || status=$?
        ((status == 143 || status == 7)) || fail "$status after $delay: $(cat err)"
        nothing
    done
}
