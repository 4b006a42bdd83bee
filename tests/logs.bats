#!/usr/bin/env bats
# mini-docker logs: what a container put out, byte for byte; followed over rotations; and a disk that is full.

load lib/life

setup_file() { run_setup_file; }
setup() { life_setup; }
teardown() { life_teardown; }

# puts_out FILE ARG...: a container that has ended, which put out that file
puts_out() {
    local id
    id=$(detach -v "$T/$1:/data:ro" "${@:2}" busybox cat /data)
    assert_equal "$(docker wait "$id")" 0
    echo "$id"
}

@test "byte for byte: binary, a line of 1 MiB, no newline at the end" {
    head -c 300000 /dev/urandom > binary
    { head -c 1048576 /dev/zero | tr '\0' x && echo && printf 'and no newline'; } > long
    printf '\n\n\0\r\n\xff' > odd
    : > empty
    for file in binary long odd empty; do
        docker logs "$(puts_out "$file")" > got 2> errors
        cmp "$file" got
        [[ ! -s errors ]]
    done
}

@test "both streams, lines, times, since, until, tail" {
    id=$(detach --name web busybox sh -c 'echo one; echo two >&2; sleep 0.2; echo three')
    docker wait web > /dev/null
    docker logs web > out 2> err
    assert_equal "$(< out) / $(< err)" $'one\nthree / two'
    assert_equal "$(docker logs -n 1 web)" three
    assert_equal "$(docker logs --tail all "$id" 2> /dev/null | wc -l)" 2
    assert_equal "$(docker logs --tail -1 "$id" 2> /dev/null | wc -l)" 2
    run -0 docker logs -t web
    assert_line --regexp '^20[0-9-]{8}T[0-9:]{8}\.[0-9]{9}Z one$'
    run -0 docker logs --since 1h --until "$(date -d '+1 hour' +%s)" web
    assert_equal "${#lines[@]}" 3
    run -0 docker logs --until 1h web
    refute_output
    run -1 docker logs nosuch
    assert_output --partial 'nosuch: no such container'
    run -125 docker logs
    run -1 docker logs "$(detach --log-driver none busybox true)"
    assert_output --partial '--log-driver none'
    run -0 docker logs "$(docker create busybox true)"
    refute_output
}

# bats test_tags=vm
@test "-f follows over rotations, and ends when the container does" {
    detach --name web --log-opt max-size=10k --log-opt max-file=200 busybox \
        sh -c 'i=0; while [ $i -lt 3000 ]; do i=$((i + 1)); echo "line $i of those that fill many a file"; done; read x < /proc/self/fd/0; sleep 0.3; echo last' > /dev/null
    timeout 30 mini-docker logs -f web > got 2> errors < /dev/null 3>&-
    assert_equal "$(wc -l < got)" 3001
    assert_equal "$(tail -n 1 got)" last
    diff <(seq -f 'line %.0f of those that fill many a file' 3000) <(head -n 3000 got)
    [[ -e $MINI_DOCKER_ROOT/names/web/log.2 && ! -s errors ]]
    docker logs web | cmp - got
}

@test "a log on a full disk neither blocks the container nor kills it" {
    docker rm "$(docker create busybox true)" > /dev/null # makes the directories
    unshare -m bash -euo pipefail -c '
        mount -t tmpfs -o size=1m none "$MINI_DOCKER_ROOT/containers"
        mini-docker run -d --name web busybox sh -c "
            i=0; while [ \$i -lt 40000 ]; do i=\$((i + 1)); echo line \$i of too many for so little room; done
            touch /tmp/done 2> /dev/null; exec sleep 1000" < /dev/null > /dev/null 3>&-
        pid=$(ctr-state get web pid)
        for _ in {1..400}; do [[ $(< /proc/$pid/comm) != sleep ]] || break; sleep 0.05; done
        [[ $(< /proc/$pid/comm) == sleep ]]
        [[ $(ctr-state get web status) == running ]]
        mini-docker logs web > "$T/out"
        [[ $(head -n 1 "$T/out") == "line 1 of too many for so little room" ]]
        mini-docker rm -f web > /dev/null
        # None at all can be made: no container whose log is lost from the start, and nothing is left.
        dd if=/dev/zero of="$MINI_DOCKER_ROOT/containers/fill" bs=4k 2> /dev/null || :
        ! mini-docker run -d busybox true 2> why < /dev/null
        grep -q "No space left on device" why
        rm "$MINI_DOCKER_ROOT/containers/fill"
        [[ ! $(ls -A "$MINI_DOCKER_ROOT/containers" "$MINI_DOCKER_ROOT/names" | grep -v :) ]]'
    no_cgroup
}
