#!/usr/bin/env bats
# The check for leaks must see every kind of leak, or it proves nothing for all the other tests.
# Each test here is one that leaves something behind, run by a bats of its own.
load lib/common

setup() {
    common_setup
    need_root
}
teardown() { common_teardown; }

# bats_of BODY: run a bats file whose one test has this body, with nothing of ours in its
# environment, for it is a test by itself.
bats_of() {
    {
        echo "load $TOP/tests/lib/common"
        echo 'setup() { common_setup; echo "$CTR_TEST_DIR" > "$WHERE"; }'
        echo 'teardown() { common_teardown; }'
        printf '@test "it" {\n%s\n}\n' "$1"
    } > "$T/it.bats"
    env -u CTR_TEST_ID -u T -u TMPDIR -u MINI_DOCKER_ROOT -u MINI_DOCKER_RUN \
        -u MINI_DOCKER_CGROUP_PARENT WHERE="$T/where" bats --formatter tap "$T/it.bats"
}

# leaky REPORT BODY: this test fails, its check names what is left (an extended regular expression),
# and removes it.
leaky() {
    LEAK_SECONDS=0 run -1 bats_of "$2"
    assert_output --partial 'not ok 1 it'
    assert_output --partial 'The test leaves behind:'
    assert_output --regexp "$1"
    base=$(< "$T/where")
    assert_not_exist "$base"
    run -1 grep -F "$base" /proc/self/mountinfo
    # Not by grep alone: that tells of processes that end meanwhile by another status.
    run -1 eval 'cat /proc/[0-9]*/cgroup 2> /dev/null | grep -F "${base##*/}"'
}

@test "a test that leaves nothing passes" {
    run -0 bats_of 'mkdir "$T/m" "$MINI_DOCKER_ROOT" "$T/locked"
        mount -t tmpfs none "$T/m"
        sleep 100 & kill $!
        (sleep 0.3; umount "$T/m") &
        chmod 000 "$T/locked"'
    assert_line 'ok 1 it'
}

@test "leaks: a process, in the foreground's session or out of it" {
    leaky 'process [0-9]+ .*sleep 1001' 'sleep 1001 3>&- &'
    leaky 'process [0-9]+ .*sleep 1002' 'setsid -f sleep 1002 3>&- > /dev/null 2>&1'
}

@test "leaks: a subshell that executes nothing" {
    leaky 'process [0-9]+ ' '(while :; do read -rt 1 < <(:) || :; done) 3>&- &'
}

@test "leaks: a process that knows the test only by its directory" {
    leaky 'process [0-9]+ .*sleep 1003' 'cd "$T" && env -i setsid -f sleep 1003 3>&- > /dev/null 2>&1'
}

@test "leaks: a process that has only its cgroup" {
    [[ $(cgroup_kind) != v2 ]] || where=/sys/fs/cgroup
    where=${where:-$(sed -n 's/.* \(\/[^ ]*\) .* - cgroup .*pids.*/\1/p' /proc/self/mountinfo)}
    leaky 'process [0-9]+ .*sleep 1004' "mkdir $where/\$CTR_TEST_ID; cd /
        env -i setsid -f sh -c 'echo 0 > $where/'\$CTR_TEST_ID'/cgroup.procs; exec env -i sleep 1004' 3>&- > /dev/null 2>&1
        poll 5 sh -c 'grep -qa ^sleep /proc/\$(cat $where/'\$CTR_TEST_ID'/cgroup.procs)/cmdline'"
}

@test "leaks: a process in a mount namespace with something of the test" {
    leaky 'process [0-9]+ .*sleep 1005' 'mkdir "$T/m"
        env -i unshare -m sh -c "mount -t tmpfs none $T/m; cd /; setsid -f sleep 1005" 3>&- > /dev/null 2>&1'
}

@test "leaks: a mount, also with a strange name" {
    leaky 'mount .*/m$' 'mkdir "$T/m"; mount -t tmpfs none "$T/m"'
    leaky 'mount .*' 'mkdir "$T/a b"; mount -t tmpfs none "$T/a b"; mount -t tmpfs none "$T/a b"'
}

@test "leaks: a cgroup, and a cgroup in it" {
    where=$(sed -n 's/.* \(\/[^ ]*\) .* - cgroup2\? .*/\1/p' /proc/self/mountinfo | head -n 1)
    leaky "cgroup $where/mini-docker-test.[^/]*/left" "mkdir -p $where/\$MINI_DOCKER_CGROUP_PARENT/left/over"
}

@test "leaks: a temporary file of a tool" {
    leaky 'temporary file .*/tmp/file' 'touch "$TMPDIR/file"'
}

@test "leaks: a network interface" {
    name=mdt$$
    ip link add "$name" type bridge && ip link del "$name" || cannot "the kernel makes no bridge"
    leaky "interface $name" "ip link add $name type bridge"
    ip link del "$name"
}
