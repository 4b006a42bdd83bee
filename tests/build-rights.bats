#!/usr/bin/env bats
# mini-docker build: what RUN gets only if who builds says so: an agent of ssh, rights.

load lib/build

setup_file() { run_setup_file; }
setup() { build_setup; }
teardown() {
    local pid
    for pid in "${PIDS[@]}"; do kill "$pid" 2> /dev/null || :; done
    build_teardown
}
PIDS=()

# agent NAME: one with a key of this name, at the socket NAME
agent() {
    ssh-keygen -q -t ed25519 -N '' -C "key-$1" -f "$1.key"
    ssh-agent -D -a "$T/$1" > /dev/null 2>&1 3>&- &
    PIDS+=("$!")
    poll 10 test -S "$1"
    SSH_AUTH_SOCK=$T/$1 ssh-add -q "$1.key"
}

@test "--ssh: RUN talks to the agent; nothing of it is in the image, nor in its key" {
    need_command ssh-agent ssh-add ssh-keygen
    agent one
    agent two
    cat > context/Dockerfile << END
FROM busybox
COPY root /
RUN --mount=type=ssh ssh-add -l
RUN --mount=type=ssh,id=second,target=/s/sock --mount=type=ssh,required ssh-add -l; ls /run/buildkit; ! chmod 777 "\$SSH_AUTH_SOCK" 2> /dev/null
RUN --mount=type=ssh,id=third [ -z "\$SSH_AUTH_SOCK" ]
RUN [ -z "\$SSH_AUTH_SOCK" ] && [ ! -e /run/buildkit ] && [ ! -e /s ]
END
    mkdir context/root
    ldd /usr/bin/ssh-add | grep -o '/[^ ]*' | xargs cp -L --parents -t context/root /usr/bin/ssh-add
    export SSH_AUTH_SOCK=$T/one
    run -0 mini-docker build --network none --ssh default --ssh second=two -t image context
    assert_line --regexp '^256 .* key-one '
    assert_line --regexp '^256 .* key-two '
    assert_line ssh_agent.1
    assert_equal "$(config '.Env | length')" 1
    assert_equal "$(img-store show image | grep -c ^layers)" 2 # of busybox, and of COPY
    assert_equal "$(stat -c %a two)" 600
    # Another agent is no reason to do it again.
    unset SSH_AUTH_SOCK
    run -0 mini-docker build --ssh default=two -t image context
    assert_equal "$(ran)" ''
    # One that has to be there, and is not.
    run -1 build <<< $'FROM busybox\nRUN --mount=type=ssh,required true'
    assert_line 'mini-docker: build: Dockerfile:2: RUN: --mount: there is no agent default: build --ssh default'
}

@test "--ssh: what is no agent" {
    : > file
    unset SSH_AUTH_SOCK
    run -1 build --ssh default <<< 'FROM busybox'
    assert_output 'mini-docker: build: --ssh: default: there is no agent: SSH_AUTH_SOCK is not set'
    run -1 build --ssh x=file <<< 'FROM busybox'
    assert_output --partial "$T/file: no socket of an agent"
    run -1 build --ssh x=nowhere <<< 'FROM busybox'
    assert_output --partial "$T/nowhere: no such file"
    run -1 build --ssh default=<(:) <<< 'FROM busybox'
    run -125 build --ssh =file <<< 'FROM busybox'
}

@test "RUN --security=insecure: only with --allow, then privileged" {
    cat > context/Dockerfile << 'END'
FROM busybox
RUN --security=sandbox sed -n 's/^CapEff:\t//p' /proc/self/status; ! mount -t tmpfs x /mnt 2> /dev/null
RUN --security=insecure sed -n 's/^CapEff:\t/all /p' /proc/self/status; mkdir /m && mount -t tmpfs x /m && : > /m/x
END
    run -1 mini-docker build context
    assert_output 'mini-docker: build: Dockerfile:3: RUN: --security=insecure: is not allowed: build --allow security.insecure'
    run -0 mini-docker build --allow network.host --allow security.insecure -t image context
    assert_line 00000000a80425fb
    assert_line "all $(sed -n 's/^CapEff:\t//p' /proc/self/status)"
    assert_equal "$(paths)" ./m
    run -125 build --allow everything <<< 'FROM busybox'
    run -0 build <<< $'FROM busybox\nRUN --mount=type=tmpfs,target=/security=insecure true'
}
