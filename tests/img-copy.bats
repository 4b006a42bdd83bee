#!/usr/bin/env bats
# img-copy: what of a context goes where in an image, by Docker's rules; what leads out of either does not.

load lib/common
load lib/tree

setup() {
    common_setup
    cd "$T" || return
    mkdir c root
}
teardown() {
    [[ ! ${mover-} ]] || kill -KILL "$mover" 2> /dev/null || :
    common_teardown
}

# copy ARG...: out of c, into root
copy() { img-copy copy --root root c "$@"; }

# has PATH...: the files that are in root now, of which nothing stays
has() {
    assert_equal "$(cd root && find . ! -type d -printf '%P\n' | LC_ALL=C sort | xargs)" "$*"
    rm -rf root && mkdir root
}

facts() { stat -c '%n %A %U:%G' "$@" | xargs; }

digest() { img-copy digest "$@"; }

same() { assert_equal "$(digest "$@")" "$before"; }
differs() { [[ $(digest "$@") != "$before" ]]; }

# bats test_tags=vm
@test "files and directories: where they go" {
    need_root
    mkdir -p c/d/sub c/e
    touch c/a.txt c/b.txt c/d/x c/d/sub/y c/e/z
    copy a.txt /new; has new
    copy a.txt /new/; has new/a.txt
    copy a.txt /deep/down/new; has deep/down/new
    mkdir root/there && copy a.txt /there; has there/a.txt
    copy a.txt b.txt /new/; has new/a.txt new/b.txt
    copy a.txt . --workdir /w; has w/a.txt
    copy a.txt ./n/../m --workdir /w/d; has w/d/m
    copy a.txt ../../../m --workdir /w; has m
    copy a.txt /m/.. --workdir /w; has a.txt
    copy d /new; has new/sub/y new/x
    copy d/ /new/; has new/sub/y new/x
    copy d e a.txt /; has a.txt sub/y x z
    copy . /new; has new/a.txt new/b.txt new/d/sub/y new/d/x new/e/z
    copy / /new; has new/a.txt new/b.txt new/d/sub/y new/d/x new/e/z
    copy /d/../e/./z ../../../a.txt /new/; has new/a.txt new/z
    copy a.txt a.txt /new/; has new/a.txt
    run -1 copy a.txt b.txt /new
    assert_output 'img-copy: /new: several files go into a directory: it needs a slash at its end'
    run -1 copy '*.txt' /new
    assert_output 'img-copy: /new: several files go into a directory: it needs a slash at its end'
    mkdir root/there && copy '*.txt' /there; has there/a.txt there/b.txt
    copy '[de]' /there; has there/sub/y there/x there/z
}

@test "wildcards are those of Go" {
    mkdir -p c/d1/sub c/d2 c/.hid
    touch c/{a,ab,a[b,é}.c c/d1/f c/d2/f c/d1/sub/f c/.hid/f 'c/x*y' $'c/\xff'
    copy '*.c' /d/; has d/a.c d/a[b.c d/ab.c d/é.c
    copy '?.c' /d/; has d/a.c d/é.c
    copy 'a[^b]*' /d/; has d/a.c d/a[b.c
    copy 'a[[]b.c' /d/; has d/a[b.c
    copy '[a-b]\.c' /d/; has d/a.c
    copy 'x\**' /d/; has 'd/x*y'
    copy 'x*' /d/; has 'd/x*y'
    copy 'd[12]/f' d1/sub/ /d/; has d/f
    copy '*/*/f' /d/; has d/f
    copy '*/f' /d/; has d/f
    copy '.*/f' /d; has d
    copy d1/nothing* 'a.c' /d/; has d/a.c
    copy '[^a-z]' /d/; has $'d/\xff'
    for pattern in '[' 'a[' '[]' '[a' '[-a]' '[a-]' '*\' 'd1/[b-'; do
        run -1 copy "$pattern" /d/
        assert_output --partial 'malformed pattern'
    done
    for missing in nothing 'nothing*' 'd1/nothing/*' 'a.c/*' d1/sub/f/x; do
        run -1 copy "$missing" /d/
        assert_output "img-copy: $missing: no such file in the context"
    done
    run -1 copy 'z*' a.c no /d/
    assert_output 'img-copy: no: no such file in the context'
}

@test "modes, owners, times, links, attributes: of files, of directories that are made, and that are there" {
    need_root
    mkdir -p c/d/sub c/d/there root/d/there
    printf 'x\0y' > c/d/f
    ln c/d/f c/d/sub/hard
    ln -s ../../nowhere c/d/link
    mkfifo c/d/fifo
    truncate -s 3M c/d/sparse
    printf end >> c/d/sparse
    chmod 4711 c/d/f
    chmod 700 c/d c/d/sub
    chmod 1777 c/d/there
    chmod 750 root/d
    chown -R 5:6 c root/d
    setfattr -n user.k -v v c/d/f
    setfattr -n trusted.overlay.opaque -v y c/d/sub
    setfacl -m u:7:r c/d/sparse
    touch -d @1.123456789 c/d/sub c/d/f c/d/link
    copy d /d
    facts root root/d root/d/{sub,f,link,there}
    assert_equal "$(facts root/d)" 'root/d drwxr-x--- games:disk'
    assert_equal "$(facts root/d/{sub,f,link,there,fifo})" "$(
        facts c/d/{sub,f,link,there,fifo} | sed 's,c/d/,root/d/,g; s/games:disk/root:root/g')"
    assert_equal "$(stat -c %y root/d/{sub,f,link})" "$(stat -c %y c/d/{sub,f,link})"
    assert_equal "$(stat -c %i root/d/f)" "$(stat -c %i root/d/sub/hard)"
    assert_equal "$(readlink root/d/link)" ../../nowhere
    assert_equal "$(getfattr --only-values -n user.k root/d/f)" v
    assert_equal "$(getfattr -dm - root/d/sub)" ''
    diff <(getfacl -np c/d/sparse | sed 1d) <(getfacl -np root/d/sparse | sed '1d; s/: 0$/&/') | grep -v owner: | grep '^[<>] [^#]' && fail acl
    cmp c/d/sparse root/d/sparse
    ((1024 > $(stat -c %b root/d/sparse)))
    # Parents that are missing are nobody's of the context.
    copy d /made/up
    assert_equal "$(facts root/made root/made/up)" 'root/made drwxr-xr-x root:root root/made/up drwxr-xr-x root:root'
    copy --keep-owner d /kept/up
    assert_equal "$(facts root/kept root/kept/up/{sub,f,link})" \
        "root/kept drwxr-xr-x root:root $(facts c/d/{sub,f,link} | sed 's,c/d/,root/kept/up/,g')"
}

@test "--chown and --chmod" {
    need_root
    mkdir -p c/d/sub root/etc
    echo 'nobody:x:1:1::/:
web:x:33:44::/:' > root/etc/passwd
    echo 'staff:x:50:' > root/etc/group
    touch c/d/f
    ln -s f c/d/l
    chmod 640 c/d/f
    for spec in 7:8=7:8 9=9:9 web=33:44 33=33:33 web:staff=33:50 web:7=33:7 1:staff=1:50; do
        copy --chown "${spec%=*}" d /a/b
        assert_equal "$(stat -c %u:%g root/a root/a/b root/a/b/{sub,f,l} | uniq)" "${spec#*=}"
        rm -rf root/a
    done
    run -1 copy --chown nosuch d /a
    assert_output "img-copy: nosuch: no such user in the container's /etc/passwd"
    run -1 copy --chown 1:nosuch d /a
    rm root/etc/passwd
    ln -s /etc/passwd root/etc/passwd # which is a loop in there, and not the one of the host
    run -1 copy --chown root d /a
    assert_output 'img-copy: /etc/passwd: read: Too many levels of symbolic links'
    copy --chmod 705 d /m
    assert_equal "$(stat -c %a root/m root/m/{sub,f} | xargs)" '755 705 705'
    copy --chmod u=rwX,go=u-w d /n
    assert_equal "$(stat -c %a root/n/{sub,f} | xargs)" '755 644'
    copy --chmod a-rwx,u+r,+X d /o
    assert_equal "$(stat -c %a root/o/{sub,f} | xargs)" '511 400'
    setfacl -m u:7:rwx c/d/f
    copy --chmod 640 d/f /acl
    assert_equal "$(stat -c %A root/acl)" -rw-r-----
    for mode in 8 77777 u x rw +y u+r, ''; do run -2 copy --chmod "$mode" d /p; done
}

@test "what gives way to what" {
    mkdir -p c/d/x root/d/f root/d/keep
    touch c/f c/d/f c/d/x/new
    run -1 copy d /d
    assert_output 'img-copy: /d/f: is a directory, and cannot become a file'
    rmdir root/d/f && ln -s /nowhere root/d/f && touch root/d/x
    run -1 copy d /d
    assert_output 'img-copy: /d/x: is no directory, and cannot become one'
    rm root/d/x && ln -s keep root/d/x
    run -1 copy d /d
    assert_output 'img-copy: /d/x: is no directory, and cannot become one'
    rm root/d/x
    copy d /d
    [[ ! -L root/d/f && -f root/d/f && -d root/d/keep ]]
    has d/f d/x/new
    touch root/file
    for dest in /file/ /file/below; do
        run -1 copy f "$dest"
        assert_output --partial 'is no directory, and cannot become one'
    done
    run -1 copy d /file
    assert_output 'img-copy: /file: is no directory, and cannot become one'
}

@test "links of the context lead nowhere else, nor do those of the image" {
    mkdir -p c/d out "c$T/out" "root$T/out" root/etc
    echo out > out/f
    echo in > "c$T/out/f"
    echo out > out/only
    ln -s "$T/out" c/abs
    ln -s ../../../../../../../../../..$T/out c/up
    ln -s abs c/chain
    ln -s "$T/out/only" c/only
    ln -s loop c/loop
    ln -s f c/d/link
    for path in abs/f up/f chain/f "../../..$T/out/f" chain/../out/f; do
        copy "$path" /got/f || [[ $path == chain/../out/f ]]
        [[ ! -e root/got/f ]] || assert_equal "$(< root/got/f)" in
        rm -rf root/got
    done
    copy chain /got; assert_equal "$(< root/got/f)" in
    for path in only loop loop/f abs/only 'abs/on*' chain/only; do
        run -1 copy "$path" /got
        assert_output "img-copy: $path: no such file in the context"
    done
    # In the image
    ln -s "$T/out" root/abs
    ln -s ../../../../../../../../..$T/out/new root/etc/new
    ln -s nowhere/yet root/dangling
    for dest in /abs/g /abs/ /etc/new /dangling/x/; do copy abs/f "$dest"; done
    copy d /abs/dir
    assert_equal "$(ls out | xargs)" 'f only'
    assert_equal "$(ls "root$T/out" | xargs)" 'dir f g new'
    assert_equal "$(< root/nowhere/yet/x/f)" in
    assert_equal "$(readlink "root$T/out/dir/link")" f
}

@test "nothing leaves the context while directories in it become links" {
    mkdir -p out c/a/b
    for dir in out c/a/b; do for i in {1..50}; do echo "${dir%%/*}" > $dir/$i; done; done
    ln -s "$T/out" c/swap
    python3 - "$T/c/a" 3>&- << 'END' &
import ctypes, os, sys
os.chdir(sys.argv[1])
libc = ctypes.CDLL(None, use_errno=True)
while True: # RENAME_EXCHANGE
    if libc.renameat2(-100, b"b", -100, b"../swap", 2): sys.exit(1)
END
    mover=$!
    for ((i = 0, until = SECONDS + 3; i < 5 || SECONDS < until; i++)); do
        img-copy copy --root root c a "/$i" 2> /dev/null || :
        img-copy copy --root root c a/b/ "/f$i" 2> /dev/null || :
        img-copy digest c . > /dev/null 2>&1 || :
    done
    kill -0 "$mover"
    run -1 grep -rx out root
    [[ $(grep -rlx c root | head -n 1) ]]
}

@test "fifos, sockets, devices are not opened; names are of any bytes; trees are deep" {
    need_root
    need_command python3
    mkdir -p c/$'new\nline' c/deep
    touch c/$'\xff\xfe' c/-rf c/$'new\nline/ ' "c/ " 'c/*' 'c/\'
    mkfifo c/fifo
    mknod c/zero c 1 5
    python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("c/socket")'
    (cd c/deep && down=$(printf 'directory%.0s/' {1..50}) && for i in {1..10}; do mkdir -p "$down" && cd "$down" && touch f; done)
    run -0 timeout 20 img-copy copy --root root c . /
    assert_output 'img-copy: socket: is a socket: left out'
    rm c/socket
    diff <(cd c && find . -printf '%P %y %m\0' | sort -z | tr '\0' '\n') <(cd root && find . -printf '%P %y %m\0' | sort -z | tr '\0' '\n')
    timeout 20 img-copy copy --root root c fifo zero /to/
    assert_equal "$(stat -c '%F %t:%T' root/to/{fifo,zero})" 'fifo 0:0
character special file 1:5'
    timeout 20 img-copy digest c . > /dev/null
    run -0 img-copy copy --root root -- c -rf /dash/
    [[ -f root/dash/-rf ]]
    mknod c/whiteout c 0 0
    run -1 copy whiteout /
    assert_output 'img-copy: /whiteout: is the device by which overlayfs deletes files'
}

@test "a directory that is left out, and mounts such as proc" {
    need_root
    mkdir -p c/store/x c/proc c/tmp
    touch c/store/x/f c/f c/tmp/hidden
    mount -t proc proc c/proc
    mount -t tmpfs "$CTR_TEST_ID" c/tmp
    touch c/tmp/mounted
    status=0
    copy --leave-out c/store . / || status=$?
    umount c/proc c/tmp
    assert_equal "$status" 0
    [[ -d root/proc ]]
    has f tmp/mounted
    run -1 copy --leave-out c/store store/x/../../store/x /
    copy --leave-out nosuch store /; has x/f
}

@test "--ignore-file: patterns of .dockerignore" {
    mkdir -p c/a/b/c c/node/x c/src
    touch c/{f.o,keep.o,README.md,x.md} c/a/f.o c/a/b/{f.o,g.c} c/a/b/c/h.o c/node/x/{y,z} c/src/{main.c,main.o} 'c/#x'
    # all PATTERN... : what is left
    all() {
        printf '%s\n' "${@:2}" > ignore
        copy --ignore-file ignore . /
        has $1
    }
    mkdir root/x && rmdir root/x
    all 'README.md a/b/c/h.o a/b/f.o a/b/g.c a/f.o node/x/y node/x/z src/main.c src/main.o x.md' '*.o' '\#x'
    all '#x README.md a/b/g.c node/x/y node/x/z src/main.c x.md' '**/*.o'
    all '#x README.md a/b/g.c keep.o node/x/y node/x/z src/main.c x.md' '**/*.o' '!keep.o'
    all '#x README.md a/b/g.c node/x/y node/x/z src/main.c x.md' '!keep.o' '**/*.o'
    all 'README.md' '*' '!README.md'
    all 'a/b/g.c src/main.c' '*' '!**/*.c'
    all 'a/b/c/h.o a/b/f.o a/b/g.c' '**' '!a/b'
    all 'a/b/g.c' '**' '!a/b' 'a/b/**/*.o'
    all '#x README.md f.o keep.o node/x/z src/main.c src/main.o x.md' a node/x/y
    all '#x README.md f.o keep.o node/x/z src/main.c src/main.o x.md' ' /a/ ' './node//x/../x/y/.' '' '# comment' '#x'
    all '#x README.md f.o keep.o node/x/y node/x/z src/main.c src/main.o x.md' 'a/**' 'a'
    all '#x README.md f.o keep.o x.md' 'a/**' '*/x' 'src/*'
    all '#x README.md a/f.o f.o keep.o src/main.c src/main.o x.md' node '*/b'
    all '#x README.md f.o keep.o src/main.o' 'a*/' 'node/x/?' '**/[l-n]*.c' '?.md'
    all '#x README.md a/b/f.o a/b/g.c a/f.o f.o keep.o node/x/y node/x/z src/main.c src/main.o x.md' 'a/**/c/h.o'
    all 'x.md' '*' $'! x.md\r' 'README.md'
    # What is left out is not there, not by name, not through a link, not by a wildcard.
    printf 'secret\nlink2\n' > ignore
    touch c/secret c/open
    ln -s secret c/link
    ln -s open c/link2
    for path in secret link link2 'secre*'; do
        run -1 copy --ignore-file ignore "$path" /
        assert_output "img-copy: $path: no such file in the context"
    done
    # A directory of which nothing is left is not there; one of which something is, is.
    printf '*\n!a/b/g.c\n' > ignore
    run -1 copy --ignore-file ignore src /
    copy --ignore-file ignore a /; has b/g.c
    run -1 copy --ignore-file ignore a/b/c /
    chmod 700 c/a/b; copy --ignore-file ignore a /; assert_equal "$(stat -c %a root/b)" 700
    for bad in '!' '[' 'a[' '\'; do
        printf '\n%s\n' "$bad" > ignore
        run -1 copy --ignore-file ignore . /
        assert_output "img-copy: ignore:2: malformed pattern: $bad"
    done
    printf '%05000d\n' 0 > ignore
    run -1 copy --ignore-file ignore . /
    assert_output 'img-copy: ignore: a pattern is too long'
    mkfifo pipe
    run -1 timeout 20 img-copy copy --root root --ignore-file pipe c . /
    assert_output 'img-copy: pipe: not a regular file'
}

@test "--exclude and --parents" {
    mkdir -p c/x/y/z c/w
    touch c/x/{a.txt,a.md} c/x/y/{b.txt,b.md} c/x/y/z/c.txt c/w/d.txt c/top.txt
    chmod 700 c/x/y
    copy --exclude '**/*.md' x /o; has o/a.txt o/y/b.txt o/y/z/c.txt
    copy --exclude '*.md' x /o; has o/a.txt o/y/b.md o/y/b.txt o/y/z/c.txt
    copy --exclude y x /o; has o/a.md o/a.txt
    copy --exclude y --exclude '!y/z' x /o; has o/a.md o/a.txt o/y/z/c.txt
    copy --exclude '*.md' 'x/a.*' /o/; has o/a.txt
    copy --parents x/y/b.txt w/d.txt top.txt /o; has o/top.txt o/w/d.txt o/x/y/b.txt
    copy --parents x/y/b.txt /o; assert_equal "$(stat -c %a root/o/x/y)" 700; has o/x/y/b.txt
    copy --parents x/./y/z /o; has o/y/z/c.txt
    copy --parents './x/*/b.*' /o; has o/x/y/b.md o/x/y/b.txt
    copy --parents 'x/./*/z' /o; has o/y/z/c.txt
    copy --parents --exclude '**/b.*' x/y /o; has o/x/y/z/c.txt
    copy --parents '**/*.md' /o; has o/x/a.md o/x/y/b.md
    copy --parents 'x/**/*.txt' /o; has o/x/a.txt o/x/y/b.txt o/x/y/z/c.txt
    copy --parents 'x/./**/z' /o; has o/y/z/c.txt
    copy --parents 'x/y/**' /o; has o/x/y/b.md o/x/y/b.txt o/x/y/z/c.txt
    copy --parents --leave-out c/x '**/*.txt' /o; has o/top.txt o/w/d.txt
    ln -s ../x c/w/link
    copy --parents 'w/**/*.txt' /o; has o/w/d.txt
    copy 'x/**/b.txt' /o/; has o/b.txt
    echo '**/y' > ignore
    copy --parents --ignore-file ignore '**/*.txt' /o; has o/top.txt o/w/d.txt o/x/a.txt
    run -1 copy --parents '**/[' /o
    assert_output 'img-copy: **/[: malformed pattern'
    run -1 copy --parents x/no /o
    assert_output 'img-copy: x/no: no such file in the context'
}

@test "--add unpacks archives, and copies what is none" {
    need_root
    mkdir -p tree/d root/x
    echo x > tree/d/f
    chown 7:8 tree/d/f
    chmod 4711 tree/d/f
    chmod 700 tree/d
    tar c -C tree d > c/plain.tar
    gzip < c/plain.tar > c/a.gz
    bzip2 < c/plain.tar > c/a.bz2
    xz < c/plain.tar > c/a.xz
    zstd -q < c/plain.tar > c/a.zst
    echo text | gzip > c/text.gz
    : > c/empty.tar
    echo text > c/text.tar
    for archive in plain.tar a.gz a.bz2 a.xz a.zst; do
        copy --add --chown 1:2 --chmod 600 $archive /made/x
        assert_equal "$(stat -c '%a %u:%g' root/made root/made/x root/made/x/d root/made/x/d/f | xargs)" \
            '755 1:2 755 1:2 700 0:0 4711 7:8'
        rm -r root/made
    done
    copy --add text.gz empty.tar text.tar /t/; has t/empty.tar t/text.gz t/text.tar
    copy --add '*.tar' /t/; has t/d/f t/empty.tar t/text.tar
    copy plain.tar /t/; has t/plain.tar
    tar cP --transform 's,^d,../../out,' -C tree d > c/plain.tar
    run -1 copy --add plain.tar /t/
    assert_output --partial "the name leaves the root by '..'"
    head -c 1500 c/a.gz > c/cut.gz
    tar c -C tree d | head -c 1100 > c/cut.tar
    run -1 copy --add cut.tar /t/
    assert_output --partial 'the archive is damaged: Truncated input file'
    [[ ! -e out ]]
}

@test "the digest is of all that is copied, and of nothing else" {
    need_root
    mkdir -p c/d/e
    echo 1 > c/d/f
    echo 2 > c/d/e/g
    echo 3 > c/other
    ln -s f c/d/l
    before=$(digest c d)
    touch -d @1 c/d c/d/f c/d/e; same c d
    echo 4 > c/other; same c d
    chmod 700 c/d && chown 3:4 c/d/f; same c d # of d only the contents are copied
    cp -a c copy; same copy d
    differs c d/e
    differs c d other
    chmod 600 c/d/f; differs c d; chmod 644 c/d/f; same c d
    chmod 700 c/d/e; differs c d; chmod 755 c/d/e; same c d
    echo 2 > c/d/f; differs c d; echo 1 > c/d/f; same c d
    mv c/d/f c/d/h; differs c d; mv c/d/h c/d/f; same c d
    ln -sfn g c/d/l; differs c d; ln -sfn f c/d/l; same c d
    setfattr -n user.a -v b c/d/f; differs c d; setfattr -x user.a c/d/f; same c d
    mkdir c/d/new; differs c d; rmdir c/d/new; same c d
    rm c/d/l && cp c/d/f c/d/l; differs c d; ln -f c/d/f c/d/l; differs c d; ln -sfn f c/d/l; same c d
    rm c/d/e/g && rmdir c/d/e && echo 2 > c/d/e; differs c d
    rm c/d/e && mkdir c/d/e && echo 2 > c/d/e/g; same c d
    before=$(digest --keep-owner c d)
    chown 5:4 c/d/f; differs --keep-owner c d; chown 3:4 c/d/f; same --keep-owner c d
    before=$(digest --exclude l c d)
    rm c/d/l; same c d
    mkdir c/d/ignored && touch c/d/ignored/x && echo '**/ignored' > ignore; same --ignore-file ignore c d
    [[ $before =~ ^sha256:[0-9a-f]{64}$ ]]
    run -1 digest c nosuch
    assert_output 'img-copy: nosuch: no such file in the context'
}

# told ARG...: of both; the digest of what was copied is the one that was told before
told() {
    run -0 --separate-stderr img-copy copy --digest --root root "$@"
    assert_equal "$output" "$(digest "${@:1:$#-1}")"
    rm -rf root && mkdir root
}

@test "copy --digest: of what was copied, the same as before" {
    need_root
    mkdir -p c/d/e/empty
    echo 1 > c/d/f
    ln c/d/f c/d/e/hard
    ln -s f c/d/l
    mkfifo c/d/fifo
    chown 5:6 c/d/f c/d/e
    setfattr -n user.a -v b c/d/f
    setfacl -m u:7:rwx c/d/e c/d/f
    truncate -s 3M c/d/sparse && printf end >> c/d/sparse
    python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("c/d/socket")'
    tar c -C c d/f > c/d.tar && gzip < c/d.tar > c/d.tgz && head -c 9999999 /dev/zero >> c/d.tar
    told c d /x
    told c . /
    told c 'd/?' d/e d.tar /x/
    told --keep-owner c d /x
    told --exclude '**/f' --exclude l c d /x
    echo '**/e' > ignore
    told --ignore-file ignore c . /x
    told --leave-out c/d/e --parents c d/./e/../l d/f /x
    run -0 --separate-stderr copy --digest --add --chown 1:2 --chmod 600 d.tar d.tgz d /x/
    assert_equal "$output" "$(digest c d.tar d.tgz d)"
    [[ -f root/x/d/f ]]
}

@test "copy --digest: of an archive, the bytes that were unpacked" {
    need_root
    mkdir -p bin c/d && printf '#!/bin/sh\ncp other c/d.tgz\nexec %s "$@"\n' "$(command -v tree-copy)" > bin/tree-copy
    chmod +x bin/tree-copy
    echo 1 > c/d/f && tar cz -C c d > c/d.tgz && cp c/d.tgz before
    echo 2 > c/d/f && tar cz -C c d > other
    run -0 env PATH="$T/bin:$PATH" img-copy copy --digest --add --root root c d.tgz /
    assert_equal "$output" "$(digest c d.tgz)"
    assert_equal "$(< root/d/f)" 2
    cp before c/d.tgz
    [[ $(digest c d.tgz) != "$output" ]]
}

@test "--literal: names that have wildcards" {
    touch 'c/a[b]' c/ab 'c/*'
    copy --literal 'a[b]' /x/; has 'x/a[b]'
    copy --literal '*' /x/; has 'x/*'
    copy --literal / /x/; has 'x/*' 'x/a[b]' x/ab
    run -1 copy --literal 'a?' /x
    assert_output 'img-copy: a?: no such file in the context'
    assert_equal "$(digest --literal c '*')" "$(digest c '[*]')"
}

@test "wrong usage" {
    touch c/f
    run -2 img-copy copy c f /x
    assert_output --partial '--root is missing'
    run -2 copy --chown 1 --keep-owner f /x
    run -2 copy --workdir w f /x
    run -2 img-copy copy --root root c f
    run -2 img-copy digest c
    run -1 img-copy copy --root nosuch c f /x
    run -1 img-copy copy --root root nosuch f /x
    assert_output 'img-copy: nosuch: open: No such file or directory'
    has ''
}
