#!/usr/bin/env bats
# mini-docker build: what RUN's mounts were made on is no part of the layer, and what the command made is.

load lib/build
load lib/tree

setup_file() { run_setup_file; }
setup() {
    build_setup
    mkdir -p base/var base/data/deep base/run
    busybox_rootfs base
    rm -rf base/proc base/sys base/dev base/etc/hosts base/etc/hostname base/etc/resolv.conf
    ln -s ../run base/var/run
    ln -s /data/deep/nowhere base/dangling
    : > base/empty
    chown 5:6 base/data && chmod 2775 base/data
    setfattr -n user.a -v 1 base/data/deep
    find base -exec touch -hd '2020-02-02 02:02:02.020202' {} +
    mini-docker import base base > /dev/null
}
teardown() { build_teardown; }

# run_leaves FLAGS COMMAND: what a RUN has in its layer
run_leaves() {
    printf 'FROM base\nRUN %s %s\n' "$1" "$2" > context/Dockerfile
    mini-docker build -q -t image --secret id=s,src=context/Dockerfile context > /dev/null
    if [[ $(img-store show image | grep -c ^layers) == 1 ]]; then echo none; else paths; fi
}

# bats test_tags=vm
@test "nothing is left of mounts: behind links, in new and old directories, in one another" {
    for flags in '' --mount=type=secret,id=s --mount=type=tmpfs,target=/a/b/c '--mount=type=tmpfs,target=/data/deep/x/y' \
        --mount=type=secret,id=s,target=/var/run/secrets/s --mount=type=tmpfs,target=/var/run/x/y --mount=type=cache,target=/dangling/x \
        --mount=type=secret,id=s,target=/dangling '--mount=type=tmpfs,target=/a --mount=type=tmpfs,target=/a/b/c' \
        '--mount=type=tmpfs,target=/a/b/c --mount=type=cache,target=/a/b --mount=target=/a/b/d'; do
        run -0 run_leaves "$flags" true
        assert_output none
    done
}

@test "names with blanks, line breaks, colons and backslashes" {
    odd=$' a\n:b\\ *'
    run -0 build --build-arg "odd=$odd" -t image << 'END'
FROM base
ARG odd
RUN --mount=type=tmpfs,target=/data/$odd/$odd [ -d "/data/$odd/$odd" ]
END
    assert_equal "$(img-store show image | grep -c ^layers)" 1
}

@test "what the command made stays: beside a mount, in its place, and an empty file of the image under one" {
    flags='--mount=type=tmpfs,target=/a/b/c'
    assert_equal "$(run_leaves "$flags" 'echo x > /a/b/x')" './a ./a/b ./a/b/x'
    assert_equal "$(run_leaves "$flags" 'mkdir -p /a/b/c/d /a/x')" './a ./a/x'
    assert_equal "$(run_leaves "$flags" 'mkdir -p /data/deep/b; : > /var/run/hosts')" './data ./data/deep ./data/deep/b ./run ./run/hosts'
    assert_equal "$(run_leaves --mount=type=secret,id=s,target=/empty '[ -s /empty ]')" none
    run -0 box image stat -c %s /empty
    assert_output 0
    # What it has moved elsewhere is not looked for there.
    assert_equal "$(run_leaves "$flags" 'mv /a /z; ln -s /data /a; mkdir -p /data/b/c')" './a ./data ./data/b ./data/b/c ./z ./z/b ./z/b/c'
    # A directory is in the layer if the command has changed it, if only its time.
    assert_equal "$(run_leaves --mount=type=tmpfs,target=/data/deep/x '/bin/busybox touch /data/deep')" './data ./data/deep'
    assert_equal "$(run_leaves --mount=type=tmpfs,target=/data/deep/x 'chmod 700 /data')" ./data
    assert_equal "$(run_leaves --mount=type=tmpfs,target=/data/deep/x 'rm -r /var/run')" './var ./var/run'
}

@test "directories keep their times, owners and modes, as if nothing had been mounted" {
    run_leaves '--mount=type=tmpfs,target=/data/deep/x --mount=type=secret,id=s,target=/var/run/s' \
        'touch /data/new -d "2021-01-01 00:00:00"; touch -d "2020-02-02 02:02:02" /data' > /dev/null
    run -0 box image stat -c '%n %a %u:%g %y' /data /data/deep /run /
    assert_line '/data 2775 5:6 2020-02-02 02:02:02.000000000 +0000'
    assert_line '/data/deep 755 0:0 2020-02-02 02:02:02.020202000 +0000'
    assert_line '/run 755 0:0 2020-02-02 02:02:02.020202000 +0000'
}

@test "the command has none of our descriptors, and no build follows a link to remove something" {
    mkdir -p "$T/victim/c" && : > "$T/victim/file"
    cat > context/Dockerfile << END
FROM base
RUN --mount=type=tmpfs,target=/a/c --mount=target=/a/file,source=Dockerfile mv /a /b && ln -s $T/victim /a && ls /proc/self/fd
END
    run -0 mini-docker build -t image context
    assert_line 3 # of ls itself
    refute_line 6
    assert_exists "$T/victim/file"
    assert_exists "$T/victim/c"
}

@test "the store may be in the context: RUN does not see it" {
    cat > Dockerfile << 'END'
FROM busybox
RUN --mount=target=/m --mount=target=/n,source=.,rw ls /m /n > /list; cat /m/file >> /list
END
    echo contents > file
    run -0 mini-docker build -t image .
    run -0 box image cat /list
    assert_line contents
    assert_line Dockerfile
    refute_line "${MINI_DOCKER_ROOT##*/}"
    run -0 mini-docker build .
    assert_output --partial 'CACHED [2/2]'
}
