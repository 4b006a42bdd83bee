#!/usr/bin/env bats
# The store of images, while several do everything to it at once and are killed at any moment.

load lib/build

setup_file() { run_setup_file; }
setup() { build_setup; }
teardown() { build_teardown; }

# race COMMAND...: again and again, until there is a file `stop`; killed after at most a second, alone or
# with all that it has started. {} is one of three.
race() {
    local how
    while [[ ! -e stop ]]; do
        [[ $((RANDOM % 2)) == 0 ]] && how=--foreground || how=--preserve-status
        timeout --signal KILL $how "0.$((RANDOM % 10))$((RANDOM % 9 + 1))" \
            mini-docker "${@//\{\}/$((RANDOM % 3))}" < /dev/null
    done >> out 2>&1 || :
}

# needed: what all images and cached steps need, by what their documents say: layer HEX, blob HEX
needed() {
    local blobs=$MINI_DOCKER_ROOT/images/blobs/sha256 manifest config
    { jq -r '.manifests[].digest[7:]' "$MINI_DOCKER_ROOT/images/index.json" && cut -d ' ' -f 3 "$MINI_DOCKER_ROOT/images/steps"; } | sort -u |
        while read -r manifest; do
            config=$(jq -r '.config.digest[7:]' "$blobs/$manifest")
            printf 'blob %s\n' "$manifest" "$config"
            jq -r '.layers[] | "blob " + .digest[7:]' "$blobs/$manifest"
            jq -r '.rootfs.diff_ids[] | "layer " + .[7:]' "$blobs/$config"
        done | sort -u
}

# there: what there is
there() {
    (cd "$MINI_DOCKER_ROOT/layers" && printf 'layer %s\n' $(ls -A))
    (cd "$MINI_DOCKER_ROOT/images/blobs/sha256" && printf 'blob %s\n' *)
}

@test "everything at once, and killed: no layer is unused, none is missing, each image runs" {
    need_command jq
    mkdir tree && mini-docker run -d --name web busybox sleep 1000 > /dev/null 3>&-
    mini-docker save -o image.tar busybox
    head -c 300000 /dev/urandom > tree/file && tar -cf tree.tar tree
    cat > context/Dockerfile <<< $'FROM busybox\nARG N\nRUN echo $N > /n\nCOPY . /context\nCMD ["true"]'
    : > "$MINI_DOCKER_ROOT/images/steps"
    for command in 'import tree.tar race:{}' 'load -qi image.tar' 'build -q --build-arg N={} -t built:{} context' \
        'build --no-cache -t built:{} context' 'commit web race:{}' 'tag busybox race:{}' 'rmi -f race:{}' 'rmi built:{}' \
        'run --rm built:{}' 'image prune -f' 'builder prune -f' 'system prune -f' 'builder prune -af'; do
        # shellcheck disable=SC2086
        race $command 3>&- &
        PIDS+=("$!")
    done
    sleep "${RACE_SECONDS:-8}" # no moment is waited for: the longer, the more happens
    : > stop
    wait "${PIDS[@]}" || :
    web_alone() { [[ $(ctr-state list | wc -l) == 1 ]]; }
    poll 30 web_alone
    run -0 mini-docker system prune -f
    run -0 mini-docker system prune -f # what was still ended by others the first time
    diff <(needed) <(there | sort)
    assert_equal "$(find "$MINI_DOCKER_ROOT/images" -maxdepth 1 -mindepth 1 -printf '%f\n' | sort | xargs)" 'blobs index.json oci-layout steps'
    # Those that were imported have no command to run.
    for id in $(mini-docker images -q --no-trunc | sort -u); do
        img-store show "$id" > /dev/null
        [[ ! $(img-store show "$id") == *$'cmd\ttrue'* ]] || box "$id"
    done
    box busybox true
    for id in $(img-store list --all | cut -f 3 | sort -u); do img-store show "$id" > /dev/null; done
    mini-docker rm -f web > /dev/null
    mini-docker system prune -af > /dev/null
    none "$MINI_DOCKER_ROOT/layers" "$MINI_DOCKER_ROOT/images/blobs/sha256" -mindepth 1
    refute grep -E 'damaged|Stale|Structure' out
}
