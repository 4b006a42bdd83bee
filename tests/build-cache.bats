#!/usr/bin/env bats
# mini-docker build: a step is done again when something is different that it depends on, and only then.

load lib/build

setup_file() { run_setup_file; }
setup() { build_setup; }
teardown() { build_teardown; }

# again NUMBERS [ARG...]: the build, in which these steps are done
again() {
    local expected=$1
    shift
    run -0 mini-docker build -t image "$@" context
    assert_equal "$(ran)" "$expected"
}

five_steps() {
    mkdir -p context/dir && echo 1 > context/dir/file && echo 2 > context/other
    cat > context/Dockerfile << 'END'
FROM busybox
RUN echo one > /one
COPY dir /dir/
ENV A=b
RUN date +%s%N > /two
CMD ["cat", "/two"]
END
}

@test "the same again is the same image; contents, modes and names of what is copied count, times do not" {
    five_steps
    again '2 3 4 5 6'
    first=$(mini-docker build -q context)
    touch -d 2001-01-01 context/dir/file context/dir
    echo more > context/other
    again ''
    assert_equal "$(mini-docker build -q context)" "$first"
    echo changed > context/dir/file
    again '3 4 5 6'
    chmod 600 context/dir/file
    again '3 4 5 6'
    mv context/dir/file context/dir/moved
    again '3 4 5 6'
    # The one from before is there still.
    echo 1 > context/dir/file && rm context/dir/moved
    again ''
    assert_equal "$(mini-docker build -q context)" "$first"
}

@test "a changed instruction, and all behind it; the end may change alone" {
    five_steps
    again '2 3 4 5 6'
    sed -i 's/A=b/A=c/' context/Dockerfile
    again '4 5 6'
    sed -i 's/CMD.*/CMD ["true"]/' context/Dockerfile
    again 6
    assert_equal "$(config .Cmd)" '["true"]'
    sed -i 's/^RUN echo one/# a comment\nRUN  echo one/' context/Dockerfile
    again ''
    again 7 --label x=y
    again '' --label x=y
    again '2 3 4 5 6' --no-cache
}

@test "ARGs count where RUN can see them; those of proxies never" {
    cat > context/Dockerfile <<< $'FROM busybox\nRUN true\nARG N=1\nENV B=x\nRUN echo $N > /n'
    again '2 3 4'
    again '3 4' --build-arg N=2 # what makes no layer is done with the next one
    again '' --build-arg N=1
    again '' --build-arg HTTP_PROXY=http://nowhere
}

@test "another base, another cache; what stages are copied from counts by its contents" {
    build -t base <<< $'FROM busybox\nRUN echo 1 > /file' 2> /dev/null
    cat > context/Dockerfile << 'END'
FROM base AS first
ARG N
RUN echo $N > /ignored; cp /file /copy
FROM busybox
COPY --from=first /copy /
RUN cat /copy
END
    again '2 2 3'
    again 2 --build-arg N=2
    build -t base <<< $'FROM busybox\nRUN echo 2 > /file' 2> /dev/null
    cat > context/Dockerfile << 'END'
FROM base AS first
RUN cp /file /copy
FROM busybox
COPY --from=first /copy /
RUN cat /copy
END
    again '2 2 3'
}

@test "builder prune leaves the cache alone while somebody builds" {
    mkfifo go
    cat > context/Dockerfile <<< $'FROM busybox\nRUN touch /a\nRUN touch /b'
    mini-docker build -q -t image context > id
    mini-docker rmi image > /dev/null
    flock --shared "$MINI_DOCKER_ROOT/layers" cat go 3>&- &
    PIDS+=($!)
    exec 8> go
    run -0 mini-docker builder prune -af
    assert_line 'mini-docker: builder prune: somebody builds: cached steps stay'
    run -0 --separate-stderr mini-docker build context
    assert_equal "$(grep -c CACHED <<< "$stderr")" 2
    exec 8>&-
    wait "${PIDS[-1]}"
    run -0 mini-docker builder prune -af
    refute_line --partial 'somebody builds'
    run -0 --separate-stderr mini-docker build context
    assert_equal "$(grep -c CACHED <<< "$stderr")" 0
}

@test "builder prune knows that somebody builds, until the end" {
    printf 'FROM busybox\nRUN touch /a\nRUN --mount=type=cache,target=/c echo got; until [ -e /c/go ]; do sleep 0.05; done\n' > context/Dockerfile
    mini-docker build context > out 2> err 3>&- &
    PIDS+=("$!")
    poll 30 grep -qx got err
    run -0 mini-docker builder prune -af
    assert_line 'mini-docker: builder prune: somebody builds: cached steps stay'
    touch "$(echo "$MINI_DOCKER_ROOT"/caches/*)/go"
    wait "${PIDS[-1]}"
    run -0 mini-docker builder prune -af
    refute_line --partial 'somebody builds'
}

@test "images and rmi do not see the cache; builder prune, system prune" {
    five_steps
    again '2 3 4 5 6'
    assert_equal "$(mini-docker images -q | wc -l)" 2
    ((layers = $(find "$MINI_DOCKER_ROOT/layers" -mindepth 1 -maxdepth 1 | wc -l)))
    mini-docker image prune -af > /dev/null
    run -0 mini-docker images -q
    refute_output
    run -1 mini-docker build context # its base is gone
    assert_equal "$(find "$MINI_DOCKER_ROOT/layers" -mindepth 1 -maxdepth 1 | wc -l)" "$layers"
    run -1 mini-docker builder prune <<< n
    run -0 mini-docker builder prune -f
    assert_line 'Deleted build cache objects:'
    assert_line --partial 'Total reclaimed space: '
    none "$MINI_DOCKER_ROOT/layers" -mindepth 1
}

@test "builder prune keeps what an image was built on; --all, and until=" {
    five_steps
    again '2 3 4 5 6'
    mini-docker builder prune -f > /dev/null
    again ''
    mini-docker builder prune -af --filter until=1h > /dev/null
    again ''
    run -125 mini-docker builder prune -f --filter nonsense=1
    mini-docker system prune -f > /dev/null
    again ''
    mini-docker builder prune -af > /dev/null
    box image > /dev/null
    again '2 3 4 5 6'
    mini-docker rmi image > /dev/null
    again ''
}

@test "a cached step whose layer is damaged is done again" {
    five_steps
    again '2 3 4 5 6'
    eval "$(img-store show --shell image | grep ^image_layers=)"
    eval "layers=($image_layers)"
    rm -rf "${layers[0]}"
    again '4 5 6'
    run -0 box image
}

# edited COMMAND: the build of context/Dockerfile, in which RUN waits while the command is run here
WAITING='mkdir -p /k/here; until [ -e /k/go ]; do sleep 0.05; done'
edited() {
    local here
    rm -rf "$MINI_DOCKER_ROOT/caches"
    mini-docker build -t image context > output 2>&1 3>&- &
    PIDS+=("$!")
    poll 30 compgen -G "$MINI_DOCKER_ROOT/caches/*/here"
    eval "$1"
    for here in "$MINI_DOCKER_ROOT"/caches/*/here; do touch "${here%/*}/go"; done
    wait "${PIDS[-1]}"
}

@test "a file that is edited before it is copied: nobody takes the step for that of the old one" {
    echo old > context/file && echo a > context/other
    cat > context/Dockerfile << END
FROM busybox AS first
RUN --mount=type=cache,target=/k $WAITING
COPY other /
COPY --chown=5 . /all/
RUN cp /all/file /copy
WORKDIR /w
ENV A=b
FROM first
RUN cat /copy > /second
END
    edited 'echo new > context/file'
    grep -q 'files of the context were edited meanwhile' output
    run -0 box image cat /copy /second
    assert_output $'new\nnew'
    assert_equal "$(mini-docker images -q | wc -l)" 2 # none of the steps
    echo old > context/file
    again '4 5 6 7 2'
    run -0 box image cat /copy /second
    assert_output $'old\nold'
    again ''
    echo new > context/file
    again '4 5 6 7 2'
    run -0 box image cat /copy /second
    assert_output $'new\nnew'
    mini-docker builder prune -af > /dev/null
}

@test "a file that is edited while RUN has it, which is done again then; not if it has a copy" {
    mkdir context/dir
    local ignore next=('2 3' '')
    for ignore in '# nothing' nothing; do
        echo "$ignore" > context/.dockerignore
        echo old > context/dir/file && echo "a file" > context/file
        cat > context/Dockerfile << END
FROM busybox
RUN --mount=type=cache,target=/k --mount=target=/f,source=file --mount=target=/d,source=dir $WAITING; cat /f /d/file > /copy
RUN true
END
        edited 'echo unused > context/other'
        again ''
        echo older > context/dir/file
        edited 'echo new > context/dir/file'
        echo older > context/dir/file
        again "${next[0]}"
        run -0 box image cat /copy
        assert_output $'a file\nolder'
        next=("${next[@]:1}")
        echo other > context/file
        edited 'rm context/file'
        run -0 box image cat /copy
        mini-docker builder prune -af > /dev/null
    done
}

@test "a name that becomes another image's: it is the one that it was, to all of the build" {
    for word in old new; do
        mini-docker build -q -t "$word" - <<< $'FROM busybox\nRUN echo '"$word > /file" > /dev/null
    done
    cat > context/Dockerfile << END
FROM busybox
RUN --mount=type=cache,target=/k $WAITING
COPY --from=other /file /copy
RUN --mount=from=other,target=/m cp /m/file /second
END
    mini-docker tag old other
    edited 'mini-docker tag new other'
    run -0 box image cat /copy /second
    assert_output $'old\nold'
    again '3 4'
    run -0 box image cat /copy /second
    assert_output $'new\nnew'
    mini-docker tag old other
    again ''
    run -0 box image cat /copy /second
    assert_output $'old\nold'
    mini-docker builder prune -af > /dev/null
}

@test "two builds at once of the same, and a prune meanwhile" {
    five_steps
    mini-docker build -q context > one 3>&- &
    PIDS+=("$!")
    mini-docker build -q context > two 3>&- &
    PIDS+=("$!")
    mini-docker image prune -f > /dev/null
    wait "${PIDS[@]}"
    again ''
    for id in $(cat one two); do box "$id" > /dev/null; done
}
