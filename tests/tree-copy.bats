#!/usr/bin/env bats
# tree-copy: archives out of a root and into one; what they may not do there. Where things go is in cp.bats.

load lib/common

setup() {
    common_setup
    cd "$T" || return
}
teardown() {
    [[ ! ${mover-} ]] || kill -KILL "$mover" 2> /dev/null || :
    common_teardown
}

# receive ARG...: as who made it owns it
receive() { tree-copy receive --owner "$(id -u):$(id -g)" "$@"; }

# bats test_tags=vm
@test "a tree comes out as it went in: types, modes, times, attributes, names of any bytes" {
    need_root
    mkdir -p a/sub/deep a/empty
    printf 'x\0y' > a/$'new\nline\xff'
    ln a/$'new\nline\xff' a/sub/hard
    ln -s ../nowhere a/link
    mkfifo a/fifo
    mknod a/null c 1 3
    echo w > a/.wh.gone # no whiteout, but a file
    truncate -s 1M a/sparse
    chmod 1777 a/empty
    chmod 4711 a/sub/hard
    chown 1:2 a/sub
    chown -h 3:4 a/link
    setfattr -n user.k -v v a/sub
    setfacl -m u:7:r a/sparse
    touch -d @1.123456789 a/sub a/sub/hard a
    tree-copy send a | tree-copy receive b > facts
    for dir in a b; do
        (cd $dir && find . -printf '%p %y %m %U:%G %T@ %n %l\n' | sort && find . ! -type d -printf '%p %s\n' | sort &&
            getfattr -h -R -d -m - . && getfacl -P -R -n .) > $dir.facts
    done
    diff a.facts b.facts
    cmp a/$'new\nline\xff' b/$'new\nline\xff'
    assert_equal "$(xargs < facts)" "content 1048581 entries 11"
}

@test "below a root: links, .. and absolute paths lead nowhere else" {
    mkdir -p root/etc "root$T/out" out
    echo in > root/etc/f
    echo in > "root$T/out/f"
    echo out > out/f
    ln -s "$T/out" root/abs
    ln -s ../../../../../../../..$T/out root/up
    ln -s abs/f root/chain
    for path in abs/f up/f "../../../..$T/out/f" "$T/out/f" /abs/f chain; do
        rm -rf got
        tree-copy send --root root -L "$path" | receive got > facts
        assert_equal "$(< got)" in
    done
    echo new > new
    for path in abs/ up /abs/g up/../out/h; do tree-copy send new | receive --root root "$path" > facts; done
    assert_equal "$(ls out)" f
    assert_equal "$(ls "root$T/out" | xargs)" 'f g h new'
    ln -s loop root/loop
    tree-copy send new > tar
    run -1 receive --root root loop < tar
    assert_output 'tree-copy: loop: open the directory that it is in: Too many levels of symbolic links'
}

@test "nothing below is followed, replaced by another type, or written where an archive would like it" {
    mkdir -p tree/d out d/d x/f
    ln -s "$T/out" tree/l
    echo f > f
    tar c --transform 's,f,l/f,' f > through-link
    run -1 receive tree < through-link
    assert_output --partial 'leads through a symbolic link'
    tar cP --transform 's,f,../out/f,' f > up
    run -1 receive tree < up
    tar cP --transform "s,f,$T/out/f," f > absolute
    run -1 receive tree < absolute
    tar c --transform 's,f,d,' f > over-directory
    run -1 receive tree < over-directory
    assert_output 'tree-copy: tree/d: is a directory, and cannot become a file'
    # A file gives way to a file, and a link to one.
    tar c --transform 's,f,l,' f > over-link
    receive tree < over-link > facts
    [[ ! -L tree/l && $(< tree/l) == f ]]
    assert_equal "$(ls -A out)" ''
    tar c d > directory
    run -1 receive tree/l < directory
    assert_output 'tree-copy: tree/l: is a file, and cannot become a directory'
    # What is no file to begin with is not replaced by one, nor written to.
    mkfifo tree/fifo
    mknod tree/null c 1 3
    for special in fifo null; do
        run -1 receive "tree/$special" < over-link
        assert_output "tree-copy: tree/$special: is neither a file nor a directory"
    done
    [[ -p tree/fifo && -c tree/null ]]
}

@test "a directory that is there keeps its owner and mode, unless the archive's are wanted" {
    need_root
    mkdir -m 700 d
    mkdir -m 750 -p tree/d
    chown 5:6 tree/d
    touch d/new
    tree-copy send d | tree-copy receive --owner 0:0 tree > facts
    tree-copy send d/. | tree-copy receive --owner 0:0 tree/d > facts
    assert_equal "$(stat -c '%u:%g %a' tree/d)" '5:6 750'
    tree-copy send d | tree-copy receive tree > facts
    assert_equal "$(stat -c '%u:%g %a' tree/d)" '0:0 700'
    # What is made inherits nothing.
    mkdir -m 2775 group
    chgrp 9 group
    setfacl -d -m u:7:rwx group
    touch f
    chmod 640 f
    tree-copy send f | tree-copy receive --owner 0:0 group > facts
    assert_equal "$(stat -c '%u:%g %a' group/f)" '0:0 640'
}

# The parts of a path are looked up and used as one: CVE-2018-15664.
@test "directories that become links while names are looked up" {
    mkdir -p root/d root/t out
    rmdir root/t
    ln -s "$T/out" root/l
    echo in > root/d/f
    echo out > out/f
    (cd root && exec sh -c 'while :; do mv -T d t; mv -T l d; mv -T d l; mv -T t d; done' 2> /dev/null 3>&-) &
    mover=$!
    mkdir -p src/d
    echo new > src/d/new
    reached=0
    for i in {1..300}; do
        tree-copy send src/d/. 2> err | receive --root root d/sub > facts 2> err || :
        tree-copy send src/d/new 2> err | receive --root root d/../d/x > facts 2> err || :
        tree-copy send --root root d/f 2> err | tar xO > got 2> err || :
        [[ $(< got) != out ]]
        [[ $(< got) != in ]] || reached=$((reached + 1))
    done
    ((reached > 0 && reached < 300))
    kill -KILL "$mover"
    wait "$mover" || :
    mover=''
    assert_equal "$(ls out)" f
    assert_equal "$(find root -path '*/sub/new' | wc -l)" 1
}

# Others may put a link in the place of what was made, before it gets its mode, which follows links.
@test "what is made is not exchanged for a link to a file outside" {
    need_root
    need_command strace
    mkdir root out
    touch out/f
    chmod 600 out/f
    mkfifo -m 666 pipe
    tar c pipe > archive
    (until [[ -p root/pipe ]]; do :; done && ln -sfT "$T/out/f" root/pipe) 3>&- &
    mover=$!
    # The time to do so: a second at each of what may come next.
    strace -o trace -e trace=fchownat,fchmodat,chmod -e inject=fchownat:delay_exit=1000000 \
        tree-copy receive --root root . < archive > facts 2> err || :
    wait "$mover"
    mover=''
    [[ -L root/pipe && $(< trace) == *fchownat* ]]
    assert_equal "$(stat -c %a out/f)" 600
}

@test "a process's root: what is mounted there is seen; it has to be that very process" {
    need_root
    mkdir m
    unshare --mount sh -c "mount -t tmpfs $CTR_TEST_ID m && echo there > m/f && exec sleep 1000" 3>&- &
    mover=$!
    poll 10 test -e "/proc/$mover/root$T/m/f"
    start=$(sed 's/.*) //' "/proc/$mover/stat" | cut -d ' ' -f 20)
    tree-copy send --root-of "$mover" --start "$start" "$T/m" | receive got > facts
    assert_equal "$(< got/f)" there
    run -1 tree-copy send --root-of "$mover" --start $((start + 1)) /
    assert_output "tree-copy: $mover: there is no such process any more"
    kill -KILL "$mover"
    wait "$mover" || :
    run -1 tree-copy send --root-of "$mover" "$T/m"
    assert_output "tree-copy: $mover: there is no such process any more"
}

@test "what fails is said once: nothing sent, cut off, no archive, full, a wrong command line" {
    run -1 bash -c 'tree-copy send nothing | tree-copy receive to'
    assert_output 'tree-copy: nothing: open: No such file or directory'
    [[ ! -e to ]]
    mkdir d
    echo 1 > d/f
    tree-copy send d > tar
    head -c 700 tar > cut
    run -1 tree-copy receive to < cut
    assert_line --partial 'not a tar archive, or a damaged one'
    head -c 1536 tar > cut
    run -1 tree-copy receive to2 < cut
    assert_output --partial 'cut off'
    run -1 tree-copy receive to3 < /dev/null
    run -1 tree-copy receive d/f/x < tar
    assert_output --partial 'Not a directory'
    run -1 tree-copy receive --root nowhere x < tar
    assert_output 'tree-copy: nowhere: open: No such file or directory'
    run -1 bash -c 'tree-copy send d > /dev/full'
    assert_output 'tree-copy: standard output: write: No space left on device'
    for args in 'send' 'send a b' 'nosuch' 'receive --owner 1 x' 'receive --owner 1:4294967295 x' 'send --root . --root-of 1 x' \
        'send --root-of x y' 'send --root-of 4294967297 y'; do
        # shellcheck disable=SC2086
        run -2 tree-copy $args
        assert_equal "${#lines[@]}" 1
    done
}

@test "without privilege: one's own files" {
    need_root
    need_command setpriv
    mkdir -m 777 pub
    echo x > f
    chmod 644 f
    run -0 setpriv --reuid 1000 --regid 1000 --clear-groups bash -c 'tree-copy send f | tree-copy receive --owner 1000:1000 pub'
    assert_equal "$(stat -c %u:%g pub/f)" 1000:1000
    run -1 setpriv --reuid 1000 --regid 1000 --clear-groups bash -c 'tree-copy send f | tree-copy receive --owner 0:0 pub/g'
    assert_output --partial 'change the owner to 0:0: Operation not permitted'
    run -1 setpriv --reuid 1000 --regid 1000 --clear-groups tree-copy send --root-of 1 /etc/hostname
    assert_output --partial 'Permission denied'
}

@test "check tells an archive from what is none, compressed or not" {
    mkdir d && echo text > d/text
    for kind in -p -z -j -J --zstd; do
        tar c $kind d > archive
        tree-copy check < archive
    done
    run -0 tree-copy check < archive
    assert_output ''
    for program in cat gzip bzip2 xz 'zstd -q'; do
        $program < d/text > none
        run -1 tree-copy check < none
        assert_output ''
    done
    run -1 tree-copy check < /dev/null
    head -c 20K /dev/zero > none
    run -1 tree-copy check < none
}
