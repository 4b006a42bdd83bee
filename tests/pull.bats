#!/usr/bin/env bats
# mini-docker pull, and run of an image that is not there: from a registry on this machine's loopback, in
# a network namespace that has nothing else.

load lib/store
load lib/layouts
load lib/registry

setup() { store_setup; }
teardown() {
    registry_end
    common_teardown
}

# put LAYOUT IMAGE NAME [OPTION...]: into the registry, as it is
put() {
    in_net skopeo copy -q --preserve-digests --dest-tls-verify=false "${@:4}" "oci:$1${2:+:$2}" "docker://localhost:5000/$3"
}

pull() {
    in_net mini-docker pull "$@"
}

# two_layers: the layout `two`, an image of two compressed layers; $low, $high: their digests, $digest: its own
two_layers() {
    layer_tar low > 1.tar
    layer_tar high other > 2.tar
    filter='gzip -n' layout two two 1.tar 2.tar
    digest=$(jq -r '.manifests[0].digest' two/index.json)
    read -r low high <<< "$(jq -r '[.layers[].digest] | join(" ")' "two/blobs/sha256/${digest#sha256:}")"
    id=$(jq -r .config.digest "two/blobs/sha256/${digest#sha256:}")
}

short() { # DIGEST
    echo "${1:7:12}"
}

@test "as Docker tells it; digest and id are those of the registry; again: it is up to date" {
    registry_begin
    two_layers
    put two two a/two:1
    run -0 --separate-stderr pull localhost:5000/a/two:1
    assert_output - << END
1: Pulling from a/two
$(short "$low"): Pull complete
$(short "$high"): Pull complete
Digest: $digest
Status: Downloaded newer image for localhost:5000/a/two:1
localhost:5000/a/two:1
END
    [[ ! $stderr ]]
    assert_equal "$(img-store list | cut -f 1-4)" $'localhost:5000/a/two\t1\t'"$id"$'\t'"$digest"
    diff -r two/blobs/sha256 "$images/blobs/sha256"
    run -0 pull localhost:5000/a/two:1
    assert_output - << END
1: Pulling from a/two
Digest: $digest
Status: Image is up to date for localhost:5000/a/two:1
localhost:5000/a/two:1
END
    put two two a/two
    run -0 --separate-stderr pull localhost:5000/a/two
    assert_line --index 0 'Using default tag: latest'
    assert_line "$(short "$high"): Already exists"
    run -0 pull -q localhost:5000/a/two
    assert_output localhost:5000/a/two:latest
    assert_equal "$(names)" 'localhost:5000/a/two:1 localhost:5000/a/two:latest'
    holds 2
}

@test "layers that are here are not fetched again; a tag that has moved takes the name" {
    registry_begin
    two_layers
    put two two two:1
    pull -q localhost:5000/two:1 > /dev/null
    layer_tar third more > 3.tar
    filter='gzip -n' layout three x 1.tar 3.tar 2.tar
    put three x two:1
    rm -r "$T/registry/docker/registry/v2/blobs/sha256/${low:7:2}/${low:7}" # if it were asked for, it could not be given
    run -0 --separate-stderr pull localhost:5000/two:1
    assert_line --index 1 "$(short "$low"): Already exists"
    assert_line --index 2 --regexp '^[0-9a-f]{12}: Pull complete$'
    assert_line --index 3 "$(short "$high"): Already exists"
    assert_equal "$(names)" '-:- localhost:5000/two:1'
    assert_equal "$(img-store show --json localhost:5000/two:1 | jq '.image.rootfs.diff_ids | length')" 3
    holds 3
    # One whose blob is here, but not unpacked, is unpacked; one that is damaged, so that its size tells it, is
    # fetched.
    third=$(sha256sum < 3.tar | cut -c 1-64)
    rm -r "${layers:?}/$third"
    run -0 pull localhost:5000/two:1
    assert_line --index 2 --regexp '^[0-9a-f]{12}: Pull complete$'
    truncate -s 5 "$images/blobs/sha256/${high#sha256:}"
    rm -r "${layers:?}/$(sha256sum < 2.tar | cut -c 1-64)"
    run -0 pull localhost:5000/two:1
    diff "three/blobs/sha256/${high#sha256:}" "$images/blobs/sha256/${high#sha256:}"
    img-store show localhost:5000/two:1 > /dev/null
    holds 3
}

@test "by digest; what the registry has another name for; and removed by that name" {
    registry_begin
    two_layers
    put two two two:1
    run -0 pull "localhost:5000/two@$digest"
    assert_line --index 0 "localhost:5000/two@$digest: Pulling from two"
    assert_line "Status: Downloaded newer image for localhost:5000/two@$digest"
    assert_equal "${lines[-1]}" "localhost:5000/two@$digest"
    run -0 pull "localhost:5000/two:1@$digest"
    assert_line --partial "Image is up to date for localhost:5000/two@$digest"
    run -1 pull "localhost:5000/two@sha256:$(printf %064d 1)"
    run -0 mini-docker images --digests --format '{{.Repository}} {{.Tag}} {{.Digest}}'
    assert_output "localhost:5000/two <none> $digest"
    run -0 mini-docker rmi "localhost:5000/two@$digest"
    assert_line --index 0 "Untagged: localhost:5000/two@$digest"
    holds 0
}

@test "Docker's manifests: the digest that the registry has finds them, and the id is that of the config" {
    registry_begin
    two_layers
    # skopeo writes another config: that counts.
    in_net skopeo copy -q --format v2s2 --dest-tls-verify=false oci:two:two docker://localhost:5000/old:1
    in_net skopeo inspect --raw --tls-verify=false docker://localhost:5000/old:1 > manifest
    grep -q vnd.docker manifest
    run -0 pull localhost:5000/old:1
    assert_line "Digest: sha256:$(sha256sum < manifest | cut -c 1-64)"
    assert_equal "$(img-store show localhost:5000/old:1 | sed -n 's/^id\t//p')" "$(jq -r .config.digest manifest)"
    img-store show "localhost:5000/old@sha256:$(sha256sum < manifest | cut -c 1-64)" > /dev/null
    assert_equal "$(skopeo inspect "oci:$images:localhost:5000/old:1" | jq -c .Layers)" "[\"$low\",\"$high\"]"
    run -0 pull localhost:5000/old:1
    assert_line --partial 'up to date'
}

@test "of an index, the image for this machine, or --platform; its digest is that of the index" {
    registry_begin
    layer_tar one > 1.tar
    list=()
    for platform in amd64/ arm64/v8 arm/v6; do
        arch=${platform%/*} variant=${platform#*/}
        m=$(filter='gzip -n' config_members="\"author\":\"$platform\"" image_manifest l 1.tar)
        list+=("$(descriptor l "$OCI.manifest.v1+json" "$m" "\"platform\":{\"os\":\"linux\",\"architecture\":\"$arch\"${variant:+,\"variant\":\"$variant\"}}")")
    done
    index=$(printf '{"schemaVersion":2,"mediaType":"%s","manifests":[%s]}' "$OCI.index.v1+json" "$(commas "${list[@]}")" | blob l)
    image_index l "$(descriptor l "$OCI.index.v1+json" "$index")"
    put l '' many:1 --all
    run -0 pull localhost:5000/many:1
    assert_line "Digest: sha256:$index"
    assert_equal "$(img-store show --json "localhost:5000/many@sha256:$index" | jq -r .image.architecture)" "$(dpkg --print-architecture)"
    assert_equal "$(img-store list | cut -f 4)" "sha256:$index"
    run -0 pull localhost:5000/many:1
    assert_line --partial 'up to date'
    run -0 pull --platform linux/arm/v7 localhost:5000/many:1
    assert_line --partial 'Already exists'
    assert_equal "$(img-store show --json localhost:5000/many:1 | jq -r .image.author)" arm/v6
    run -0 pull --platform linux/arm/v7 localhost:5000/many:1
    assert_line --partial 'up to date'
    run -0 pull localhost:5000/many:1 # another image of the same index
    refute_line --partial 'up to date'
    assert_equal "$(img-store show --json localhost:5000/many:1 | jq -r .image.architecture)" "$(dpkg --print-architecture)"
    run -1 pull --platform linux/s390x localhost:5000/many:1
    assert_line --partial 'there is no image for linux/s390x'
    run -1 pull --platform x/y/z/0 localhost:5000/many:1
    assert_line --partial 'x/y/z/0: not OS/ARCHITECTURE[/VARIANT]'
}

@test "--all-tags; what is not there, no registry, bad names: exit 1, one line, nothing is left" {
    registry_begin
    two_layers
    put two two two:1
    put two two two:x
    run -0 pull -a localhost:5000/two
    assert_equal "$(names)" 'localhost:5000/two:1 localhost:5000/two:x'
    assert_equal "$(grep -c '^Digest' <<< "$output")" 2
    run -1 --separate-stderr pull -a localhost:5000/two:1
    assert_equal "$stderr" 'mini-docker: pull: localhost:5000/two:1: with --all-tags there is no tag to choose'
    run -1 --separate-stderr pull -q localhost:5000/two:3
    assert_equal "$output$stderr" 'mini-docker: pull: localhost:5000/two:3: reading manifest 3 in localhost:5000/two: manifest unknown: manifest unknown'
    run -1 --separate-stderr pull -q localhost:1/two
    [[ ${#stderr_lines[@]} -eq 1 && $stderr == *'connection refused' && ! $output ]]
    run -1 pull -a localhost:5000/none
    assert_equal "${#lines[@]}" 1
    for bad in 'A' 'a b' '' '-' './x' "$(printf %064d 1)" '$(touch ran)' "a@sha256:1"; do
        run -1 --separate-stderr pull -- "$bad"
        [[ $stderr == 'img-store: '* && ! $output ]]
    done
    [[ ! -e ran ]]
    while IFS='|' read -r args why; do
        # shellcheck disable=SC2086
        run -125 mini-docker $args
        assert_output "mini-docker: pull: $why (try 'mini-docker pull --help')"
    done << 'END'
pull|needs NAME[:TAG|@DIGEST]
pull a b|needs NAME[:TAG|@DIGEST]
pull --nope a|--nope: unknown option
END
    # Without skopeo
    mkdir path && for tool in sh dash sed cat cut env; do ln -s "$(type -P $tool)" path; done
    run -1 env PATH="$T/path" "$BIN/mini-docker" pull localhost:5000/two
    assert_output 'mini-docker: pull: needs skopeo'
    holds 2
}

@test "a name that begins like an address of this machine is no such address: certificates are looked at" {
    need_command skopeo
    run -1 mini-docker --trace pull 127.0.0.1:9/a
    assert_output --partial 'skopeo inspect --raw --tls-verify=false -- '
    run -1 mini-docker --trace pull 127.0.0.1.invalid/a
    assert_output --partial 'skopeo inspect --raw -- '
}

@test "--all-tags: what a registry calls a tag is no command" {
    need_command skopeo
    mkdir bin && printf '#!/bin/sh\ncat "$T/tags"\n' > bin/skopeo && chmod 755 bin/skopeo
    for odd in '$(touch${IFS}bad)' ';touch${IFS}bad;' '*' 'a\tb' 'a&b'; do
        printf '{"Tags": ["%s"]}' "$odd" > tags
        PATH=$PWD/bin:$PATH T=$T run -1 mini-docker pull -a 127.0.0.1:9/a
        assert_output 'mini-docker: pull: 127.0.0.1:9/a: the registry has tags that are none'
        [[ ! -e bad ]]
    done
}

@test "a registry that wants a password" {
    registry_begin me secret
    two_layers
    in_net skopeo login --tls-verify=false -u me -p secret localhost:5000 > /dev/null
    put two two two:1
    run -0 pull localhost:5000/two:1
    in_net skopeo logout localhost:5000 > /dev/null
    run -1 --separate-stderr pull -q localhost:5000/two:1
    assert_regex "$stderr" '^mini-docker: pull: localhost:5000/two:1: .*(unauthorized|authentication required)'
}

@test "a registry that lies: a layer that is another, a manifest that is another" {
    registry_begin
    two_layers
    put two two two:1
    stored=$T/registry/docker/registry/v2/blobs/sha256
    layer_tar evil | gzip -n > "$stored/${high:7:2}/${high:7}/data"
    run -1 pull -q localhost:5000/two:1
    assert_equal "$(img-store list)$(ls -A "$layers")" ''
    cp "two/blobs/sha256/${high:7}" "$stored/${high:7:2}/${high:7}/data"
    echo >> "$stored/${digest:7:2}/${digest:7}/data"
    run -1 pull -q "localhost:5000/two@$digest"
    assert_equal "$(img-store list)$(ls -A "$layers")" ''
}

@test "run pulls what is missing; --pull never, always; the policy of the environment" {
    registry_begin
    export MINI_DOCKER_PULL=missing
    busybox_image box:1
    skopeo copy -q "oci:$images:box:1" oci:box:x
    mini-docker rmi box:1 > /dev/null
    in_net skopeo copy -q --dest-tls-verify=false oci:box:x docker://localhost:5000/box:latest
    run -0 --separate-stderr in_net mini-docker run --rm localhost:5000/box echo hello
    assert_output hello
    assert_equal "${stderr_lines[0]}" "Unable to find image 'localhost:5000/box:latest' locally"
    assert_equal "${stderr_lines[-1]}" localhost:5000/box:latest
    run -0 --separate-stderr in_net mini-docker run --rm localhost:5000/box echo again
    assert_equal "$output|$stderr" 'again|'
    run -0 --separate-stderr in_net mini-docker run --pull always --rm localhost:5000/box echo again
    assert_equal "$output" again
    [[ $stderr == *'up to date'* ]]
    run -125 --separate-stderr in_net mini-docker run --rm localhost:5000/none true
    [[ ! $output && ${stderr_lines[-1]} == 'mini-docker: pull: localhost:5000/none:latest: '* ]]
    mini-docker rmi localhost:5000/box > /dev/null
    for never in '--pull never' ''; do
        # shellcheck disable=SC2086
        [[ $never ]] || export MINI_DOCKER_PULL=never
        run -125 --separate-stderr in_net mini-docker run $never --rm localhost:5000/box true
        assert_equal "$stderr" 'img-store: localhost:5000/box: no such image'
    done
    run -125 mini-docker run --pull never -- "sha256:$(printf %064d 1)"
    MINI_DOCKER_PULL=often run -125 mini-docker run x
    assert_output --partial '--pull: often: none of missing, never, always'
    run -0 --separate-stderr in_net mini-docker create -q --pull missing localhost:5000/box true
    [[ ${#output} -eq 64 && ! $stderr ]] || fail "$output $stderr"
    mini-docker rm "$output"
}

@test "killed at odd moments, and several at once: whole, once, and nothing is left" {
    registry_begin
    two_layers
    put two two two:1
    for i in {1..8}; do
        interrupt "$((i * 90000))" "$( ((i % 2)) && echo all || echo one)" nsenter --net="/proc/$registry_holder/ns/net" mini-docker pull localhost:5000/two:1
        [[ ! $(img-store list) ]] || img-store show localhost:5000/two:1 > /dev/null
        ((i % 3)) || mini-docker rmi -f localhost:5000/two:1 > /dev/null 2>&1 || :
    done
    for n in 1 2 3; do
        pull localhost:5000/two:1 > "out$n" 2>&1 &
        pids[n]=$!
    done
    wait "${pids[@]}"
    for n in 1 2 3; do assert_equal "$(tail -n 1 "out$n")" localhost:5000/two:1; done
    pull localhost:5000/two:1 > /dev/null
    holds 2
    img-store show localhost:5000/two:1 > /dev/null
}

@test "build pulls what is not there, with -q without a word; --pull asks again, for COPY --from and RUN --mount as well" {
    registry_begin
    two_layers
    put two two two:1
    busybox_image localhost:5000/base
    in_net mini-docker push -q localhost:5000/base > /dev/null
    export MINI_DOCKER_PULL=missing
    mkdir context
    for step in 'COPY --from=localhost:5000/two:1 file /copy' 'RUN --mount=from=localhost:5000/two:1,target=/m cp /m/file /copy'; do
        printf 'FROM localhost:5000/base\n%s\n' "$step" > context/Dockerfile
        put two two two:1
        mini-docker rmi -f localhost:5000/two:1 > /dev/null 2>&1 || :
        run -0 --separate-stderr in_net mini-docker build -q context
        assert_regex "$output" '^sha256:[0-9a-f]{64}$'
        assert_equal "$stderr" ''
        first=$output
        layer_tar newer > 3.tar
        layout newer newer 3.tar
        put newer newer two:1
        run -0 --separate-stderr in_net mini-docker build -q context
        assert_output "$first"
        run -0 --separate-stderr in_net mini-docker build -q --pull context
        refute_output "$first"
        assert_equal "$stderr" ''
    done
}

@test "ended by a signal while it fetches: nothing is left" {
    need_command socat
    registry_begin
    enter=(nsenter --net="/proc/$registry_holder/ns/net") # in_net in the background is a shell of its own
    "${enter[@]}" socat -u TCP-LISTEN:5001,fork,reuseaddr OPEN:/dev/null 3>&- & # it never answers
    REGISTRY_PIDS+=("$!")
    for signal in INT TERM; do
        "${enter[@]}" env --default-signal mini-docker pull localhost:5001/two > out 2> err 3>&- &
        pid=$!
        poll 10 bash -c 'compgen -G "$1/.new-*/why"' sh "$layers"
        kill -s "$signal" "$pid"
        wait "$pid" && status=0 || status=$?
        assert_equal "$status" "$((128 + $(kill -l "$signal")))"
        assert_equal "$(ls -A "$layers")$(cat err)" ''
    done
}

@test "what --trace prints makes the same when pasted; progress on a terminal" {
    registry_begin
    two_layers
    put two two two:1
    run -0 --separate-stderr in_net mini-docker --trace pull localhost:5000/two:1
    assert_equal "$(grep -vc '^+ ' <<< "$stderr")" 0
    sed 's/^+ //' <<< "$stderr" > lines
    first=$(img-store show localhost:5000/two:1)
    mini-docker rmi localhost:5000/two:1 > /dev/null
    run -0 in_net env -u MINI_DOCKER_ROOT bash -euc '. ./lines'
    assert_equal "$(img-store show localhost:5000/two:1)" "$first"
    mini-docker rmi localhost:5000/two:1 > /dev/null
    run -0 pty-drive -- nsenter --net="/proc/$registry_holder/ns/net" mini-docker pull localhost:5000/two:1
    assert_output --partial 'Downloaded newer image'
    truncate -s 64M zeros
    tar -cf zeros.tar zeros
    layout zeros.d zeros zeros.tar
    put zeros.d zeros zeros:1
    run -0 pty-drive deadline=60 -- nsenter --net="/proc/$registry_holder/ns/net" mini-docker pull localhost:5000/zeros:1
    assert_output --regexp $'\r[0-9]+ of 67 MB, [0-9]+\.[0-9] MB/s(, [0-9]+:[0-9][0-9] left)?\e\[K'
}
