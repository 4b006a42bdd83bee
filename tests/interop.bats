#!/usr/bin/env bats
# Images that were made here, in the hands of skopeo, umoci and podman; and theirs here. What each of
# them unpacks is compared entry by entry: contents, types, modes, owners, times, links, attributes.

load lib/common
load lib/tree

setup() {
    common_setup
    need_root
    need_command skopeo umoci podman jq
    cd "$T"
    pod=(podman --root "$T/p" --runroot "$T/r" --tmpdir "$T/tmp" --storage-driver vfs)
    mkdir upper work merged
}
teardown() { common_teardown; }

# make_base DIR: something of everything that a layer can have, and what change_tree changes
make_base() {
    mkdir "$1"
    (
        cd "$1"
        make_lower
        touch below-dir/y
        mkdir odd
        printf x > $'odd/new\nline\ttab'
        printf x > $'odd/\xff\xfe no UTF-8'
        printf x > "odd/$(printf '%0200d' 1)"
        ln -s $'target \xff' odd/link
        ln -s "$(printf '%0300d' 1)" odd/long-link
        ln file odd/hard
        mkfifo -m 640 odd/fifo
        mknod -m 660 odd/char c 4 300
        truncate -s 300000 odd/hole
        : > odd/nothing && chown 123456:654321 odd/nothing && chmod 000 odd/nothing
        printf x > odd/set-ids && chown 7:8 odd/set-ids && chmod 6755 odd/set-ids
        printf x > odd/capable && setcap cap_net_raw+ep odd/capable
        mkdir -m 1777 odd/sticky
        find . -exec touch -hd '2001-02-03 04:05:06' {} +
    )
}

# changed IMAGE NAME: a layer that changes it in every way, by commit
changed() {
    mini-docker create --name change "$1" x > /dev/null
    id=$(ctr-state get change id)
    unshare --mount ufs-mount $(lowers "$1") --upper "$MINI_DOCKER_ROOT/containers/$id/upper" --work "$T/work" merged -- \
        bash -ec "$(declare -f change_tree)"'; cd merged; change_tree'
    mini-docker commit change "$2" > /dev/null
    mini-docker rm change > /dev/null
}

# lowers IMAGE: options for ufs-mount
lowers() {
    img-store show "$1" | sed -n 's/^layers\t/--lower /p'
}

# seen DIR: without the root, whose time no layer tells, and what overlayfs says of links of which one was
# copied up
seen() {
    tree "$1" | grep -av -e '^\. d ' -e '^./keep/linked ./keep/linked$' -e '^./odd/hard ./odd/hard$'
}

# ours IMAGE: the tree that a container of it sees
ours() {
    unshare --mount ufs-mount $(lowers "$1") merged -- bash -c "$(declare -f tree seen)"'; seen merged'
}

# theirs IMAGE: that of podman
theirs() {
    seen "$("${pod[@]}" image mount "$1")"
    "${pod[@]}" image umount "$1" > /dev/null
}

diff_ids() { # IMAGE
    img-store show --json "$1" | jq -c .image.rootfs.diff_ids
}

@test "made here, copied by skopeo, unpacked by umoci: the same tree" {
    make_base base
    mini-docker import base base > /dev/null
    changed base image
    skopeo copy -q "oci:$MINI_DOCKER_ROOT/images:image:latest" oci:copy:image
    umoci unpack --image copy:image bundle
    diff <(ours image) <(seen bundle/rootfs)
    # As the store has it, too
    umoci unpack --image "$MINI_DOCKER_ROOT/images:image:latest" bundle2
    diff <(seen bundle/rootfs) <(seen bundle2/rootfs)
}

@test "made here, saved, loaded by podman, saved by podman in both forms, and loaded here: the same all along" {
    make_base base
    mini-docker import base base > /dev/null
    changed base image
    ours image > want
    diff_ids image > ids
    mini-docker save -o image.tar image
    mini-docker rmi base > /dev/null
    "${pod[@]}" load -q -i image.tar
    diff want <(theirs image)
    for format in docker-archive oci-archive; do
        "${pod[@]}" save -q --format "$format" -o back.tar image
        mini-docker rmi -f image > /dev/null
        [[ ! $(ls "$MINI_DOCKER_ROOT/layers") ]]
        run -0 mini-docker load -i back.tar
        assert_output --partial image:latest
        name=${output##*: }
        diff want <(ours "$name")
        diff_ids "$name" | diff ids -
        [[ $name == image:latest ]] || mini-docker tag "$name" image
        rm back.tar
    done
}

@test "made by umoci: its layers, whiteouts and all, are the same tree here" {
    umoci init --layout theirs
    umoci new --image theirs:image
    umoci unpack --image theirs:image bundle
    make_base base
    cp -a base/. bundle/rootfs
    umoci repack --image theirs:image bundle
    rm -r bundle
    umoci unpack --image theirs:image bundle
    (cd bundle/rootfs && change_tree)
    umoci repack --image theirs:image bundle
    umoci unpack --image theirs:image again
    tar -cf image.tar -C theirs .
    run mini-docker load -i image.tar
    echo "$output" >&2
    name=${output##*: }
    assert_equal "$(diff_ids "$name" | jq length)" 2
    diff <(seen again/rootfs) <(ours "$name")
}

@test "made by podman, in each format and compressed: the same tree here" {
    make_base base
    tar --xattrs --xattrs-include='*' --format=pax -cf base.tar -C base .
    "${pod[@]}" import -q base.tar base
    id=$("${pod[@]}" create base x)
    (cd "$("${pod[@]}" mount "$id")" && change_tree)
    "${pod[@]}" commit -q "$id" image
    "${pod[@]}" rm "$id" > /dev/null
    for format in docker-archive oci-archive 'oci-dir gzip' 'oci-dir zstd'; do
        rm -rf image.tar dir
        case $format in
            oci-dir*)
                "${pod[@]}" push -q --compression-format "${format#* }" image oci:dir:image
                tar -cf image.tar -C dir .
                ;;
            *) "${pod[@]}" save -q --format "$format" -o image.tar image ;;
        esac
        run -0 mini-docker load -i image.tar
        name=${output##*: }
        # What podman has is what it copied; what it unpacks is what it saved.
        "${pod[@]}" rmi -f image > /dev/null
        "${pod[@]}" load -q -i image.tar > /dev/null
        diff <(theirs image) <(ours "$name")
        mini-docker rmi -f "$name" > /dev/null
    done
}
