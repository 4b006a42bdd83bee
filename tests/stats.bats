#!/usr/bin/env bats
# mini-docker stats: what it shows, against the cgroups' files and what containers are made to use.

load lib/run

setup_file() { run_setup_file; }
setup() { run_setup; }
teardown() {
    local pid
    for pid in "${PIDS[@]}"; do kill "$pid" 2> /dev/null || :; done
    mini-docker rm -f busy idle > /dev/null 2>&1 || :
    run_teardown
}

# column NAME FIELD: of this container, as a template has it
column() {
    mini-docker stats --no-stream --format "{{.$2}}" "$1"
}

# bats test_tags=vm
@test "CPU, memory and processes of a busy container and of an idle one" {
    mini-docker run -d --name busy -m 100m busybox sh -c \
        'dd if=/dev/zero of=/dev/shm/x bs=1M count=20 2> /dev/null; touch /ready; sleep 1000 & while :; do :; done'
    mini-docker run -d --name idle busybox sleep 1000
    poll 30 mini-docker exec busy test -e /ready
    run -0 mini-docker stats --no-stream
    assert_line --index 0 --regexp '^CONTAINER ID +NAME +CPU % +MEM USAGE / LIMIT +MEM % +NET I/O +BLOCK I/O +PIDS$'
    assert_equal "${#lines[@]}" 3
    busy=$(ctr-state resolve busy) total=$(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo)
    read -r id name cpu used _ limit percent _ _ _ _ _ _ pids < <(grep ' busy ' <<< "$output")
    assert_equal "$id $name $limit $pids" "${busy:0:12} busy 100MiB 2"
    [[ ${cpu%.*} -ge 5 && $cpu == *.??% ]]
    [[ $used == *MiB && ${used%%[.M]*} -ge 20 && ${used%%[.M]*} -lt 60 ]]
    [[ ${percent%.*} -ge $((${used%%[.M]*} - 1)) && ${percent%.*} -le $((${used%%[.M]*} + 1)) ]]
    read -r _ _ cpu used _ limit _ _ _ _ _ _ _ pids < <(grep ' idle ' <<< "$output")
    [[ ${cpu%.*} -lt 5 && $used == *[KM]iB && $pids == 1 ]]
    assert_equal "$limit" "$(awk -v kib="$total" 'BEGIN {
        print kib < 1048576 ? sprintf("%.4gMiB", kib / 1024) : sprintf("%.4gGiB", kib / 1048576) }')"
}

@test "no more memory than the counter tells, and without the files that can go" {
    mini-docker run -d --name busy busybox sh -c 'dd if=/dev/zero of=/file bs=1M count=30 2> /dev/null; touch /ready; sleep 1000'
    poll 30 mini-docker exec busy test -e /ready
    counted=$(cg-limit read "$(ctr-state get busy cgroup)" | sed -n 's/^memory.usage\t//p')
    ((counted > 30 << 20))
    used=$(column busy MemUsage)
    [[ $used == *KiB\ /\ * || ($used == *MiB\ /\ * && ${used%%[.M]*} -lt 20) ]]
}

@test "the network's interfaces, but for the loopback one" {
    need_command nsenter ip
    mini-docker run -d --name idle busybox sleep 1000
    assert_equal "$(column idle NetIO)" '0B / 0B'
    pid=$(ctr-state get idle pid)
    nsenter -t "$pid" -n ip link add aa type veth peer bb 2> /dev/null || cannot "needs veth"
    nsenter -t "$pid" -n sh -c 'ip link set aa up; ip link set bb up; ip addr add 10.0.0.1/24 dev aa; ping -c 1 -W 1 10.0.0.2' || :
    run column idle NetIO
    refute_output '0B / 0B'
    assert_output --regexp '^[0-9.]+k?B / [0-9.]+k?B$'
}

@test "--all, operands, formats" {
    mini-docker create --name busy busybox true
    mini-docker run -d --name idle busybox sleep 1000
    run -0 mini-docker stats --no-stream --format '{{.Name}}'
    assert_output idle
    run -0 mini-docker stats --no-stream -a --format '{{.Name}} {{.CPUPerc}} {{.MemUsage}} {{.PIDs}}'
    assert_line 'busy 0.00% 0B / 0B 0'
    assert_equal "${#lines[@]}" 2
    id=$(ctr-state resolve busy)
    run -0 mini-docker stats --no-stream --no-trunc --format json "${id:0:10}"
    assert_output '{"BlockIO":"0B / 0B","CPUPerc":"0.00%","Container":"busy","ID":"'"$id"'","MemPerc":"0.00%","MemUsage":"0B / 0B","Name":"busy","NetIO":"0B / 0B","PIDs":"0"}'
    run -1 mini-docker stats --no-stream idle nobody
    assert_output --partial 'nobody: no such container'
    run -125 mini-docker stats --no-stream --format '{{.Nothing}}'
    assert_output --partial '--format'
}

@test "without containers there are headings; what is not counted is not known" {
    run -0 mini-docker stats --no-stream
    assert_output --regexp '^CONTAINER ID .* PIDS$'
    need_v1
    begin --name idle busybox sleep 1000
    poll 30 mini-docker exec idle true
    run -0 column idle 'CPUPerc}} {{.MemUsage}} {{.MemPerc}} {{.NetIO}} {{.BlockIO}} {{.PIDs'
    assert_output -- '-- -- / -- -- 0B / 0B -- / -- --'
}

@test "again and again, with containers that come and go; on a terminal in the same place" {
    need_command pty-drive
    mini-docker stats --format '{{.Name}}' > out 3>&- &
    PIDS+=($!)
    mini-docker run -d --name idle busybox sleep 1000
    poll 20 grep -q idle out
    mini-docker rm -f idle
    mini-docker run -d --name busy busybox sleep 1000
    poll 20 grep -q busy out
    assert_equal "$(uniq out | grep . | xargs)" 'idle busy'
    run -143 pty-drive size=20x200 deadline=30 'expect=\e[HCONTAINER ID' expect=busy 'expect=\e[J' \
        'expect=\e[HCONTAINER ID' expect=busy kill=TERM -- mini-docker stats
}
