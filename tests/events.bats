#!/usr/bin/env bats
# mini-docker events: what is told, against what is done.

load lib/run

setup_file() { run_setup_file; }
setup() { run_setup; }
teardown() {
    local pid
    for pid in "${PIDS[@]}"; do kill "$pid" 2> /dev/null || :; done
    mini-docker rm -f web other > /dev/null 2>&1 || :
    run_teardown
}

# watch ARG...: mini-docker events in the background, into the file events; its pid in $watcher. What
# comes from now on is told even if the program takes its time to begin.
watch() {
    local since
    since=$(date +%s.%N)
    mini-docker events --since "$since" "$@" > events 2> watch.err 3>&- &
    watcher=$!
    PIDS+=("$watcher")
}

# tells N ACTION: so many such events, within half a minute
tells() {
    local told=" container $2 "
    enough() { [[ $(grep -cF -- "$2" events) == "$1" ]]; }
    poll 30 enough "$1" "$told" || {
        cat events watch.err
        return 1
    }
}

actions() { # the actions of the container ID, in order
    sed -n "s/^[^ ]* container \(.*\) $1 .*/\1/p" "${2:-events}" | xargs
}

# bats test_tags=vm
@test "the life of a container, in order" {
    watch
    id=$(mini-docker run -d --name web -l a=1 -l 'b=x y' busybox sleep 1000)
    mini-docker pause web
    mini-docker unpause web
    mini-docker rename web other
    mini-docker update --pids-limit 50 other
    mini-docker restart -t 0 other
    mini-docker kill other
    mini-docker rm other
    tells 1 destroy
    assert_equal "$(actions "$id")" 'create start pause unpause rename update die start die destroy'
    run -0 cat events
    assert_line --regexp "^20[0-9T:-]{17}\.[0-9]{9}Z container create $id \(a=1, b=x y, image=busybox, name=web\)\$"
    assert_line --regexp " container rename $id \(a=1, b=x y, image=busybox, name=other, oldName=web\)\$"
    assert_line --regexp " container die $id \(a=1, b=x y, execDuration=[0-9]+, exitCode=137, image=busybox, name=other\)\$"
}

@test "exit status, and a command that is not there" {
    watch
    run -3 mini-docker run --rm busybox sh -c 'exit 3'
    tells 1 destroy
    grep -q ' container die .*exitCode=3,' events
    run -127 mini-docker run --rm busybox no-such-command
    tells 2 destroy
    grep -q ' container die .*exitCode=127,' events
}

@test "50 containers at once: none is lost, and each one's events are in order" {
    watch
    pids=()
    for _ in {1..50}; do
        box busybox true 3>&- &
        pids+=($!)
    done
    wait "${pids[@]}"
    tells 50 destroy
    for action in create start die; do tells 50 "$action"; done
    for id in $(awk '$3 == "create" { print $4 }' events); do
        assert_equal "$(actions "$id")" 'create start die destroy'
    done
}

@test "a container that began and ended while nobody looked" {
    watch
    mini-docker create --name web busybox true
    tells 1 create
    kill -STOP "$watcher"
    mini-docker start web
    mini-docker wait web
    kill -CONT "$watcher"
    tells 1 die
    assert_equal "$(cut -d ' ' -f 3 events | xargs)" 'create start die'
}

@test "the supervisor killed with its container: it died" {
    watch
    id=$(mini-docker run -d --name web busybox sleep 1000)
    tells 1 start
    kill -9 "$(ctr-state get web supervisor)"
    tells 1 die
    mini-docker wait web
    mini-docker rm web
    tells 1 destroy
    assert_equal "$(actions "$id")" 'create start die destroy'
    grep -q ' container die .*exitCode=137' events
}

@test "the past: --since and --until, in order of time, from what records still tell" {
    before=$(date +%s.%N)
    web=$(mini-docker create --name web busybox true)
    other=$(mini-docker run -d --name other busybox true)
    mini-docker wait other
    mini-docker start web
    mini-docker wait web
    run -0 mini-docker events --since "$before" --until 0s
    assert_equal "$(awk '{ print $3, $NF }' <<< "$output" | tr -d '()' | xargs)" \
        'create name=web create name=other start name=other die name=other start name=web die name=web'
    assert_equal "$(cut -d ' ' -f 1 <<< "$output")" "$(cut -d ' ' -f 1 <<< "$output" | sort)"
    run -0 mini-docker events --since 1h --until "$before"
    refute_output
    started=$(ctr-state get other started)
    run -0 mini-docker events --since "$started" --until "$started"
    assert_output --regexp "^[^ ]* container start $other \(image=busybox, name=other\)\$"
    run -0 mini-docker events --until 1h
    refute_output
    [[ $web ]]
}

@test "--until: it ends then" {
    begin=${EPOCHREALTIME/[.,]/}
    run -0 timeout 20 mini-docker events --until "$(date -d '+1 sec' +%s.%N)"
    refute_output
    took=$((${EPOCHREALTIME/[.,]/} - begin))
    ((took >= 900000 && took < 10000000))
}

@test "filters: container, event, image, label, type; of one kind any, of several all" {
    web=$(mini-docker create --name web -l a=1 -l b=2 busybox true)
    mini-docker create --name other -l a=2 busybox true
    ctr-state set web health=healthy
    past() { mini-docker events --since 1h --until 0s "$@" | grep -o 'name=[a-z]*' | xargs; }
    assert_equal "$(past)" 'name=web name=other'
    assert_equal "$(past -f container=web)" name=web
    assert_equal "$(past -f "container=$web")" name=web
    assert_equal "$(past -f "container=${web:0:12}")" name=web
    assert_equal "$(past -f container=we)" ''
    assert_equal "$(past -f container=web -f container=other)" 'name=web name=other'
    assert_equal "$(past -f event=create)" 'name=web name=other'
    assert_equal "$(past -f event=cre)" ''
    assert_equal "$(past -f image=busybox)" 'name=web name=other'
    assert_equal "$(past -f image=busybox:latest)" 'name=web name=other'
    assert_equal "$(past -f image=busy)" ''
    assert_equal "$(past -f label=a)" 'name=web name=other'
    assert_equal "$(past -f label=a=1)" name=web
    assert_equal "$(past -f label=a=1 -f label=b)" name=web
    assert_equal "$(past -f label=a=2 -f label=b)" ''
    assert_equal "$(past -f type=container)" 'name=web name=other'
    assert_equal "$(past -f type=image)" ''
    assert_equal "$(past -f type=container -f container=web -f event=start)" ''
    run -125 mini-docker events --filter nothing=1
    assert_output --partial 'none of container=, event=, image=, label=, type='
}

@test "--format: JSON as Docker has it, and templates, line by line" {
    need_command jq
    watch --format json --filter event=create
    mini-docker create --name web -l $'k="\n\\' busybox true
    poll 20 test -s events
    assert_equal "$(jq -c '[.status, .id, .from, .Type, .Action, .Actor.ID, .scope]' events)" \
        "$(jq -nc --arg id "$(ctr-state resolve web)" '["create", $id, "busybox", "container", "create", $id, "local"]')"
    assert_equal "$(jq -r .Actor.Attributes.k events)" $'"\n\\'
    assert_equal "$(jq '.time == (.timeNano / 1e9 | floor)' events)" true
    kill "$watcher"
    watch --format '{{.Time}} {{.ID}} {{.Type}} {{.Action}} {{.Actor.Attributes.name}} {{.From}}'
    mini-docker create --name other busybox true
    poll 20 test -s events
    mini-docker rm web
    poll 20 grep -q destroy events
    assert_equal "$(sed 's/^[0-9]\{10\} [0-9a-f]\{64\} //' events | xargs)" \
        'container create other busybox container destroy web busybox'
    run -125 timeout 20 mini-docker events --format '{{.Action'
    assert_output --partial 'mini-docker: events: --format: '
}

@test "it ends, quietly, when nobody reads any more" {
    mini-docker create --name web busybox true
    run -0 timeout 20 bash -c 'mini-docker events --since 1h | head -n 1'
    assert_output --partial ' container create '
    run -125 mini-docker events operand
    run -2 mini-docker events --since yesterday
}
