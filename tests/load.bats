#!/usr/bin/env bats
# mini-docker load: archives that others have written, whole ones and hostile ones.

load lib/store
load lib/layouts

setup() { store_setup; }
teardown() { common_teardown; }

# What the merged tree of an image's layers has, for a comparison.
seen() { # DIR
    (cd "$1" && find . -printf '%p %y %m %U:%G %l\0' | sort -z | tr '\0' '\n' && find . -type f -print0 | sort -z | xargs -0 sha256sum)
}

merged() { # IMAGE
    local lowers=() lower
    while read -r lower; do lowers+=(--lower "$lower"); done < <(img-store show "$1" | sed -n 's/^layers\t//p')
    export -f seen
    unshare --mount ufs-mount "${lowers[@]}" "$T/merged" -- bash -c 'seen merged'
}

# two_layers: the image `two`: one layer, and one over it that deletes, replaces and adds
two_layers() {
    mkdir -p one/dir one/gone/deep && echo 1 > one/dir/a && echo 1 > one/dir/b && echo 1 > one/gone/deep/x && echo 1 > one/opaque
    tar -C one -cf one.tar .
    mkdir -p up/dir up/opaque && echo 2 > up/dir/b && echo 2 > up/dir/new && : > up/dir/.wh.a && : > up/.wh.gone && : > up/opaque/.wh..wh..opq
    chown 5:6 up/dir/new && ln -s dir/b up/link
    tar -C up -cf up.tar .
    layout two.d two:1 one.tar up.tar
    tar -C two.d -cf two.tar .
}

@test "archives of skopeo and of podman: both kinds, compressed in every way; digests, ids and trees stay" {
    need_command skopeo podman zstd xz bzip2
    two_layers
    mini-docker load -q -i two.tar > /dev/null
    merged two:1 > expected
    id=$(img-store show two:1 | sed -n 's/^id\t//p') digest=$(img-store list | cut -f 4)
    grep -q ' d 755 0:0' expected && ! grep -q gone expected || fail "$(cat expected)"
    skopeo copy -q oci:two.d:two:1 docker-archive:skopeo-docker.tar:a/skopeo:docker
    skopeo copy -q oci:two.d:two:1 oci-archive:skopeo-oci.tar:a/skopeo:oci
    pod=(podman --root "$T/p" --runroot "$T/r" --tmpdir "$T/tmp" --storage-driver vfs)
    "${pod[@]}" load -q -i skopeo-oci.tar > /dev/null 2>&1
    "${pod[@]}" tag "${id#sha256:}" x.org/podman:docker x.org/podman:oci
    "${pod[@]}" save -q --format docker-archive -o podman-docker.tar x.org/podman:docker
    "${pod[@]}" save -q --format oci-archive -o podman-oci.tar x.org/podman:oci
    gzip -k skopeo-docker.tar && zstd -q podman-docker.tar && xz -k podman-oci.tar && bzip2 -k skopeo-oci.tar
    for archive in skopeo-docker.tar{,.gz} skopeo-oci.tar{,.bz2} podman-docker.tar{,.zst} podman-oci.tar{,.xz}; do
        rm -rf "$MINI_DOCKER_ROOT"
        kind=${archive%%.*} name=a/skopeo:${kind#*-}
        [[ $kind == skopeo-* ]] || name=x.org/podman:${kind#*-}
        run -0 --separate-stderr mini-docker load -i "$archive"
        assert_equal "$output|$stderr" "Loaded image: $name|"
        assert_equal "$(img-store show "$name" | sed -n 's/^id\t//p')" "$id"
        assert_equal "$(merged "$name")" "$(cat expected)"
        holds 2
    done
    run -0 mini-docker load -i two.tar
    assert_equal "$(img-store list | grep ^two | cut -f 4)" "$digest"
}

@test "an image of podman runs; several images in one archive, from standard input" {
    need_command skopeo podman
    busybox_image
    skopeo copy -q oci:"$images":busybox:latest docker-archive:box.tar:box:1
    pod=(podman --root "$T/p" --runroot "$T/r" --tmpdir "$T/tmp" --storage-driver vfs)
    "${pod[@]}" load -q -i box.tar > /dev/null 2>&1
    layer_tar more file > more.tar
    layout more.d more:2 more.tar
    tar -C more.d -cf more-oci.tar .
    "${pod[@]}" load -q -i more-oci.tar > /dev/null 2>&1
    "${pod[@]}" tag docker.io/library/box:1 localhost/second:x
    "${pod[@]}" save -q -m -o several.tar docker.io/library/box:1 localhost/second:x localhost/more:2 2> /dev/null
    rm -rf "$MINI_DOCKER_ROOT"
    run -0 --separate-stderr mini-docker load < several.tar
    assert_equal "$(sort <<< "$output" | xargs)" 'Loaded image: box:1 Loaded image: localhost/more:2 Loaded image: localhost/second:x'
    holds 2
    run -0 mini-docker run --rm localhost/second:x echo hello
    assert_output hello
}

@test "without a name it is told by its id; a name that another image has changes hands" {
    layer_tar one > 1.tar
    docker_layout d null 1.tar
    tar -C d -cf d.tar .
    run -0 mini-docker load -q --input d.tar
    assert_output "Loaded image ID: sha256:$(sha256sum < d/config.json | cut -c 1-64)"
    layout o web 1.tar
    tar -C o -cf o.tar .
    layer_tar two > 2.tar
    layout o2 web 2.tar
    tar -C o2 -cf o2.tar .
    mini-docker load -i o.tar > /dev/null
    mini-docker load -i o2.tar > /dev/null
    mini-docker load -i o2.tar > /dev/null
    assert_equal "$(names)" '-:- -:- web:latest'
    assert_equal "$(cat "$(img-store show web | sed -n 's/^layers\t//p')/file")" two
    holds 2
}

# refused FILE MESSAGE: and nothing is left of it
refused() {
    run -1 --separate-stderr mini-docker load -i "$1"
    [[ ! $output && ${#stderr_lines[@]} -eq 1 && $stderr == *"$2"* ]] || fail "$1: $output $stderr"
    [[ ! -e $layers || ! $(ls -A "$layers") ]] || fail "$(ls -A "$layers")"
    [[ ! -e $images/index.json ]]
}

@test "what is no archive of images, or a hostile one: exit 1, one line, and nothing is left" {
    refused nowhere.tar 'img-layer: nowhere.tar: open: No such file or directory'
    refused . 'Is a directory'
    : > empty && refused empty 'img-layer: empty: '
    head -c 100k /dev/urandom > noise && refused noise 'img-layer: noise: '
    layer_tar one > 1.tar
    refused 1.tar 'has neither index.json nor manifest.json: no images'
    layout good web 1.tar
    tar -C good -cf good.tar .
    head -c 5000 good.tar > cut.tar && refused cut.tar 'Truncated tar archive'
    tarmake f ../out x e - - > up.tar && refused up.tar 'leaves the root'
    tarmake s blobs /etc f blobs/out x e - - > through.tar && refused through.tar 'blobs/out: the name leads through a symbolic link'
    tarmake f index.json '{"manifests":[]}' e - - > none.tar && refused none.tar 'there are no images in it'
    tarmake s manifest.json /etc/hostname e - - > link.tar && refused link.tar 'no images'
    tarmake f manifest.json '[{"Config":"/etc/passwd","Layers":[]}]' e - - > config.tar && refused config.tar 'etc/passwd: open: No such file or directory'
    tarmake f manifest.json '[{"Config":"c","Layers":["../../../../../../etc/passwd"]}]' f c '{"rootfs":{"diff_ids":["sha256:0000000000000000000000000000000000000000000000000000000000000001"]}}' e - - > layer.tar
    refused layer.tar 'etc/passwd: open: No such file or directory'
    tarmake f manifest.json '[{"Config":"c","Layers":["x"]}]' s x /proc/self/fd/0 f c '{"rootfs":{"diff_ids":["sha256:0000000000000000000000000000000000000000000000000000000000000001"]}}' e - - > magic.tar
    refused magic.tar '/image/x: open: '
    # A layer that writes through its own link, one that is damaged, one with a wrong digest, one that is missing
    tarmake s link "$T" f link/out x e - - > bad-layer.tar
    layout bad web 1.tar bad-layer.tar
    tar -C bad -cf bad.tar . && refused bad.tar 'link/out'
    rm -rf bad && cp -a good bad && blob=bad/blobs/sha256/$(sha256sum < 1.tar | cut -c 1-64)
    printf X | dd of="$blob" bs=1 seek=512 conv=notrunc status=none
    tar -C bad -cf bad.tar . && refused bad.tar 'none of the layers that its config has'
    rm "$blob"
    tar -C bad -cf bad.tar . && refused bad.tar "${blob#bad/}: open: No such file or directory"
    [[ ! -e out && ! -e ../out && $(cat /etc/passwd) ]]
}

@test "a layer's archive may be called anything, and its name stands for nothing else" {
    mkdir odd && layer_tar odd > $'odd/a\t4\\n 7\x056'
    printf '{"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' "$(sha256sum < odd/a* | cut -c 1-64)" > odd/c
    printf '[{"Config":"c","RepoTags":["odd:1"],"Layers":["a\\t4\\\\n 7\\u00056"]}]' > odd/manifest.json
    tar -C odd -cf odd.tar .
    run -0 --separate-stderr mini-docker load -i odd.tar
    assert_output 'Loaded image: odd:1'
    holds 1
}

@test "of several images, one that is bad: those before it are there, and the exit status is 1" {
    layer_tar one > 1.tar
    layer_tar two > 2.tar
    a=$(image_manifest l 1.tar) b=$(image_manifest l 2.tar)
    ref='"annotations":{"org.opencontainers.image.ref.name"'
    image_index l "$(descriptor l "$OCI.manifest.v1+json" "$a" "$ref:\"a\"}")" "$(descriptor l "$OCI.manifest.v1+json" "$b" "$ref:\"b\"}")"
    rm "l/blobs/sha256/$(sha256sum < 2.tar | cut -c 1-64)"
    tar -C l -cf l.tar .
    run -1 --separate-stderr mini-docker load -i l.tar
    assert_equal "$output $(names)" 'Loaded image: a:latest a:latest'
    holds 1
}

# bats test_tags=vm
@test "of images for several kinds of machines, that for this one, or another" {
    layer_tar one > 1.tar
    list=()
    for arch in amd64 arm64; do
        m=$(config_members="\"author\":\"$arch\"" image_manifest l 1.tar)
        list+=("$(descriptor l "$OCI.manifest.v1+json" "$m" "\"platform\":{\"os\":\"linux\",\"architecture\":\"$arch\"}")")
    done
    image_index l "$(descriptor l "$OCI.index.v1+json" "$(printf '{"manifests":[%s]}' "$(commas "${list[@]}")" | blob l)" '"annotations":{"org.opencontainers.image.ref.name":"many:1"}')"
    tar -C l -cf l.tar .
    for arch in amd64 arm64; do
        mini-docker load --platform "linux/$arch" -i l.tar > /dev/null
        assert_equal "$(img-store show --json many:1 | jq -r .image.author)" "$arch"
    done
    run -1 mini-docker load --platform linux/s390x -i l.tar
    assert_output --partial 'there is no image for linux/s390x'
    mini-docker load -i l.tar > /dev/null
    assert_equal "$(img-store show --json many:1 | jq -r .image.author)" "$(dpkg --print-architecture)"
}

@test "killed at odd moments: whole or not at all, and the next one leaves nothing" {
    two_layers
    for i in {1..8}; do
        interrupt "$((i * 40000))" "$( ((i % 2)) && echo all || echo one)" mini-docker load -i two.tar
        if [[ $(img-store list) ]]; then
            img-store show two:1 > /dev/null
            mini-docker rmi two:1 > /dev/null
        fi
    done
    mini-docker load -i two.tar > /dev/null
    mini-docker rmi two:1 > /dev/null
    holds 0
    assert_equal "$(ls -A "$images/blobs/sha256")" ''
}

@test "ended by a signal: nothing is left" {
    two_layers
    mkfifo pipe
    for signal in INT TERM; do
        env --default-signal mini-docker load < pipe > out 2> err 3>&- &
        pid=$!
        exec 7> pipe
        head -c 2000 two.tar >&7
        poll 10 bash -c 'test -e "$1"/.new-*/image' sh "$layers"
        kill -s "$signal" "$pid"
        wait "$pid" && status=0 || status=$?
        exec 7>&-
        assert_equal "$status $(cat out err)" "$((128 + $(kill -l "$signal"))) "
        assert_equal "$(ls -A "$layers")" ''
    done
}

@test "several at once, while images are removed" {
    two_layers
    for n in 1 2 3; do
        for i in 1 2; do
            mini-docker load -i two.tar
            ((n != 3)) || mini-docker rmi -f two:1 || :
        done > "out$n" 2>&1 &
    done
    wait
    assert_equal "$(cat out1 out2 | sort -u)" 'Loaded image: two:1'
    mini-docker load -i two.tar > /dev/null
    img-store show two:1 > /dev/null
    holds 2
}

@test "what --trace prints makes the same when pasted" {
    two_layers
    mv two.tar "it's two.tar"
    for way in file pipe; do
        if [[ $way == file ]]; then set -- -i "it's two.tar"; else set --; fi
        run -0 --separate-stderr mini-docker --trace load "$@" < "it's two.tar"
        assert_equal "$(grep -vc '^+ ' <<< "$stderr")" 0
        sed 's/^+ //' <<< "$stderr" > lines
        first=$(img-store show two:1)
        mini-docker rmi two:1 > /dev/null
        run -0 env -u MINI_DOCKER_ROOT bash -euc '. ./lines' < "it's two.tar"
        assert_equal "$(img-store show two:1)" "$first"
        mini-docker rmi two:1 > /dev/null
    done
}

@test "progress is shown on a terminal, and only there; a wrong command line" {
    two_layers
    run -0 pty-drive -- mini-docker load -i two.tar
    assert_output --partial 'Loaded image: two:1'
    truncate -s 64M zeros
    tar -cf zeros.tar zeros
    layout zeros.d zeros zeros.tar
    tar -C zeros.d -cf all.tar .
    run -0 pty-drive -- mini-docker load -i all.tar
    assert_output --regexp $'\r[0-9]+ of 67 MB, [0-9]+\.[0-9] MB/s(, [0-9]+:[0-9][0-9] left)?\e\[K'
    mini-docker rmi zeros > /dev/null
    run -0 pty-drive -- mini-docker load -q -i all.tar
    refute_output --partial MB
    run -1 pty-drive -- mini-docker load
    assert_output --partial 'mini-docker: load: standard input is a terminal, which is no archive (-i FILE)'
    while IFS='|' read -r args why; do
        # shellcheck disable=SC2086
        run -125 mini-docker $args
        assert_output "mini-docker: $why (try 'mini-docker load --help')"
    done << 'END'
load a|load: a: one operand too many
load --nope|load: --nope: unknown option
load -i|load: -i: needs an argument
END
    run -125 mini-docker load -i ''
    run -1 mini-docker load -i two.tar --platform a/b/c/d
}
