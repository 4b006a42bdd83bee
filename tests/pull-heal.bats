#!/usr/bin/env bats
# mini-docker pull of an image that is damaged here; and where the store's path is an odd one.

load lib/common
load lib/layouts
load lib/registry

setup() {
    common_setup
    need_root
    need_command jq
    PATH=$BUILD/test:$PATH
    cd "$T"
    images=$MINI_DOCKER_ROOT/images layers=$MINI_DOCKER_ROOT/layers
    registry_begin
    for layer in low high top; do layer_tar "$layer" "$layer" > "$layer.tar"; done
    filter='gzip -n' layout two two low.tar high.tar
    filter='gzip -n' layout three three low.tar high.tar top.tar
    for image in two three; do
        in_net skopeo copy -q --preserve-digests --dest-tls-verify=false "oci:$image:$image" "docker://localhost:5000/$image"
    done
    digest=$(jq -r '.manifests[0].digest' two/index.json)
    read -r config low high <<< "$(jq -r '[.config.digest, .layers[].digest] | join(" ")' "two/blobs/sha256/${digest#sha256:}")"
    pull two
}
teardown() {
    registry_end
    common_teardown
}

pull() { in_net mini-docker pull "localhost:5000/$1" > out; }

place() { echo "$images/blobs/sha256/${1#sha256:}"; }

# flip FILE: another byte, and the same size
flip() { printf X | dd of="$1" bs=1 seek=12 conv=notrunc status=none; }

# is_whole IMAGE: all its blobs are what the registry has, and nothing is on its way in
is_whole() {
    local file
    for file in "$1"/blobs/sha256/*; do cmp "$file" "$images/blobs/sha256/${file##*/}"; done
    mini-docker save -o saved.tar "localhost:5000/$1"
    [[ -z $(find "$layers" -mindepth 1 -maxdepth 1 -name ".*") ]]
}

@test "a layer of another size, or missing; a config or manifest that is another: it is no image up to date" {
    : > "$(place "$low")"
    pull two
    grep -q 'Downloaded newer image' out
    is_whole two
    rm "$(place "$high")"
    pull two
    is_whole two
    for document in "$config" "$digest"; do
        flip "$(place "$document")"
        pull two
        grep -q 'Downloaded newer image' out
        is_whole two
    done
    pull two
    grep -q 'up to date' out
}

@test "a layer that is another but of its size: it heals where it is about to be used again" {
    flip "$(place "$low")"
    before=$(ls -i "$layers")
    pull three
    is_whole three
    is_whole two
    assert_equal "$(ls -i "$layers" | wc -l)" 3
    [[ $(ls -i "$layers") == *"${before%%$'\n'*}"* ]] || fail 'the layer has been unpacked again'
    flip "$(place "$low")"
    flip "$(place "$high")"
    mini-docker rmi localhost:5000/two > /dev/null
    pull two
    is_whole two
    is_whole three
    # Damaged, and without its tree
    flip "$(place "$low")"
    mini-docker rmi localhost:5000/two > /dev/null
    rm -r "$layers"/*
    pull two
    is_whole two
    assert_equal "$(cat "$layers"/*/tree/low)" low
}

@test "a layer that is swept while pull looks at it comes again" {
    mkdir fake
    cat > fake/stat << END
#!/bin/sh
$(command -v stat) "\$@" || exit
case \$* in *$(place "$low")) rm -f "$(place "$low")" ;; esac
END
    chmod +x fake/stat
    PATH=$T/fake:$PATH in_net mini-docker pull localhost:5000/three > out 2> err
    [[ ! -s err ]] || fail "$(cat err)"
    is_whole three
    is_whole two
}

@test "a store whose path has colons, blanks and quotes" {
    export MINI_DOCKER_ROOT="$T/a:b 'c/d:e"
    images=$MINI_DOCKER_ROOT/images layers=$MINI_DOCKER_ROOT/layers
    pull two
    is_whole two
    mini-docker tag localhost:5000/two localhost:5000/four
    in_net mini-docker push localhost:5000/four > /dev/null
    pull four
    pull three
    is_whole three
    in_net mini-docker --trace --root "$T/x:y" pull -q localhost:5000/two > /dev/null
    rm -rf "$T/x:y"
}
