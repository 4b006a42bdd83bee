#!/usr/bin/env bats
# img-layer: what comes out of archives, friendly and hostile, by the files that are there afterwards.

load lib/common
load lib/tree

setup() {
    common_setup
    need_root
    PATH=$BUILD/test:$PATH
    export LC_ALL=C
    cd "$T"
}
teardown() { common_teardown; }

TAR=(tar --numeric-owner --xattrs --xattrs-include='*' --warning=no-timestamp)

same_tree() { # DIR DIR
    tree "$1" > one.tree
    tree "$2" > other.tree
    diff one.tree other.tree
}

# make_tree DIR: something of everything that a file can be
make_tree() {
    mkdir -p "$1/dir/sub" "$1/sticky" "$1/empty"
    (
        cd "$1"
        printf 'contents' > file
        head -c 3000000 /dev/urandom > large
        : > nothing
        printf x > dir/set-ids
        printf x > dir/capable
        printf x > $'new\nline\ttab'
        printf x > $'caf\xc3\xa9'
        printf x > $'cafe\xcc\x81' # the same for the eye, and another name
        printf x > $'\xff\xfe no UTF-8'
        ln -s $'target \xff' $'dir/link \xff'
        ln -s /etc/passwd absolute
        ln -s "$(printf '%04095d' 7)" long-link
        ln file dir/sub/hard
        ln -P absolute dir/hard-symlink
        mkfifo -m 640 fifo
        ln fifo fifo-too
        mknod -m 660 char c 4 300
        mknod -m 600 block b 259 70000
        chown -h 1000:65534 dir/set-ids dir/link*
        chown 4294967294:12345678 nothing
        chmod 6755 dir/set-ids
        chmod 1777 sticky
        chmod 2710 empty
        chmod 000 nothing
        setcap cap_net_raw+ep dir/capable
        setfattr -n user.text -v 'some text' file
        setfattr -n user.empty file
        setfattr -n user.bytes -v 0x00ff0a3d00 file
        setfattr -n 'user.odd=%3D name' -v x file
        setfattr -n trusted.mine -v yes dir/sub
        setfattr -n trusted.device -v yes char
        setfattr -n trusted.link -v yes -h absolute
        setfacl -m u:77:r,g:88:rw file
        setfacl -m d:u:77:rwx,u:99:x dir/sub
        touch -d '2001-02-03 04:05:06.123456789' file large fifo char dir/capable
        touch -d '1969-12-31 23:59:59' nothing
        touch -d '2200-01-01 00:00:00.5' block
        touch -hd '2010-10-10 10:10:10.000000001' absolute
        touch -d '1999-09-09 09:09:09.999999999' dir/sub dir empty .
    )
}

# refused MESSAGE [COMMAND]: out/in/DIR and its blob are gone after unpacking what the command
# writes (else: what is in x.tar), and all around them is as it was
refused() {
    local message=$1
    shift
    (($# == 0)) || "$@" > x.tar
    [[ -d out ]] || make_canary
    run -1 img-layer unpack --from x.tar --blob out/in/blob out/in/DIR
    [[ $output =~ ^'img-layer: '[^$'\n']*$message ]] || fail "not '$message': $output"
    check_canary
}
make_canary() {
    mkdir -p out/in out/sub
    echo victim > out/victim
    echo victim > out/sub/victim
    ln -s ../victim out/sub/link
    canary > canary
}
check_canary() {
    canary | diff canary -
}
canary() {
    # Links and changes of any kind show in the time of change.
    find out -path out/in -printf '%p %m %U:%G\n' -o -printf '%p %y %m %U:%G %T@ %C@ %n %s %l\n'
}

# bats test_tags=vm
@test "pack and unpack: an identical tree, and the same archive again" {
    make_tree tree
    img-layer pack tree > one.tar
    img-layer unpack copy < one.tar > /dev/null
    same_tree tree copy
    img-layer pack copy | cmp one.tar -
    # A file system's own order of names and numbers of inodes change nothing.
    rm tree/fifo-too # with which GNU tar could not do this
    img-layer pack tree > one.tar
    mkdir reverse
    (cd tree && find . -mindepth 1 -print0 | sort -rz | "${TAR[@]}" --format=pax --no-recursion --null -T - -cf -) |
        "${TAR[@]}" --delay-directory-restore -xpf - -C reverse
    touch -r tree reverse
    img-layer pack reverse | cmp one.tar -
}

@test "what GNU tar writes, in each format" {
    make_tree tree
    rm tree/fifo-too # which would become a fifo of its own
    for format in pax gnu ustar; do
        rm -rf copy theirs
        [[ $format == pax ]] || TAR=(tar --numeric-owner --warning=no-timestamp)
        # which has no room for these
        [[ $format != ustar ]] || rm tree/{long-link,nothing,block}
        "${TAR[@]}" --format="$format" -cf x.tar -C tree .
        img-layer unpack copy --from x.tar > /dev/null
        mkdir theirs
        "${TAR[@]}" -xpf x.tar -C theirs
        same_tree theirs copy
        [[ $format != pax ]] || same_tree tree copy
    done
}

@test "what pack writes, GNU tar reads" {
    make_tree tree
    # GNU tar does not know the encoding of that name.
    setfattr -x 'user.odd=%3D name' tree/file
    mkdir theirs
    img-layer pack tree > x.tar
    "${TAR[@]}" -xpf x.tar -C theirs 2> errors
    same_tree tree theirs
    run -0 grep -v "Ignoring unknown extended header keyword 'hdrcharset'" errors || [[ ! $output ]]
}

@test "a real Debian, against GNU tar" {
    need_debian
    # On a tmpfs: some file systems are slow where a lot was deleted a moment ago.
    mkdir disk
    unshare -m bash -euo pipefail -c "$(declare -f tree same_tree)"'
        mount -t tmpfs none disk
        mkdir disk/theirs
        tar --numeric-owner --xattrs --xattrs-include="*" -xpf "$1" -C disk/theirs
        img-layer unpack disk/ours --from "$1" > /dev/null
        same_tree disk/theirs disk/ours
        rm -rf disk/theirs
        img-layer pack disk/ours | img-layer unpack disk/again > /dev/null
        same_tree disk/ours disk/again' bash "$TOP/build/debian.tar"
}

@test "sparse files: all of GNU tar's formats; a hole at the end, nothing but a hole" {
    mkdir tree
    truncate -s 5M tree/{hole,end,middle,many}
    printf begin | dd of=tree/end conv=notrunc status=none
    printf end | dd of=tree/middle bs=1 seek=5242877 conv=notrunc status=none
    for i in {1..40}; do printf x | dd of=tree/many bs=1 seek=$((i * 100000)) conv=notrunc status=none; done
    for format in gnu 'pax --sparse-version=0.0' 'pax --sparse-version=0.1' 'pax --sparse-version=1.0'; do
        # shellcheck disable=SC2086
        tar --format=$format -cSf x.tar -C tree .
        (($(stat -c %s x.tar) < 1000000))
        rm -rf copy
        run -0 img-layer unpack copy --from x.tar
        assert_line $'content\t20971520'
        find tree -exec touch -d @1000000000 {} +
        find copy -exec touch -d @1000000000 {} +
        same_tree tree copy
        (($(du -sk copy | cut -f 1) < 2000))
    done
    img-layer pack tree | tar -df - -C tree
}

@test "names of 4095 bytes, and deeper than there are descriptors; longer ones are refused" {
    part=$(printf '%0254d' 1)
    name=$(for _ in {1..17}; do printf '%s/' "$part"; done)
    name=${name:0:4095}
    deep=$(printf 'd/%.0s' {1..300})f
    touch long f
    ulimit -Sn 200
    for format in pax gnu; do
        tar --format="$format" --transform "s,long,$name,;s,^f,$deep," -cf x.tar long f
        img-layer unpack "$format" --from x.tar > /dev/null
        assert_equal "$(find "$format" -type f -printf '%P\n' | sort)" "$(printf '%s\n' "$name" "$deep" | sort)"
    done
    img-layer pack pax > one.tar
    run -0 img-layer unpack copy --from one.tar
    assert_line $'entries\t319'
    img-layer pack copy | cmp one.tar -
    refused 'not a tar archive, or a damaged one' head -c -60000 one.tar # and all is removed
    refused '/0*1/0*[.]{3}: the name is longer than 4096$' tarmake k path "./$name/" f x 1 e - -
    refused 'File name too long$' tarmake k path "$(printf '%0256d' 1)" f x 1 e - -
    refused 'File name too long$' tarmake k linkpath "$(printf '%04096d' 1)" s x y e - -
}

@test "a directory named again and again takes no memory; attributes without end are refused" {
    value=$(head -c 90000 /dev/zero | tr '\0' x)
    members() { # NAME...: directories of 90 kB of attributes each
        local name args=()
        for name; do args+=(k SCHILY.xattr.user.a "$value" d "$name" 755); done
        tarmake "${args[@]}"
    }
    members a b > two
    tarmake d a 700 d b 711 e - - > end
    for _ in {1..500}; do cat two; done | cat - end > x.tar
    run -0 bash -c 'ulimit -v 80000; img-layer unpack again --from x.tar'
    assert_equal "$(stat -c %a again/a again/b | xargs)" '700 711'
    for i in {1..220}; do members "$i"-{1..15}; done > x.tar
    run -1 img-layer unpack without --from x.tar
    assert_output "img-layer: without: the attributes of its directories take more than 256 MiB"
    [[ ! -e without ]]
    rm x.tar
}

@test "compressed: told by the first bytes, and the facts are right" {
    mkdir tree
    head -c 800000 "$(type -P busybox)" > tree/binary
    cp "$TOP"/lib/*.c tree
    img-layer pack tree > x.tar
    tar=sha256:$(sha256sum < x.tar | cut -d ' ' -f 1)
    gzip -c x.tar > x.gz
    zstd -qc x.tar > x.zst
    bzip2 -1c x.tar > x.bz2
    xz -0c x.tar > x.xz
    half=$(($(stat -c %s x.tar) / 2))
    { head -c "$half" x.tar | gzip -c; tail -c +$((half + 1)) x.tar | gzip -1c; } > x.gz2
    { head -c "$half" x.tar | zstd -qc; tail -c +$((half + 1)) x.tar | zstd -qc -1; } > x.zst2
    { head -c "$half" x.tar | xz -0c; tail -c +$((half + 1)) x.tar | xz -0c; } > x.xz2
    { head -c "$half" x.tar | bzip2 -1c; tail -c +$((half + 1)) x.tar | bzip2 -1c; } > x.bz22
    { cat x.gz; head -c 10000 /dev/zero; } > x.gz0
    for file in x.*; do
        type=application/vnd.oci.image.layer.v1.tar blob=$file
        case $file in
            *.gz*) type+=+gzip ;;
            *.zst*) type+=+zstd ;;
            *) blob=x.tar ;;
        esac
        run -0 img-layer unpack copy --from "$file" --blob blob
        cmp "$blob" blob
        facts="diff_id	$tar
digest	sha256:$(sha256sum < blob | cut -d ' ' -f 1)
media_type	$type
size	$(stat -c %s blob)
tar_size	$(stat -c %s x.tar)"
        assert_equal "$(head -n 5 <<< "$output")" "$facts"
        assert_equal "$(sed 1,5d <<< "$output")" \
            "content	$(find copy -type f -printf '%s\n' | awk '{ n += $1 } END { print n }')
entries	$(find copy | wc -l)"
        tar -df x.tar -C copy
        run -0 img-layer digest < "$file"
        assert_output "$facts"
        rm -rf copy blob
    done
}

@test "names that leave the root" {
    refused '\.\./victim: the name leaves' tarmake f ../victim x e - -
    refused 'a/\.\./\.\./victim: the name leaves' tarmake f a/../../victim x e - -
    refused 'a/\.\.: the name leaves' tarmake d a 755 f a/.. x e - -
    refused '\.\.: the name leaves' tarmake d .. 700 e - -
    refused "victim: an absolute name" tarmake f "$T/out/victim" x e - -
    refused "victim: an absolute name" tarmake k path "$T/out/victim" f a x e - -
    refused 'victim: the name leaves' tarmake k path ../victim f a x e - -
    refused 'victim: the name leaves' tarmake k GNU.sparse.name ../victim f a x e - -
    refused '/: an absolute name' tarmake d / 755 e - -
    refused 'the root is not a directory' tarmake f . x e - -
    refused 'the root is not a directory' tarmake s ./ /etc e - -
    refused 'the root is not a directory' tarmake f a x l . a e - -
    refused '\\033\[2J/\\007' tarmake d $'\e[2J' 755 f $'\e[2J/\a/../../x' x e - - # as a terminal would obey
}

@test "symbolic links that the archive made are not followed" {
    for to in .. ../.. "$T/out" . a ../in/DIR; do
        [[ $to == a ]] || refused 'leads through a symbolic link$' tarmake s a "$to" f a/victim x e - -
        refused 'leads through a symbolic link$' tarmake d a 755 s a/b "$to" f a/b/victim x e - -
        refused 'leads through a symbolic link$' tarmake s a "$to" d a/sub 700 e - -
        refused 'leads through a symbolic link$' tarmake s a "$to" s a/victim x e - -
        refused 'leads through a symbolic link$' tarmake s a "$to" c a/victim 3 e - -
        refused 'leads through a symbolic link$' tarmake s a "$to" f a/sub/more/victim x e - -
        refused 'leads through a symbolic link$' tarmake s a "$to" f b x l a/victim b e - -
    done
    refused 'leads through a symbolic link$' tarmake s a b s b .. f a/victim x e - -
    refused 'b: open the directory that it is in: Not a directory$' tarmake f a x f a/b x e - -
    # What is there already, they replace: the link, not what it leads to.
    for to in ../victim "$T/out/victim" ../sub; do
        for kind in f d s c; do
            tarmake s a "$to" "$kind" a 700 e - - | img-layer unpack out/in/DIR > /dev/null
            assert_equal "$(find out/in/DIR -printf '%P %y ')" " d a ${kind/s/l} "
            rm -rf out/in/DIR
            check_canary
        done
    done
}

@test "hard links: out, through a link, to what is not there, to a directory" {
    refused 'victim: an absolute name' tarmake l a "$T/out/victim" e - -
    refused 'victim: the name leaves' tarmake l a ../victim e - -
    refused 'victim: the name leaves' tarmake d b 755 l b/a b/../../victim e - -
    refused 'leads through a symbolic link$' tarmake s b .. l a b/victim e - -
    refused 'leads through a symbolic link$' tarmake s b "$T/out" l a b/victim e - -
    refused 'a: find b, which it is a link to: No such file' tarmake l a b f b x e - -
    refused 'a: find b/c, which it is a link to: No such file' tarmake l a b/c e - -
    refused 'a: find a, which it is a link to: No such file' tarmake l a a e - -
    refused 'a: link to b: Operation not permitted' tarmake d b 755 l a b e - -
    refused 'a: a hard link to the root' tarmake l a . e - -
    refused 'd: find d/x, which it is a link to: No|d: link to d/x: No such file' tarmake f d/x 1 l d d/x e - -
    # To a symbolic link: it has another name then, and is not followed.
    tarmake s b "$T/out/victim" l a b l b b e - - | img-layer unpack DIR > /dev/null
    assert_equal "$(find DIR -name '?' -printf '%P %y %n %l\n' | sort)" "a l 2 $T/out/victim"$'\n'"b l 2 $T/out/victim"
    # A later file takes one name away, and leaves the contents of the other.
    tarmake f b old l a b f a new e - - | img-layer unpack DIR2 > /dev/null
    assert_equal "$(cat DIR2/a DIR2/b)" newold
}

@test "whiteouts are refused, not made into files; in both directions" {
    for name in .wh.a a/.wh.b .wh..wh..opq a/.wh..wh..opq .wh... .wh.. .wh. .wh..wh.plnk/1 a/.wh.../b; do
        refused "$name: is a whiteout" tarmake f "$name" '' e - -
    done
    refused 'a/.wh.b: is a whiteout' tarmake d a/.wh.b 755 e - -
    for name in trusted.overlay.opaque trusted.overlay.redirect user.overlay.whiteout trusted%2Eoverlay.metacopy; do
        refused 'a: has an attribute of overlayfs' tarmake k "SCHILY.xattr.$name" y d a 755 e - -
        refused 'a: has an attribute of overlayfs' tarmake k "LIBARCHIVE.xattr.$name" eQ d a 755 e - -
    done
    mkdir tree
    : > tree/.wh.a
    run -1 img-layer pack tree
    assert_output --partial 'img-layer: tree/.wh.a: has a name by which a layer deletes'
    tarmake f a.wh.b x d .wha 755 e - - | img-layer unpack DIR > /dev/null
    assert_equal "$(ls -A DIR | xargs)" '.wha a.wh.b'
}

# two layers to be changed, the upper one of which has deleted and replaced something
make_layers() {
    mkdir -p one two/dir
    (cd one && make_lower)
    mknod two/below c 0 0
    mkdir two/below-dir
    setfattr -n trusted.overlay.opaque -v y two/below-dir
    echo 2 > two/below-dir/y
    echo 2 > two/dir/b
    find one two -exec touch -hd '2020-02-02 02:02:02.020202' {} +
}

# over COMMAND ARG...: in the directory where upper (made if it is missing) lies over two over one
over() {
    mkdir -p upper work merged
    unshare -m ufs-mount --lower two --lower one --upper upper --work work merged -- \
        bash -euo pipefail -c "$(declare -f change_tree tree)"' ; cd merged; "$@"' bash "$@"
}

@test "diff: what was added, changed and deleted, as Docker tells it" {
    make_layers
    over true
    run -0 img-layer diff --lower two --lower one upper
    refute_output
    over change_tree
    img-layer diff --lower two -l one upper > out
    diff out - << 'END'
A	/below
C	/below-dir
D	/below-dir/y
C	/dir
D	/dir/a
C	/dir/b
C	/dir/sub
C	/file
D	/gone
C	/keep
C	/keep/more
C	/link
C	/linked
D	/moved
A	/moved-away
A	/moved-away/x
A	/new
A	/new/dir
A	/new/dir/hard
A	/new/fifo
A	/new/hard
A	/new/link
A	/new/null
A	/new/tab\011new\012line
C	/opaque
D	/opaque/old
C	/opaque/sub
A	/opaque/sub/new
D	/opaque/sub/old
C	/replaced
D	/replaced/by
A	/replaced/new
C	/to-dir
A	/to-dir/x
C	/touched
END
    img-layer diff --json --lower two --lower one upper | jq -r '.kind + "\t" + (.path | sub("\t"; "\\011") | sub("\n"; "\\012"))' | diff out -
    # Without a layer below all is new, and a whiteout deletes nothing.
    mkdir none
    assert_equal "$(img-layer diff --lower none upper | cut -f 1 | sort -u)" A
}

@test "diff: a directory that is as it was is no change; its owner, mode, time, attributes are" {
    make_layers
    mkdir upper
    (cd one && find . -type d | tar --no-recursion --xattrs --format=pax -T - -cf -) | tar --xattrs -xf - -C upper
    run -0 img-layer diff --lower one upper
    refute_output
    for change in 'chmod 711' 'chown 5' 'chgrp 5' 'touch -d 2011-11-11' 'setfattr -n user.new -v 1' 'setfattr -x user.a' 'setfattr -n user.a -v 2'; do
        cp -a upper changed
        $change changed/dir
        run -0 img-layer diff --lower one changed
        assert_output $'C\t/dir'
        rm -r changed
    done
    setfattr -n trusted.overlay.origin -v x upper/dir # the kernel's own
    run -0 img-layer diff --lower one upper
    refute_output
}

@test "diff: --mount-point: what was made to mount on is no change" {
    make_layers
    mkdir -p upper/proc upper/dev upper/keep upper/full
    cp -a --attributes-only --no-preserve=timestamps one/dir upper/ 2> /dev/null || :
    rm -rf upper/dir; mkdir upper/dir; setfattr -n user.a -v 1 upper/dir
    : > upper/dir/hosts; : > upper/full/x; echo x > upper/keep/hosts
    points=(--mount-point /proc --mount-point /dev --mount-point /dir/hosts --mount-point /full --mount-point /keep/hosts --mount-point relative)
    run -0 img-layer diff --lower one "${points[@]}" upper
    assert_output $'A\t/full\nA\t/full/x\nC\t/keep\nA\t/keep/hosts'
    run -0 img-layer diff --lower one upper
    assert_equal "$(wc -l <<< "$output")" 8
}

# bats test_tags=vm
@test "--overlay: an upper directory as a layer, and as one again: the same tree, the same bytes" {
    make_layers
    over change_tree
    over tree . > want
    img-layer pack --overlay upper > layer.tar
    img-layer unpack --overlay copy --from layer.tar > facts
    img-layer pack --overlay copy | cmp layer.tar -
    mv upper origin && cp -a copy upper
    over tree . | diff want -
    run -0 tar -tf layer.tar
    for name in dir/.wh.a .wh.gone .wh.moved opaque/.wh..wh..opq replaced/.wh..wh..opq; do assert_line "$name"; done
    refute_line dir/a
    run -1 grep -a 'trusted.overlay' layer.tar
    # Whiteouts of the other kind, and a tree where the kernel's order is another.
    mkdir attributes && cp -a origin/. attributes
    rm attributes/gone && : > attributes/gone && setfattr -n trusted.overlay.whiteout -v '' attributes/gone
    mkdir attributes/x && : > attributes/x/no && setfattr -n trusted.overlay.whiteout -v '' attributes/x/no
    setfattr -n trusted.overlay.opaque -v x attributes/x
    run -0 bash -c 'img-layer pack --overlay attributes | tar -t'
    assert_line x/.wh.no
    assert_line gone # which to the kernel is a file, as its directory does not say that it has such ones
    # Without the option it is a tree like others.
    run -1 bash -o pipefail -c 'img-layer pack upper | img-layer unpack plain'
    assert_output --partial 'is the device by which overlayfs deletes files'
    [[ ! -e plain ]]
}

@test "--overlay: names of whiteouts in an upper directory, and references, are refused" {
    mkdir -p upper/dir
    : > upper/dir/.wh.x
    run -1 img-layer pack --overlay upper
    assert_output --partial 'upper/dir/.wh.x: has a name by which a layer deletes'
    rm upper/dir/.wh.x
    for name in redirect metacopy; do
        setfattr -n trusted.overlay.$name -v /elsewhere upper/dir
        run -1 img-layer pack --overlay upper
        assert_output --partial "upper/dir: is a reference to a layer below (trusted.overlay.$name)"
        setfattr -x trusted.overlay.$name upper/dir
    done
}

# layer ENTRY...: unpack these with --overlay, print what is there
layer() {
    local attributes
    rm -rf DIR
    tarmake "$@" e - - | img-layer unpack --overlay DIR > /dev/null
    (cd DIR && find . -mindepth 1 -printf '%P %y \n' | sort | tr -d '\n' && echo)
    attributes=$(cd DIR && getfattr -Rhd -m 'trusted.overlay' --absolute-names . | grep -E '^#') || return 0
    echo "$attributes"
}

# bats test_tags=vm
@test "unpack --overlay: whiteouts speak of the layers below, wherever they stand" {
    assert_equal "$(layer f .wh.a '')" 'a c '
    assert_equal "$(layer f x/.wh.a '' d x 711 && stat -c %a DIR/x)" $'x d x/a c \n711'
    assert_equal "$(layer f .wh.a '' f a new)" 'a f '
    assert_equal "$(layer f a new f .wh.a '')" 'a f '
    assert_equal "$(layer f .wh.a '' d a 755 f a/b x)" $'a d a/b f \n# file: ./a'
    assert_equal "$(layer d a 755 f a/b x f .wh.a '')" $'a d a/b f \n# file: ./a'
    assert_equal "$(layer f .wh.a '' f a/b x)" $'a d a/b f \n# file: ./a'
    assert_equal "$(layer f a/b x f a/.wh..wh..opq '')" $'a d a/b f \n# file: ./a'
    assert_equal "$(layer f a/.wh..wh..opq '' d a 500)" $'a d \n# file: ./a'
    assert_equal "$(layer s a / f .wh.a '')" 'a l '
    for order in 'f .wh.a x f a/.wh.b x' 'f a/.wh.b x f .wh.a x'; do
        # shellcheck disable=SC2086
        assert_equal "$(layer $order)" $'a d a/b c \n# file: ./a'
    done
    assert_equal "$(layer f .wh.a '' f .wh.a '' d .wh.b 755)" 'a c b c '
    assert_equal "$(layer f .wh..wh.aufs '' f .wh..wh.plnk/1.2 x f .wh..wh.orph x f b x)" 'b f '
    tarmake f .wh.a '' e - - | img-layer unpack --overlay facts > out
    assert_equal "$(tail -n 2 out)" $'content\t0\nentries\t1'
    assert_equal "$(stat -c '%t:%T' facts/a)" 0:0
}

@test "unpack --overlay: hostile whiteouts" {
    mkdir bin # unpack is given the option
    printf '#!/bin/sh\nverb=$1; shift; exec "%s/img-layer" "$verb" $([ "$verb" != unpack ] || echo --overlay) "$@"\n' "$BIN" > bin/img-layer
    chmod 755 bin/img-layer
    PATH=$T/bin:$PATH
    for name in .wh. .wh.. .wh... a/.wh. a/.wh.. a/.wh...; do
        refused "$name: is a whiteout of no file" tarmake f "$name" '' e - -
    done
    refused '.wh.a/b: is inside of a whiteout' tarmake f .wh.a/b '' e - -
    refused '.wh.../victim: is inside of a whiteout' tarmake f .wh.../victim '' e - -
    refused '/.wh..wh..opq: deletes all of the layers below' tarmake f .wh..wh..opq '' e - -
    refused 'the name leaves the root' tarmake f ../.wh.victim '' e - -
    refused 'the name leaves the root' tarmake f a/../../.wh.victim '' e - -
    refused 'an absolute name' tarmake f "$T/out/.wh.victim" '' e - -
    for to in .. ../.. "$T/out" . ../sub; do
        # What the layer has instead of the directory hides that: nothing is left to delete.
        for name in .wh.victim .wh..wh..opq sub/.wh.victim; do
            assert_equal "$(layer s a "$to" f "a/$name" '' f b x)" 'a l b f '
            assert_equal "$(layer f "a/$name" '' s a "$to" f b x)" 'a l b f '
        done
        check_canary
    done
    assert_equal "$(layer f a x f a/.wh.b '' f a/.wh.c '' f a/b/.wh.c '' f .wh.d '')" 'a f d c '
    refused 'c: find .wh.a, which it is a link to: No such file' tarmake f .wh.a x l c .wh.a e - -
    for name in trusted.overlay.opaque user.overlay.whiteout; do
        refused 'a: has an attribute of overlayfs' tarmake k "SCHILY.xattr.$name" y d a 755 e - -
    done
    # A million names are told from an attack.
    run -1 bash -c 'for i in {1..270}; do tarmake k path "$(printf "%0250d/" {1..15})$i/.wh.x" f x ""; done > many
        for _ in {1..80}; do cat many; done | cat - <(tarmake e - -) | img-layer unpack out/in/DIR'
    assert_output --partial 'the names of its whiteouts take more than 64 MiB'
    check_canary
}

@test "unpack --overlay --lower: directories that the archive has no entry for are as below" {
    mkdir -p one/d/e one/gone two/hidden one/hidden/x
    chown 7:8 one/d
    chmod 2750 one/d
    setfattr -n user.a -v 1 one/d
    setfacl -m d:u:77:rwx one/d/e
    chmod 711 one/hidden/x
    setfattr -n trusted.overlay.opaque -v y two/hidden
    mknod two/gone c 0 0
    ln -s d one/link
    touch -d '2001-02-03 04:05:06.123456789' one/d/e one/d
    for entry in d/e/f/g gone/f hidden/x/f link/f new/f; do entries+=(f "$entry" x); done
    tarmake "${entries[@]}" e - - > x.tar
    run -0 img-layer unpack --overlay --lower two -l one --from x.tar DIR
    assert_line $'implied\t8'
    for dir in d d/e; do
        assert_equal "$(stat -c '%a %u:%g %Y %y' DIR/$dir; cd DIR && getfattr -d -m - $dir)" "$(stat -c '%a %u:%g %Y %y' one/$dir; cd one && getfattr -d -m - $dir)"
    done
    assert_equal "$(stat -c %a DIR/{d/e/f,gone,hidden,hidden/x,link,new} | xargs)" '755 755 755 755 755 755'
    assert_equal "$(getfattr -d -m trusted -h DIR/hidden)" '' # what overlayfs is told is not told again
    # An entry counts, wherever it stands.
    tarmake f d/x x d d 700 e - - | img-layer unpack --overlay --lower one DIR2 > facts
    assert_equal "$(stat -c '%a %u' DIR2/d)" '700 0'
    tarmake d d 700 f d/x x e - - | img-layer unpack --overlay --lower one DIR3 > facts
    assert_equal "$(stat -c '%a %u' DIR3/d; grep implied facts)" '700 0'
    run -1 img-layer unpack --overlay --lower nowhere --from x.tar DIR4
    assert_output 'img-layer: nowhere: open: No such file or directory'
    [[ ! -e DIR4 ]]
}

@test "of several entries with one name the last one counts" {
    last() { # EXPECTED ENTRY...
        rm -rf DIR
        tarmake "${@:2}" e - - | img-layer unpack DIR > /dev/null
        assert_equal "$(cd DIR && find . -mindepth 1 \( -type f -printf '%P %y %m %s\n' -o -printf '%P %y %m %l\n' \) | sort)" "$1"
    }
    last 'a f 644 3' f a old-and-longer f a new
    last 'a f 2751 0' f a old x a 2751
    last $'a d 700 \na/b f 644 1' f a old d a 700 f a/b x
    last 'a f 644 1' d a 755 f a/b x s a/c .. d a/d 755 f a/d/e x f a x
    last 'a l 777 ..' d a 755 f a/b x s a ..
    last $'a d 711 \na/b f 644 1' s a .. d a 711 f a/b x
    last $'a d 700 \na/b f 644 1' d a 777 f a/b x d a 700
    last $'a d 700 \na/b f 644 1' f a/b x d a 700
    last 'a p 600 ' s a x t a 6600
    last 'a c 644 ' t a 6600 c a 3
}

# try FILE: unpack it, one way or the other, with exit status $status
try() {
    status=0
    img-layer unpack --from "$1" --blob out/in/blob out/in/DIR > facts 2> errors || status=$?
    case $status in
        0) rm -rf out/in/DIR out/in/blob ;;
        1) [[ ! -s facts && $(< errors) == "img-layer: "* ]] ;;
        *) fail "status $status: $(< errors)" ;;
    esac
    [[ ! $(ls -A out/in) ]]
}

@test "an archive that is cut off, anywhere" {
    make_canary
    mkdir tree
    head -c 3000 /dev/urandom > tree/file
    ln tree/file tree/hard
    mkfifo "tree/$(printf '%0120d' 1)"
    setfattr -n user.x -v x tree/file
    tar --format=pax --xattrs -b 1 -cf whole -C tree .
    size=$(stat -c %s whole)
    for ((at = 1; at < size; at += 171)); do
        head -c "$at" whole > x
        try x
        # Of the end, two blocks of zeros, one will do.
        ((status == (at < size - 512)))
    done
    for compressor in gzip zstd xz bzip2; do
        $compressor -c whole > compressed
        size=$(stat -c %s compressed)
        for ((at = 1; at < size; at += 1 + size / 12)); do
            head -c "$at" compressed > x
            try x
            ((status == 1))
        done
        head -c -1 compressed > x
        try x
        ((status == 1))
    done
    check_canary
}

@test "bytes that were changed; what no archive is" {
    make_canary
    make_tree tree
    rm tree/large
    img-layer pack tree > whole
    gzip -c whole > whole.gz
    RANDOM=7
    for file in whole whole.gz; do
        size=$(stat -c %s "$file")
        for _ in {1..25}; do
            cp "$file" x
            for _ in 1 2 3; do
                printf "\\x$(printf %02x $((RANDOM % 256)))" |
                    dd of=x bs=1 seek=$(((RANDOM * 32768 + RANDOM) % size)) conv=notrunc status=none
            done
            try x
        done
    done
    check_canary
    # The last bytes of gzip's are a sum of the contents and their length.
    for at in 1 5; do
        { head -c -$at whole.gz; printf '\xaa'; tail -c $((at - 1)) whole.gz; } > x.tar
        refused 'the compressed data \(gzip\) is damaged$'
    done
    refused 'x.tar: is empty' true
    refused 'x.tar: not a tar archive' echo no archive
    refused 'x.tar: not a tar archive' head -c 100000 /dev/urandom
    refused 'x.tar: not a tar archive' tarmake f a x b - - e - -
    refused 'x.tar: the archive is cut off: it has no end mark' tarmake f a x
    refused 'something else behind the end of the archive' tarmake f a x e - - r - garbage
    refused 'something else behind the end of the archive' tarmake e - - f a x e - -
    { cat whole.gz; echo garbage; } > x.tar
    refused 'something else behind the compressed data'
    for compressor in zstd xz bzip2; do
        { $compressor -c whole; echo garbage; } > x.tar
        refused 'compressed data'
    done
    tarmake e - - | img-layer unpack DIR > /dev/null # empty, and whole
    assert_equal "$(find DIR)" DIR
}

@test "headers that lie, and that contradict each other" {
    refused 'a: the archive is damaged: ' tarmake z a 5000 e - -
    refused 'a: the archive is damaged: ' tarmake z a 8589934591
    refused 'x.tar: not a tar archive' tarmake k size 9223372036854775807 f a x e - -
    refused '' tarmake k size -5 f a x e - -
    refused 'more contents than it is long' tarmake k GNU.sparse.realsize 1 f a xyz e - -
    refused 'more contents than it is long' \
        tarmake p pax $'31 GNU.sparse.map=0,1,100000,1\n25 GNU.sparse.realsize=5\n' f a xy e - -
    refused '' tarmake k GNU.sparse.map 5,9223372036854775807 f a xyz e - -
    refused '' tarmake k GNU.sparse.realsize 9223372036854775807 f a xyz e - -
    refused 'too large|damaged' tarmake z a 2000000 t pax x e - -
    refused 'x.tar: not a tar archive' tarmake p pax '9999 path=x'$'\n' f a x e - -
    refused 'x.tar: not a tar archive' tarmake p pax 'path=x' f a x e - -
    refused 'x.tar: not a tar archive' tarmake p pax '5 =x'$'\n' f a x e - -
    refused 'owner -1:0 is no number' tarmake k uid -1 f a x e - -
    refused 'owner 0:4294967295 is no number' tarmake k gid 4294967295 f a x e - -
    refused 'owner 99999999999:0 is no number' tarmake k uid 99999999999 f a x e - -
    refused 'is of a type that no file has' tarmake t a M170000 e - -
    refused 'is of a type that no file has' tarmake t a M140000 e - -
    refused 'a symbolic link to nothing' tarmake s a '' e - -
    refused 'names somebody without a number|names nobody' tarmake k SCHILY.acl.access 'user::rw-,user:nobody:rw-,group::r--,mask::rw-,other::r--' f a x e - -
    refused 'set the attribute nonsense: ' tarmake k SCHILY.xattr.nonsense x f a x e - -
    refused 'set the attribute security.capability: ' tarmake k SCHILY.xattr.security.capability x f a x e - -
    # The extended header counts, and its last line.
    tarmake p pax $'10 path=b\n10 path=c\n' f ../victim x e - - | img-layer unpack DIR > /dev/null
    assert_equal "$(ls DIR)" c
    # Policy of this machine is no layer's business.
    tarmake k SCHILY.xattr.security.selinux x f a x k RHT.security.selinux x f b x e - - | img-layer unpack DIR2 > /dev/null
    run -0 getfattr -d -m - DIR2/a DIR2/b
    refute_output
}

@test "facts: --json, --info-fd, digest; the sums are sha256sum's" {
    need_command jq
    make_tree tree
    img-layer pack --info-fd 3 tree > x.tar 3> facts
    sum=sha256:$(sha256sum < x.tar | cut -d ' ' -f 1)
    assert_equal "$(cat facts)" "diff_id	$sum
digest	$sum
media_type	application/vnd.oci.image.layer.v1.tar
size	$(stat -c %s x.tar)
tar_size	$(stat -c %s x.tar)"
    img-layer digest --from x.tar | cmp facts -
    img-layer pack --info-fd 2 --json tree 2> json > /dev/null
    assert_equal "$(jq -r 'to_entries[] | "\(.key)\t\(.value)"' json)" "$(cat facts)"
    img-layer digest --json < x.tar | cmp json -
    img-layer unpack DIR --json --from - < x.tar > json
    assert_equal "$(jq -c '[.size, .content, .entries, (.entries | type)]' json)" \
        "[$(stat -c %s x.tar),$(find tree -type f -printf '%i %s\n' | sort -u | awk '{ n += $2 } END { print n }'),$(find tree -printf x | wc -c),\"number\"]"
    assert_equal "$(wc -l < json)" 1
    run -0 bash -c 'img-layer pack tree --json 2>&1 > x.tar' # told to nobody
    refute_output
}

@test "--progress: on a terminal, and there alone" {
    mkdir tree
    img-layer pack tree > x.tar
    run -0 img-layer unpack --progress DIR --from x.tar
    refute_output --partial MB
    run -0 pty-drive 'expect=0 of 0 MB (100%)' 'expect=diff_id' -- img-layer unpack --progress DIR2 --from x.tar
}

@test "pack: what is left out, and told; what is refused" {
    need_command perl
    mkdir -p tree/sub/mnt $'tree/\e[31m'
    echo x > tree/sub/file
    echo below > tree/sub/mnt/below
    bind_socket() { perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0) && bind(S, sockaddr_un($ARGV[0])) or die' "$1"; }
    bind_socket tree/sub/socket
    bind_socket $'tree/\e[31m/socket'
    run -0 unshare -m bash -euc '
        mount -t tmpfs none tree/sub/mnt
        echo mounted > tree/sub/mnt/file
        chmod 700 tree/sub/mnt
        img-layer pack tree > tree/archive'
    assert_output "img-layer: tree/\\033[31m/socket: is a socket, which no archive can have: left out
img-layer: tree/archive: is the archive itself: left out
img-layer: tree/sub/socket: is a socket, which no archive can have: left out"
    run -0 tar -tvf tree/archive
    assert_equal "$(awk '{ print $1, $6 }' <<< "$output")" 'drwxr-xr-x ./
drwxr-xr-x \033[31m/
drwxr-xr-x sub/
-rw-r--r-- sub/file
drwx------ sub/mnt/'
    run -1 img-layer pack nowhere
    assert_output 'img-layer: nowhere: open: No such file or directory'
    run -1 img-layer pack tree/sub/file
    assert_output 'img-layer: tree/sub/file: open: Not a directory'
    run -1 bash -c 'img-layer pack tree >&-'
    assert_output 'img-layer: standard output: stat: Bad file descriptor'
    run -1 bash -c 'img-layer pack tree > /dev/full'
    assert_line 'img-layer: standard output: write: No space left on device'
    run -1 pty-drive 'expect=standard output: is a terminal' -- img-layer pack tree
}

@test "pack: a file that changes meanwhile" {
    mkdir tree
    head -c 3000000 /dev/urandom > tree/file
    mkfifo pipe
    live=''
    # More than a pipe holds: it waits within the file for who reads the pipe.
    begin() {
        img-layer pack ${live:+$live} tree > pipe 2> errors &
        pid=$!
        exec 5< pipe
        head -c 100000 <&5 > x.tar
    }
    begin
    head -c 1000000 /dev/zero >> tree/file
    cat <&5 >> x.tar
    wait "$pid"
    run -0 tar -xvf x.tar
    assert_equal "$(stat -c %s file)" 3000000
    cmp -n 3000000 file tree/file
    begin
    truncate -s 2000000 tree/file
    cat <&5 > /dev/null
    run -1 wait "$pid"
    assert_equal "$(cat errors)" 'img-layer: tree/file: became shorter while it was read'
    # In a tree that is known to be in use.
    touch tree/vanishes
    live=--live
    truncate -s 3000000 tree/file
    begin
    truncate -s 2000000 tree/file
    rm tree/vanishes
    cat <&5 >> x.tar
    run -0 wait "$pid"
    assert_equal "$(cat errors)" "img-layer: tree/file: became shorter while it was read: filled up with zeros
img-layer: tree/vanishes: has vanished: left out"
    run -0 tar -xvf x.tar
    assert_output $'./\nfile'
    assert_equal "$(stat -c %s file)" 3000000
    cmp -n 2000000 file tree/file
}

@test "a full disk, a read-only one: the path is told, and nothing is left" {
    mkdir disk tree
    head -c 3000000 /dev/urandom > tree/large
    mkdir tree/empty
    img-layer pack tree > x.tar
    unshare -m bash -euo pipefail -c '
        mount -t tmpfs -o size=1m none disk
        fails() { # MESSAGE COMMAND...
            local status=0
            "${@:2}" > out 2> errors || status=$?
            [[ $status == 1 && $(< errors) == "img-layer: $1" && ! -s out && ! $(ls -A disk) ]] || {
                echo "status $status, not $1"
                cat out errors
                ls -AR disk
                exit 1
            }
        }
        fails "disk/DIR/large: write: No space left on device" img-layer unpack disk/DIR --from x.tar
        fails "disk/blob: write: No space left on device" img-layer unpack DIR --from x.tar --blob disk/blob
        fails "disk/blob: write: No space left on device" img-layer unpack DIR --blob disk/blob < <(gzip -c x.tar)
        mkdir disk/DIR; chown 1000:1000 disk/DIR; chmod 2751 disk/DIR
        status=0
        img-layer unpack disk/DIR --from x.tar 2> /dev/null || status=$?
        [[ $status == 1 && $(stat -c "%a %u:%g" disk/DIR; ls -A disk/DIR) == "2751 1000:1000" ]]
        mount -t tmpfs -o nr_inodes=3 none disk
        fails "disk/DIR/large: create: No space left on device" img-layer unpack disk/DIR --from x.tar
        mount -o remount,ro disk
        fails "disk/DIR: mkdir: Read-only file system" img-layer unpack disk/DIR --from x.tar
        fails "disk/blob: create: Read-only file system" img-layer unpack DIR --from x.tar --blob disk/blob
        fails "disk: take over: Read-only file system" img-layer unpack disk --from x.tar
        [[ ! $(ls -A disk) ]]'
    [[ ! -e DIR ]]
}

@test "DIR: made, or there and empty; what it was like comes back" {
    tarmake f a x e - - > x.tar
    tarmake f ../a x e - - > bad.tar
    for mode in 000 077; do
        (umask $mode && img-layer unpack "umask$mode" --blob "blob$mode" < x.tar > /dev/null)
        assert_equal "$(stat -c '%a %u:%g' "umask$mode" "blob$mode" | xargs)" '755 0:0 644 0:0'
    done
    mkdir DIR
    chown 7:8 DIR
    chmod 3710 DIR
    run -1 img-layer unpack DIR --from bad.tar
    assert_equal "$(stat -c '%a %u:%g' DIR; ls -A DIR)" '3710 7:8'
    img-layer unpack DIR --from x.tar > /dev/null
    assert_equal "$(stat -c '%a %u:%g' DIR DIR/a | xargs)" '3710 7:8 644 0:0'
    run -1 img-layer unpack DIR --from x.tar
    assert_output 'img-layer: DIR: is not empty'
    assert_equal "$(cat DIR/a)" x
    run -1 img-layer unpack DIR/a --from x.tar
    assert_output 'img-layer: DIR/a: open: Not a directory'
    assert_equal "$(cat DIR/a)" x
    ln -s umask000 link
    rm umask000/a
    run -1 img-layer unpack link --from x.tar
    assert_output --partial 'link: open: '
    run -1 img-layer unpack no/where --from x.tar
    assert_output 'img-layer: no/where: mkdir: No such file or directory'
    # Nothing is inherited from what is above.
    mkdir above
    chown 0:8 above
    chmod 2755 above
    setfacl -m d:u:77:rwx,u:77:rwx above
    img-layer unpack above/DIR --from x.tar > /dev/null
    mkdir above/DIR2
    img-layer unpack above/DIR2 --from x.tar > /dev/null
    run -0 getfacl -cpR above/DIR above/DIR2
    refute_output --partial 77
    assert_equal "$(stat -c '%a %u:%g' above/DIR above/DIR/a | xargs)" '755 0:0 644 0:0'
    # Nobody looks in before all is there.
    mkfifo pipe
    img-layer unpack early > facts < pipe &
    { cat x.tar; poll 10 test -d early; stat -c %a early > mode; } > pipe
    wait $!
    assert_equal "$(cat mode; stat -c %a early)" 700$'\n'755
}

@test "what fails last: facts that nobody takes, blobs that are there, a missing archive" {
    make_tree tree
    img-layer pack tree > x.tar
    mkdir there
    chmod 710 there
    for dir in DIR there; do
        run -1 bash -c "img-layer unpack $dir --from x.tar --blob blob > /dev/full"
        assert_output 'img-layer: facts: write: No space left on device'
    done
    assert_equal "$(stat -c %a there; ls -Ad there/* DIR* blob* 2> /dev/null)" 710
    echo mine > blob
    run -1 img-layer unpack DIR --from x.tar --blob blob
    assert_output 'img-layer: blob: create: File exists'
    assert_equal "$(cat blob)" mine
    for from in nowhere:open:'No such file or directory' tree:read:'Is a directory'; do
        IFS=: read -r file what why <<< "$from"
        run -1 img-layer unpack DIR --from "$file" --blob blob2
        assert_output "img-layer: $file: $what: $why"
    done
    run -1 bash -c 'img-layer unpack DIR --blob blob2 < tree'
    assert_output 'img-layer: standard input: read: Is a directory'
    run -1 bash -c 'img-layer unpack DIR --blob blob2 < /dev/null'
    assert_output 'img-layer: standard input: is empty'
    run -1 bash -c 'img-layer digest --from x.tar > /dev/full'
    assert_output 'img-layer: facts: write: No space left on device'
    [[ ! -e DIR && ! -e blob2 ]]
}

@test "without privilege: one's own files, and no more" {
    mkdir -p tree/closed/sub/empty
    echo x > tree/closed/file
    chmod 000 tree/closed/sub/empty
    chmod 555 tree/closed/sub
    chmod 000 tree/closed
    chown -R 65534:65534 tree
    img-layer pack tree > x.tar
    user=(setpriv --reuid 65534 --regid 65534 --clear-groups)
    mkdir home
    chown 65534:65534 home
    "${user[@]}" img-layer unpack home/DIR --from x.tar > /dev/null
    same_tree tree home/DIR
    for entry in 'o a 0' 'c a 3' 'k SCHILY.xattr.trusted.a x o a 65534'; do
        # shellcheck disable=SC2086
        tarmake o before 65534 $entry e - - > x.tar
        run -1 "${user[@]}" img-layer unpack home/DIR2 --from x.tar
        assert_output --regexp '^img-layer: home/DIR2/a: .*: Operation not permitted$'
        [[ ! -e home/DIR2 ]]
    done
}

@test "a wrong command line: 2, one line" {
    while read -r args; do
        # shellcheck disable=SC2086
        run -2 img-layer $args < /dev/null
        assert_equal "${#lines[@]}" 1
        assert_output --regexp "\(try 'img-layer( [a-z]+)? --help'\)$"
    done << 'ARGS'

nonsense
unpack
unpack one two
unpack DIR --nonsense
unpack DIR --from
unpack DIR --lower /
unpack DIR --max-entries x
unpack DIR --max-ratio -1
unpack DIR --max-size x
pack
pack one two
pack --info-fd x DIR
pack --info-fd 99 DIR
pack --blob x DIR
digest DIR
digest --blob x
diff DIR
diff --lower DIR
diff --lower DIR one two
ARGS
    [[ ! -e DIR ]]
}
