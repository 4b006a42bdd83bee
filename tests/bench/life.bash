#!/bin/bash
# What is measured of containers in the background; sourced by run. See measure.bash for the words.
# shellcheck disable=SC2154 # top, dir and id are of run

# make_image: busybox with a first process that ends on SIGTERM
make_image() {
    make_rootfs
    cp "$top/build/bench/term" rootfs/bin/term
    tar -cf image.tar -C rootfs .
    mini-docker import -q image.tar busybox > log
}

case_detach() {
    local crun="crun --root $dir/crun"
    title detach 'run -d, until the command is executed'
    make_image
    make_bundle sleeping '.process.args = ["/bin/term"]'
    begin 'crun run -d (no overlay, no log)'
    add 'crun run -d (no overlay, no log)' "$crun run -d --bundle sleeping bench" \
        "sh -c '$crun delete -f bench || :'"
    ours 1.30 'mini-docker run -d' 'mini-docker run -d --name bench --network none busybox /bin/term' \
        'sh -c "mini-docker rm -f bench"'
    measure 10 3
    $crun delete -f bench
    mini-docker rm -f bench > log
}

case_stop() {
    title stop 'stop of a container whose process ends on TERM at once'
    make_image
    begin ''
    mini-docker run -d --name bench --network none busybox /bin/term > log
    ours 15ms 'mini-docker stop' 'mini-docker stop bench' 'mini-docker start bench'
    measure 10 3
    mini-docker rm -f bench > log
}

# measure_cycle NAME: start, stop and rm of one container
measure_cycle() {
    local stopped='mini-docker stop bench || mini-docker create --name bench --network none busybox /bin/term'
    begin ''
    add "$1: start" 'mini-docker start bench' "sh -c '$stopped'"
    add "$1: stop" 'mini-docker stop bench' "sh -c '{ $stopped; } && mini-docker start bench'"
    add "$1: rm" 'mini-docker rm bench' "sh -c '$stopped'"
    add "$1: crun run (no overlay)" "crun --root $dir/crun run --bundle quick bench"
    measure 5 4
    mini-docker rm -f bench > log
}

# more_containers FROM TO: that many that run
more_containers() {
    local i
    for ((i = $1; i <= $2; i++)); do mini-docker run -d --network none busybox /bin/term; done > log
}

case_thousand() {
    title thousand 'a thousand containers that run'
    make_image
    make_bundle quick .
    measure_cycle alone
    more_containers 1 100
    begin ''
    add 'ps with 100' 'mini-docker ps'
    measure 5 10
    more_containers 101 1000
    begin ''
    ours 15ms 'ps with 1000' 'mini-docker ps'
    add 'ps -q with 1000' 'mini-docker ps -q'
    measure 5 10
    measure_cycle 'with 1000 others'
    mini-docker ps -aq | xargs -n 50 mini-docker rm -f > log
}

# The supervisor, who watches over it, and who writes its log; conmon is one process
case_supervisor() {
    local i sum podman
    title supervisor 'memory (PSS) of all that stays beside a container, with ten of them'
    make_image
    for ((i = 0; i < 10; i++)); do mini-docker run -d --name "bench$i" --network none busybox /bin/term; done > log
    sleep 2 # the writer of a log gives memory back after a second
    sum=$(pss_of ns-spawn ctr-log)
    printf '  %-38s %8d KiB %8s   %-9s%s\n' 'ns-spawn (two), ctr-log' "$sum" '' 281 "$( ((sum <= 281)) && echo holds || echo missed)"
    mini-docker ps -aq | xargs mini-docker rm -f > log
    setup_podman
    for ((i = 0; i < 10; i++)); do
        $podman run -d --name "bench$i" --network none --cgroup-parent "/$id" bench /bin/term
    done > log 2>&1 || true
    printf '  %-38s %8d KiB\n' conmon "$(pss_of conmon)"
    $podman rm -fa > log 2>&1 || true
}

# pss_of PROGRAM...: the processes of these names that were started from here, in KiB for each container
pss_of() {
    local pid comm sum=0 kib
    for pid in /proc/[0-9]*; do
        comm=$(cat "$pid/comm" 2> /dev/null) || continue
        [[ " $* " == *" $comm "* ]] || continue
        tr '\0' ' ' < "$pid/cmdline" | grep -qF "$dir" || continue
        kib=$(awk '/^Pss:/ { print $2 }' "$pid/smaps_rollup" 2> /dev/null) || continue
        sum=$((sum + kib))
    done
    echo $((sum / 10))
}
