#!/usr/bin/env bats
# mini-docker system, container prune, image prune: what nobody needs goes, what the dead have left as
# well, and nothing that somebody uses, makes or starts.

load lib/kept

setup_file() { run_setup_file; }
setup() { kept_setup; }
teardown() { kept_teardown; }

quiet() { "$@" > quiet; }

# away: the container `box` that runs, with all that its supervisor had to do
away() {
    mini-docker rm -f box > away
    wait "$runner" || :
}

# files_of: what there is in the store
files_of() {
    find "$MINI_DOCKER_ROOT/containers" "$MINI_DOCKER_ROOT/names" "$MINI_DOCKER_ROOT/volumes" "$MINI_DOCKER_ROOT/layers" \
        -mindepth 1 -maxdepth 1 2> /dev/null | sort
}

# ours: the processes that carry this test's name, but for the test itself
ours() {
    local dir
    for dir in /proc/[0-9]*; do
        [[ ${dir##*/} != "$$" && ${dir##*/} != "$BASHPID" ]] || continue
        ! grep -qsF "$CTR_TEST_ID" "$dir/cmdline" || echo "${dir##*/}"
    done
}

@test "container prune: what has ended or never ran; filters; nobody is asked with -f" {
    stopped old --label keep=1 busybox sh -c 'dd if=/dev/zero of=/f bs=1000 count=7 2> /dev/null'
    stopped other busybox true
    mini-docker create --name made busybox true > out
    names+=(made)
    running box busybox sh -c 'echo ready; sleep 1000'
    run -1 mini-docker container prune < /dev/null
    assert_output --partial 'WARNING! This will remove all stopped containers.'
    assert_output --partial 'mini-docker: container prune: has been cancelled'
    assert_equal "$(mini-docker ps -aq | wc -l)" 4
    run -0 mini-docker container prune -f --filter until=1h30m
    assert_output 'Total reclaimed space: 0B'
    run -125 mini-docker container prune -f --filter until=whenever
    run -125 mini-docker container prune -f --filter nosuch=1
    run -0 mini-docker container prune -f --filter 'label!=keep' --filter until="$(date -d +1min +%s)"
    assert_line 'Deleted Containers:'
    assert_equal "$(mini-docker ps -a --format '{{.Names}}' | sort | xargs)" 'box old'
    run -0 mini-docker container prune <<< y
    assert_line 'Total reclaimed space: 7kB'
    assert_equal "$(mini-docker ps -a --format '{{.Names}}')" box
    names=()
    away
    no_cgroup
}

@test "what a living process is making or starting is let be" {
    sleep 1000 3>&- &
    owner=$!
    PIDS+=("$owner")
    quiet ctr-state create --name making --owner "$owner" -- true
    quiet ctr-state create --name starting -- true
    ctr-state begin --owner "$owner" starting
    names+=(making starting)
    id=$(ctr-state resolve making)
    quiet cg-limit create --pids-limit 9 "$MINI_DOCKER_CGROUP_PARENT/$id"
    run -0 --separate-stderr mini-docker container prune -f
    assert_equal "$output$stderr" 'Total reclaimed space: 0B'
    run -0 --separate-stderr mini-docker system prune -f
    assert_equal "$output$stderr" 'Total reclaimed space: 0B'
    assert_equal "$(ls "$MINI_DOCKER_ROOT/names" | xargs)" 'making starting'
    run -0 cg-limit read "$MINI_DOCKER_CGROUP_PARENT/$id"
    kill "$owner"
    wait "$owner" || :
    run -0 mini-docker system prune -f
    assert_line "$id"
    nothing
    names=()
}

@test "image prune: without a name; with -a all that no container uses; filters" {
    mini-docker import -c 'LABEL keep=1' "$(busybox_tar)" two > two
    stopped box busybox true
    run -0 mini-docker image prune -f
    assert_output 'Total reclaimed space: 0B'
    run -0 mini-docker image prune -af --filter 'label!=keep'
    run -0 mini-docker image prune -af --filter until=10m
    assert_equal "$(mini-docker image ls --format '{{.Repository}}' | sort | xargs)" 'busybox two'
    run -0 mini-docker image prune -af --filter label=keep
    assert_line 'Deleted Images:'
    assert_line 'untagged: two:latest'
    assert_line "deleted: $(< two)"
    refute_line --partial busybox
    assert_equal "$(mini-docker image ls --format '{{.Repository}}')" busybox
    quiet mini-docker rmi -f busybox # without a name now, as long as its container is there
    run -0 mini-docker image prune -f
    assert_output 'Total reclaimed space: 0B'
    quiet mini-docker container prune -f
    names=()
    run -0 mini-docker image prune -f
    assert_line --regexp '^Total reclaimed space: [0-9.]+MB$'
    assert_equal "$(find "$MINI_DOCKER_ROOT/layers" -mindepth 1)" ''
}

@test "system df: what there is, and what of that is used" {
    run -0 mini-docker system df
    assert_line --index 0 --regexp '^TYPE +TOTAL +ACTIVE +SIZE +RECLAIMABLE$'
    assert_line --index 1 --regexp '^Images +1 +0 +[0-9.]+MB +[0-9.]+MB \(100%\)$'
    stopped box -v vol:/v busybox sh -c 'dd if=/dev/zero of=/f bs=1000 count=7 2> /dev/null; cp /f /v'
    quiet mini-docker volume create free
    run -0 mini-docker system df --format '{{.Type}}:{{.TotalCount}}:{{.Active}}:{{.Size}}:{{.Reclaimable}}'
    assert_line --index 0 --regexp '^Images:1:1:[0-9.]+MB:0B \(0%\)$'
    assert_line --index 1 'Containers:1:0:7kB:7kB (100%)'
    assert_line --index 2 'Local Volumes:2:1:7kB:0B (0%)'
    assert_line --index 3 'Build Cache:0:0:0B:0B'
    run -0 mini-docker system df -v
    assert_line --regexp '^vol +1 +7kB$'
    assert_line --regexp '^free +0 +0B$'
    assert_line --regexp '^[0-9a-f]{12} +7kB +exited +box$'
    assert_line --regexp '^busybox +latest +[0-9a-f]{12} +.* ago +[0-9.]+MB +0B +[0-9.]+MB +1$'
    run -0 mini-docker system df --format json
    assert_equal "$(jq -r 'select(.Type == "Containers") | .TotalCount' <<< "$output")" 1
}

# bats test_tags=vm
@test "kill -9 of everything, and system prune leaves nothing: no process, cgroup, mount or file" {
    for i in 1 2 3; do
        quiet mini-docker run -d --name "bg$i" -v /data -m 50m busybox sh -c 'echo x > /data/f; sleep 1000'
    done
    quiet mini-docker run -d --rm --name away busybox sleep 1000
    begin --name fg -v named:/v busybox sh -c 'echo ready; sleep 1000'
    says ready
    quiet mini-docker run -d --name policy --restart always busybox sleep 1000
    quiet mini-docker pause bg2
    ids=$(mini-docker ps -q --no-trunc)
    assert_equal "$(wc -l <<< "$ids")" 6
    mapfile -t pids < <(ours)
    for id in $ids; do pids+=("$(ctr-state get "$id" pid)" "$(ctr-state get "$id" supervisor)"); done
    ((${#pids[@]} >= 18))
    # Stopped first, so that no supervisor has the time to clean up.
    kill -STOP "${pids[@]}" 2> /dev/null || :
    kill -KILL "${pids[@]}" 2> /dev/null || :
    for pid in "${pids[@]}"; do poll 10 test ! -e "/proc/$pid/exe" -o ! -s "/proc/$pid/cmdline"; done
    [[ $(find /sys/fs/cgroup -type d -path "*/$CTR_TEST_ID/*" 2> /dev/null) ]]
    # And one that was about to be removed, one about to be made, a pipe, by processes that are dead.
    mkdir -p "$MINI_DOCKER_RUN"
    true &
    wait $!
    mkfifo "$MINI_DOCKER_RUN/events.$!" "$MINI_DOCKER_RUN/events.$$"
    mv "$MINI_DOCKER_ROOT/containers/$(ctr-state resolve bg3)" "$MINI_DOCKER_ROOT/containers/.gone-$(ctr-state resolve bg3)"
    quiet cg-limit create --pids-limit 9 "$MINI_DOCKER_CGROUP_PARENT/$(printf 'a%.0s' {1..64})"

    run -0 mini-docker system prune -af --volumes
    assert_line 'Deleted Containers:'
    assert_line 'Deleted Leftovers:'
    assert_line "cgroup $(printf 'a%.0s' {1..64})"
    nothing
    no_cgroup
    assert_equal "$(ours)" ''
    run ! grep -F "$CTR_TEST_ID" /proc/self/mountinfo
    assert_equal "$(find "$MINI_DOCKER_RUN" -type p)" "$MINI_DOCKER_RUN/events.$$" # whose owner lives
    assert_equal "$(files_of)" "$MINI_DOCKER_ROOT/volumes/named" # it has a name
    run -0 mini-docker system prune -af --volumes
    assert_output 'Total reclaimed space: 0B'
}

@test "groups: the commands by their longer names; what is wrong is said" {
    stopped box busybox true
    assert_equal "$(mini-docker container ls -aq)" "$(mini-docker ps -aq)"
    assert_equal "$(mini-docker container inspect -f '{{.Name}}' box)" /box
    assert_equal "$(mini-docker image inspect -f '{{index .RepoTags 0}}' busybox)" busybox:latest
    run -1 mini-docker container inspect busybox
    quiet mini-docker image tag busybox two
    assert_equal "$(mini-docker image list -q two)" "$(mini-docker images -q busybox)"
    quiet mini-docker image rm two
    run -0 mini-docker system info
    assert_line 'Containers: 1'
    quiet mini-docker container rm box
    run -125 mini-docker nosuch
    assert_output "mini-docker: nosuch: no such command (try 'mini-docker --help')"
    names=()
    for group in container image system volume; do
        run -0 mini-docker "$group"
        assert_line 'Commands:'
        run -125 mini-docker "$group" nosuch
        assert_output "mini-docker: $group: nosuch: no such command (try 'mini-docker $group --help')"
        run -125 mini-docker "$group" prune --nosuch
        assert_output "mini-docker: $group prune: --nosuch: unknown option (try 'mini-docker $group prune --help')"
        run -125 mini-docker "$group" prune operand
        run -0 mini-docker help "$group" prune
        assert_line --index 0 "Usage: mini-docker $group prune [options]"
        assert_equal "$output" "$(mini-docker "$group" prune --help)"
    done
    run -125 mini-docker help run bad
}
