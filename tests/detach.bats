#!/usr/bin/env bats
# mini-docker run -d: a container in the background, and the three processes that it costs.

load lib/life

setup_file() { run_setup_file; }
setup() { life_setup; }
teardown() { life_teardown; }

# apart NAME: none of its processes has a terminal, a session or a parent of ours
apart() {
    local pid field
    processes_of "$1"
    for pid in "$supervisor" "$watcher" "$writer" "$first"; do
        read -ra field <<< "$(sed 's/.*) //' "/proc/$pid/stat")"
        assert_equal "${field[2]}" "$pid" # leads its own group, and session
        [[ $pid == "$watcher" ]] || assert_equal "${field[3]}" "$pid"
        [[ $pid != "$watcher" ]] || assert_equal "${field[3]}" "$supervisor"
        assert_equal "${field[4]}" 0                # without a terminal
        assert_equal "$(readlink "/proc/$pid/cwd")" /
    done
    [[ $(awk '/^PPid/ { print $2 }' "/proc/$supervisor/status") != "$$" ]]
}

# bats test_tags=vm
@test "it outlives the process group, session and shell that started it" {
    setsid -w bash -c 'mini-docker run -d --name web busybox sleep 1000 > id; kill -HUP 0; sleep 1000; kill -KILL 0' || :
    setsid -w bash -c 'mini-docker run -d --name two busybox sleep 1000 > /dev/null; kill -KILL 0' || :
    assert_equal "$(< id)" "$(ctr-state resolve web)"
    for name in web two; do
        assert_equal "$(get "$name" status)" running
        apart "$name"
    done
    assert_equal "$(ctr-state get web exit)" ''
}

@test "it outlives the terminal" {
    run -0 pty-drive expect=started hangup -- bash -c 'trap "exit 0" HUP; mini-docker run -d --name two busybox sleep 1000; echo started; while :; do sleep 0.1; done'
    assert_equal "$(get two status)" running
    apart two
}

@test "it returns when the command was executed, and not before" {
    for _ in 1 2 3 4 5; do
        id=$(detach --rm busybox sleep 1000)
        assert_equal "$(get "$id" status)" running
        assert_equal "$(< "/proc/$(ctr-state get "$id" pid)/comm")" sleep
        [[ $(ctr-state get "$id" started) =~ ^[0-9]+\.[0-9]{9}$ ]]
    done
    id=$(detach --init busybox sleep 1000)
    poll 5 pgrep -P "$(ctr-state get "$id" pid)" -x sleep
}

# bats test_tags=vm
@test "what cannot be run: 125, 126 or 127, why, and nothing is left" {
    fails() { # STATUS WHY ARG...
        run --separate-stderr "-$1" docker run -d "${@:3}"
        refute_output
        # shellcheck disable=SC2154
        assert_regex "$stderr" "$2"
        nothing
    }
    fails 127 'ctr-init: nosuch: exec: No such file' --name web busybox nosuch
    fails 127 'ctr-init: nosuch: exec: No such file' --init busybox nosuch
    fails 126 'exec: Permission denied' --restart always busybox /etc/passwd
    fails 125 nobody-here -u nobody-here busybox true
    fails 125 'cg-limit: ' -m lots busybox true
    fails 125 'img-store: nosuch' nosuch
    fails 125 'the name is not|not a name' --name /x busybox true
    fails 125 'try' --no-such-option busybox true
    poll 5 no_process_left
}

# only_theirs: what the processes around a container hold is theirs
only_theirs() {
    : > held
    for pid in "$supervisor" "$watcher" "$writer" "$first"; do
        for fd in "/proc/$pid/fd/"*; do
            case ${fd##*/}:$(readlink "$fd") in
                *:/dev/null | *:"$dir/log" | *:"$dir" | *:"$dir/run") ;;
                *:*/"$CTR_TEST_ID"/"${dir##*/}") ;; # its cgroups
                *:pipe:* | *:socket:* | *:'anon_inode:[pidfd]') ;;
                *) echo "$pid holds $fd: $(readlink "$fd")" >> held ;;
            esac
        done
    done
    [[ ! -s held ]]
}

@test "it holds nothing of the caller's: descriptors, directory, output" {
    mkdir here
    mkfifo fifo
    exec 7<> fifo 13> file 21< /etc/passwd
    (
        cd here
        timeout 10 mini-docker run -d --name web busybox sleep 1000
    ) > id
    exec 7>&- 13>&- 21<&-
    SECONDS=0
    id=$(timeout 10 mini-docker run -d busybox sleep 1000 2>&1) # ends at once, as nobody holds the pipe
    ((SECONDS < 9))
    processes_of web
    dir=$(ctr-state get web dir)
    poll 20 only_theirs || { # the watcher closes what it has from its parent a moment later
        cat held
        false
    }
    # And the pipes are those between them.
    inodes=$(for pid in "$supervisor" "$watcher" "$writer" "$first"; do readlink "/proc/$pid/fd/"*; done | grep ^pipe | sort | uniq -c | awk '$1 < 2')
    assert_equal "$inodes" ''
    assert_equal "$(ls "/proc/$first/fd" | xargs)" '0 1 2'
    rmdir here
}

@test "what it costs: supervisor, watcher and log writer at most half of conmon's 0.55 MiB" {
    [[ ! ${SANITIZE-} ]] || skip "sanitizers take memory"
    for i in 1 2 3 4 5; do detach --name "n$i" busybox sleep 1000 > /dev/null; done
    for i in 1 2 3 4 5; do
        processes_of "n$i"
        cat "/proc/$supervisor/smaps_rollup" "/proc/$watcher/smaps_rollup" "/proc/$writer/smaps_rollup"
    done > rollups
    kib=$(awk '/^Pss:/ { sum += $2 } END { print int(sum / 5) }' rollups)
    echo "$kib KiB each"
    ((kib > 0 && kib <= 281))
}

@test "who kills what waits for the command to be executed kills the container" {
    mkfifo fifo
    # It waits in its own set-up: for the other end of the FIFO that its environment comes from.
    for victim in ns-spawn supervisor; do
        rm -f info
        ns-spawn --detach --ready-fd 9 --info-fd 8 --exit-hook touch --exit-hook-arg "$T/hook" --pid -- \
            sh -c 'exec 3< fifo' 8> info < /dev/null > /dev/null 2>&1 &
        waiting=$!
        poll 10 grep -q start info
        supervisor=$(sed -n 's/^supervisor\t//p' info) child=$(sed -n 's/^pid\t//p' info)
        kill -KILL "$([[ $victim == supervisor ]] && echo "$supervisor" || echo "$waiting")"
        status=0
        wait "$waiting" || status=$?
        assert_equal "$status" "$([[ $victim == supervisor ]] && echo 125 || echo 137)"
        poll 10 is_gone "$supervisor"
        poll 10 is_gone "$child"
    done
    [[ -e hook ]] # of the one whose supervisor lived
}

@test "standard input: none, or with -i a FIFO that stays open" {
    id=$(detach busybox wc -c)
    assert_equal "$(docker wait "$id")" 0
    assert_equal "$(docker logs "$id")" 0
    detach -i --name cat busybox cat > /dev/null
    echo one > "$MINI_DOCKER_ROOT/names/cat/stdin"
    logged cat one
    echo two > "$MINI_DOCKER_ROOT/names/cat/stdin"
    logged cat two
    assert_equal "$(get cat status)" running
}
