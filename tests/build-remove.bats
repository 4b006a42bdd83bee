#!/usr/bin/env bats
# mini-docker build, run, create: images that are removed while somebody is about to use them.

load lib/build

setup_file() { run_setup_file; }
setup() { build_setup; }
teardown() { build_teardown; }

# meanwhile TOOL VERB COMMAND...: the driver is $T/fake/mini-docker from now on, and does this when it has
# come to that step for the first time
meanwhile() {
    mkdir -p fake
    sed "s|^PATH=.*|PATH=$T/fake:$BIN:\$PATH|" "$BIN/mini-docker" > fake/mini-docker
    cat > "fake/$1" << END
#!/bin/sh
if [ "\$1" = $2 ] && rm "$T/moment" 2> /dev/null; then $BIN/mini-docker ${*:3} > "$T/told" 2>&1 < /dev/null; fi
PATH=$BIN:\$PATH exec $1 "\$@"
END
    chmod +x fake/*
    : > moment
}

@test "a build goes on, whatever becomes of the images that it stands on" {
    echo two > context/file
    cat > context/Dockerfile <<< $'FROM busybox\nRUN echo one > /one\nCOPY file /two\nRUN echo three > /three'
    cp -al "$MINI_DOCKER_ROOT" saved
    for moment in cached stage add tag; do
        for command in 'rmi -f busybox' 'system prune -af'; do
            # shellcheck disable=SC2086
            meanwhile img-store $moment $command
            run fake/mini-docker build -t image context
            [[ $status -eq 0 ]] || fail "$moment $command: $output"
            [[ ! -e moment && -s told ]]
            assert_equal "$(box image cat /one /two /three | xargs)" 'one two three'
            rm -rf "$MINI_DOCKER_ROOT"
            cp -al saved "$MINI_DOCKER_ROOT"
        done
    done
    # What it has not found yet it cannot stand on.
    meanwhile img-store hold rmi busybox
    run -1 fake/mini-docker build -t image context
    assert_line --partial ': no such image'
    run -1 mini-docker inspect image
    rm -rf saved
}

@test "RUN goes on, and all of its build" {
    cat > context/Dockerfile << 'END'
FROM busybox AS first
RUN echo one > /one
FROM busybox
RUN --mount=type=cache,target=/c touch /c/here; until [ -e /c/go ]; do sleep 0.1; done; ls -l /bin/busybox > /two
COPY --from=first /one /
END
    mini-docker build -t image context < /dev/null > out 2>&1 3>&- &
    PIDS+=("$!")
    poll 30 compgen -G "$MINI_DOCKER_ROOT/caches/*/here"
    cache=$(dirname "$MINI_DOCKER_ROOT"/caches/*/here)
    run -1 mini-docker rmi busybox
    assert_output --partial 'a container uses this image'
    for command in 'rmi -f busybox' 'image prune -af' 'builder prune -af' 'system prune -af'; do
        # shellcheck disable=SC2086
        run -0 mini-docker $command
    done
    steps=$(mini-docker images -aq)
    assert_equal "$(wc -l <<< "$steps")" 2
    for id in $steps; do
        run -1 mini-docker rmi -f "$id"
        assert_output --regexp ': (a cached step, and somebody builds|a container uses this image)$'
    done
    touch "$cache/go"
    wait "${PIDS[@]}"
    assert_equal "$(box image cat /one)" one
    # When nobody builds, all that was kept for it goes.
    mini-docker image prune -af > /dev/null
    mini-docker builder prune -af > /dev/null
    none "$MINI_DOCKER_ROOT/layers" -mindepth 1
}

@test "an image that is gone before its container has a record: it is said, and nothing is left" {
    cp -al "$MINI_DOCKER_ROOT" saved
    for command in 'run --rm busybox true' 'run -d busybox true' 'create busybox true'; do
        # shellcheck disable=SC2086
        meanwhile ctr-state create rmi -f busybox
        # shellcheck disable=SC2086
        run -125 fake/mini-docker $command
        assert_equal "${#lines[@]}" 1
        assert_output --regexp ': open: No such file or directory$|: busybox: the image was removed meanwhile$'
        [[ ! -e moment ]]
        none "$MINI_DOCKER_ROOT/containers" "$MINI_DOCKER_ROOT/layers" -mindepth 1
        rm -rf "$MINI_DOCKER_ROOT"
        cp -al saved "$MINI_DOCKER_ROOT"
    done
    rm -rf saved
}
