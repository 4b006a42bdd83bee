#!/usr/bin/env bats
# mini-docker diff: what img-layer makes of a container's layers, with what mini-docker made left out.

load lib/kept

setup_file() { run_setup_file; }
setup() { kept_setup; }
teardown() { kept_teardown; }

# bats test_tags=vm
@test "added, changed, deleted; of one that has ended, and of one that runs" {
    stopped box busybox sh -c 'echo x > /new; rm /bin/ls; echo x >> /etc/passwd; rm -r /home; mkdir /home; chmod 700 /var; mkdir /a; echo > "/a/b	c"'
    run -0 --separate-stderr mini-docker diff box
    assert_output 'A /a
A /a/b\011c
C /bin
D /bin/ls
C /etc
C /etc/passwd
C /home
D /home/user
A /new
C /var'
    [[ ! $stderr ]]
    running going busybox sh -c 'echo x > /new; echo ready; sleep 1000'
    run -0 mini-docker diff going
    assert_output 'A /new'
    id=$(ctr-state show going | sed -n 's/^id\t//p')
    run -0 mini-docker diff "$id"
    assert_output 'A /new'
    end going
}

@test "what a container gets to mount on is no change of its own; volumes are, as Docker has them" {
    mkdir rootfs && cp "$(type -P busybox)" rootfs/sh
    mini-docker import rootfs bare > /dev/null
    stopped bare bare /sh -c :
    run -0 mini-docker diff bare
    refute_output
    assert_dir_exist "$(directory bare)/upper/proc"
    stopped host --network host bare /sh -c :
    run -0 mini-docker diff host
    assert_output 'A /etc' # which it was made in
    stopped volumes -v /one/two --tmpfs /three -w /four/five bare /sh -c 'echo > /one/two/x; echo > /three/x; echo > /dev/x'
    run -0 mini-docker diff volumes
    assert_output 'A /four
A /four/five
A /one
A /one/two
A /three'
    stopped busy busybox true
    run -0 mini-docker diff busy
    refute_output
}

@test "what cannot be" {
    busybox_rootfs tree
    stopped with-root --rootfs tree true
    run -1 mini-docker diff with-root
    assert_output 'mini-docker: diff: with-root: was made with --rootfs: nobody knows what was there before'
    run -1 mini-docker diff nowhere
    assert_output --partial 'nowhere: no such container'
    run -125 mini-docker diff
    run -125 mini-docker diff a b
    run -125 mini-docker diff --nonsense a
    names+=(created)
    mini-docker create --name created busybox true > id
    run -0 mini-docker diff created
    refute_output
    stopped box busybox true
    run -1 bash -c 'mini-docker diff box >&- ; mini-docker diff box > /dev/full; rm -r "$1"; mini-docker diff box' - "$(img-store show busybox | sed -n 's/^layers\t//p')"
    assert_output --partial 'open: No such file or directory'
}
