# What the tests of commands share that bring images into the store, or out of it: as lib/common, with
#     load lib/store
#     setup() { store_setup; }
# shellcheck shell=bash disable=SC2034,SC2154 # variables are for the tests

load lib/common

store_setup() {
    common_setup
    need_root
    need_command jq
    PATH=$BUILD/test:$PATH
    cd "$T" || return
    images=$MINI_DOCKER_ROOT/images layers=$MINI_DOCKER_ROOT/layers
}

names() { # what images there are, as NAME:TAG, sorted
    img-store list | cut -f 1,2 | tr '\t' : | sort | xargs
}

# holds LAYERS: so many, and nothing is on its way in
holds() {
    assert_equal "$(find "$layers" -mindepth 1 -maxdepth 1 | wc -l)" "$1"
    assert_equal "$(find "$images" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort | xargs)" 'blobs index.json oci-layout'
}
