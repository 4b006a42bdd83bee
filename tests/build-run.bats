#!/usr/bin/env bats
# mini-docker build: RUN is a container, with mounts of its own, whose changes become a layer.

load lib/build
load lib/tree

setup_file() { run_setup_file; }
setup() { build_setup; }
teardown() { build_teardown; }

@test "shell, exec and heredoc forms; SHELL, USER, WORKDIR, ENV and ARG hold for what follows" {
    build << 'END' 2> /dev/null
FROM busybox
ARG SECOND=2
ENV FIRST=1
WORKDIR /dir
RUN echo "$FIRST-$SECOND $(pwd) $(id -u)" > shell
RUN ["sh", "-c", "echo \"$0 $PWD\" > exec", "$FIRST"]
RUN <<EOF
first=in
echo $first a heredoc > heredoc
EOF
RUN <<EOF
#!/bin/cat
is not a shell
EOF
RUN cat > stdin <<EOF
given to it
EOF
RUN chown user .
USER user
SHELL ["/bin/sh", "-c", "echo \"$(id -u) $0\" > user"]
RUN ignored
END
    run -0 box -w /dir image cat shell exec heredoc stdin user
    assert_output $'1-2 /dir 0\n$FIRST /dir\nin a heredoc\ngiven to it\n1000 ignored'
    run -0 box image sh -c 'echo $FIRST ${SECOND-none}'
    assert_output '1 none'
}

@test "every byte of a command and of a variable comes as it is" {
    printf 'FROM busybox\nARG odd\nENV quoted="it'"'"'s \\"$odd\\" $HOME"\nRUN printf %%s "$odd" > /odd; printf %%s "$quoted" > /quoted; printf "%%s" "a\\\\tb *" > /text\n' > context/Dockerfile
    for odd in "${ODD[@]}"; do
        [[ $odd ]] && iconv -f utf8 <<< "$odd" > /dev/null 2>&1 || continue
        mini-docker build -q -t image --build-arg "odd=$odd" context > /dev/null
        run -0 --keep-empty-lines box image sh -c 'cat /odd; echo .; cat /quoted; echo .; cat /text'
        assert_equal "$output" "$odd.
it's \"$odd\" ."$'\na\\tb *'
        [[ ! -e bad && ! -e context/bad ]]
    done
}

@test "the tree is that which the commands left, entry by entry; what is mounted in RUN is not in it" {
    mkdir base && (cd base && make_lower)
    busybox_rootfs base
    find base -exec touch -hd '2020-02-02 02:02:02.020202' {} +
    rm -rf base/proc base/sys base/dev base/etc/hosts
    mini-docker import base base > /dev/null
    build << 'END' 2> /dev/null
FROM base
RUN rm -r dir gone; mkdir dir gone; echo new > dir/a; mv file moved/file; ln moved/file hard; chmod 700 keep; rm -r opaque && mkdir opaque
END
    assert_equal "$(paths)" './dir ./dir/a ./file ./gone ./hard ./keep ./moved ./moved/file ./opaque'
    run -0 box image sh -c 'cat dir/a hard; ls gone opaque; [ ! -e file ] && [ ! -e dir/b ]; stat -c %a keep'
    assert_output $'new\n1\ngone:\n\nopaque:\n700'
    # A command that does nothing makes no layer, also where there is nothing that things are mounted upon.
    build -t nothing << 'END' 2> /dev/null
FROM base
RUN --mount=type=tmpfs,target=/a/b --mount=type=cache,target=/c true
END
    assert_equal "$(img-store show nothing | grep -c ^layers)" 1
    build -t root << 'END' 2> /dev/null
FROM base
RUN chmod 711 /
END
    run -0 box root stat -c %a /
    assert_output 711
}

# bats test_tags=vm
@test "--mount=type=bind: of the context, or of an image; what is written there is nobody's" {
    mkdir context/dir && echo 1 > context/dir/file
    build << 'END' 2> /dev/null
FROM busybox AS other
RUN mkdir /o; echo other > /o/file
FROM busybox
RUN --mount=target=/c --mount=source=dir,target=/d,rw cp /c/dir/file /from-context; echo 2 > /d/file; cp /d/file /changed; ! touch /c/x 2> /dev/null
RUN --mount=from=other,target=/o --mount=from=other,source=/o/file,target=/f cat /o/o/file /f > /from-image; ! touch /o/x 2> /dev/null
RUN --mount=type=bind,from=busybox,target=/b [ -e /b/bin/busybox ]
END
    run -0 box image cat /from-context /changed /from-image
    assert_output $'1\n2\nother\nother'
    run -1 box image ls /c /d /o /f /b
    assert_equal "$(cat context/dir/file)" 1
    # What is read counts for the cache.
    run -0 mini-docker build -t image context
    assert_equal "$(ran)" ''
    echo 3 > context/dir/file
    run -0 mini-docker build -t image context
    assert_line --partial 'CACHED [other 2/2]'
    refute_line --partial 'CACHED [stage-1 2'
    run -0 box image cat /from-context
    assert_output 3
}

@test "--mount: the target is one of the container's, whatever .. it has" {
    mkdir victim && : > victim/file && mkdir victim/dir
    up=/made/../../../../../../../../../../../../../../..
    build << END 2> /dev/null
FROM busybox
RUN --mount=type=tmpfs,target=$up$T/victim/dir --mount=target=$up$T/victim/file,source=Dockerfile mkdir -p /made
WORKDIR /w
RUN --mount=target=./a/../b//,source=Dockerfile cp /w/b /same
END
    assert_exists victim/file
    assert_exists victim/dir
    run -0 box image sh -c 'ls /made /w && head -n 1 /same'
    assert_output $'/made:\n\n/w:\nFROM busybox'
}

@test "RUN upon nothing: a command that is not there, and one that is mounted" {
    run -1 build <<< $'FROM scratch\nRUN ["/x"]'
    assert_line 'ctr-init: /x: exec: No such file or directory'
    assert_line 'mini-docker: build: Dockerfile:2: RUN: exited with 127'
    build << 'END' 2> /dev/null
FROM scratch
RUN --mount=from=busybox,source=/bin,target=/bin ["/bin/busybox", "touch", "/made"]
END
    assert_equal "$(paths)" './made'
}

@test "--mount=type=bind: a link does not lead out" {
    ln -s /etc context/link
    run -1 build <<< $'FROM busybox\nRUN --mount=source=link,target=/x cat /x/passwd'
    refute_output --partial root:
    run -1 build <<< $'FROM busybox\nRUN --mount=source=../../../etc,target=/x cat /x/passwd'
    refute_output --partial root:
    run -1 build << 'END'
FROM busybox AS evil
RUN ln -s /etc /link
FROM busybox
RUN --mount=from=evil,source=/link/passwd,target=/x cat /x
END
    refute_output --partial root:
    assert_output --partial 'is behind a link'
}

@test "--mount=type=cache keeps what was written, tmpfs does not; neither is in the image" {
    for i in 1 2; do
        build --no-cache << 'END' 2> /dev/null
FROM busybox
RUN --mount=type=cache,target=/cache,uid=1000,mode=700 --mount=type=cache,id=/cache,target=/same --mount=type=tmpfs,target=/t \
    echo line >> /cache/log; touch /t/x; cp /same/log /log; stat -c %u:%a /cache > /stat
END
    done
    run -0 box image sh -c 'cat /log /stat; [ ! -e /cache ] && [ ! -e /t ]'
    assert_output $'line\nline\n1000:700'
    assert_equal "$(ls "$MINI_DOCKER_ROOT/caches" | wc -l)" 1
    run -0 mini-docker builder prune -f
    assert_equal "$(ls "$MINI_DOCKER_ROOT/caches" | wc -l)" 1
    run -0 mini-docker builder prune -af
    none "$MINI_DOCKER_ROOT/caches" -mindepth 1
}

@test "--mount=type=cache: four locked ones at a time, and any number of shared ones" {
    build << 'END' 2> /dev/null
FROM busybox
RUN --mount=type=cache,target=/1,sharing=locked --mount=type=cache,target=/2,sharing=locked --mount=type=cache,target=/3 --mount=type=cache,target=/4 --mount=type=cache,target=/5 --mount=type=cache,target=/6 touch /1/x /6/x
RUN --mount=type=cache,target=/1,sharing=locked --mount=type=cache,target=/2,sharing=private --mount=type=cache,target=/6,ro ls /1/x /6/x; ! touch /6/y 2> /dev/null
END
    run -1 build << 'END'
FROM busybox
RUN --mount=type=cache,target=/1 --mount=type=cache,target=/2 --mount=type=cache,target=/3 --mount=type=cache,target=/4 --mount=type=cache,target=/5,sharing=locked true
END
    assert_output --partial 'more than four caches'
}

@test "--mount=type=cache: locked waits, private has another one" {
    cat > context/Dockerfile << 'END'
FROM busybox
ARG N
RUN --mount=type=cache,target=/c,sharing=locked echo got; until [ -e /c/go ]; do sleep 0.1; done; echo "$N" >> /c/order
END
    mini-docker build --build-arg N=1 context < /dev/null > out 2> err1 3>&- &
    PIDS+=("$!")
    poll 30 grep -qx got err1
    mini-docker build --build-arg N=2 context < /dev/null > out 2> err2 3>&- &
    PIDS+=("$!")
    poll 30 grep -q 'RUN' err2
    sed 's/locked/private/' context/Dockerfile > private
    printf 'FROM busybox\nRUN --mount=type=cache,id=/c,target=/x,sharing=private [ ! -e /x/order ] && touch /x/mine\n' > private
    mini-docker build -q -f private context > /dev/null
    assert_equal "$(ls "$MINI_DOCKER_ROOT/caches" | wc -l)" 2
    refute grep -qx got err2
    first=$(ls -d "$MINI_DOCKER_ROOT/caches"/* | head -n 1)
    run -0 mini-docker builder prune -af # what is in use stays
    assert_line 'mini-docker: builder prune: somebody builds: cached steps stay'
    assert_equal "$(ls "$MINI_DOCKER_ROOT/caches" | wc -l)" 1
    touch "$first/go"
    wait "${PIDS[@]}"
    assert_equal "$(xargs < "$first/order")" '1 2'
}

@test "--mount=type=cache: one that is removed before it is locked is made again" {
    printf 'FROM busybox\nRUN --mount=type=cache,target=/c,mode=711 stat -c %%a /c; touch /c/new\n' > context/Dockerfile
    mini-docker build -q context > /dev/null
    dir=$(echo "$MINI_DOCKER_ROOT"/caches/*)
    mkfifo go
    flock "$dir" sh -c 'cat go; rm -rf "$1"' sh "$dir" 3>&- &
    PIDS+=("$!")
    exec 8> go
    mini-docker build --no-cache context > out 2>&1 3>&- 8>&- &
    PIDS+=("$!")
    poll 30 pgrep -P "${PIDS[-1]}" -f 'flock --shared [3458]$' > /dev/null
    exec 8>&-
    wait "${PIDS[@]}"
    grep -qx 711 out
    assert_exists "$dir/new"
}

@test "--mount: no target leads out of the image, nor removes what is there" {
    mkdir "$MINI_DOCKER_ROOT/empty"
    : > "$MINI_DOCKER_ROOT/file"
    build << 'END' 2> /dev/null
FROM busybox
RUN --mount=type=tmpfs,target=/a/../../../../empty --mount=type=tmpfs,dst=/a/../../../../file/x --mount=type=cache,destination=b/../c ls -d /empty /file/x /c; mkdir /a
END
    rmdir "$MINI_DOCKER_ROOT/empty"
    rm "$MINI_DOCKER_ROOT/file"
    assert_equal "$(paths)" ./a
}

@test "--secret: to be read by RUN, and nowhere left" {
    echo "secret it's" > file
    cat > context/Dockerfile << 'END'
FROM busybox
RUN --mount=type=secret,id=one cat /run/secrets/one; stat -c %a:%u /run/secrets/one
RUN --mount=type=secret,id=two,target=/dir/two,mode=444,uid=5 cat /dir/two; stat -c %a:%u /dir/two; ls /run
RUN --mount=type=secret,id=two,env=TWO echo "$TWO"
RUN --mount=type=secret,id=three [ ! -e /run/secrets/three ]
END
    export variable="secret env"
    run -0 mini-docker build -t image --secret id=one,src=file --secret id=two,env=variable context
    assert_line "secret it's"
    assert_line 400:0
    assert_line 'secret env444:5'
    assert_line 'secret env'
    run -0 grep -rlE 'secret (env|it)' "$MINI_DOCKER_ROOT" --exclude-dir=blobs || [[ $status == 1 ]]
    refute_output
    assert_equal "$(img-store show image | grep -c ^layers)" 1
    printf 'FROM busybox\nRUN --mount=type=secret,id=no,required true\n' > context/Dockerfile
    run -1 mini-docker build context
    assert_output --partial 'there is no secret no'
    run -1 mini-docker build --secret id=x,src=nowhere context
    assert_output --partial 'nowhere: no such file'
}

@test "limits, --add-host, --shm-size, --ulimit, --network hold for RUN" {
    cat > context/Dockerfile << 'END'
FROM busybox
RUN df -k /dev/shm | tail -n 1; ulimit -n; ls /sys/class/net; grep -c . /etc/hosts; cat /proc/self/cgroup
END
    run -0 mini-docker build --shm-size 1m --ulimit nofile=77 --cgroup-parent "$CTR_TEST_ID/below" --add-host there:10.0.0.1 -m 64m context
    assert_line --regexp '^shm +1024 '
    assert_line 77
    assert_line lo
    run -0 mini-docker build --no-cache --network none context
    assert_line lo
    run -0 build --network none <<< $'FROM busybox\nRUN --network=none ls /sys/class/net'
    assert_line lo
    run -1 build -m 1x <<< $'FROM busybox\nRUN true'
}

@test "RUN is on the default network, and its names are no part of the layer" {
    cat > context/Dockerfile <<< $'FROM busybox\nRUN ip -4 addr show eth0; hostname > /name; grep "$(cat /name)" /etc/hosts; touch /etc/made'
    run -0 env MINI_DOCKER_NETWORK=bridge unshare -n sh -c 'ip link set lo up && mini-docker build -t image context'
    assert_line --regexp '^ +inet 172\.'
    assert_equal "$(paths)" './etc ./etc/made ./name'
    run -1 env MINI_DOCKER_NETWORK=bridge unshare -n mini-docker build --no-cache --network nowhere context
    assert_output --partial 'nowhere'
}
