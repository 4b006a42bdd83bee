#!/usr/bin/env bats
# What is told of containers is what is: whatever is killed whenever, a pid comes round again, the machine
# is started again; and the next command that looks frees what the dead have left.

load lib/life

setup_file() { run_setup_file; }
setup() { life_setup; }
teardown() { life_teardown; }

# ended NAME STATUS: so it is told before anybody frees it, and after; and then it has no cgroup
ended() {
    assert_regex "$(get "$1" status exit)" "^(dead|exited) $2\$"
    assert_equal "$(ctr-state get "$1" pid)" ''
    run ctr-state list --all # 3 where one is dead
    assert_output --regexp "$1.(dead|exited).-.$2"
    assert_equal "$(docker wait "$1")" "$2"
    assert_equal "$(get "$1" status exit)" "exited $2"
    [[ $(ctr-state get "$1" finished) =~ ^[0-9]+\.[0-9]{9}$ ]]
    no_cgroup
}

# bats test_tags=vm
@test "kill -9 of the container, its supervisor, its watcher, its log writer, all of them" {
    for victims in first supervisor 'watcher supervisor' 'writer first' 'supervisor watcher writer first'; do
        detach --name web busybox sh -c 'sleep 1000 & exec sleep 1000' > /dev/null
        processes_of web
        pids=()
        for victim in $victims; do pids+=("${!victim}"); done
        kill -KILL "${pids[@]}"
        for pid in "$supervisor" "$watcher" "$writer" "$first"; do poll 10 is_gone "$pid"; done
        poll 10 no_process
        ended web 137
        docker start web > /dev/null
        assert_equal "$(get web status)" running
        docker rm -f web > /dev/null
    done
    # The watcher alone, and the log writer: the container lives.
    detach --name web busybox sh -c 'while :; do echo x; sleep 0.02; done' > /dev/null
    processes_of web
    kill -KILL "$watcher" "$writer"
    poll 5 is_gone "$writer"
    assert_equal "$(get web status)" running
    docker stop -t 0 web
    ended web 137
}

@test "one that is dead, and that nobody has looked at, is in nobody's way" {
    detach --name web busybox sleep 1000 > /dev/null
    processes_of web
    kill -KILL "$watcher" "$supervisor" "$writer" "$first"
    poll 10 is web dead
    mini-docker tag busybox another
    run -0 docker rmi another
    run -0 docker info --format '{{.Containers}} {{.ContainersRunning}} {{.ContainersPaused}} {{.ContainersStopped}}'
    assert_output '1 0 0 1'
    run -0 docker images -q
    run -0 docker volume ls --filter dangling=true
    run -0 docker system df
    is web dead
}

no_process() { # in a cgroup of this test
    local file
    while read -r file; do
        [[ ! $(< "$file") ]] || return 1
    done < <(find /sys/fs/cgroup -path "*$CTR_TEST_ID/*" -name cgroup.procs 2> /dev/null)
}

# bats test_tags=vm
@test "kill -9 of the driver, and of all that it was just doing: no container, or one that runs" {
    mkfifo fifo
    mini-docker run -d --name web --security-opt seccomp=fifo busybox true > /dev/null 2>&1 3>&- < /dev/null &
    driver=$!
    poll 10 is web created
    kill -KILL "$driver"
    wait "$driver" || :
    : > fifo # whoever reads it ends
    assert_equal "$(get web status)" dead
    run -1 docker start web
    assert_output --partial 'no such container'
    nothing
}

@test "a pid that has come round again is another process" {
    detach --name web busybox sleep 1000 > /dev/null
    processes_of web
    kill -KILL "$supervisor" "$first"
    poll 10 is_gone "$supervisor"
    sleep 1000 3>&- &
    PIDS+=($!)
    # The same numbers, of processes that began at another time.
    sed -i "s/^\(pid\|supervisor\)\t.*/\1\t$!/" "$MINI_DOCKER_ROOT/names/web/run"
    ended web 137
    docker stop web
    docker rm -f web
    kill -0 $!
}

@test "a signal is not for who got the pid of a container's process" {
    sleep 1000 3>&- &
    PIDS+=($!)
    start=$(($(sed 's/.*) //' /proc/$!/stat | cut -d ' ' -f 20) + 1))
    run -1 pid-signal --signal KILL --start "$start" $!
    assert_output 'pid-signal: '$!': there is no such process'
    kill -0 $!
}

# bats test_tags=vm
@test "after the machine was started again: exited, 255; it starts" {
    detach --name web --restart always busybox sleep 1000 > /dev/null
    detach --name gone --rm busybox sleep 1000 > /dev/null
    docker create --name new busybox true > /dev/null
    for name in web gone; do
        processes_of "$name"
        kill -KILL "$supervisor" "$first"
        poll 10 is_gone "$first"
        cp "$MINI_DOCKER_ROOT/names/$name/run" "$name.run"
        # Even where the numbers are those of processes that there are.
        sed -i "s/^boot\t.*/boot\t00000000-0000-0000-0000-000000000000/
            s/^supervisor\t.*/supervisor\t$$/; s/^supervisor_start\t.*/supervisor_start\t$(sed 's/.*) //' /proc/$$/stat | cut -d ' ' -f 20)/" \
            "$MINI_DOCKER_ROOT/names/$name/run"
    done
    ended_at_boot=$(get web status exit)
    assert_equal "$ended_at_boot" 'dead 255'
    assert_equal "$(get new status)" created
    run -1 docker start gone
    assert_output --partial 'no such container'
    assert_equal "$(docker wait web)" 255
    assert_equal "$(get web status exit)" 'exited 255'
    docker start web new > /dev/null
    assert_equal "$(get web status)" running
}

@test "a start that was killed half-way leaves the container as it was, and its cgroup to who looks next" {
    detach --name web busybox sh -c 'exit 3' > /dev/null
    docker wait web > /dev/null
    docker create --name new busybox true > /dev/null
    printf '#!/bin/sh\n%s/cg-limit "$@"; kill -9 $PPID $(ps -o ppid= $PPID)\n' "$BIN" > cg-limit
    chmod 755 cg-limit
    mkdir bin
    ln -s "$BIN"/* bin/
    ln -sf "$T/cg-limit" bin/cg-limit
    sed "s,^BINDIR=.*,BINDIR=$T/bin," "$BIN/mini-docker" > driver
    chmod 755 driver
    for name in web new; do
        run env PATH=/usr/bin:/bin ./driver start "$name" # its subshell dies
        refute no_cgroup
        assert_equal "$(get "$name" status)" dead
    done
    docker wait web new > statuses
    assert_equal "$(xargs < statuses)" '3 0'
    assert_equal "$(get web status exit)" 'exited 3'
    assert_equal "$(get new status)" created
    no_cgroup
}

# --- Nothing left

# counts: what there is of this test's
left_of_test() {
    ls -A "$MINI_DOCKER_ROOT/containers" "$MINI_DOCKER_ROOT/names"
    find /sys/fs/cgroup -mindepth 1 -type d -path "*/$CTR_TEST_ID/*" 2> /dev/null
    grep -F "$CTR_TEST_ID" /proc/self/mountinfo
    ls "$TMPDIR"
}

@test "nothing is left, whatever is killed at a hundred moments of run -d, start, stop, rm and exec" {
    interfaces=$(ls /sys/class/net)
    for n in {0..24}; do
        for who in all one; do
            interrupt $((n * 1600 + RANDOM % 1600)) $who mini-docker run -d --name "n$((n % 3))$who" busybox sleep 1000
        done
        ((n % 5 == 0)) || continue
        poll 20 free_all
    done 2> /dev/null
    poll 20 free_all
    for n in {0..24}; do
        case $((n % 3)) in
            0) command=(start aa) && docker create --name aa busybox sleep 1000 > /dev/null ;;
            1) command=(stop -t 0 aa) && detach --name aa busybox sleep 1000 > /dev/null ;;
            2) command=(rm -f aa) && detach --name aa busybox sleep 1000 > /dev/null ;;
        esac
        interrupt $((n * 1600 + RANDOM % 1600)) all mini-docker "${command[@]}"
        interrupt $((RANDOM % 20000)) one mini-docker "${command[@]}"
        poll 20 docker rm -f aa # it says why not as long as somebody is still starting it
    done 2> /dev/null
    detach --name aa busybox sleep 1000 > /dev/null
    for n in {0..9}; do
        interrupt $((n * 800 + RANDOM % 800)) all mini-docker exec aa sleep 1000
    done 2> /dev/null
    only_first() { [[ $(wc -l < "$(cgroup_of "$(ctr-state get aa pid)" devices)/cgroup.procs") == 1 ]]; }
    poll 10 only_first
    poll 20 free_all
    poll 10 no_process_left
    assert_equal "$(left_of_test | grep -v ':$' | xargs)" ''
    assert_equal "$(ls /sys/class/net)" "$interfaces"
}
