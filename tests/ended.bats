#!/usr/bin/env bats
# build, pull, push, load, save, import and commit, ended while they wait for something that never comes: for
# a server, a pipe, a lock, a file without end.

load lib/run
load lib/net

setup_file() { run_setup_file; }
setup() {
    run_setup
    need_command socat curl git skopeo
    layers=$MINI_DOCKER_ROOT/layers
    mkfifo pipe
    exec 8<> pipe # nobody reads or writes more than we do here
    mkdir context
}
teardown() {
    end_hosts
    run_teardown
}

# serve COMMAND...: where `on host` is (which in the background is a shell of its own)
serve() {
    nsenter --net="/proc/${host_pid[host]}/ns/net" "$@" > /dev/null 2>&1 3>&- 8>&- &
    PIDS+=("$!")
}

# silent_server: at 127.0.0.1:5001, where `on host` is, who says nothing
silent_server() {
    make_host host
    serve socat -u TCP-LISTEN:5001,fork,reuseaddr OPEN:/dev/null
    poll 10 on host bash -c ': < /dev/tcp/127.0.0.1/5001'
}

# below PID: all that it has started
below() {
    local pid
    for pid in $(pgrep -P "$1"); do
        echo "$pid"
        below "$pid"
    done
}

# is_there PID NAME: as a descendant
is_there() {
    local pids
    pids=$(below "$1" | paste -sd ,)
    ps -o comm= -p "$pids" | grep -qx "$2"
}

none_of() { # PID...
    local pid
    for pid; do
        [[ ! -e /proc/$pid ]] || {
            cat "/proc/$pid/comm"
            return 1
        }
    done
}

# ended_while NAME SIGNAL ARG...: mini-docker ARG, with standard input from the file $input, by that signal while
# a process called NAME of it waits: at once, and nothing is left
ended_while() {
    local name=$1 signal=$2 all began
    shift 2
    ${HOST:+nsenter --net="/proc/${host_pid[$HOST]}/ns/net" --} env --default-signal mini-docker "$@" < "${input:-/dev/null}" > "${output:-out}" 2> err 3>&- 8>&- 9>&- &
    runner=$!
    PIDS+=("$runner")
    poll 20 is_there "$runner" "$name"
    mapfile -t all < <(below "$runner")
    began=$SECONDS
    kill -s "$signal" "$runner"
    ends $((128 + $(kill -l "$signal")))
    if [[ $signal == KILL ]]; then
        poll 10 none_of "${all[@]}"
        mini-docker system prune -f > /dev/null
    else
        none_of "${all[@]}"
        assert_equal "$(cat out err)" ''
    fi
    ((SECONDS - began < 10))
    assert_equal "$(find "$layers" -mindepth 1 -maxdepth 1 -name '.*')" ''
}

# dies_while NAME ARG...: by either signal
dies_while() {
    ended_while "$1" TERM "${@:2}"
    ended_while "$1" KILL "${@:2}"
}

@test "while a server says nothing: the context of a build, what it is FROM, what ADD fetches; pull, push" {
    silent_server
    export MINI_DOCKER_PULL=missing HOST=host
    dies_while curl build -q http://127.0.0.1:5001/context
    dies_while git-remote-http build -q http://127.0.0.1:5001/context.git
    echo 'FROM 127.0.0.1:5001/base' > context/Dockerfile
    dies_while skopeo build -q context
    printf 'FROM busybox\nADD http://127.0.0.1:5001/file /\n' > context/Dockerfile
    dies_while curl build -q context
    dies_while skopeo pull -q 127.0.0.1:5001/image
    mini-docker tag busybox 127.0.0.1:5001/image
    dies_while skopeo push -q 127.0.0.1:5001/image
    echo secret > password
    input=password ended_while skopeo KILL login -u user --password-stdin 127.0.0.1:5001
}

@test "while a submodule is fetched, by a process of a process of git's" {
    silent_server
    serve python3 -m http.server --bind 127.0.0.1 8000 --directory "$T"
    git init -q -b main repo
    printf '[submodule "m"]\n\tpath = m\n\turl = http://127.0.0.1:5001/m.git\n' > repo/.gitmodules
    echo FROM busybox > repo/Dockerfile
    git -C repo add .
    git -C repo update-index --add --cacheinfo "160000,$(git -C repo hash-object -t tree -w --stdin < /dev/null),m"
    git -C repo -c user.name=n -c user.email=e commit -qm m
    git clone -q --bare repo x.git
    git -C x.git update-server-info
    poll 10 on host curl -fso /dev/null http://127.0.0.1:8000/x.git/HEAD
    HOST=host dies_while git-submodule build -q http://127.0.0.1:8000/x.git
}

@test "while nothing comes from a pipe, or goes into it" {
    input=pipe dies_while cat build -q -
    input=pipe dies_while cat build -q -f - context
    input=pipe dies_while img-layer load -q
    input=pipe dies_while img-layer import -q -
    dies_while img-layer load -q -i pipe
    output=pipe dies_while img-store save busybox
    dies_while img-store save -o pipe busybox
}

@test "while somebody else has a lock: the steps of builds, a cache of RUN, a container that is committed" {
    printf 'FROM busybox\nRUN --mount=type=cache,target=/c,sharing=locked true\n' > context/Dockerfile
    mini-docker build -q context > /dev/null
    exec 9< "$layers"
    flock --exclusive 9
    dies_while flock build -q context
    exec 9< "$(ls -d "$MINI_DOCKER_ROOT"/caches/*)"
    flock --exclusive 9
    dies_while flock build -q --no-cache context
    mini-docker run -d --name box busybox sleep 1000 > id
    exec 9< "$MINI_DOCKER_ROOT/containers/$(< id)/args"
    flock --exclusive 9
    dies_while flock commit box
    exec 9<&-
    mini-docker rm -f box > /dev/null
}

@test "while a file of the context without end is read, and packed" {
    truncate -s 1T context/file
    printf 'FROM busybox\nCOPY file /\n' > context/Dockerfile
    dies_while img-copy build -q context
}

@test "^C at a terminal" {
    echo FROM busybox > context/Dockerfile
    for args in "load -i pipe" "build -t image -"; do
        # shellcheck disable=SC2086
        run -130 pty-drive expect=+ nap=100 'send=\x03' -- mini-docker --trace $args
        refute pgrep -f "$T/root"
        assert_equal "$(find "$layers" -mindepth 1 -maxdepth 1 -name '.*')" ''
    done
}
