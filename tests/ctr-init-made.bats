#!/usr/bin/env bats
# ctr-init --made-fd tells what it made to mount on; img-layer clear removes it again.

load lib/common

setup() {
    common_setup
    need_root
    cd "$T"
    busybox_rootfs rootfs
    chmod 755 rootfs
    mkdir rootfs/d && ln -s d rootfs/link
    find rootfs -exec touch -hd '2020-02-02 02:02:02.020202' {} +
}
teardown() { common_teardown; }

# made [OPTION...]: what is told, each name in quotes
made() {
    ns-spawn --mnt --pid --uts --ipc --cgroup --net --no-proc --keep-fd 6 -- \
        ctr-init --root rootfs --made-fd 6 "$@" -- sh -c '[ ! -e /proc/self/fd/6 ]' 6> made
    xargs -0r printf "'%s'\n" < made
}

@test "--made-fd: what is made in the root, by its path without links, the outer ones first" {
    rmdir rootfs/{proc,sys,dev} 2> /dev/null || :
    mkdir source && : > file
    run -0 made --bind source:/link/a/b --bind "file:/d/f "$'\n' --tmpfs /t --tmpfs /t/in --workdir /own
    assert_output "'/proc'
'/sys'
'/dev'
'/t'
'/d/f "$'\n'"'
'/d/a'
'/d/a/b'"
    assert_equal "$(stat -c %y rootfs/d)" "$(date -d '2020-02-02 02:02:02.020202' '+%F %T.%N %z')"
    assert_exists rootfs/own
    assert_not_exists source/in
    # What is there already is not told, nor what is made in something mounted.
    run -0 made --bind source:/d/a/b --tmpfs /d/a/b/in
    refute_output
    assert_exists source/in
}

# upper: that of an overlay of rootfs in which a container has run with these options
upper() {
    local command=$1
    shift
    ns-spawn --mnt --pid --uts --ipc --cgroup --net --no-proc --keep-fd 6 -- \
        ufs-mount --lower rootfs --upper up/upper --work up/work up/merged -- \
        ctr-init --root up/merged --made-fd 6 "$@" -- sh -c "$command" 6> made
}

@test "img-layer clear: what is empty goes, with the copies of directories that it was in" {
    mkdir up rootfs/d/deep
    touch -d '2020-02-02 02:02:02.020202' rootfs/d rootfs/d/deep
    upper 'echo x > /new/x; mkdir /d/kept' --tmpfs /d/deep/a/b --tmpfs /new/t --tmpfs /d/deep/c
    img-layer clear --lower rootfs --made-fd 6 up/upper 6< made
    run -0 find up/upper -mindepth 1 -printf '%P\n'
    assert_equal "$(sort <<< "$output" | xargs)" 'd d/kept new new/x'
    # Again, and of what somebody else has put there meanwhile.
    img-layer clear --lower rootfs --made-fd 6 up/upper 6< made
    mkdir victim && : > victim/file
    ln -s "$T/victim" up/upper/link2 && echo text > up/upper/d/f
    printf '%s\0' /link2/file /d/f /../victim/file /d/f/x / '' | img-layer clear --made-fd 0 up/upper
    assert_exists victim/file
    assert_exists up/upper/d/f
}

@test "img-layer clear: errors" {
    mkdir upper
    run -2 img-layer clear upper
    assert_output --partial '--made-fd is missing'
    run -1 img-layer clear --made-fd 0 upper <<< /cut
    assert_output --partial 'no NUL behind it'
    run -1 img-layer clear --made-fd 0 nowhere < <(printf '/x\0')
    assert_output 'img-layer: nowhere: open: No such file or directory'
}
