#!/usr/bin/env bats
# mini-docker volume: made, listed, used, and removed only when no container has it.

load lib/kept

setup_file() { run_setup_file; }
setup() { kept_setup; }
teardown() { kept_teardown; }

volume() { mini-docker volume "$@"; }
quiet() { "$@" > quiet; }

# away: the container `box` that runs, with all that its supervisor had to do
away() {
    mini-docker rm -f box > away
    wait "$runner" || :
}

# volumes NAME...: these there are, and nothing else is in their place
volumes() {
    assert_equal "$(ls -A "$MINI_DOCKER_ROOT/volumes" | xargs)" "$*"
}

@test "create: with a name, again, without one; labels are data" {
    run -0 mini-docker volume create vol
    assert_output vol
    echo kept > "$MINI_DOCKER_ROOT/volumes/vol/_data/f"
    run -0 mini-docker volume create vol --label new=1
    assert_output vol
    assert_equal "$(< "$MINI_DOCKER_ROOT/volumes/vol/_data/f")" kept
    odd=$'a\'b"c\\ $(touch bad)\n*=x=y \t'
    run -0 mini-docker volume create --label "$odd" --label a --name two
    assert_equal "$(volume inspect two | jq -r '.[0].Labels | to_entries | map(.key + "=" + .value) | join("|")')" "$odd|a="
    run -0 mini-docker volume ls --format '{{.Name}} {{json .Labels}}'
    assert_equal "$output" "two $(jq -n --arg l "$odd,a=" '$l')"$'\nvol ""'
    [[ ! -e bad ]]
    run -0 mini-docker volume create
    [[ $output =~ ^[0-9a-f]{64}$ ]]
    volumes "$(printf '%s\n' "$output" two vol | sort | xargs)"
    assert_equal "$(stat -c %a "$MINI_DOCKER_ROOT/volumes" "$MINI_DOCKER_ROOT/volumes/vol/_data" | xargs)" '700 755'
}

@test "what is wrong is refused" {
    for name in a .a a/b 'a b' '*' -- ../x $'a\nb'; do
        run -1 mini-docker volume create -- "$name"
        assert_output --partial 'not a name'
    done
    run -1 mini-docker volume create -d nfs x
    run -1 mini-docker volume create -o type=tmpfs x
    run -125 mini-docker volume create --label =x y
    run -125 mini-docker volume create a1 a2
    run -125 mini-docker volume nosuch
    assert_output "mini-docker: volume: nosuch: no such command (try 'mini-docker volume --help')"
    run -125 mini-docker volume ls --nosuch
    assert_output "mini-docker: volume ls: --nosuch: unknown option (try 'mini-docker volume ls --help')"
    run -125 mini-docker volume ls -f nosuch=1
    run -125 mini-docker volume rm
    run -1 mini-docker volume rm nosuch
    assert_output 'mini-docker: volume rm: nosuch: no such volume'
    run -0 mini-docker volume rm -f nosuch
    run -1 mini-docker volume rm ../root
    run -0 mini-docker volume ls -q
    assert_output ''
}

@test "a volume that any container has stays, be it running or not" {
    volume create free > out
    running box -v busy:/v busybox sh -c 'echo data > /v/f; echo ready; sleep 1000'
    mini-docker create --name made -v waits:/v busybox true > made
    names+=(made)
    for name in busy waits; do
        run -1 mini-docker volume rm "$name"
        assert_output --partial "mini-docker: volume rm: $name: the volume is in use by "
        run -1 mini-docker volume rm -f "$name"
    done
    assert_output --partial "$(< made)"
    run -0 mini-docker volume prune -af
    assert_line free
    assert_line 'Total reclaimed space: 0B'
    volumes busy waits
    run -0 mini-docker volume ls -q -f dangling=true
    assert_output ''
    run -0 mini-docker volume ls -q -f dangling=false -f name=us
    assert_output busy
    away
    run -0 mini-docker volume ls -q -f dangling=true
    assert_output busy
    assert_equal "$(mini-docker run --rm -v busy:/w busybox cat /w/f)" data
    run -0 mini-docker volume rm busy
    assert_output busy
    volumes waits
}

@test "one that a container gets while it is removed is put back" {
    volume create vol > out
    echo data > "$MINI_DOCKER_ROOT/volumes/vol/_data/f"
    mkdir bin
    # The container comes between the first look and the second one.
    printf '%s\n' '#!/bin/sh' '"$REAL" "$@" || exit' 'case $*:$(ls "$MINI_DOCKER_ROOT/names") in' \
        'list*:) "$REAL" create --name late --set "inside=--bind $MINI_DOCKER_ROOT/volumes/vol/_data:/v:copy" -- true > late ;; esac' > bin/ctr-state
    chmod 755 bin/ctr-state
    sed "s,^PATH=.*,PATH=$T/bin:\$PATH," "$BIN/mini-docker" > bin/mini-docker
    run -1 env REAL="$BIN/ctr-state" PATH="$T/bin:$PATH" sh bin/mini-docker volume rm vol
    names+=(late)
    assert_output --partial 'the volume is in use by'
    volumes vol
    assert_equal "$(< "$MINI_DOCKER_ROOT/volumes/vol/_data/f")" data
}

@test "anonymous volumes: made by run, listed, pruned; those with a name are not" {
    stopped box -v /data busybox sh -c 'dd if=/dev/zero of=/data/f bs=1000 count=5 2> /dev/null'
    name=$(volume ls -q)
    [[ $name =~ ^[0-9a-f]{64}$ ]]
    volume create named > out
    run -0 mini-docker volume prune -f
    assert_output 'Total reclaimed space: 0B'
    mini-docker rm box > out
    names=()
    run -1 mini-docker volume prune < /dev/null
    assert_output --partial '[y/N]'
    run -1 mini-docker volume prune <<< n
    assert_equal "$(volume ls -q | wc -l)" 2
    run -0 mini-docker volume prune <<< y
    assert_output --partial 'Deleted Volumes:'
    assert_line "$name"
    assert_line 'Total reclaimed space: 5kB'
    volumes named
    run -0 mini-docker volume prune -f --filter all=true
    assert_line named
    mini-docker run --name box -v /data busybox true
    name=$(volume ls -q)
    quiet mini-docker create --name also -v "$name:/d" busybox true
    quiet mini-docker rm -v box # not what another one has
    assert_equal "$(volume ls -q)" "$name"
    quiet mini-docker rm also
    mini-docker run --name box -v /data busybox true
    quiet mini-docker rm -v box
    assert_equal "$(volume ls -q)" "$name"
}

@test "filters by label; columns; JSON" {
    volume create one --label k=1 --label a > out
    volume create two --label k=2 > out
    assert_equal "$(volume ls -q -f label=k | xargs)" 'one two'
    assert_equal "$(volume ls -q -f label=k=2)" two
    assert_equal "$(volume ls -q -f label=k -f label=a)" one
    assert_equal "$(volume ls -q -f label=k=)" ''
    run -0 mini-docker volume ls
    assert_line --index 0 --regexp '^DRIVER +VOLUME NAME$'
    assert_line --index 1 --regexp '^local +one$'
    run -0 mini-docker volume ls --format json
    assert_equal "$(jq -r 'select(.Name == "two") | .Labels + " " + .Mountpoint' <<< "$output")" "k=2 $MINI_DOCKER_ROOT/volumes/two/_data"
    run -0 mini-docker volume inspect -f '{{.Name}} {{.Labels.k}} {{.Driver}}' one two
    assert_output $'one 1 local\ntwo 2 local'
    run -0 mini-docker volume prune -af --filter 'label!=k=1'
    assert_line two
    volumes one
    run -0 mini-docker volume prune -af --filter label=k=1
    volumes
}

@test "twenty at once make one volume; whoever is killed leaves no half of one" {
    for i in {1..20}; do volume create one --label "n=$i" > "out$i" 3>&- & PIDS+=($!); done
    for pid in "${PIDS[@]}"; do wait "$pid"; done
    PIDS=()
    volumes one
    [[ $(volume inspect -f '{{.Labels.n}}' one) =~ ^[0-9]+$ ]]
    true & # a process that is gone
    gone=$!
    wait "$gone"
    mkdir -p "$MINI_DOCKER_ROOT/volumes/.new-$gone-half/_data" "$MINI_DOCKER_ROOT/volumes/.gone-$gone-was/_data" \
        "$MINI_DOCKER_ROOT/volumes/.new-$$-mine/_data"
    assert_equal "$(volume ls -q)" one
    run -0 mini-docker system prune -f
    assert_line "volume .new-$gone-half"
    assert_line "volume .gone-$gone-was"
    volumes ".new-$$-mine" one
}
