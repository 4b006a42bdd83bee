#!/usr/bin/env bats
# img-layer: archives that are small and come to be large, and archives that say two things at once.

load lib/common

setup() {
    common_setup
    need_root
    PATH=$BUILD/test:$PATH
    export LC_ALL=C
    cd "$T"
}
teardown() { common_teardown; }

# refused MESSAGE OPTION...: what is in x.tar is not unpacked, and nothing of it is left
refused() {
    run -1 img-layer unpack "${@:2}" --from x.tar --blob blob DIR
    assert_output --regexp "^img-layer: $1"
    assert_equal "${#lines[@]}" 1
    [[ ! -e DIR && ! -e blob ]]
}
# taken OPTION...: it is
taken() {
    img-layer unpack "$@" --from x.tar DIR > facts
    rm -r DIR
}

# names COUNT: that many entries of empty files
names() {
    local i args=()
    for ((i = 0; i < $1; i++)); do args+=(f "$i" ''); done
    tarmake "${args[@]}" e - -
}

@test "--max-size: of the archive, compressed or not, to the byte" {
    mkdir tree
    head -c 3000000 /dev/zero > tree/zeros
    img-layer pack tree > plain
    gzip < plain > small
    zstd -qc plain > smaller
    size=$(($(stat -c %s plain) + 2 * 4096))
    for file in plain small smaller; do
        ln -f "$file" x.tar
        taken --max-size "$size"
        refused "x.tar: unpacks to more than $((size - 1)) bytes \(--max-size\)" --max-size "$((size - 1))"
        refused 'x.tar: unpacks to more than 1048576 bytes' --max-size 1m
    done
    # On the way, not afterwards: here it would not have the room.
    mkdir disk
    unshare -m bash -euc 'mount -t tmpfs -o size=2m none disk
        img-layer unpack --max-size 1m --from x.tar disk/DIR 2>&1 || echo "$?, $(ls -A disk)"' > out
    assert_equal "$(< out)" $'img-layer: x.tar: unpacks to more than 1048576 bytes (--max-size)\n1, '
    # What is behind the end counts, too, though it is written nowhere.
    { cat plain; head -c 2000000 /dev/zero; } | gzip > x.tar
    taken
    refused 'x.tar: unpacks to more than' --max-size 4m
}

@test "--max-size: of many files, deep names, and holes" {
    names 1000 | gzip > x.tar
    taken --max-size 5m
    refused 'x.tar: unpacks to more than' --max-size 4m
    # One entry, two thousand directories
    tarmake k path "$(printf 'd/%.0s' {1..2000})f" f x '' e - - > x.tar
    taken --max-size 9m
    refused 'x.tar: unpacks to more than' --max-size 8000000
    truncate -s 10G hole
    tar -cSf x.tar hole
    taken
    refused 'x.tar: unpacks to more than' --max-size 9g
    truncate -s 257G hole
    tar -cSf x.tar hole
    refused 'x.tar: unpacks to more than 274877906944 bytes'
}

@test "--max-ratio: without an option, what is nothing but zeros ends after a GiB" {
    # Behind the end, they are written nowhere.
    { tarmake f a x e - -; head -c 1300M /dev/zero; } | zstd -qc > x.tar
    refused 'x.tar: unpacks to more than 500 times its size \(--max-ratio\): a bomb, or nothing but zeros$'
    taken --max-ratio 100000
    # As many bytes that are not compressed are nothing to be afraid of.
    { tarmake f a x e - -; head -c 1300M /dev/zero; } | img-layer unpack --max-ratio 1 DIR2 > /dev/null
    refused 'x.tar: unpacks to more than 0 times' --max-ratio 0
    taken --max-ratio 9223372036854775807
}

@test "--max-entries: of all that is made, with what is only on the way" {
    names 1000 > x.tar
    taken --max-entries 1000
    refused 'x.tar: has more than 999 entries \(--max-entries\)$' --max-entries 999
    tarmake k path "$(printf 'd/%.0s' {1..2000})f" f x '' e - - > x.tar
    taken --max-entries 2001
    refused 'x.tar: has more than 2000 entries' --max-entries 2000
    tarmake f a '' l b a l c a e - - > x.tar
    refused 'x.tar: has more than 2 entries' --max-entries 2
}

# holds LINE ENTRY...: what is there after unpacking them, and GNU tar says the same
holds() {
    mkdir theirs
    tarmake "${@:2}" e - - > x.tar
    img-layer unpack --from x.tar DIR > facts
    tar -xf x.tar -C theirs
    for dir in DIR theirs; do
        assert_equal "$(find $dir -mindepth 1 -printf '%P %y %s %l\n' | sed 's/ d .*/ d/' | sort)" "$1"
    done
    rm -r DIR theirs
}

@test "extended headers that contradict the header, each other, and themselves" {
    # The extended header counts, whatever the header says.
    holds 'b f 1 ' k path b f ../a x
    holds 'a f 3 ' k size 3 f a xyzabc
    holds $'a f 600 \nb f 1 ' k size 600 z a 3 r - "$(printf '%01024d' 1)" f b x
    holds 'a l 1 b' k linkpath b s a /etc
    holds 'a f 1 ' k linkpath ../b f a x
    tarmake k path d/ f a x e - - > x.tar
    refused 'x.tar: not a tar archive, or a damaged one'
    # With nothing in it, its contents are the next header.
    tarmake f hidden x > inner
    { tarmake k size 0 z a 1024; cat inner; tarmake e - -; } > x.tar
    taken
    assert_equal "$(tail -n 1 facts)" $'entries\t2'
    assert_equal "$(tar -tf x.tar | xargs)" 'a hidden'
    # Of several lines of one header the last one; several headers of one entry are none.
    holds 'c f 1 ' p pax $'10 path=b\n10 path=c\n' f a x
    holds 'a l 1 c' p pax $'14 linkpath=b\n14 linkpath=c\n' s a x
    tarmake p pax $'10 path=b\n13 path=../c\n' f a x e - - > x.tar
    refused '\.\./c: the name leaves the root'
    for entry in 'k path b k path c f a x' 'k path b k size 1 f a x' 'k path b k linkpath c s a d' 'k GNU.sparse.name b k path c f a x'; do
        # shellcheck disable=SC2086
        tarmake $entry e - - > x.tar
        refused 'x.tar: not a tar archive, or a damaged one: '
    done
    # Sizes that no two lines agree on, or that go beyond the end
    tarmake p pax $'10 size=1\n14 size=90000\n' f a x e - - > x.tar
    refused 'DIR/a: the archive is damaged: '
    for size in 99999999999999999999 -1 '' 9223372036854775807; do
        tarmake k size "$size" f a x e - - > x.tar
        refused '(DIR/a: the archive is damaged|x.tar: not a tar archive)'
    done
    tarmake k GNU.sparse.realsize 5 k size 1 f a x e - - > x.tar
    refused 'x.tar: not a tar archive'
    tarmake k SCHILY.realsize 9223372036854775807 f a x e - - > x.tar
    refused '(DIR/a|x.tar): '
}

# regions COUNT: a sparse file that is nothing but a map of so many, which begins in its contents
regions() {
    { echo "$1" && yes 0 | head -n "$((2 * $1))"; } > map
    truncate -s %512 map
    tarmake p pax $'22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n21 GNU.sparse.name=f\n25 GNU.sparse.realsize=0\n' z f "$(stat -c %s map)"
    cat map
    tarmake e - -
}

@test "the map of a sparse file is not kept if it would take all memory" {
    regions 100000 | zstd -q > x.tar
    taken
    assert_equal "$(tail -n 1 facts)" $'entries\t1'
    regions 8500000 | zstd -q > x.tar
    (($(stat -c %s x.tar) < 10000))
    refused 'x.tar: the headers of an entry take more than 32 MiB$'
    # What is passed over is none of the headers.
    { tarmake z .wh.x 40000000; head -c 40000000 /dev/zero; tarmake e - -; } | img-layer unpack --overlay DIR > facts
}
