#!/usr/bin/env bats
# Every example runs as it is, to its end, and leaves nothing behind.
load lib/common

setup() { common_setup; }
teardown() { common_teardown; }

@test "every example is a script that runs" {
    need_root
    cd "$T"
    for example in "$TOP"/examples/*.sh; do
        run -0 timeout 60 sh "$example"
        [[ $output ]] || fail "${example##*/} shows nothing"
    done
}
