#!/usr/bin/env bats
# mini-docker ps: columns, filters, formats; what is true rather than what was written.

load lib/run

setup_file() { run_setup_file; }
setup() { run_setup; }
teardown() {
    mini-docker ps -aq | xargs -r mini-docker rm -f > /dev/null
    run_teardown
}

# three containers: one that runs, one that has exited with 3, one that was never started
three() {
    mini-docker run -d --name up -l tier=web -l note='a, b' busybox sleep 1000
    mini-docker run --name gone -v data:/data busybox sh -c 'exit 3' || true
    mini-docker create --name new --label tier=db busybox echo 'a  b' "it's" $'tab\there'
}

@test "columns as Docker's, the youngest first, -a for those that do not run" {
    three
    run -0 mini-docker ps
    assert_line -n 0 --regexp '^CONTAINER ID   IMAGE     COMMAND        CREATED +STATUS +PORTS     NAMES$'
    assert_line -n 1 --regexp '^[0-9a-f]{12}   busybox   "sleep 1000"   (Less than a second|[0-9]+ seconds?) ago   Up (Less than a second|[0-9]+ seconds?) +up$'
    refute_line -n 2 --partial busybox
    run -0 mini-docker ps -a
    assert_line -n 1 --regexp ' Created .* new$'
    assert_line -n 2 --regexp ' Exited \(3\) .* ago .* gone$'
    assert_line -n 3 --regexp ' Up .* up$'
}

@test "ids: -q, --no-trunc, -l, -n" {
    three
    id=$(ctr-state resolve new)
    run -0 mini-docker ps -aq
    assert_line -n 0 "${id:0:12}"
    assert_equal "${#lines[@]}" 3
    run -0 mini-docker ps -lq --no-trunc
    assert_output "$id"
    run -0 mini-docker ps -n 2 --format '{{.Names}}'
    assert_output $'new\ngone'
    for none in -1 -5 0; do
        run -0 mini-docker ps -n "$none" --format '{{.Names}}'
        assert_output up
    done
}

@test "commands: cut off at twenty characters, whole with --no-trunc, control characters escaped" {
    mini-docker create --name long busybox sh -c 'echo 123456789012345678901234567890' 'äöü'
    run -0 mini-docker ps -a --format '{{.Command}}'
    assert_output $'"sh -c \'echo 1234567…"'
    run -0 mini-docker ps -a --no-trunc --format '{{.Command}}'
    assert_output $'"sh -c \'echo 123456789012345678901234567890\' äöü"'
    mini-docker create --name odd busybox echo $'\e[31m' $'\t' $'\n'
    run -0 mini-docker ps -a
    refute_output --partial $'\e'
    assert_equal "${#lines[@]}" 3
    run -0 mini-docker ps -l --format '{{json .Command}}'
    assert_equal "$(jq -r . <<< "$output")" $'"echo \e[31m \t \n"'
}

@test "filters: those of one key or, those of several and, labels all" {
    three
    names() { mini-docker ps --format '{{.Names}}' "$@" | sort | xargs; }
    assert_equal "$(names)" up
    assert_equal "$(names -f status=exited)" gone
    assert_equal "$(names -f status=exited -f status=created)" 'gone new'
    assert_equal "$(names -f exited=3)" gone
    for filter in status=gone status= exited=x exited=; do
        run -1 mini-docker ps -f "$filter"
        assert_output "mini-docker: ps: --filter: $filter: no container is ever like that"
    done
    assert_equal "$(names -f exited=0)" ''
    assert_equal "$(names -a -f name=^n -f name=up)" 'new up'
    assert_equal "$(names -a -f name=/gone)" gone
    assert_equal "$(names -a -f label=tier)" 'new up'
    assert_equal "$(names -a -f label=tier=web)" up
    assert_equal "$(names -a -f label=tier=web -f label=tier=db)" ''
    assert_equal "$(names -a -f label='note=a, b')" up
    assert_equal "$(names -a -f id="$(ctr-state resolve new | cut -c 1-5)")" new
    assert_equal "$(names -a -f ancestor=busybox)" 'gone new up'
    assert_equal "$(names -a -f ancestor=other)" ''
    assert_equal "$(names -a -f volume=data)" gone
    assert_equal "$(names -a -f volume=/data)" gone
    assert_equal "$(names -a -f network=host)" ''
    run -1 mini-docker ps -f nosuch=1
    assert_output --partial 'there is no such filter'
    run -1 mini-docker ps -a -f 'name=*['
    assert_output --partial 'not a regular expression'
}

@test "formats: templates, table, json" {
    three
    run -0 mini-docker ps -a --format 'table {{.Names}}\t{{.State}}\t{{.Networks}}'
    assert_output "$(printf 'NAMES     STATE     NETWORKS\nnew       created   none\ngone      exited    none\nup        running   none')"
    run -0 mini-docker ps --format json
    assert_equal "$(jq -r '.Names, .State, .Labels, .Image' <<< "$output" | xargs)" 'up running tier=web,note=a, b busybox'
    run -0 mini-docker ps -a --format '{{.Names}} {{.Mounts}}'
    assert_line 'gone data'
    run ! mini-docker ps --format '{{.Nosuch}}'
}

@test "-s: what was written, and together with the image" {
    mini-docker run --name wrote busybox dd if=/dev/zero of=/x bs=1000 count=123 2> /dev/null
    run -0 mini-docker ps -as --format '{{.Size}}'
    assert_output --regexp '^123K?B? ?k?B? \(virtual [0-9.]+ ?MB\)$'
}

@test "nothing: headings, and -q prints nothing at all" {
    run -0 mini-docker ps -a
    assert_output --regexp '^CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    PORTS     NAMES$'
    run -0 mini-docker ps -aq
    refute_output
    run -125 mini-docker ps one
}

@test "what was killed with its supervisor has exited; to look at it frees its cgroup" {
    mini-docker run -d --name web busybox sleep 1000
    kill -KILL "$(ctr-state get web supervisor)" "$(ctr-state get web pid)"
    poll 5 dead
    run -0 mini-docker ps -a
    assert_output --partial ' Exited (137) '
    no_cgroup
    assert_equal "$(ctr-state get web status)" exited
}

dead() {
    [[ $(ctr-state get web status) == dead ]]
}

@test "what was killed before it ran anything has no exit status to show" {
    sleep 1000 &
    owner=$!
    ctr-state create --name web --owner "$owner" --set image=busybox -- true
    kill -KILL "$owner"
    wait "$owner" || :
    run -3 ctr-state list --all --fields Names,Status
    assert_output $'web\tDead'
    run -0 mini-docker ps -a
    run -0 mini-docker ps -aq
    refute_output
}

@test "some hundred: two processes read them, one that cannot be read is told and hides no other" {
    for i in {100..259}; do
        ctr-state create --name "c$i" -- "echo $i" > /dev/null
    done
    run -0 mini-docker ps -aq
    assert_equal "${#lines[@]}" 160
    run -0 mini-docker ps -a --format '{{.Names}} {{.Command}}'
    assert_line -n 0 'c259 "echo 259"'
    assert_line -n 159 'c100 "echo 100"'
    # A caller who ignores the end of children; what both would complain of.
    assert_equal "$(env --ignore-signal=CHLD ctr-state list --all | wc -l)" 160
    run -2 ctr-state list --filter 'name=['
    assert_output "ctr-state: --filter: [: not a regular expression (try 'ctr-state --help')"
    rm "$(ctr-state get c123 dir)/record"
    dir=$(ctr-state get c124 dir)
    rm "$dir/record"
    mkdir "$dir/record"
    run -1 mini-docker ps -aq
    assert_output --partial 'read: Is a directory'
    assert_equal "$(grep -cE '^[0-9a-f]{12}$' <<< "$output")" 158
    rm -rf "$MINI_DOCKER_ROOT"/{containers,names}
}
