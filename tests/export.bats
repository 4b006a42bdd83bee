#!/usr/bin/env bats
# mini-docker export: the tree of a container, without what is mounted in it.

load lib/kept
load lib/tree

setup_file() { run_setup_file; }
setup() { kept_setup; }
teardown() { kept_teardown; }

# bats test_tags=vm
@test "of one that runs and of one that has ended: the same archive, and the tree in it" {
    command='echo x > /new; ln /new /bin/hard; rm /bin/ls; rm -r /home; echo > /volume/x; echo > /dev/x; echo ready; exec sleep 1000'
    begin --name going -v /volume -v /etc/passwd:/file busybox sh -c "$command"
    says ready
    mini-docker export going > going.tar
    # In the tree that the container itself sees, but for what is mounted there.
    nsenter -m"/proc/$(ctr-state get going pid)/ns/mnt" /bin/busybox find / -xdev ! -path / ! -path '/proc*' ! -path '/sys*' ! -path '/dev*' | sed 's,^/,,' | LC_ALL=C sort > want
    tar -tf going.tar | sed 's,^\./,,; s,/$,,' | grep -v '^\(dev\|proc\|sys\|\)$' | LC_ALL=C sort | diff want -
    cp -a "$(directory going)" saved
    end going
    mkdir tree && tar -xf going.tar -C tree
    assert_equal "$(ls -A tree/proc tree/sys tree/dev tree/volume | grep -v :$ | xargs)" ''
    assert_equal "$(cat tree/new; stat -c '%h %s' tree/new tree/file | xargs)" $'x\n2 2 1 0'
    [[ ! -e tree/home && ! -e tree/bin/ls ]]
    # Seen by the layers, when nobody runs there.
    stopped ended busybox true
    rm -r "$(directory ended)/upper" && cp -a saved/upper "$(directory ended)/upper"
    mini-docker export ended | cmp going.tar -
    run -0 mini-docker export ended -o file.tar
    refute_output
    cmp going.tar file.tar
    assert_equal "$(stat -c %a file.tar; ls -A | grep -c '^file.tar')" $'600\n1'
    # An image of it is the whole tree.
    mini-docker import file.tar again > /dev/null
    run -0 box again cat /new
    assert_output x
    # Nothing was changed, or is left mounted.
    diff <(cd saved && tree upper) <(cd "$(directory ended)" && tree upper)
    run -1 grep "$T" /proc/self/mountinfo
}

@test "while the container changes everything" {
    begin --name busy busybox sh -c 'echo ready; while :; do i=0; while [ $i -lt 200 ]; do echo $i > /tmp/$i; i=$((i + 1)); done; rm /tmp/*; done'
    says ready
    for _ in 1 2 3 4 5; do
        mini-docker export busy 2> err | tar -tf - > list
        run -0 grep -v 'has vanished: left out$\|became shorter while it was read: filled up with zeros$' <(cat err; echo -n "$(echo end)")
        assert_output end
        grep -q '^bin/busybox$' list
    done
    end busy
}

@test "a directory as root; one that never ran; what a terminal or a full disk gets" {
    need_command pty-drive
    busybox_rootfs tree
    stopped with-root --rootfs tree sh -c 'echo x > /new'
    run -0 bash -c 'mini-docker export with-root | tar -t'
    assert_line new
    names+=(box)
    mini-docker create --name box busybox true > id
    run -0 bash -c 'mini-docker export box | tar -t'
    assert_line bin/busybox
    run -0 pty-drive 'expect=standard output is a terminal' -- sh -c 'mini-docker export box || :'
    run -1 bash -c 'mini-docker export box > /dev/full'
    assert_output --partial 'write: No space left on device'
    run -1 mini-docker export -o nowhere/file box
    assert_output --partial 'nowhere/file'
    mkfifo pipe
    tar -tf pipe > list 3>&- &
    mini-docker export -o pipe box
    wait $!
    grep -q '^bin/busybox$' list && [[ -p pipe ]]
    run -1 mini-docker export nowhere
    assert_output --partial 'nowhere: no such container'
    run -125 mini-docker export
    run -125 mini-docker export a b
    # What fails on the way leaves the file as it was.
    echo old > file
    rm -r "$(img-store show busybox | sed -n 's/^layers\t//p')"
    run -1 mini-docker export -o file box
    assert_equal "$(cat file; ls -A | grep -c '^file')" $'old\n1'
}
