#!/bin/bash
# What is measured of networks; sourced by run. See measure.bash for the words. Everything is in network
# namespaces: that of the bench is the host, others have names in /run/netns, as ip(8) gives them.
# shellcheck disable=SC2034,SC2154 # dir and id are of run, host is for measure.bash

# make_host NAME: one more network namespace, where lo is up
make_host() {
    mkdir -p /run/netns
    : > "/run/netns/$1"
    unshare --net="/run/netns/$1" ip link set lo up
}

# The ways to do by hand what `netsetup attach` does, as scripts; and what makes a namespace anew. The one
# before stays below it until the end: while the kernel removes one, it makes others wait.
make_attach_scripts() {
    cat > by-ip << .
ip link add veth0 type veth peer name veth1
ip link set veth0 master bench0
ip link set veth0 up
ip link set veth1 netns inside
ip -n inside link set lo up
ip -n inside link set veth1 name eth0
ip -n inside addr add 10.1.0.2/16 dev eth0
ip -n inside link set eth0 up
ip -n inside route add default via 10.1.0.1
.
    sed 's,^ip -n inside,nsenter --net=/run/netns/inside ip,' by-ip > by-nsenter
    grep -v -e '-n inside' by-ip | sed 's/^ip //' > batch-outside
    sed -n 's/^ip -n inside //p' by-ip > batch-inside
    echo 'ip -batch batch-outside && ip -n inside -batch batch-inside' > by-batch
    echo 'netsetup detach --netns /run/netns/inside && unshare --net=/run/netns/inside true' > anew
}

case_attach() {
    title attach 'a namespace joined to a bridge: a pair of interfaces, address, default route'
    make_attach_scripts
    make_host inside
    netsetup bridge create --quiet bench0 --address 10.1.0.1/16
    begin 'netsetup --version'
    add 'netsetup --version' 'netsetup --version' 'sh -e anew'
    ours +2ms 'netsetup attach' "netsetup attach --quiet --netns /run/netns/inside --bridge bench0
        --address 10.1.0.2/16 --gateway 10.1.0.1" 'sh -e anew'
    add 'ip, nine times' 'sh -e by-ip' 'sh -e anew'
    add 'ip and nsenter, nine times' 'sh -e by-nsenter' 'sh -e anew'
    add 'ip -batch, twice' 'sh -e by-batch' 'sh -e anew'
    measure 10 5
    netsetup bridge remove bench0
    while umount /run/netns/inside 2> log; do :; done
}

case_network() {
    local podman limits='-m 100m'
    title network 'a container on the default network, from image to removal'
    make_rootfs
    make_bundle memory '.linux.resources.memory.limit = 104857600'
    mini-docker import -q image.tar busybox > log
    setup_podman
    begin 'crun run (no network, no overlay)'
    add 'crun run (no network, no overlay)' "crun --root $dir/crun run --bundle memory bench"
    ours 1.80 'mini-docker run --rm -p' "mini-docker run --rm -p 8080:80 $limits busybox /bin/true"
    add 'mini-docker run --rm' "mini-docker run --rm $limits busybox /bin/true"
    add 'mini-docker run --rm --network none' "mini-docker run --rm --network none $limits busybox /bin/true"
    add 'podman run --rm -p' "$podman run --rm -p 8080:80 --cgroup-parent /$id $limits bench /bin/true"
    measure 10 3
    against 0.05 'mini-docker run --rm -p' 'podman run --rm -p'
}

# fill_host FIREWALL N: a host with N - 1 published ports, as of that many containers
fill_host() {
    local host=$1-$2
    make_host "$host"
    nsenter --net="/run/netns/$host" bash -e << .
        netsetup bridge create --quiet bench0 --address 10.1.0.1/16
        netsetup nat add bench0 --subnet 10.1.0.0/16 --firewall $1 > log
        for ((i = 1; i < $2; i++)); do
            netsetup publish --quiet --firewall $1 --owner \$(printf %064d \$i) \
                --to 10.1.\$((i / 250)).\$((i % 250 + 2)) \$((10000 + i)):80/tcp
        done
.
}

# publish_curve FIREWALL [BAR]: of number 1000, against the first
publish_curve() {
    local n host own="--firewall $1 --owner last"
    begin "$1: number 1"
    for n in 1 10 100 1000; do
        fill_host "$1" "$n"
        host=$1-$n
        ours "$( ((n == 1000)) && echo "${2-}")" "$1: number $n" \
            "netsetup publish --quiet $own --to 10.1.9.9 8080:80/tcp" \
            "sh -c 'netsetup unpublish $own && sleep 0.05'" # the kernel still frees what was there
    done
    measure 10 5
}

case_publish() {
    title publish 'one more published port, where there are others'
    publish_curve nft 1.50
    publish_curve iptables
}

# The same without us, in a host and a namespace of its own
plumb_by_hand() {
    make_host hand
    make_host hand-inside
    nsenter --net=/run/netns/hand sh -e << .
        ip link add br0 type bridge
        ip addr add 10.1.0.1/16 dev br0
        ip link set br0 up
        ip link add veth0 type veth peer name eth0 netns hand-inside
        ip link set veth0 master br0
        ip link set veth0 up
        ip -n hand-inside addr add 10.1.0.2/16 dev eth0
        ip -n hand-inside link set eth0 up
.
}

# throughput NAMESPACE ADDRESS: what is received, in bits per second
throughput() {
    local tries
    for ((tries = 0; tries < 50; tries++)); do # the server may not be there yet
        nsenter --net="$1" iperf3 --client "$2" --time 1 --json > iperf.json && break
        sleep 0.1
    done
    jq .end.sum_received.bits_per_second iperf.json
}

throughput_row() { # NAME BITS BITS-BY-HAND [BAR]
    awk -v name="$1" -v bits="$2" -v by_hand="$3" -v bar="${4-}" 'BEGIN {
        printf "  %-38s %7.2f Gb/s %7.2f", name, bits / 1e9, bits / by_hand
        if (bar) printf "   %-9s%s", ">=" bar, (bits / by_hand < bar) ? "missed" : "holds"
        print ""
    }'
}

case_throughput() {
    local pid gateway round by_hand
    title throughput 'from a container to the host: iperf3, one connection of TCP'
    type -P iperf3 > /dev/null || { note iperf3 'not installed' && return; }
    make_rootfs
    mini-docker import -q image.tar busybox > log
    mini-docker run -d --name bench busybox sleep 1000 > log
    pid=$(ctr-state get bench pid)
    gateway=$(nsenter --net="/proc/$pid/ns/net" ip -j route show default | jq -r '.[0].gateway')
    plumb_by_hand
    iperf3 --server > server 2>&1 &
    nsenter --net=/run/netns/hand iperf3 --server > server-by-hand 2>&1 &
    for ((round = 0; round < 15; round++)); do
        throughput /run/netns/hand-inside 10.1.0.1 >> by-hand
        throughput "/proc/$pid/ns/net" "$gateway" >> by-us
    done
    by_hand=$(sort -n by-hand | sed -n 8p)
    throughput_row 'veth and bridge by hand' "$by_hand" "$by_hand"
    throughput_row 'mini-docker run' "$(sort -n by-us | sed -n 8p)" "$by_hand" 0.95
    jobs -p | xargs kill
    wait
    mini-docker rm -f bench > log
}
