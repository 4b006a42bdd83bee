#!/usr/bin/env bats
# Containers where there is little: a disk that is full, or read-only; no permission; no process more. And
# where there are many, or many who want the same one.

load lib/life

setup_file() { run_setup_file; }
setup() { life_setup; }
teardown() { life_teardown; }

# --- Too little

@test "a disk that is full, or read-only: an error with the path, all as it was" {
    unshare -m bash -euo pipefail -c '
        mount -t tmpfs -o size=8m none "$1"
        mini-docker import "$2" busybox > /dev/null
        mini-docker run -d --name web busybox sleep 1000 > /dev/null < /dev/null 3>&-
        mini-docker run --name end busybox sh -c "exit 3" || :
        mini-docker create --name new busybox sleep 1000 > /dev/null
        state() { for c in web end new; do ctr-state show $c; done; ls "$1/containers" "$1/names"; }
        state "$1" > before
        fails() {
            local status=0
            timeout 20 mini-docker "$@" 2> stderr > stdout < /dev/null 3>&- || status=$?
            cat stderr
            [[ $status != 0 && $status != 124 ]]
            grep -qE "^[a-z-]+: .*$root/.*: $why\$" stderr || { echo "$*: no path"; exit 1; }
            state "$root" | cmp before
        }
        root=$1
        dd if=/dev/zero of="$1/fill" bs=4k 2> /dev/null || :
        why="No space left on device"
        fails run -d busybox true
        fails create busybox true
        fails rename web other
        fails update --restart always end
        fails pause web
        fails start end
        rm "$1/fill"
        mini-docker rm -f web > /dev/null
        state() { for c in end new; do ctr-state show $c; done; ls "$1/containers" "$1/names"; }
        state "$1" > before
        mount -o remount,ro "$1"
        why="Read-only file system"
        fails run -d busybox true
        fails rename new other
        fails start end
        fails start new
        fails rm end
        mount -o remount,rw "$1"
        mini-docker start end new > /dev/null < /dev/null 3>&-
        mini-docker rm -f end new > /dev/null' - "$MINI_DOCKER_ROOT" "$(busybox_tar)"
    no_cgroup
    poll 5 no_process_left
}

@test "no permission: why, and nothing happens" {
    detach --name web busybox sleep 1000 > /dev/null
    before=$(ctr-state show web)
    for command in 'stop web' 'kill web' 'rm -f web' 'start web' 'run -d busybox true' 'rename web other' 'pause web' 'logs web' 'wait web'; do
        run setpriv --reuid 65534 --regid 65534 --clear-groups timeout 20 mini-docker $command
        ((status != 0 && status != 124)) || fail "$command: status $status"
        assert_output --partial 'ermission denied'
        refute_output --partial 'sh:'
    done
    assert_equal "$(ctr-state show web)" "$before"
}

@test "no process more: run -d works or says why, and leaves nothing" {
    cg-limit create "$CTR_TEST_ID/few" --pids-limit 40 > dirs
    worked=0 failed=0
    for limit in 1 2 3 4 5 6 7 8 9 10 12 14 40; do
        cg-limit set "$CTR_TEST_ID/few" --pids-limit "$limit"
        status=0
        bash -c 'while read -r dir; do echo $$ > "$dir/cgroup.procs"; done < dirs
            exec timeout --foreground 20 mini-docker run -d busybox sleep 1000' > out 2> err < /dev/null 3>&- || status=$?
        if ((status == 0)); then
            ((++worked))
            docker rm -f "$(< out)" > /dev/null
        else
            ((++failed))
            [[ $status != 124 && -s err ]]
        fi
        poll 20 free_all
        assert_equal "$(ls -A "$MINI_DOCKER_ROOT/containers" "$MINI_DOCKER_ROOT/names" | grep -v : | xargs)" ''
    done
    echo "$worked worked, $failed failed"
    ((worked > 0 && failed > 0))
    poll 10 cg-limit remove "$CTR_TEST_ID/few"
    no_cgroup
    poll 5 no_process_left
}

# --- Too many

@test "50 run -d at a time, 50 rm -f at a time" {
    for n in {1..50}; do
        timeout 60 mini-docker run -d --name "n$n" busybox sleep 1000 > "out$n" 2> "err$n" < /dev/null 3>&- &
    done
    wait
    assert_equal "$(cat err*)" ''
    assert_equal "$(cat out* | sort -u | wc -l)" 50
    assert_equal "$(ctr-state list | grep -c running)" 50
    for n in {1..50}; do timeout 60 mini-docker rm -f "n$n" > "out$n" 2> "err$n" 3>&- & done
    wait
    assert_equal "$(cat err*)" ''
    nothing
    poll 5 no_process_left
}

# over_and_over SECONDS COMMAND...: for so long; what is said goes to the file `said`
over_and_over() {
    local end=$((${EPOCHREALTIME/[.,]/} + $1 * 1000000)) status mine=said.$BASHPID
    shift
    while ((${EPOCHREALTIME/[.,]/} < end)); do
        status=0
        timeout 30 mini-docker "$@" < /dev/null > /dev/null 2> "$mine" 3>&- || status=$?
        # Success, or a reason.
        ((status == 0)) || [[ -s $mine && $status != 124 ]] || echo "$* ended with $status" >> silent
        cat "$mine" >> said
    done
}

@test "start, stop, kill, restart, pause, rename of one container at a time: each works or says why" {
    id=$(docker create --name aa --stop-timeout 0 busybox sleep 1000)
    : > said
    : > silent
    jobs=()
    for command in "start $id" "start $id" "stop $id" "stop -t 1 $id" "kill $id" "restart -t 0 $id" "pause $id" "unpause $id" \
        "rename $id bb" "rename $id aa" "rename $id cc"; do
        over_and_over 3 $command &
        jobs+=($!)
    done
    end=$((SECONDS + 3))
    while ((SECONDS < end)); do
        ctr-state show --json "$id" | jq -e .status > /dev/null || echo torn >> silent
    done
    wait "${jobs[@]}"
    assert_equal "$(< silent)" ''
    sed -E "s/$id/ID/g; s/[0-9]+/N/g" said | sort | uniq -c | sort -rn > reasons
    cat reasons
    refute grep -E 'Bad file|Permission|not found|syntax|cannot create' said
    # One container, one name.
    ctr-state prune > /dev/null
    assert_equal "$(ls "$MINI_DOCKER_ROOT/containers")" "$id"
    assert_equal "$(ls "$MINI_DOCKER_ROOT/names")" "$(ctr-state get "$id" name)"
    docker unpause "$id" || :
    docker stop -t 0 "$id"
    docker start "$id"
    assert_equal "$(get "$id" status)" running
    docker rm -f "$id"
    nothing
    poll 5 no_process_left
}

@test "create, start, stop, rm -f of one name at a time" {
    : > said
    : > silent
    jobs=()
    for command in 'run -d --name aa busybox sleep 1000' 'run -d --rm --name aa busybox sleep 1000' 'start aa' 'stop -t 0 aa' 'rm -f aa' \
        'rm aa' 'rename aa bb' 'rename bb aa' 'run -d --name bb busybox true'; do
        over_and_over 3 $command &
        jobs+=($!)
    done
    wait "${jobs[@]}"
    assert_equal "$(< silent)" ''
    sed -E "s/[0-9a-f]{64}/ID/g; s/[0-9]+/N/g" said | sort | uniq -c | sort -rn > reasons
    cat reasons
    refute grep -E 'Bad file|Permission|not found|syntax|cannot create' said
    poll 20 free_all
    nothing
    poll 10 no_process_left
}
