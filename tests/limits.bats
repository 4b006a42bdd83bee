#!/usr/bin/env bats
# Archives that fill a disk: what may come out of one is limited for every command that unpacks one, and
# nothing of such an archive is left.

load lib/build
load lib/layouts
load lib/registry

setup_file() { run_setup_file; }
setup() {
    build_setup
    export LC_ALL=C
    unset MINI_DOCKER_MAX_SIZE MINI_DOCKER_MAX_RATIO MINI_DOCKER_MAX_ENTRIES
    before=$(store)
}
teardown() {
    registry_end
    build_teardown
}

# What there is of images
store() {
    find "$MINI_DOCKER_ROOT/images" "$MINI_DOCKER_ROOT/layers" -maxdepth 3 | sort
}

# limited REGEXP COMMAND...: it says that, exits with 1, or $status_of_it, and leaves nothing
limited() {
    run "-${status_of_it:-1}" "${@:2}"
    assert_output --regexp "$1"
    assert_equal "$(store)" "$before"
}

# bombs: zeros by three compressors, many files, and a file that is a hole
bombs() {
    truncate -s 9M zeros
    tar -c zeros > zeros.tar
    gzip < zeros.tar > zeros.gz && zstd -q < zeros.tar > zeros.zst && xz < zeros.tar > zeros.xz
    tar -cS zeros > hole.tar
    mkdir files
    (cd files && seq 3000 | xargs touch)
    tar -C files -c . | gzip > files.gz
    layer_tar small > small.tar
}
too_large='unpacks to more than 8388608 bytes \(--max-size\)'

@test "import: each kind of bomb, by each limit; and what is allowed" {
    bombs
    for bomb in zeros.gz zeros.zst zeros.xz hole.tar files.gz; do
        MINI_DOCKER_MAX_SIZE=8m limited "^img-layer: $bomb: $too_large$" mini-docker import "$bomb"
        MINI_DOCKER_MAX_SIZE=8m limited "^img-layer: standard input: $too_large$" mini-docker import - < "$bomb"
    done
    MINI_DOCKER_MAX_ENTRIES=3000 limited '^img-layer: files.gz: has more than 3000 entries \(--max-entries\)$' mini-docker import files.gz
    MINI_DOCKER_MAX_ENTRIES=3000 limited '^img-layer: standard input: has more than 3000 entries' mini-docker import files
    export MINI_DOCKER_MAX_SIZE=16m MINI_DOCKER_MAX_ENTRIES=3001
    for bomb in zeros.xz hole.tar files.gz; do mini-docker import "$bomb" > /dev/null; done
    # What is no limit is no unlimited one.
    before=$(store)
    for value in x -1 '1 --max-size 9g'; do
        MINI_DOCKER_MAX_SIZE=$value limited "^img-layer: --max-size: $value: not a size" mini-docker import zeros.gz
        MINI_DOCKER_MAX_RATIO=$value limited "^img-layer: --max-ratio: $value: not a number" mini-docker import zeros.gz
    done
}

@test "without a variable: more than a GiB of nothing but zeros; --trace has the limits" {
    { tar -c --files-from /dev/null; head -c 1300M /dev/zero; } | zstd -qc > zeros
    limited '^img-layer: zeros: unpacks to more than 500 times its size \(--max-ratio\): a bomb, or nothing but zeros$' mini-docker import zeros
    bombs
    MINI_DOCKER_MAX_SIZE=8m MINI_DOCKER_MAX_RATIO=9 MINI_DOCKER_MAX_ENTRIES=7 run -0 mini-docker --trace import small.tar
    assert_line --regexp '^\+ img-layer unpack --max-size 8m --max-ratio 9 --max-entries 7 '
}

@test "load: of the archive, and of each layer" {
    bombs
    for bomb in zeros.zst zeros.gz files.gz; do
        rm -rf bomb.d
        layout bomb.d bomb:1 small.tar "$bomb"
        # As a layer that is compressed: the diff id is that of the archive, which nobody comes to compare.
        tar -C bomb.d -cf bomb.tar .
        MINI_DOCKER_MAX_SIZE=8m limited "^img-layer: .*/image/blobs/sha256/[0-9a-f]*: $too_large$" mini-docker load -q -i bomb.tar
    done
    rm -r bomb.d
    filter='xz' layout bomb.d bomb:1 zeros.tar
    tar -C bomb.d -c . | xz > bomb.tar
    MINI_DOCKER_MAX_SIZE=8m limited "$too_large" mini-docker load -i bomb.tar
    tar -C . -c zeros | xz > bomb.tar
    MINI_DOCKER_MAX_SIZE=8m limited "^img-layer: bomb.tar: $too_large$" mini-docker load -i bomb.tar
    MINI_DOCKER_MAX_ENTRIES=2 limited "^img-layer: standard input: has more than 2 entries" mini-docker load < files.gz
}

@test "pull, and run, create, build of what is not there" {
    registry_begin
    bombs
    filter='gzip -n' layout bomb.d bomb small.tar zeros.tar
    in_net skopeo copy -q --dest-tls-verify=false oci:bomb.d:bomb docker://localhost:5000/bomb
    export MINI_DOCKER_MAX_SIZE=8m MINI_DOCKER_PULL=missing
    told="img-layer: .*/image/blobs/sha256/[0-9a-f]*: $too_large"
    limited "$told" in_net mini-docker pull localhost:5000/bomb
    status_of_it=125 limited "$told" in_net mini-docker run --rm localhost:5000/bomb true
    status_of_it=125 limited "$told" in_net mini-docker create localhost:5000/bomb true
    echo 'FROM localhost:5000/bomb' > context/Dockerfile
    limited "$told" in_net mini-docker build context
    MINI_DOCKER_MAX_SIZE='' in_net mini-docker pull -q localhost:5000/bomb > /dev/null
}

@test "build: what ADD unpacks, a context that is an archive, what a step makes" {
    bombs
    cp zeros.gz zeros.zst zeros.xz files.gz hole.tar context
    export MINI_DOCKER_MAX_SIZE=8m
    mini-docker build -q - <<< 'FROM busybox' > /dev/null # from now on it is held for builds
    before=$(store)
    for bomb in zeros.gz zeros.zst zeros.xz hole.tar files.gz; do
        printf 'FROM busybox\nADD %s /\n' "$bomb" > context/Dockerfile
        limited "tree-copy: standard input: $too_large" mini-docker build context
        assert_output --partial "img-copy: $bomb: could not be unpacked"
    done
    limited "tree-copy: standard input: $too_large" mini-docker build - < zeros.xz
    MINI_DOCKER_MAX_SIZE='' MINI_DOCKER_MAX_ENTRIES=2 limited 'tree-copy: standard input: has more than 2 entries' mini-docker build - < files.gz
    printf 'FROM busybox\nRUN head -c 9m /dev/zero > /zeros\n' > context/Dockerfile
    limited "img-layer: standard input: $too_large" mini-docker build context
    MINI_DOCKER_MAX_SIZE=16m mini-docker build -q context > /dev/null
}

@test "commit, and cp of an archive" {
    bombs
    mini-docker run --name cc busybox sh -c 'head -c 9m /dev/zero > /zeros' > /dev/null
    before=$(store)
    MINI_DOCKER_MAX_SIZE=8m limited "^img-layer: standard input: $too_large$" mini-docker commit cc
    MINI_DOCKER_MAX_SIZE=8m limited "^tree-copy: standard input: $too_large$" mini-docker cp - cc:/tmp < zeros.xz
    MINI_DOCKER_MAX_SIZE=8m limited "^tree-copy: standard input: $too_large$" mini-docker cp cc:/zeros out
    mini-docker rm cc > /dev/null
}
