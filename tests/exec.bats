#!/usr/bin/env bats
# mini-docker exec: into a container `web`, which another mini-docker runs.

load lib/run

setup_file() { run_setup_file; }
setup() { run_setup; }
teardown() {
    cg-limit thaw "$CTR_TEST_ID/${id-}" 2> /dev/null || :
    if [[ ${id-} ]]; then
        kill -KILL "$(ctr-state get "$id" pid 2> /dev/null)" 2> /dev/null || :
        wait "$runner" || :
    fi
    run_teardown
}

# web [OPTION...] [-- COMMAND...]: run it
web() {
    local options=()
    while (($#)) && [[ $1 != -- ]]; do options+=("$1") && shift; done
    shift || set -- sleep 1000
    begin --name web "${options[@]}" busybox "$@"
    poll 10 eval 'grep -q started "$MINI_DOCKER_ROOT"/containers/*/run'
    id=$(ctr-state resolve web) pid=$(ctr-state get web pid)
}

# inside NAME: set $child to the process of that name in the container, as the host sees it
inside() {
    poll 10 find_inside "$1"
    child=$(find_inside "$1")
}
find_inside() {
    local one found=''
    while read -r one; do
        [[ $(cat "/proc/$one/comm" 2> /dev/null) != "$1" || $one == "$pid" ]] || found=$one
    done < "$(cgroup_of "$pid" devices)/cgroup.procs"
    [[ $found ]] && echo "$found"
}

# bats test_tags=vm
@test "the namespaces, cgroups, root and environment of the container; the command's status" {
    web -m 64m -e A='a b' -h box
    run -7 env SECRET=1 mini-docker exec web sh -c 'hostname; cat /proc/1/comm; env | grep -v "^SHLVL\|^PWD" | sort; exit 7'
    assert_output $'box\nsleep\nA=a b\nHOME=/root\nHOSTNAME=box\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
    mini-docker exec "${id:0:12}" sh -c ':; exec nc -l -p 8000' 3>&- &
    PIDS+=($!)
    inside nc
    for kind in cgroup ipc mnt net pid time user uts; do
        assert_equal "$(readlink "/proc/$child/ns/$kind")" "$(readlink "/proc/$pid/ns/$kind")"
    done
    assert_equal "$(cat "/proc/$child/cgroup")" "$(cat "/proc/$pid/cgroup")"
    grep -q "$CTR_TEST_ID/$id" "/proc/$child/cgroup"
    for field in CapEff CapBnd Seccomp NoNewPrivs; do
        assert_equal "$(grep "^$field:" "/proc/$child/status")" "$(grep "^$field:" "/proc/$pid/status")"
    done
    kill "${PIDS[-1]}"
    wait "${PIDS[-1]}" || assert_equal $? 143
}

# bats test_tags=vm
@test "statuses: 125, 126, 127, of a signal; no such container, one that does not run" {
    web
    run -127 mini-docker exec web nosuch
    assert_output 'ns-enter: nosuch: exec: No such file or directory'
    run -126 mini-docker exec web /etc/passwd
    run -137 mini-docker exec web sh -c 'kill -9 $$'
    run -125 mini-docker exec -u nosuch web true
    run -125 mini-docker exec -w /nosuch web true
    run -125 mini-docker exec -w etc web true
    run -125 mini-docker exec web
    run -125 mini-docker exec
    run -125 mini-docker exec --no-such web true
    run -125 mini-docker exec -d -t web true
    run -125 mini-docker exec -e =x web true
    run -125 mini-docker exec --env-file nosuch web true
    run -1 mini-docker exec nosuch true
    assert_output --partial 'nosuch'
    run -1 mini-docker exec -it web true < /dev/null
    assert_output 'mini-docker: the input device is not a TTY'
    ctr-state create --name idle --set "cgroup=$CTR_TEST_ID/none" -- true > /dev/null
    run -1 mini-docker exec idle true
    assert_output 'mini-docker: exec: idle: the container is not running'
    ctr-state remove idle
}

# bats test_tags=vm
@test "a container that is paused, or frozen behind our back: an error at once" {
    web
    mini-docker pause web
    run -1 timeout 20 mini-docker exec web true
    assert_output --partial 'paused'
    ctr-state set web paused=
    run -125 timeout 20 mini-docker exec web true
    assert_output --partial 'the process is frozen: /'
    cg-limit thaw "$CTR_TEST_ID/$id"
    run -0 timeout 20 mini-docker exec web true
}

@test "its first process has died, and its number is another's: that is not entered" {
    web
    sed -i "s/^start.*/start\t1/" "$MINI_DOCKER_ROOT/containers/$id/run"
    run mini-docker exec web sh -c 'echo in'
    assert_failure
    refute_line in
    run -125 ns-enter --start 1 "$pid" -- sh -c 'echo in'
    kill -9 "$pid"
    ends 137
    run -1 mini-docker exec web true
}

@test "-e, --env-file, -u, -w, --privileged" {
    web -e A=a -e B=b -u 1 -w /home --cap-drop MKNOD --ulimit nofile=99
    printf '# comment\nA=file\n  C=c d\nGREETING\n' > file
    run -0 env GREETING=hello CALLER=me mini-docker exec --env-file file -e B= -e CALLER -e NOSUCH_VARIABLE -e "D=$(printf "it's\n\$(x)")" web \
        sh -c 'echo "$A|$B|$C|$D|$GREETING|$CALLER|${NOSUCH_VARIABLE-unset}"; id -u; pwd; ulimit -n'
    assert_output $'file||c d|it\'s\n$(x)|hello|me|unset\n1\n/home\n99'
    run -0 mini-docker exec -u user:audio -w /tmp web sh -c 'id -u; id -g; pwd; echo $HOME'
    assert_output $'1000\n63\n/tmp\n/home/user'
    run -0 mini-docker exec -u 0 web grep CapEff /proc/self/status
    assert_output $'CapEff:\t00000000a00425fb'
    run -0 mini-docker exec -u 0 --privileged web grep CapEff /proc/self/status
    assert_output "$(grep CapEff /proc/self/status)"
}

@test "arguments are data; standard input is empty without -i" {
    every_byte
    web
    mini-docker exec web printf '%s\0' "${ODD[@]}" "$bytes" > got
    printf '%s\0' "${ODD[@]}" "$bytes" | cmp - got
    head -c 300000 /dev/urandom > data
    mini-docker exec -i web cat < data | cmp - data
    run -0 mini-docker exec web sh -c 'readlink /proc/self/fd/0; cat' < data
    assert_output /dev/null
    run -0 mini-docker exec -- web echo -n x
    assert_output x
    run -0 mini-docker exec web echo -i --help
    assert_output -- '-i --help'
}

# bats test_tags=vm
@test "-it: a terminal of the container's; -t without a terminal" {
    web
    run -3 pty-drive size=33x77 deadline=60 expect='# ' raw send='tty; stty size; echo $TERM\r' expect=xterm size=44x99 \
        send="sh -c \"echo be''gun; exec sleep 100\"\\r" expect='begun' send='\x03' expect='# ' send='stty size\r' expect='44 99' send='exit 3\r' restored -- \
        mini-docker exec -it web sh
    for line in /dev/pts/0 '33 77' xterm; do assert_line "$line"$'\r'; done
    run -0 mini-docker exec -t -e TERM=vt100 web sh -c 'tty; echo $TERM' < /dev/null
    assert_line /dev/pts/0$'\r'
    assert_line vt100$'\r'
    run -127 pty-drive restored -- mini-docker exec -it web nosuch
}

@test "-d: prints nothing, returns at once, tells what fails; the command goes on" {
    web
    run -0 mini-docker exec -d web sh -c 'echo noise; echo $$ > /pid; exec nc -l -p 8000'
    assert_output ''
    inside nc
    run -127 mini-docker exec -d web nosuch
    assert_output 'ns-enter: nosuch: exec: No such file or directory'
    kill "$child"
    poll 5 eval "! find_inside nc"
}

@test "killed -9, it takes the command along; twenty at once" {
    web
    mini-docker exec -u user web nc -l -p 8000 3>&- &
    PIDS+=($!)
    inside nc
    kill -9 "${PIDS[-1]}"
    poll 5 eval "! find_inside nc"
    pids=()
    for n in {1..20}; do
        mini-docker exec web sh -c "echo $n; exit $n" > "out.$n" 3>&- &
        pids+=($!)
    done
    for n in {1..20}; do
        status=0
        wait "${pids[n - 1]}" || status=$?
        assert_equal "$status $(cat "out.$n")" "$n $n"
    done
    assert_equal "$(wc -l < "$(cgroup_of "$pid" devices)/cgroup.procs")" 1
}

@test "--trace: its line can be pasted" {
    every_byte
    web -u 1
    export GREETING=hello
    mini-docker --trace exec -i -e GREETING -e "A=it's" -u 2 web sh -c 'printf "%s\0" "$@"; id -u; echo "$A$GREETING"' - "${ODD[@]}" > first 2> trace < /dev/null
    sed 's/^+ //' trace > pasted
    assert_equal "$(awk '/^\+ / { print $2 }' trace | xargs)" 'export ns-enter'
    env -i PATH="$PATH" sh -eu pasted < /dev/null | cmp first -
}
