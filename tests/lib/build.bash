# What the tests of `mini-docker build` share: as lib/run, with
#     load lib/build
#     setup() { build_setup; }
#     teardown() { build_teardown; }
# shellcheck shell=bash disable=SC2034,SC2154 # variables are for the tests

load lib/run

build_setup() {
    run_setup
    mkdir context
}

# What is left in the store is images, layers and caches.
build_teardown() {
    local status=0
    none "$MINI_DOCKER_ROOT/layers" -mindepth 1 -maxdepth 1 -name '.*' || status=1
    run_teardown || status=1
    return "$status"
}

# build ARG...: of the Dockerfile on standard input, with the directory `context`; named `image`
build() {
    cat > context/Dockerfile
    mini-docker build -t image "$@" context
}

# ran: the numbers of the steps that were not cached, of the last `run`
ran() {
    sed -n 's/^\[\(.* \)\{0,1\}\([0-9]*\)\/[0-9]*\] [^F].*/\2/p' <<< "$output" | xargs
}

# config FILTER [IMAGE]
config() {
    img-store show --json "${2:-image}" | jq -Sc ".image.config | $1"
}

# history [IMAGE]
history() {
    img-store show --json "${1:-image}" | jq -r '.image.history[1:][] | .created_by'
}

# paths [IMAGE]: what its topmost layer has
paths() {
    eval "$(img-store show --shell "${1:-image}" | grep ^image_layers=)"
    eval "layers=($image_layers)"
    (cd "${layers[0]}" && find . -mindepth 1 | sort | xargs)
}
