#!/usr/bin/env bats
# mini-docker save: archives that others load, and what they find there.

load lib/store
load lib/tree

setup() { store_setup; }
teardown() { common_teardown; }

# import TEXT [NAME]: an image of a layer with one file; prints its id
import() {
    tarmake f file "$1" e - - | mini-docker import - "${@:2}"
}

# big_image NAME MEGABYTES
big_image() {
    mkdir big
    head -c "$2M" /dev/zero | openssl enc -aes-128-ctr -nosalt -pass pass:x -md sha256 > big/file
    mini-docker import big "$1" > /dev/null
}

# in_archive FILE MEMBER: a JSON file of it
in_archive() {
    tar -xOf "$1" "$2"
}

# names_in FILE: as manifest.json and index.json have them
names_in() {
    in_archive "$1" manifest.json | jq -c 'map(.RepoTags)'
    in_archive "$1" index.json | jq -c '[.manifests[].annotations["org.opencontainers.image.ref.name"]]'
}

# layered: the image `layered`, whose second layer changes the first in every way
layered() {
    mkdir lower upper work merged
    (cd lower && make_lower && touch below-dir/y)
    mini-docker import lower base > /dev/null
    export -f change_tree
    unshare --mount ufs-mount --lower "$T/lower" --upper "$T/upper" --work "$T/work" "$T/merged" -- bash -ec 'cd merged && change_tree'
    dir=$(img-store stage --owner "$BASHPID")
    img-layer pack --overlay upper | img-layer unpack --overlay --blob "$dir/blob" "$dir/tree" > "$dir/facts"
    img-store add --base base --name layered --change 'CMD ["x"]' "$dir" > /dev/null
}

# seen DIR: its tree, without what no layer tells: when the root was changed, and how many links overlayfs
# tells of a file of which one was copied up
seen() {
    tree "$1" | grep -v -e '^\. d ' -e '^./keep/linked ./keep/linked$'
}

@test "what is in it: a layout, Docker's manifest, each blob once, nothing of who saved it" {
    need_command jq
    import one web:1 > id
    mini-docker tag web:1 web
    mini-docker save -o a.tar web
    run -0 tar --numeric-owner --full-time -tvf a.tar
    assert_equal "$(awk '{ print $1, $2, $4, $5 }' <<< "$output" | sort | uniq -c | xargs)" \
        '7 -rw-r--r-- 0/0 1970-01-01 00:00:00 2 drwxr-xr-x 0/0 1970-01-01 00:00:00'
    mkdir a && tar -xf a.tar -C a
    assert_equal "$(ls a | xargs)" 'blobs index.json manifest.json oci-layout repositories'
    (cd a/blobs/sha256 && sha256sum -- *) | awk '{ exit $1 != $2 }'
    diff -r a/blobs "$images/blobs"
    diff <(jq -S . a/oci-layout) <(jq -S . "$images/oci-layout")
    manifest=$(jq -r '.manifests[0].digest' "$images/index.json")
    layer=$(jq -r '.layers[0].digest' "$images/blobs/sha256/${manifest#*:}")
    assert_equal "$(jq -c . a/manifest.json)" \
        "[{\"Config\":\"blobs/sha256/$(cut -d : -f 2 id)\",\"RepoTags\":[\"web:1\",\"web:latest\"],\"Layers\":[\"blobs/sha256/${layer#*:}\"]}]"
    assert_equal "$(jq -c . a/repositories)" "{\"web\":{\"1\":\"${layer#*:}\",\"latest\":\"${layer#*:}\"}}"
    assert_equal "$(jq -c '.manifests[] | [.digest, .mediaType, .platform.os, .annotations]' a/index.json)" "$(for tag in 1 latest; do
        printf '["%s","application/vnd.oci.image.manifest.v1+json","linux",{"org.opencontainers.image.ref.name":"web:%s","io.containerd.image.name":"docker.io/library/web:%s"}]\n' \
            "$manifest" $tag $tag
    done)"
    # The same bytes, wherever and however it is saved.
    cp -a "$MINI_DOCKER_ROOT" other
    touch other/images/blobs/sha256/*
    (umask 077 && TZ=Asia/Tokyo LC_ALL=C.UTF-8 mini-docker --root other save web) | cmp a.tar -
}

@test "which images, and under which names" {
    need_command jq
    one=$(import one web:1) two=$(import two localhost:5000/a/web)
    mini-docker tag web:1 web:2
    mini-docker tag web:1 x.org/web:1
    while IFS='|' read -r args want; do
        # shellcheck disable=SC2086
        mini-docker save $args > a.tar
        run -0 names_in a.tar
        assert_output "$(printf '%b' "$want")"
    done << END
web|[["web:1","web:2"]]\n["web:1","web:2"]
web:2|[["web:2"]]\n["web:2"]
docker.io/library/web:2 web:2|[["web:2"]]\n["web:2"]
web:2 web:1 web|[["web:2","web:1"]]\n["web:2","web:1"]
localhost:5000/a/web web:1|[["localhost:5000/a/web:latest"],["web:1"]]\n["localhost:5000/a/web:latest","web:1"]
$one|[null]\n[null]
${one:7:12} $two|[null,null]\n[null,null]
$one x.org/web|[["x.org/web:1"]]\n["x.org/web:1"]
web@$(img-store list | awk -F '\t' '$3 == id { print $4; exit }' id="$one")|[null]\n[null]
END
    run -0 in_archive a.tar repositories || :
    [[ ! $output || $output == *'Not found'* ]]
    # Each blob once, however many images have it.
    mini-docker save web localhost:5000/a/web > a.tar
    assert_equal "$(tar -tf a.tar | sort | uniq -d)" ''
    assert_equal "$(tar -tf a.tar | grep -c 'sha256/.')" 6
}

@test "--as: under other names than here" {
    id=$(import content here)
    run -0 img-store save --as other --as localhost:5000/a/b:1 --output saved "$id"
    assert_equal "$(names_in saved | xargs -d '\n')" '[["other:latest","localhost:5000/a/b:1"]] ["other:latest","localhost:5000/a/b:1"]'
    img-store save --as other --output saved here
    assert_equal "$(names_in saved | head -n 1)" '[["other:latest"]]'
    run -1 img-store save --as UPPER --output no here
    run -2 img-store save --as a --output no here here
    assert_not_exists no
}

@test "skopeo and podman take it, and find the same trees" {
    need_command skopeo podman jq
    layered
    gzip -c "$(busybox_tar)" | mini-docker import - localhost:5000/zipped:1 > /dev/null
    mini-docker save -o one.tar layered
    mini-docker save -o both.tar layered localhost:5000/zipped:1
    digest=$(img-store list | awk -F '\t' '$1 == "layered" { print $4 }')
    diff_ids=$(img-store show --json layered | jq -c .image.rootfs.diff_ids)
    # Both kinds of reader, by name and without one; digests stay.
    skopeo copy -q --preserve-digests oci-archive:one.tar oci:a:x
    skopeo copy -q --preserve-digests oci-archive:both.tar:layered:latest oci:b:x
    for layout in a b; do assert_equal "$(jq -r '.manifests[0].digest' "$layout/index.json")" "$digest"; done
    for archive in one.tar both.tar:layered:latest; do
        skopeo copy -q "docker-archive:$archive" oci:c:x
        assert_equal "$(skopeo inspect --config oci:c:x | jq -c .rootfs.diff_ids)" "$diff_ids"
    done
    skopeo copy -q docker-archive:both.tar:localhost:5000/zipped:1 oci:d:x
    pod=(podman --root "$T/p" --runroot "$T/r" --tmpdir "$T/tmp" --storage-driver vfs)
    run -0 "${pod[@]}" load -q -i both.tar
    assert_output --partial 'layered:latest'
    assert_output --partial 'localhost:5000/zipped:1'
    for name in layered localhost:5000/zipped:1; do
        assert_equal "sha256:$("${pod[@]}" inspect --format '{{.Id}}' "$name")" "$(img-store show "$name" | sed -n 's/^id\t//p')"
        mounted=$("${pod[@]}" image mount "$name")
        lowers=()
        while read -r lower; do lowers+=(--lower "$lower"); done < <(img-store show "$name" | sed -n 's/^layers\t//p')
        export -f tree seen
        diff <(seen "$mounted") <(unshare --mount ufs-mount "${lowers[@]}" "$T/merged" -- bash -c 'seen merged')
        "${pod[@]}" image umount "$name" > /dev/null
    done
    # One by itself, as an OCI archive
    "${pod[@]}" rmi -af > /dev/null
    run -0 "${pod[@]}" load -q -i one.tar
    assert_output --partial 'layered:latest'
}

@test "load takes it: the same ids, names and digests, from a file or a pipe" {
    layered
    mini-docker tag base localhost:5000/a/b:1
    mini-docker save -o all.tar layered base localhost:5000/a/b
    mini-docker --root "$T/file" load -q -i all.tar > /dev/null
    mini-docker save layered base localhost:5000/a/b | gzip | mini-docker --root "$T/pipe" load -q > /dev/null
    for store in file pipe; do
        diff <(img-store list | sort) <(img-store --root "$store" list | sort)
        # A whiteout is as old as its being unpacked.
        for layer in "$layers"/*; do
            diff <(cd "$layer/tree" && tree . | sed '/ c 0 0:0 /s/ [0-9.]* $//') \
                <(cd "$store/layers/${layer##*/}/tree" && tree . | sed '/ c 0 0:0 /s/ [0-9.]* $//')
        done
        mini-docker --root "$store" save layered base localhost:5000/a/b | cmp - all.tar
    done
}

@test "what is not there, or damaged: exit 1, told, and an older file stays" {
    import one web > /dev/null
    echo old > a.tar
    for bad in nope web:2 'a b' -x "$(printf %064d 1)"; do
        run -1 mini-docker save -o a.tar -- web "$bad"
        [[ $output == "img-store: $bad: "* && ${#lines[@]} == 1 ]]
    done
    layer=$(img-store show web | sed -n 's/^layers\t\(.*\)tree/\1facts/p' | xargs sed -n 's/^digest\tsha256://p')
    blob=$images/blobs/sha256/$layer
    cp "$blob" saved
    printf X | dd of="$blob" bs=1 seek=600 conv=notrunc status=none
    run -1 mini-docker save -o a.tar web
    assert_output --regexp "^img-store: blobs/sha256/$layer: damaged: its digest is sha256:[0-9a-f]{64}$"
    run -1 bash -c 'mini-docker save web > cut.tar'
    run -1 --separate-stderr skopeo inspect oci-archive:cut.tar
    truncate -s -1 "$blob"
    run -1 mini-docker save -o a.tar web
    assert_output "img-store: $blob: damaged: it has $(($(stat -c %s saved) - 1)) bytes, not $(stat -c %s saved)"
    rm "$blob"
    run -1 mini-docker save -o a.tar web
    assert_output "img-store: $blob: open: No such file or directory"
    assert_equal "$(ls -A)" $'a.tar\ncut.tar\nroot\nsaved'
    assert_equal "$(< a.tar)" old
    cp saved "$blob"
    mini-docker save -o a.tar web
    tar -tf a.tar > /dev/null
    assert_equal "$(stat -c %a a.tar)" 600
}

@test "-o: strange names, pipes, full disks, directories; a terminal gets nothing" {
    need_command pty-drive strace
    import one web > /dev/null
    mini-docker save web > want.tar
    for name in -x --help '-' 'a  b' '$(touch ran)' "it's" '*' $'new\nline' $'\xff' "$(printf 'n%.0s' {1..255})"; do
        mini-docker save -o "$name" web
        cmp -- want.tar "./$name"
        rm -- "./$name"
    done
    [[ ! -e ran ]]
    mkdir dir && ln -s dir/there link
    mini-docker save --output=dir/file web
    mini-docker save -o link web # not through it
    cmp want.tar dir/file && cmp want.tar link
    assert_equal "$(ls -A dir)" file
    # Where the file system has no files without a name
    strace -qq -o trace -e trace=openat -P "$T/dir" -e inject=openat:error=EOPNOTSUPP:when=1 img-store save -o dir/file web
    grep -q 'O_TMPFILE.*INJECTED' trace
    cmp want.tar dir/file
    blob=$(find "$images/blobs/sha256" -type f -size +1) # the layer
    cp -p "$blob" saved
    printf X | dd of="$blob" bs=1 seek=600 conv=notrunc status=none
    run -1 strace -qq -o trace -e trace=openat -P "$T/dir" -e inject=openat:error=EOPNOTSUPP:when=1 img-store save -o dir/new web
    cp saved "$blob"
    assert_equal "$(ls -A dir)" file
    mkfifo pipe
    cat pipe > got.tar 3>&- &
    mini-docker save -o pipe web
    wait $!
    cmp want.tar got.tar
    [[ -p pipe ]]
    mini-docker save -o /dev/stdout web | cmp want.tar -
    run -1 mini-docker save -o /dev/full web
    assert_output 'img-store: /dev/full: write: No space left on device'
    run -1 mini-docker save -o dir web
    assert_output 'img-store: dir: open: Is a directory'
    run -1 mini-docker save -o nowhere/file web
    assert_output 'img-store: nowhere/file: open its directory: No such file or directory'
    run -1 bash -c 'exec mini-docker save web > /dev/full'
    assert_output 'img-store: standard output: write: No space left on device'
    run -1 pty-drive -- mini-docker save web
    assert_output --partial 'standard output is a terminal'
    run -1 pty-drive -- img-store save web
    assert_output --partial 'standard output: is a terminal'
    for args in '' '-x web' '-o'; do
        # shellcheck disable=SC2086
        run -125 mini-docker save $args
        assert_output --partial "try 'mini-docker save --help'"
    done
}

@test "the store is free meanwhile, and what goes from it stays in the archive" {
    big_image big 8
    mini-docker save big > want.tar
    mkfifo pipe
    exec 7<> pipe # who writes does not wait for a reader, but for room
    mini-docker save big > pipe 3>&- &
    saver=$!
    head -c 600000 <&7 > got.tar # it is in the layer by now
    mini-docker rmi big > /dev/null
    assert_equal "$(ls -A "$images/blobs/sha256" "$layers" | grep -c '^[0-9a-f]')" 0
    cat <&7 >> got.tar 3>&- &
    reader=$!
    wait "$saver"
    poll 20 cmp -s want.tar got.tar
    kill "$reader"
    exec 7>&-
    cmp want.tar got.tar
}

@test "who is killed leaves nothing, whenever that is" {
    big_image big 16
    echo old > dir.tar
    mkdir dir && echo old > dir/a.tar
    mini-docker save big > want.tar
    kept=0
    for i in {1..8}; do
        interrupt $((i * 10000)) all mini-docker save -o dir/a.tar big
        assert_equal "$(ls -A dir)" a.tar
        [[ $(< dir/a.tar) != old ]] 2> /dev/null || { ((++kept)) && continue; }
        cmp want.tar dir/a.tar
        echo old > dir/a.tar
    done
    ((kept > 0)) # not all of them came too late
    mini-docker save -o dir/a.tar big
    cmp want.tar dir/a.tar
}

@test "progress is shown on a terminal, and only there" {
    big_image big 8
    mkfifo pipe
    { for _ in {1..8}; do
        head -c 1M > /dev/null
        read -rt 0.1 <> <(:) || :
    done; cat > /dev/null; } < pipe 3>&- &
    reader=$!
    run -0 pty-drive expect=MB/s -- mini-docker save -o pipe big
    wait "$reader"
    assert_output --regexp $'\r[0-9]+ of 8 MB, [0-9]+\\.[0-9] MB/s, 0:0[0-9] left.*\r\e\\[K$'
    run -0 mini-docker save -o file big
    refute_output
}
