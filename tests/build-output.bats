#!/usr/bin/env bats
# mini-docker build --output: the result as a tree, an archive, or an image of certain names.

load lib/build
load lib/tree

setup_file() { run_setup_file; }
setup() {
    build_setup
    echo content > context/file
    cat > context/Dockerfile << 'END'
FROM scratch AS empty
LABEL a=b
FROM busybox AS base
RUN rm /bin/id; mkdir /d && echo 1 > /d/1 && chown -R 7:8 /d && ln /d/1 /hard && ln -s d /link && mkdir -m 1777 /sticky && mknod /null c 1 3
COPY file /d/2
FROM scratch AS files
COPY --from=base /d /d
END
}
teardown() { build_teardown; }

# entries DIR: but for the time of its own, and a name that is linked to itself: the tests share layers
entries() {
    tree "$1" | grep -v -e '^\. ' -e '^\([^ ]*\) \1$'
}

# view IMAGE: its tree
view() {
    eval "$(img-store show --shell "$1" | grep ^image_layers=)"
    eval "layers=($image_layers)"
    mapfile -t lowers < <(printf -- '--lower\n%s\n' "${layers[@]}")
    unshare -m ufs-mount "${lowers[@]}" "$T/view" -- bash -euo pipefail -c "$(declare -f tree entries)"'; entries "$1"' bash "$T/view"
}

images() { mini-docker images -q | wc -l; }

@test "-o DIR, -o - and their long forms: the trees are equal, owners too; no image gets a name" {
    mini-docker build -q -t image --target base context > /dev/null
    view image > expected
    before=$(images)
    run -0 --separate-stderr mini-docker build -q --target base -t other -o "$PWD/a b/c" context
    assert_output "$(img-store show image | sed -n 's/^id\t//p')"
    mini-docker build --target base --output=type=local,dest=rel context 2> /dev/null
    mini-docker build -q --target base -o - context > out.tar
    mini-docker build --target base -o '"type=tar","dest=a,b.tar"' --iidfile id context 2> /dev/null
    assert_equal "$(cat id)" "$output"
    cmp out.tar a,b.tar
    assert_equal "$(stat -c %a a,b.tar)" 644
    mkdir x y
    tar -xpf out.tar -C x --xattrs --numeric-owner
    for dir in 'a b/c' rel x; do
        entries "$dir" | diff expected -
    done
    assert_equal "$(images)" "$before"
}

@test "a DEST that is there is merged into" {
    mkdir -p dest/d dest/kept && echo old > dest/d/1 && echo kept > dest/d/3 && chmod 700 dest
    mini-docker build -q --target files -o dest context > /dev/null
    assert_equal "$(cd dest && find . -mindepth 1 | sort | xargs)" './d ./d/1 ./d/2 ./d/3 ./kept'
    assert_equal "$(cat dest/d/1 dest/d/2 dest/d/3 | xargs)" '1 content kept'
    assert_equal "$(stat -c %u:%g dest/d/1)" 7:8
    assert_equal "$(stat -c %a dest)" 700
    # All of it again, from the cache.
    mini-docker build -q --target files -o dest context > /dev/null
    mini-docker build -q --target empty -o nothing context > /dev/null
    none nothing -mindepth 1
}

@test "type=docker and oci: an archive with the names, that loads; type=image: names" {
    mini-docker build --target base -t one:1 -o type=docker,dest=docker.tar context 2> /dev/null
    mini-docker build --target base -o type=oci,name=two context > oci.tar
    mini-docker build -q --target base -o 'type=image,"name=three,four:4",push=false' -o type=docker,name=five -t six context > /dev/null
    assert_equal "$(tar -xOf docker.tar manifest.json | jq -c '.[].RepoTags')" '["one:1"]'
    assert_equal "$(tar -xOf oci.tar index.json | jq -r '.manifests[].annotations["org.opencontainers.image.ref.name"]')" two:latest
    run -0 mini-docker images --format '{{.Repository}}:{{.Tag}}'
    assert_equal "$(grep -v busybox <<< "$output" | sort | xargs)" 'five:latest four:4 six:latest three:latest'
    view six > expected
    mini-docker rmi five four:4 six three > /dev/null
    mini-docker load -q -i docker.tar > /dev/null
    view one:1 | diff expected -
}

@test "errors, before anything is built" {
    : > file && mkdir dir
    for spec in '' type=local type=local,dest=- type=registry,name=x type=image,dest=x type=image,name=x,push=true dest=x type=tar,compression=zstd; do
        run -125 mini-docker build -o "$spec" context
        assert_equal "${#lines[@]}" 1
    done
    run -1 mini-docker build -o file context
    assert_output "mini-docker: build: --output: file: file: not a directory"
    run -1 mini-docker build -o type=tar,dest=dir context
    assert_output --partial 'dir: is a directory'
    run -1 mini-docker build -o type=image,name=UPPER context
    refute_output --partial FROM
    run -1 mini-docker build --target base -o type=tar,dest=nowhere/x context
    run -1 mini-docker build --target base -o type=local,dest=file/x context
    none . -maxdepth 1 -name '*.??????'
}

@test "options of other builders: what changes nothing is accepted, the others are refused" {
    run -0 mini-docker build -q --target files --cache-from a --cache-from type=registry,ref=b --cache-to type=inline --compress --builder default \
        --isolation default --load --provenance=false --sbom false --squash=false -t image context
    run -0 mini-docker build -q --target files --load -o dir -t image:2 context
    assert_exists dir/d/1
    run -0 box -v "$PWD/dir:/x" busybox ls /x/d
    img-store show image:2 > /dev/null
    for option in --squash --isolation=hyperv --provenance=true --provenance=mode=max --sbom=true --push; do
        run -125 mini-docker build "$option" context
        assert_equal "${#lines[@]}" 1
    done
}
