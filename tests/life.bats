#!/usr/bin/env bats
# The life of a container: create start stop restart kill pause unpause wait rename rm logs top update, and
# restart policies.

load lib/life

setup_file() { run_setup_file; }
setup() { life_setup; }
teardown() { life_teardown; }

# A first process that says so when a signal comes, and ends with 7.
TRAPS='for s in TERM INT HUP USR1 USR2 WINCH; do trap "echo got $s; exit 7" $s; done; echo ready; while :; do sleep 0.02; done'
STUBBORN='trap : TERM; echo ready; while :; do sleep 0.05; done'

# ready NAME ARG...: one in the background that has said `ready`
ready() {
    detach --name "$@" > /dev/null
    logged "$1" ready
}

# fails TEXT ARG...: mini-docker fails with 1 and says so
fails() {
    run -1 docker "${@:2}"
    assert_output --partial "$1"
}

# now: in microseconds
now() {
    echo "${EPOCHREALTIME/[.,]/}"
}

# --- create, start

# bats test_tags=vm
@test "create, start, wait, start again: one record, new facts, one log" {
    id=$(docker create --name web busybox sh -c 'echo run >> /runs; cat /runs; exit 3')
    assert_equal "$(get web status pid exit)" created
    assert_equal "$(docker start web)" web
    assert_equal "$(docker wait web)" 3
    assert_equal "$(get web id status exit)" "$id exited 3"
    first=$(ctr-state get web started)
    docker start "${id:0:12}" > /dev/null
    assert_equal "$(docker wait web)" 3
    [[ $(ctr-state get web started) > $first ]]
    assert_equal "$(docker logs web | xargs)" 'run run run' # its files are those of before
    assert_equal "$(docker start web)" web
    docker wait web > /dev/null
    no_cgroup
}

@test "start: right after the end, while the old supervisor is still busy" {
    detach --name web busybox true > /dev/null
    for _ in {1..15}; do docker start web > /dev/null; done
    assert_equal "$(docker wait web)" 0
    no_cgroup
}

@test "start: what fails leaves the container as it was" {
    detach --name web busybox sh -c 'exit 3' > /dev/null
    docker wait web > /dev/null
    before=$(ctr-state show web)
    cg-limit create --with devices -- "$(ctr-state get web cgroup)" > /dev/null # somebody else's
    fails 'cg-limit: ' start web
    assert_equal "$(ctr-state show web)" "$before"
    cg-limit remove "$(ctr-state get web cgroup)"
    docker create --name new busybox true > /dev/null
    before=$(ctr-state show new)
    cg-limit create --with devices -- "$(ctr-state get new cgroup)" > /dev/null
    fails 'cg-limit: ' start new
    assert_equal "$(ctr-state show new)" "$before"
    cg-limit remove "$(ctr-state get new cgroup)"
    mv "$MINI_DOCKER_ROOT/layers" "$MINI_DOCKER_ROOT/elsewhere"
    fails ufs-mount start web
    mv "$MINI_DOCKER_ROOT/elsewhere" "$MINI_DOCKER_ROOT/layers"
    docker start web > /dev/null
    assert_equal "$(docker wait web)" 3
    fails 'no such container' start nosuch
    run -125 docker start
    run -1 docker start nosuch web
    assert_line web
    fails 127 start "$(docker create busybox nosuch)" || assert_output --partial 'nosuch: exec: No such file'
}

# --- stop, kill

# bats test_tags=vm
@test "stop: TERM, the signal that was asked for, that of the image" {
    docker import -c 'STOPSIGNAL USR1' "$(busybox_tar)" usr1 > /dev/null
    ready n1 busybox sh -c "$TRAPS"
    ready n2 --stop-signal USR2 busybox sh -c "$TRAPS"
    ready n3 usr1 sh -c "$TRAPS"
    ready n4 --stop-signal SIGINT usr1 sh -c "$TRAPS"
    ready n5 busybox sh -c "$TRAPS"
    docker stop -s HUP n5
    docker stop n1 n2 n3 n4 > out
    assert_equal "$(sort out | xargs)" 'n1 n2 n3 n4'
    n=0
    for signal in TERM USR2 USR1 INT HUP; do
        ((++n))
        assert_equal "$(docker logs "n$n" | xargs)" "ready got $signal"
        assert_equal "$(get "n$n" status exit)" 'exited 7'
    done
    no_cgroup
    docker stop n1 # is no error
    fails 'no such container' stop nosuch
    fails 'there is no such signal' stop -s NOSUCH "$(detach --name n6 busybox sleep 1000)"
    assert_equal "$(get n6 status)" running
    run -125 docker stop -t soon n6
}

@test "stop: KILL after the time" {
    ready n1 busybox sh -c "$STUBBORN"
    ready n2 --stop-timeout 1 busybox sh -c "$STUBBORN"
    ready n3 --stop-timeout 1000 busybox sh -c "$STUBBORN"
    start=$(now)
    docker stop -t 0 n3
    docker stop n2
    (($(now) - start >= 1000000))
    docker stop -t 1 n1
    for name in n1 n2 n3; do assert_equal "$(get "$name" status exit)" 'exited 137'; done
    no_cgroup
}

@test "stop -t -1 waits for as long as it takes" {
    ready web busybox sh -c 'trap "sleep 0.5; exit 4" TERM; echo ready; while :; do sleep 0.02; done'
    docker stop -t -1 web
    assert_equal "$(get web exit)" 4
}

@test "stop returns within 50 ms of the death" {
    best=1000000
    for _ in {1..6}; do
        id=$(detach busybox sh -c 'trap "exit 0" TERM; while :; do sleep 0.01; done')
        poll 5 grep -q SigCgt:.*[4-7c-f]... "/proc/$(ctr-state get "$id" pid)/status" # TERM is caught
        docker stop "$id" > /dev/null
        returned=$(now)
        finished=$(ctr-state get "$id" finished)
        took=$((returned - ${finished%.*} * 1000000 - 10#${finished#*.} / 1000))
        ((took >= best)) || best=$took
    done
    echo "$best us"
    ((best < 50000))
}

@test "kill: KILL, or another signal, by name or number; one that runs not is an error" {
    ready n1 busybox sh -c "$TRAPS"
    ready n2 busybox sh -c "$TRAPS"
    ready n3 busybox sh -c "$TRAPS"
    docker kill -s SIGUSR1 n1
    docker kill --signal 2 n2
    docker kill n3
    assert_equal "$(get n3 status exit)" 'exited 137'
    assert_equal "$(docker wait n1 n2 | xargs)" '7 7'
    logged n1 'got USR1'
    logged n2 'got INT'
    fails 'the container is not running' kill n1
    run -1 docker kill n1 n2 nosuch
    assert_equal "${#lines[@]}" 3
    fails 'there is no such signal' kill -s NOSUCH "$(detach busybox sleep 1000)"
}

# --- pause

frozen() { # PID: it is, by what the kernel says
    local dir
    if [[ $(cgroup_kind) == v2 ]]; then
        dir=$(cgroup_of "$1" memory) && grep -qx 'frozen 1' "$dir/cgroup.events"
    else
        dir=$(cgroup_of "$1" freezer) && grep -qx FROZEN "$dir/freezer.state"
    fi
}

# bats test_tags=vm
@test "pause, unpause" {
    detach --name web busybox sh -c 'i=0; while :; do echo $((i += 1)) > /count; sleep 0.01; done' > /dev/null
    pid=$(ctr-state get web pid)
    fails 'not paused' unpause web
    docker pause web
    frozen "$pid"
    assert_equal "$(get web status)" paused
    fails paused pause web
    fails paused start web
    fails running rm web
    count=$(< "/proc/$pid/root/count")
    sleep 0.2
    assert_equal "$(< "/proc/$pid/root/count")" "$count"
    docker unpause web
    refute frozen "$pid"
    assert_equal "$(get web status)" running
    poll 5 eval '[[ $(< "/proc/$pid/root/count") != "$count" ]]'
    fails 'not running' pause "$(docker create busybox true)"
    fails 'no such container' unpause nosuch
}

# bats test_tags=vm
@test "paused: stop, kill, rm -f end it; it starts again unfrozen" {
    ready n1 busybox sh -c "$TRAPS"
    ready n2 --rm busybox sh -c "$TRAPS"
    ready n3 busybox sh -c "$TRAPS"
    docker pause n1 n2 n3
    docker stop n1
    assert_equal "$(get n1 status exit)" 'exited 7'
    docker rm -f n2
    docker kill n3
    docker start n3
    assert_equal "$(get n3 status)" running
    # Killed from elsewhere while it is paused: that is over, too.
    docker pause n3
    processes_of n3
    kill -KILL "$supervisor" "$first"
    cg-limit thaw "$(ctr-state get n3 cgroup)" # v1: only then can it die
    poll 5 is_gone "$first"
    docker start n3
    assert_equal "$(get n3 status)" running
}

@test "frozen by somebody else: unpause lets it go on, stop ends it all the same" {
    detach --name web busybox sleep 1000 > /dev/null
    for then in unpause pause; do
        docker pause web
        ctr-state set web paused= # as if it had been just now, and not yet told
        frozen "$(ctr-state get web pid)"
        [[ $then == pause ]] || docker unpause web
    done
    docker stop -t 0 web
    assert_equal "$(get web status exit)" 'exited 137'
}

# --- wait, rename, rm

@test "wait: the statuses, in order; of one that is removed as it ends; of one that runs not" {
    mkfifo go
    detach --name n1 busybox sh -c 'sleep 0.4; exit 3' > /dev/null
    detach --name n2 --rm -v "$T:/t" busybox sh -c 'read -r _ < /t/go; exit 4' > /dev/null
    id=$(ctr-state resolve n2)
    docker wait n2 > two 3>&- &
    run -0 docker wait n1
    assert_output 3
    poll 60 pgrep -f "ctr-state wait -- $id"
    echo > go
    wait $!
    assert_equal "$(< two)" 4
    assert_equal "$(docker wait n1)" 3
    assert_equal "$(docker wait "$(docker create busybox true)")" 0
    fails 'no such container' wait nosuch
    no_cgroup
}

@test "rename: the old name is free, the new one is refused to others" {
    id=$(detach --name web busybox sleep 1000)
    docker rename web other
    assert_equal "$(ctr-state resolve other)" "$id"
    assert_equal "$(ls "$MINI_DOCKER_ROOT/names")" other
    docker create --name web busybox true > /dev/null
    fails 'the name is in use by container' rename web other
    fails 'not a name' rename web /x
    fails 'that is its name' rename web web
    fails 'no such container' rename nosuch good
    run -125 docker rename web
    assert_equal "$(ls "$MINI_DOCKER_ROOT/names" | xargs)" 'other web'
}

@test "rm: not while it runs; -f; -v; several; what is not there" {
    id=$(detach --name web -v /data busybox sleep 1000)
    fails running rm web
    docker rm -f -v web
    [[ ! $(ls -A "$MINI_DOCKER_ROOT/volumes" 2> /dev/null) ]]
    nothing
    docker create --name n1 busybox true > /dev/null
    docker create --name n2 busybox true > /dev/null
    run -1 docker rm n1 nosuch n2
    assert_output --partial 'nosuch: no such container'
    nothing
    docker create --name n1 busybox true > /dev/null
    docker create --name n2 busybox true > /dev/null
    run -1 docker rm n1 nosuch{1..110} n2 # more than are done at a time
    assert_equal "$(grep -c 'no such container' <<< "$output")" 110
    nothing
    run -0 docker rm -f nosuch{1..60}
    docker rm -f nosuch # is as it was to be
    fails 'no such container' rm nosuch
    a=$(docker create busybox true) b=''
    while [[ ${b:0:1} != "${a:0:1}" ]]; do b=$(docker create busybox true); done
    fails 'more than one container' rm -f "${a:0:1}"
    [[ -e $MINI_DOCKER_ROOT/containers/$a && -e $MINI_DOCKER_ROOT/containers/$b ]]
}

@test "rm: what somebody else has begun to start keeps its cgroup" {
    id=$(docker create --name web busybox true)
    cgroup=$(get web cgroup)
    ctr-state begin --owner "$BASHPID" web
    cg-limit create -- "$cgroup" > /dev/null
    fails 'being started' rm web
    cg-limit read -- "$cgroup" > /dev/null
    cg-limit remove -- "$cgroup"
    ctr-state settle web
}

@test "--cidfile goes with the container that was not made" {
    run -127 docker run -d --cidfile id busybox nosuch
    [[ ! -e id ]]
    id=$(detach --cidfile id busybox true)
    assert_equal "$(< id)" "$id"
    run -125 docker run -d --cidfile id busybox true
    assert_output --partial 'is there already'
    assert_equal "$(< id)" "$id"
}

# --- restart

@test "restart: with the signal and the time of stop; one that does not run is started" {
    ready web busybox sh -c "$TRAPS"
    pid=$(ctr-state get web pid)
    docker restart web
    [[ $(ctr-state get web pid) != "$pid" ]]
    is_gone "$pid"
    assert_equal "$(docker logs web | sed '/^ready$/d')" 'got TERM'
    docker create --name new busybox sleep 1000 > /dev/null
    docker restart -t 0 new
    docker restart -t 0 new
    assert_equal "$(get new status)" running
    fails 'no such container' restart nosuch
}

# bats test_tags=vm
@test "restart policies: no, on-failure, on-failure:N, always" {
    detach --name n0 busybox sh -c 'echo run; exit 3' > /dev/null
    detach --name n1 --restart on-failure:2 busybox sh -c 'echo run; exit 3' > /dev/null
    detach --name n2 --restart on-failure busybox sh -c 'echo run; [ -e /again ] && exit; echo > /again; exit 1' > /dev/null
    detach --name n3 --restart always busybox sh -c 'echo run' > /dev/null
    detach --name n4 --restart on-failure busybox sh -c 'echo run' > /dev/null
    assert_equal "$(docker wait n0 n1 n2 n4 | xargs)" '3 3 0 0'
    assert_equal "$(docker logs n0 | wc -l) $(docker logs n1 | wc -l) $(docker logs n2 | wc -l) $(docker logs n4 | wc -l)" '1 3 2 1'
    assert_equal "$(get n1 restarts status exit)" '2 exited 3'
    logs() { (($(docker logs n3 | wc -l) >= 3)); }
    poll 10 logs
    docker stop n3
    runs=$(docker logs n3 | wc -l)
    assert_equal "$(get n3 status)" exited
    docker start n1 # counts anew
    docker wait n1
    assert_equal "$(docker logs n1 | wc -l)" 6
    assert_equal "$(docker logs n3 | wc -l)" "$runs"
    for bad in sometimes on-failure:x on-failure:; do run -125 docker run -d --restart "$bad" busybox true; done
    run -125 docker run -d --rm --restart always busybox true
    no_cgroup
}

@test "a stop between two tries, a start, a removal: that is the end of the policy" {
    for name in n1 n2 n3; do detach --name "$name" --restart unless-stopped busybox sh -c 'exit 1' > /dev/null; done
    backs_off() { (($(ctr-state get "$1" backoff) >= 3)) && is "$1" restarting; }
    for name in n1 n2 n3; do poll 10 backs_off "$name"; done # which waits for most of a second
    for name in n1 n2; do processes=$(ctr-state get "$name" supervisor); done
    docker stop n1
    assert_equal "$(get n1 status exit)" 'exited 1'
    docker rm -f n2
    poll 5 is_gone "$processes"
    runs=$(ctr-state get n1 restarts)
    docker kill n3 || docker stop n3
    sleep 1
    assert_equal "$(get n1 restarts status)" "$runs exited"
    assert_equal "$(ls "$MINI_DOCKER_ROOT/names" | xargs)" 'n1 n3'
    poll 5 no_process_left
}

@test "update: limits of one that runs, the policy, both kept for its next start" {
    detach --name web -m 64m --pids-limit 20 busybox sleep 1000 > /dev/null
    docker update --pids-limit 9 --restart on-failure:3 web
    dir=$(cgroup_of "$(ctr-state get web pid)" pids)
    assert_equal "$(< "$dir/pids.max")" 9
    docker restart -t 0 web
    dir=$(cgroup_of "$(ctr-state get web pid)" pids)
    assert_equal "$(< "$dir/pids.max")" 9
    assert_equal "$(ctr-state get web restart)" on-failure:3
    fails 'cg-limit: ' update --pids-limit x web
    assert_equal "$(< "$dir/pids.max")" 9
    run -125 docker update web
    run -125 docker update --restart sometimes web
    detach --rm --name brief busybox sleep 1000 > /dev/null
    fails 'the container is removed when it ends' update --restart always brief
    fails 'no such container' update --pids-limit 9 nosuch
}

@test "update: a policy for one that runs without any is followed when it ends" {
    detach --name web busybox sleep 1000 > /dev/null
    first=$(ctr-state get web pid)
    docker update --restart always web
    kill -KILL "$first"
    poll 20 eval 'pid=$(ctr-state get web pid) && [[ $pid && $pid != "$first" ]]'
    assert_equal "$(get web status restarts)" 'running 1'
    docker update --restart no web
    detach --name still busybox sleep 1000 > /dev/null
    docker update --restart unless-stopped still
    docker stop --timeout 0 still web
    docker rm still web
    poll 20 no_process_left
}

@test "top: the container's processes alone, by the host's numbers" {
    ready web busybox sh -c 'sleep 1000 & echo ready; exec sleep 2000'
    run -0 docker top web
    assert_equal "${#lines[@]}" 3
    assert_line --regexp "^[^ ]+ +$(ctr-state get web pid) .* sleep 2000"
    run -0 docker top web -o pid,args
    assert_line --regexp '^ *[0-9]+ sleep 1000$'
    detach -t --name terminal busybox sleep 3000 > /dev/null # not the one that ps is on
    run -0 docker top terminal -o pid,args
    assert_line --regexp '^ *[0-9]+ sleep 3000$'
    run -0 docker top terminal axf # which does not go together with a list of numbers
    assert_line --partial 'sleep 3000'
    fails 'not running' top "$(docker create busybox true)"
    fails 'no column PID' top web -eo args
    fails 'unknown gnu long option' top web --nosuch
}

# bats test_tags=vm
@test "out of memory: noted, 137" {
    id=$(detach -m 8m busybox sh -c 'exec dd if=/dev/zero of=/dev/null bs=200M count=1')
    assert_equal "$(docker wait "$id")" 137
    (($(ctr-state get "$id" oom) >= 1))
    assert_equal "$(docker inspect -f '{{.State.OOMKilled}}' "$id")" true
    id=$(detach -m 8m busybox sh -c 'kill -9 $$')
    docker wait "$id" > /dev/null
    run -1 ctr-state get "$id" oom
    assert_equal "$(docker inspect -f '{{.State.OOMKilled}}' "$id")" false
}
