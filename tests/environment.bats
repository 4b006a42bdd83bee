#!/usr/bin/env bats
# What the caller's environment has is none of the commands' business: not under the names that their
# variables have, and not if there is nothing in it.

load lib/life

setup_file() { run_setup_file; }
setup() { life_setup; }
teardown() { life_teardown; }

# set_junk: set $junk to NAME=TEXT for every variable and every option that the scripts have, and for what
# a record may leave out
set_junk() {
    local name
    junk=()
    while read -r name; do junk+=("$name=it's \$(touch '$T/bad')"); done < <(
        find "$TOP/scripts" -type f ! -name '*.[1-9]' ! -name '*.jq' -exec grep -ohE '\b[a-z_][a-z0-9_]*=|\$\{?[a-z_][a-z0-9_]*' {} + |
            tr -d '${=' | grep -vx _ | sort -u
        mini-docker --list-options | cut -f 2 | sed -n 's/^--/opt_/p' | tr - _
        printf 'ctr_%s\n' {opt,lab}_{1..3} owner owner_start supervisor_start oom
    )
    ((${#junk[@]} > 500))
}

same() { # ARG...: mini-docker ARG... says the same with junk in the environment, without, and without any
    local expected status=0
    local place=("MINI_DOCKER_ROOT=$MINI_DOCKER_ROOT" "MINI_DOCKER_RUN=$MINI_DOCKER_RUN"
        "MINI_DOCKER_CGROUP_PARENT=$MINI_DOCKER_CGROUP_PARENT")
    expected=$(docker "$@" 2>&1) || status=$?
    run env "${junk[@]}" mini-docker "$@" < /dev/null
    assert_equal "$*: $status $output" "$*: $status $expected"
    run env -i "CTR_TEST_ID=$CTR_TEST_ID" "${place[@]}" "$BIN/mini-docker" "$@" < /dev/null
    assert_equal "$*: $status $output" "$*: $status $expected"
}

with_junk() {
    timeout 60 env "${junk[@]}" mini-docker "$@" < /dev/null 3>&-
}

@test "variables of the caller with the names of ours, and none at all" {
    set_junk
    with_junk run -d --name web --label a=b --health-cmd true --health-interval 100ms busybox sleep 1000 > /dev/null
    with_junk create --name new --restart on-failure:1 busybox sh -c 'echo out; exit 3' > /dev/null
    with_junk volume create --label c=d data > name
    assert_equal "$(get web lab_1) $(get new opt_2) $(< name)" 'a=b restart=on-failure:1 data'
    poll 20 eval '[[ $(ctr-state get web health) == healthy ]]' # the monitor runs with all of that
    with_junk start new > /dev/null
    poll 20 eval '[[ $(ctr-state get new restarts) == 1 ]]'
    assert_equal "$(with_junk wait new)" 3
    for args in 'ps -aq' 'ps -as --format {{.Names}}{{.Labels}}{{.Size}}' 'inspect web' 'inspect -s new' 'logs new' 'port web' 'top web -o pid,args' \
        'diff web' 'exec web id' 'exec -u 1 -w /tmp web pwd' 'exec new true' \
        'events --since 1h --until 0s --format {{.Action}}' 'container ls -aq' 'images -q' 'image inspect busybox' 'volume ls' \
        'volume inspect data' 'system df' 'info --format {{.Containers}}' 'version' 'help' 'run --help' 'container' \
        'update --pids-limit 50 web' 'kill -s USR1 web' 'restart -t 0 web' 'stop -t 0 web' 'stop web' 'start web' 'wait new' \
        'cp web:/etc/passwd copy' 'cp copy web:/copy' 'export -o tree.tar new' 'rm web' 'rm nosuch' 'attach new' 'unpause web' \
        'rename web web' 'rmi nosuch' 'volume rm nosuch'; do
        # shellcheck disable=SC2086 # words
        same $args
    done
    id=$(with_junk commit web image)
    assert_equal "$(img-store show --json image | jq -r .id)" "$id"
    assert_equal "$(with_junk stats --no-stream --format '{{.Name}}' web)" web
    with_junk pause web
    with_junk unpause web
    with_junk rename web other
    with_junk system prune -f --volumes > pruned
    with_junk rm -f other > /dev/null
    with_junk volume rm data
    [[ ! -e bad && ! -e $MINI_DOCKER_ROOT/volumes/data ]]
}
