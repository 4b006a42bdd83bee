#!/usr/bin/env bats
# img-layer unpack --take: an archive that nobody else needs becomes the blob.

load lib/common

setup() {
    common_setup
    need_root
    PATH=$BUILD/test:$PATH
    cd "$T"
    mkdir tree && head -c 300000 /dev/urandom > tree/file
    img-layer pack tree > plain
    gzip -n < plain > gz && zstd -q < plain > zst && xz < plain > xz
}
teardown() { common_teardown; }

# unpack FILE [OPTION...]: with its facts, and its tree is that which was packed
unpack() {
    rm -rf DIR blob
    img-layer unpack --from "$@" --take --blob blob DIR > facts
    diff -r tree DIR
    assert_equal "sha256:$(sha256sum < blob | cut -d ' ' -f 1)" "$(sed -n 's/^digest\t//p' facts)"
}
inode() { stat -c %i -- "$1"; }

@test "plain, gzip and zstd: it is the file itself, which keeps its name; as a blob has to be" {
    for file in plain gz zst; do
        chmod 400 "$file"
        unpack "$file"
        assert_equal "$(inode blob)" "$(inode "$file")"
        assert_equal "$(stat -c '%a %u %h' blob)" '644 0 2'
    done
    ln -s plain link
    unpack link
    [[ ! -L blob && $(inode blob) == "$(inode plain)" ]]
}

@test "xz, a pipe, a file of somebody else, or one that others may write to, or elsewhere: it is copied" {
    unpack xz
    unpack - < <(cat gz)
    cmp blob gz
    chmod 620 gz
    unpack gz
    [[ $(inode blob) != "$(inode gz)" ]]
    assert_equal "$(stat -c %a gz blob | xargs)" '620 644'
    chown 1 zst
    unpack zst
    [[ $(inode blob) != "$(inode zst)" && $(stat -c %u blob) == 0 ]]
    mkdir disk
    unshare -m bash -euc 'mount -t tmpfs none disk && cp plain disk
        img-layer unpack --from disk/plain --take --blob blob2 DIR2 > facts'
    cmp plain blob2
}

@test "one that is damaged or has no end, or a blob that is there: nothing is made, the file stays as it is" {
    head -c 200000 plain > short
    printf x | dd of=gz bs=1 seek=1000 conv=notrunc status=none
    cp gz before
    for file in short gz; do
        chmod 600 "$file"
        run -1 img-layer unpack --from "$file" --take --blob blob DIR
        [[ ! -e blob && ! -e DIR && $(stat -c '%a %h' "$file") == '600 1' ]]
    done
    cmp gz before
    echo mine > blob
    run -1 img-layer unpack --from plain --take --blob blob DIR
    assert_output 'img-layer: blob: create: File exists'
    assert_equal "$(< blob)" mine
}

@test "meanwhile the blob shows how much is read" {
    need_command strace
    head -c 40M /dev/urandom > tree/large
    img-layer pack tree > plain
    strace -f -e trace=ftruncate -o trace img-layer unpack --from plain --take --blob blob DIR > facts
    grep -q ftruncate trace
    cmp plain blob
}
