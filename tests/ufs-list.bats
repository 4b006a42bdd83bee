#!/usr/bin/env bats
# ufs-list against mounts made for it.

load lib/common

setup() {
    common_setup
    need_root
    cd "$T"
    mkdir low top
}
teardown() { common_teardown; }

in_namespace() { # SCRIPT [ARG...]
    unshare -m bash -euo pipefail -c "$1" in_namespace "${@:2}"
}

# bats test_tags=vm
@test "target, upper, work, lowers from the top" {
    run -0 in_namespace '
        ufs-mount --lower top --lower low --upper upper --work work merged
        ufs-list'
    assert_line "$T/merged"$'\t'"$T/upper"$'\t'"$T/work"$'\t'"$T/top"$'\t'"$T/low"
}

@test "a dash for no upper; other mounts are not listed" {
    run -0 in_namespace '
        ufs-mount --lower top --lower low merged
        mkdir tmp && mount -t tmpfs none tmp
        ufs-list'
    assert_line "$T/merged"$'\t-\t-\t'"$T/top"$'\t'"$T/low"
    refute_line --partial "$T/tmp"
}

@test "names with , : \\ tab and newline, in lines and in JSON" {
    need_command jq
    mkdir 'a,lowerdir=b:c' $'tab\there' $'new\nline' 'back\slash'
    run -0 in_namespace '
        ufs-mount "$@" "t,a:r\\get"
        ufs-list | tail -n 1
        ufs-list --json | tail -n 1 | jq -c "[.target, .upper, .lowers]"' \
        --lower 'a,lowerdir=b:c' --lower $'tab\there' --lower $'new\nline' --lower 'back\slash'
    # A kernel before 6.15 is told such layers by the numbers of descriptors.
    if [[ ${lines[0]} == *$'\t'[0-9] ]]; then
        skip "the kernel does not show such names"
    fi
    assert_line --index 0 "$T/t,a:r\\134get"$'\t-\t-\t'"$T/a,lowerdir=b:c"$'\t'"$T/tab\\011here"$'\t'"$T/new\\012line"$'\t'"$T/back\\134slash"
    assert_line --index 1 "[\"$T/t,a:r\\\\get\",null,[\"$T/a,lowerdir=b:c\",\"$T/tab\\there\",\"$T/new\\nline\",\"$T/back\\\\slash\"]]"
}

@test "mounts of others, with lowers in one option and escapes" {
    mkdir 'x:y' merged
    run -0 in_namespace '
        mount -t overlay none -o "lowerdir=low:x\:y" merged
        ufs-list'
    assert_line "$T/merged"$'\t-\t-\tlow\tx:y'
}

@test "--pid: the namespace of another process" {
    unshare -m ufs-mount --lower top --lower low merged -- sh -c 'echo $$ > pid; exec sleep 100' &
    poll 10 test -s pid
    pid=$(< pid)
    poll 10 sh -c "ufs-list --pid $pid | grep -q '$T/merged'"
    run -0 ufs-list
    refute_output --partial "$T/merged"
    kill "$pid"
    wait || :
    run -1 ufs-list --pid "$pid"
    assert_output --partial "ufs-list: $pid: read mountinfo: "
}

@test "a wrong command line; stdout that cannot be written" {
    for args in operand --nonsense '--pid x' '--pid -1' '--json=x'; do
        # shellcheck disable=SC2086
        run -2 ufs-list $args
        assert_equal "${#lines[@]}" 1
    done
    run -1 sh -c 'ufs-list --help > /dev/full'
    assert_output --partial 'standard output'
}
