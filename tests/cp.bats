#!/usr/bin/env bats
# mini-docker cp, and tree-copy below it: what is copied where, and that nobody inside leads it astray.

load lib/kept

setup_file() { run_setup_file; }
setup() { kept_setup; }
teardown() { kept_teardown; }

copy() { mini-docker cp "$@"; }

# away: the container `box` that runs, with all that its supervisor had to do
away() {
    mini-docker rm -f box > away
    wait "$runner" || :
}

# facts DIR: of all that is in it, in one order
facts() {
    (cd "$1" && find . -mindepth 1 -printf '%p %y %m %U:%G %T@ %l\n' | sort)
}

# bats test_tags=vm
@test "out of and into one that runs: files, directories, their modes, times and links" {
    running box busybox sh -c 'mkdir -p /a/b; echo one > /a/f; chmod 640 /a/f; chmod 700 /a/b; ln -s f /a/l; ln /a/f /a/h
        touch -d "2001-02-03 00:00:00" /a/f /a/b; chown 12:34 /a/f; echo ready; sleep 1000'
    copy box:/a o1
    copy box:a/. o2
    facts o1 > 1
    assert_equal "$(facts o2)" "$(< 1)"
    run -0 cat 1
    assert_line './b d 700 0:0 981158400.0000000000 '
    assert_line './f f 640 0:0 981158400.0000000000 '
    assert_line --regexp '^\./l l 777 0:0 [0-9.]+ f$'
    [[ o1/f -ef o1/h && $(< o1/f) == one ]]
    copy -a box:/a o3
    assert_equal "$(stat -c '%u:%g %a' o3/f)" '12:34 640'

    chown 55:66 o1/f
    copy o1 box:/in
    copy -a o1 box:/in2
    root=/proc/$(ctr-state get box pid)/root
    assert_equal "$(facts "$root/in")" "$(sed 's/ 12:34 / 0:0 /' 1)"
    assert_equal "$(stat -c '%u:%g %a' "$root/in2/f" "$root/in2/b" | xargs)" '55:66 640 0:0 700'
    away
}

@test "of one that has ended, or never ran: all it has, and nothing of it is mounted afterwards" {
    stopped box busybox sh -c 'echo new > /etc/new; rm /etc/passwd'
    copy box:/etc etc
    [[ $(< etc/new) == new && ! -e etc/passwd ]]
    echo two > new
    copy new box:/etc/
    copy box:/etc/new got
    cmp new got
    assert_equal "$(< "$(directory box)/upper/etc/new")" two
    id=$(mini-docker create --name made busybox cat /etc/new)
    names+=(made)
    copy new made:/etc/new
    run -0 mini-docker cp made:/etc/new -
    assert_equal "$(mini-docker cp made:/etc/new - | tar xO)" two
    mini-docker start made > out
    poll 10 mini-docker logs made
    assert_equal "$(mini-docker wait made)" 0
    assert_equal "$(mini-docker logs made)" two
    assert_equal "$(ls "$(directory box)/upper" "$MINI_DOCKER_ROOT/containers/$id/upper" | grep -cx bin || :)" 0
}

@test "a paused container can be copied from" {
    running box busybox sh -c 'echo x > /x; echo ready; sleep 1000'
    mini-docker pause box > paused
    copy box:/x got
    assert_equal "$(< got)" x
    mini-docker unpause box > paused
    away
}

@test "where it goes: Docker's rules, both ways" {
    running box busybox sh -c 'mkdir -p /d/sub /e; echo f > /f; echo g > /d/g; ln -s /d /ld; ln -s f /lf; echo ready; sleep 1000'
    root=/proc/$(ctr-state get box pid)/root
    mkdir -p d/sub e
    echo f > f
    echo g > d/g
    ln -s d ld
    ln -s f lf
    for side in out in; do
        if [[ $side == out ]]; then there=box:/ here='' look=.; else there='' here=box:/ look=$root; fi
        # a file: not there yet; in a directory; over a file; through links
        copy "${there}f" "${here}f1"
        copy "${there}f" "${here}e"
        copy "${there}f" "${here}e/"
        echo old > "$look/f2"
        copy "${there}f" "${here}f2"
        copy "${there}f" "${here}ld"
        echo old > "$look/f3"
        ln -s f3 "$look/lf3"
        copy "${there}f" "${here}lf3"
        for file in f1 f2 f3 e/f d/f; do assert_equal "$(< "$look/$file")" f; done
        [[ -L $look/lf3 ]]
        # and where it cannot go
        run -1 mini-docker cp "${there}f" "${here}no/"
        assert_output --partial 'No such file or directory'
        run -1 mini-docker cp "${there}f" "${here}no/f"
        run -1 mini-docker cp "${there}f/" "${here}e"
        assert_output --partial 'Not a directory'
        run -1 mini-docker cp "${there}nothing" "${here}e"
        assert_output --regexp '^tree-copy: /?nothing: open: No such file or directory$'
        # a directory: not there yet, with and without a slash; in one; its contents
        copy "${there}d" "${here}d1"
        copy "${there}d" "${here}d2/"
        copy "${there}d/." "${here}d3"
        for dir in d1 d2 d3; do assert_equal "$(< "$look/$dir/g")" g; done
        copy "${there}d" "${here}e"
        copy "${there}d/." "${here}e"
        assert_equal "$(< "$look/e/d/g") $(< "$look/e/g")" 'g g'
        run -1 mini-docker cp "${there}d" "${here}f1"
        assert_output --partial 'is a file, and cannot become a directory'
        run -1 mini-docker cp "${there}d/." "${here}f1"
        mkdir -p "$look/x/f" "$look/y"
        run -1 mini-docker cp "${there}f" "${here}x"
        assert_output --partial 'is a directory, and cannot become a file'
        echo > "$look/y/d"
        run -1 mini-docker cp "${there}d" "${here}y"
        # a link: as it is; with -L what it leads to, by its own name
        copy "${there}lf" "${here}e"
        assert_equal "$(readlink "$look/e/lf")" f
        copy -L "${there}lf" "${here}e"
        [[ -f $look/e/lf && ! -L $look/e/lf ]]
        copy -L "${there}ld" "${here}e"
        assert_equal "$(< "$look/e/ld/g")" g
        copy "${there}ld/" "${here}z"
        assert_equal "$(< "$look/z/g")" g
    done
    away
}

@test "archives on standard output and input" {
    running box busybox sh -c 'mkdir -p /d/sub; echo g > /d/g; echo ready; sleep 1000'
    run -0 bash -c 'mini-docker cp box:/d - | tar t'
    assert_output "$(printf '%s\n' d/ d/g d/sub/)"
    run -0 bash -c 'mini-docker cp box:/d/. - | tar t | head -n 1'
    assert_output ./
    mkdir s
    echo 1 > s/one
    chown 7:8 s/one
    tar c s | copy - box:/d
    tar cz s | copy -a - box:/d/sub
    root=/proc/$(ctr-state get box pid)/root
    assert_equal "$(stat -c '%u:%g' "$root/d/s/one" "$root/d/sub/s/one" | xargs)" '0:0 7:8'
    run -1 mini-docker cp - box:/d/g < <(tar c s)
    assert_output --partial 'Not a directory'
    run -1 mini-docker cp - box:/new < <(tar c s)
    run -1 mini-docker cp - box:/d < <(tar c s | head -c 700)
    run -1 mini-docker cp - box:/d < <(tar cP /etc/hostname)
    assert_output --partial 'absolute name'
    run -1 mini-docker cp - box:/d < <(tar cP --transform 's,^,../,' s)
    assert_output --partial "leaves the root by '..'"
    away
}

@test "volumes of one that runs; a read-only root refuses" {
    mkdir v
    running box --read-only -v ./v:/v -v data:/data --tmpfs /t busybox sh -c 'echo ready; sleep 1000'
    echo x > x
    copy x box:/v/
    copy x box:/data/y
    copy x box:/t/
    assert_equal "$(< v/x) $(< "$MINI_DOCKER_ROOT/volumes/data/_data/y")" 'x x'
    copy box:/t/x z
    copy box:/ all
    [[ -f all/v/x && -f all/data/y && -d all/proc && ! -e all/proc/1 ]]
    run -1 mini-docker cp x box:/etc/
    assert_output --partial 'Read-only file system'
    away
    mini-docker create --name kept --read-only busybox true > out
    names+=(kept)
    run -1 mini-docker cp x kept:/etc/
    assert_output 'mini-docker: cp: kept: the root file system of the container is read-only'
    copy kept:/etc/passwd p
}

@test "set-ID bits, capabilities, attributes: of the same owner they stay, of another's file they go" {
    running box busybox sh -c 'cp /bin/busybox /s; chmod 6755 /s; cp /s /u; chown 9:9 /u; chmod 6755 /u; echo ready; sleep 1000'
    root=/proc/$(ctr-state get box pid)/root
    setcap cap_net_raw+ep "$root/s" 2> err || cannot "no file capabilities: $(< err)"
    chmod 6755 "$root/s"
    setcap cap_net_raw+ep "$root/u"
    chmod 6755 "$root/u"
    copy box:/s s
    copy box:/u u
    mknod "$root/null" c 1 3
    chmod 666 "$root/null"
    mini-docker cp box:/null . 2> err
    assert_equal "$(< err)" 'tree-copy: ./null: is a device: left out'
    [[ ! -e null ]]
    copy -a box:/null null
    [[ -c null ]]
    copy -a box:/u ua
    assert_equal "$(stat -c %a:%u s u ua | xargs)" '6755:0 755:0 6755:9'
    assert_equal "$(getcap s u ua | xargs)" 's cap_net_raw=ep ua cap_net_raw=ep'
    setfattr -n user.x -v 1 s
    copy s box:/s2
    assert_equal "$(getfattr --only-values -n user.x "$root/s2") $(getcap "$root/s2" | cut -d ' ' -f 2)" '1 cap_net_raw=ep'
    away
}

@test "links of the container lead nowhere but into it" {
    running box busybox sh -c "ln -s $T /abs; ln -s ../../../../../..$T /up; mkdir -p $T; echo inside > $T/f; mkdir /p
        ln -s /proc/1/root /magic; echo ready; sleep 1000"
    root=/proc/$(ctr-state get box pid)/root
    echo outside > f
    echo payload > payload
    for link in abs up ../../..$T; do
        copy "box:/$link/f" got
        assert_equal "$(< got)" inside
    done
    copy payload box:/abs/written
    copy payload box:/up
    [[ -f $root$T/written && -f $root$T/payload && ! -e written ]]
    ln -s "$T/made" "$root/dangling"
    copy payload box:/dangling
    [[ -f $root$T/made && ! -e made ]]
    run -1 mini-docker cp payload box:/magic/x # the kernel's own links are not followed at all
    # In a tree that is copied, none is followed.
    ln -s "$T" "$root/p/d"
    mkdir -p p/d
    echo bad > p/d/bad
    run -1 mini-docker cp p box:/
    [[ ! -e bad && ! -e $root$T/bad ]]
    copy box:/p q
    [[ -L q/d ]]
    away
}

# CVE-2018-15664: of a path that was looked up, parts are exchanged for links before it is used.
@test "who swaps directories for links meanwhile changes and reads nothing outside" {
    running box busybox sh -c "mkdir -p /w/d $T/secret; ln -s $T/secret /w/l; echo in > /w/d/f; echo in > $T/secret/f; echo ready
        while :; do mv -T /w/d /w/t; mv -T /w/l /w/d; mv -T /w/d /w/l; mv -T /w/t /w/d; done 2> /dev/null"
    mkdir secret src
    echo out > secret/f
    echo payload > src/new
    reached=0
    for i in {1..40}; do
        mini-docker cp src/. box:/w/d/sub 2> err || :
        mini-docker cp src/new box:/w/d/x 2> err || :
        rm -rf got
        mini-docker cp box:/w/d/f got 2> err || continue
        reached=$((reached + 1))
        assert_equal "$(< got)" in
    done
    assert_equal "$(ls secret)" f
    ((reached > 0))
    away
}

# CVE-2019-14271: who enters the container to copy loads the libraries of that.
@test "nothing of the container is executed or opened but what is copied" {
    running box busybox sh -c 'mkdir -p /lib /etc; echo ready; sleep 1000'
    need_command strace
    echo x > x
    strace -f -qq -e trace=execve,chroot,setns,pivot_root -o trace mini-docker cp x box:/x
    run ! grep -E 'chroot|setns|pivot_root' trace
    run -0 grep -E 'execve\(.* = 0' trace
    refute_output --partial "/proc/"
    away
}

@test "what --trace prints can be pasted, and does the same" {
    running box busybox sh -c 'mkdir "/a b"; echo x > "/a b/f"; echo ready; sleep 1000'
    stopped ended busybox true
    echo y > y
    for args in 'box:/a b|got' 'y|box:/a b/y' 'y|ended:/y' 'ended:/etc|etc'; do
        mini-docker --trace cp "${args%|*}" "${args#*|}" 2> trace
        rm -rf got etc
        sed -n 's/^+ //p' trace > again
        sh -eu again > facts
    done
    [[ -f etc/passwd && $(< "/proc/$(ctr-state get box pid)/root/a b/y") == y ]]
    away
}

@test "what is wrong is said: operands, containers, processes that came later" {
    mini-docker create --name made busybox true > out
    names+=(made)
    run -125 mini-docker cp made:/etc
    run -1 mini-docker cp a b
    assert_output 'mini-docker: cp: one of the two has to be in a container: CONTAINER:PATH'
    run -1 mini-docker cp made:/a made:/b
    assert_output 'mini-docker: cp: copying between containers is not supported'
    run -1 mini-docker cp nobody:/a .
    assert_output --partial 'no such container'
    run -1 mini-docker cp made: .
    echo colon > a:b
    mini-docker cp ./a:b made:/
    mini-docker cp made:/a:b c
    assert_equal "$(< c)" colon
    sleep 1000 &
    PIDS+=($!)
    run -1 tree-copy send --root-of $! --start 1 /etc
    assert_output "tree-copy: $!: there is no such process any more"
    run -2 tree-copy receive --owner root .
    run -2 tree-copy send --root / --root-of 1 /etc
}

@test "a receiver that fails, a sender that fails: status 1, one line" {
    running box busybox sh -c 'mkdir /d; dd if=/dev/zero of=/d/big bs=1M count=4 2> /dev/null; echo ready; sleep 1000'
    mkdir small
    mount -t tmpfs -o size=1m "$CTR_TEST_ID" small
    run -1 mini-docker cp box:/d small
    umount small
    assert_output 'tree-copy: small/d/big: write: No space left on device'
    run -1 mini-docker cp box:/nothing small
    assert_output 'tree-copy: /nothing: open: No such file or directory'
    run -0 --separate-stderr mini-docker cp box:/d small
    assert_equal "$output$stderr" ''
    away
}
