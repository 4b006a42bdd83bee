#!/usr/bin/env bats
# img-store contents, layers, parts, adopt: layouts that are made to take time, memory, or what they promise.

load lib/common
load lib/layouts

setup() {
    common_setup
    need_root
    PATH=$BUILD/test:$PATH
    export LC_ALL=C
    cd "$T"
    mkdir -p x/blobs/sha256
}
teardown() { common_teardown; }

# refused REGEXP VERB...: of the layout x, in one line and in less time than it takes to compare each with each
refused() {
    local verb
    for verb in "${@:2}"; do
        run -1 --separate-stderr timeout 20 img-store "$verb" x
        assert_equal "${#stderr_lines[@]}" 1
        output=$stderr
        assert_output --regexp "^img-store: $1"
    done
    [[ ! -e $MINI_DOCKER_ROOT/images/blobs ]] || [[ -z $(find "$MINI_DOCKER_ROOT/images/blobs" -type f) ]]
}

# index ENTRIES...: the layout x with an index of these lines, commas between
index() { printf '{"schemaVersion":2,"manifests":[%s]}' "$(paste -sd, "$@")" > x/index.json; }

# image MANIFEST: the layout x with this one alone
image() {
    hex=$(printf %s "$1" | blob x)
    image_index x "$(descriptor x "$OCI.manifest.v1+json" "$hex")"
}

@test "more images, names, or layers than anybody has; one document again and again" {
    seq -f '{"digest":"sha256:%064.0f"}' 10000 > entries
    index entries
    run -0 timeout 20 img-store contents x
    assert_equal "${#lines[@]}" 10000
    seq -f '{"digest":"sha256:%064.0f"}' 10001 > entries
    index entries
    refused 'x: has more than 10000 images$' contents layers parts adopt
    rm x/index.json
    yes '{"Config":"config","Layers":[]}' | head -n 10001 | paste -sd, | sed 's/.*/[&]/' > x/manifest.json
    refused 'x: has more than 10000 images$' contents layers adopt
    # The same file of a megabyte: 255 times are enough.
    { printf '{"rootfs":{"diff_ids":[]},"x":"'; head -c 1M /dev/zero | tr '\0' x; printf '"}'; } > x/config
    yes '{"Config":"config","Layers":[]}' | head -n 200 | paste -sd, | sed 's/.*/[&]/' > x/manifest.json
    run -0 img-store contents x
    assert_equal "${#lines[@]}" 1
    yes '{"Config":"config","Layers":[]}' | head -n 5000 | paste -sd, | sed 's/.*/[&]/' > x/manifest.json
    refused 'x: its documents take more than 256 MiB$' contents layers adopt
    echo '{"rootfs":{"diff_ids":[]}}' > x/config
    printf '[{"Config":"config","Layers":[],"RepoTags":[%s]}]' "$(seq -f '"a:%.0f"' 10000 | paste -sd,)" > x/manifest.json
    run -0 timeout 20 img-store contents x
    printf '[{"Config":"config","Layers":[],"RepoTags":[%s]}]' "$(seq -f '"a:%.0f"' 100000 | paste -sd,)" > x/manifest.json
    refused 'sha256:[0-9a-f]*: has more than 10000 names' contents layers adopt
    printf '[{"Config":"config","Layers":[%s]}]' "$(yes '"config"' | head -n 501 | paste -sd,)" > x/manifest.json
    refused 'x/config: has 501 layers, and overlayfs takes 500 at most$' layers adopt
}

@test "a manifest of a hundred thousand layers; indexes that lead to indexes" {
    config=$(echo '{"rootfs":{"diff_ids":[]}}' | blob x)
    seq -f '{"digest":"sha256:%064.0f","size":1}' 100000 | paste -sd, > layers
    printf '{"config":%s,"layers":[%s]}' "$(descriptor x c "$config")" "$(< layers)" > manifest
    hex=$(blob x < manifest)
    image_index x "$(descriptor x "$OCI.manifest.v1+json" "$hex")"
    refused "x/.*: has 100000 layers, and overlayfs takes 500 at most$" layers parts adopt
    hex=$(printf '{"config":%s,"layers":[]}' "$(descriptor x c "$config")" | blob x)
    for depth in {1..5}; do
        hex=$(printf '{"manifests":[%s]}' "$(descriptor x i "$hex" "\"platform\":{\"os\":\"linux\",\"architecture\":\"$(dpkg --print-architecture)\"}")" | blob x)
        image_index x "$(descriptor x i "$hex")"
        ((depth > 3)) || img-store layers x
    done
    refused 'x/blobs/sha256/[0-9a-f]*: too many indexes lead to each other$' layers parts adopt
}

@test "JSON: too deep, numbers that are none here, keys twice, sizes that lie" {
    printf '%0100000d' 0 | tr 0 '[' > x/index.json
    refused 'x/index.json: line 1, column [0-9]*: maximum parsing depth' contents layers parts adopt
    image "$(printf '{"config":'; printf '%09999d' 0 | tr 0 '[')"
    refused 'x/blobs/sha256/[0-9a-f]*: line 1, column [0-9]*: maximum parsing depth' layers parts adopt
    echo '{"manifests":[],"manifests":[]}' > x/index.json
    refused 'x/index.json: line 1, column [0-9]*: duplicate object key' contents layers parts adopt
    config=$(echo '{"rootfs":{"diff_ids":["sha256:'"$(printf %064d 1)"'"]}}' | blob x)
    for size in 1e400 99999999999999999999; do
        image '{"config":'"$(descriptor x c "$config")"',"layers":[{"digest":"sha256:'"$(printf %064d 2)"'","size":'$size'}]}'
        refused 'x/blobs/sha256/[0-9a-f]*: line 1, column [0-9]*: (real number overflow|too big integer)' layers parts adopt
    done
    layer=$(echo layer | blob x)
    for size in -1 7 '"6"' 6.5 null; do
        image '{"config":'"$(descriptor x c "$config")"',"layers":[{"digest":"sha256:'"$layer"'","size":'$size'}]}'
        refused 'x/.*(negative size|has 6 bytes, not the [0-9]* that its manifest says)' layers adopt
    done
    for size in 1 -1 '"1"' 0.5; do
        image '{"config":{"digest":"sha256:'"$config"'","size":'$size'},"layers":[]}'
        refused 'x/blobs/sha256/[0-9a-f]*: has [0-9]* bytes, not the -?[0-9]* that ' layers adopt
    done
}
