#!/usr/bin/env bats
# netsetup: bridges, attached namespaces, subnets. All of it in hosts made of network namespaces.
load lib/common
load lib/net

setup() {
    common_setup
    need_root
    need_command ip jq busybox
    make_host host
}
teardown() {
    end_hosts
    common_teardown
}

# link HOST NAME FILTER: what the kernel tells of an interface there, through jq
link() {
    on "$1" ip -j -d address show dev "$2" | jq -r ".[0] | $3"
}

addresses() { # HOST NAME: without those that a link-local prefix has
    link "$1" "$2" '[.addr_info[] | select(.scope == "global") | "\(.local)/\(.prefixlen)"] | join(" ")'
}

# attach HOST_NAME OPTION...: attach that one to br0
attach() {
    local name=$1
    shift
    on host netsetup attach --pid "${host_pid[$name]}" --bridge br0 "$@"
}

links_of() { # HOST: their names
    sed -n 's/^ *\([^ ]*\):.*/\1/p' "/proc/${host_pid[$1]}/net/dev" | sort
}

has_ipv6() { [[ -e /proc/sys/net/ipv6 ]]; }

@test "bridge create: up, no spanning tree, addresses that can be used at once; again is as good" {
    run -0 on host netsetup bridge create br0 --address 10.1.0.1/24 --address fd00:1::1/64 --mtu 1400
    assert_output $'bridge\tbr0\nmac\t02:42:0a:01:00:01\nmtu\t1400\naddress\t10.1.0.1/24\naddress\tfd00:1::1/64'
    run -0 link host br0 '"\(.linkinfo.info_kind) \(.linkinfo.info_data.stp_state) \(.linkinfo.info_data.forward_delay) \(.mtu) \(.address) \(.flags | index("UP") != null)"'
    assert_output 'bridge 0 0 1400 02:42:0a:01:00:01 true'
    run -0 addresses host br0
    assert_output '10.1.0.1/24 fd00:1::1/64'
    run -0 link host br0 '[.addr_info[] | select(.tentative)] | length'
    assert_output 0
    run -0 on host cat /proc/sys/net/ipv6/conf/br0/accept_ra
    assert_output 0
    run -0 link host br0 '.addr_info[] | select(.scope == "link") | .local'
    assert_output fe80::42:aff:fe01:1
    # What is there stays, what lacks is added, another order is as good.
    run -0 on host netsetup bridge create br0 --address fd00:1::1/64 --address 10.2.0.1/24 --json
    assert_output '{"bridge":"br0","mac":"02:42:0a:01:00:01","mtu":1400,"address":["fd00:1::1/64","10.2.0.1/24"]}'
    run -0 addresses host br0
    assert_output '10.1.0.1/24 10.2.0.1/24 fd00:1::1/64'
    run -0 on host netsetup bridge list
    assert_output $'br0\t1400\t0\t10.1.0.1/24,10.2.0.1/24,fd00:1::1/64'
    # One that somebody has taken down, and half of it away, is mended.
    on host ip link set br0 down
    on host ip address flush dev br0
    run -0 on host netsetup bridge create br0 --address 10.1.0.1/24 --quiet
    assert_output ''
    run -0 addresses host br0
    assert_output 10.1.0.1/24
    run -0 link host br0 '.flags | index("UP") != null'
    assert_output true
}

@test "bridge create: what fails half-way is gone again" {
    run -1 on host netsetup bridge create br0 --mtu 1279 --address 10.1.0.1/24 --address fd00:1::1/64
    assert_output 'netsetup: br0: an MTU of 1279 is too small for IPv6'
    run -1 on host sh -c 'exec netsetup bridge create br0 --address 10.1.0.1/24 > /dev/full'
    assert_output 'netsetup: standard output: write: No space left on device'
    run -0 links_of host
    assert_output lo
    run -1 on host setpriv --bounding-set -net_admin --inh-caps -net_admin netsetup bridge create br0
    assert_output 'netsetup: br0: make a bridge: Operation not permitted'
}

@test "bridge remove: it alone; one that is gone is no error; another kind of interface is one" {
    on host netsetup bridge create br0 --quiet
    on host netsetup bridge create br1 --address 10.2.0.1/24 --quiet
    run -0 on host netsetup bridge list --json
    assert_output $'{"bridge":"br0","mtu":1500,"ports":0,"address":[]}\n{"bridge":"br1","mtu":1500,"ports":0,"address":["10.2.0.1/24"]}'
    run -0 on host netsetup bridge remove br0
    run -0 on host netsetup bridge remove br0
    run -0 on host netsetup bridge list
    assert_output $'br1\t1500\t0\t10.2.0.1/24'
    run -1 on host netsetup bridge remove lo
    assert_output 'netsetup: lo: it is not a bridge'
    run -1 on host netsetup bridge create lo
    assert_output 'netsetup: lo: there is such an interface, but it is not a bridge'
    run -0 links_of host
    assert_output $'br1\nlo'
}

# bats test_tags=vm
@test "attach: an interface in the namespace, and packets pass at once" {
    make_host a
    on a ip link set lo down
    on host netsetup bridge create br0 --address 10.1.0.1/24 --address fd00:1::1/64 --quiet
    run -0 attach a --address 10.1.0.2/24 --address fd00:1::2/64 --gateway 10.1.0.1 --gateway fd00:1::1 --alias $'it\'s "a"'
    assert_line --index 0 $'interface\teth0'
    assert_line --index 1 --regexp $'^host_interface\tveth[0-9a-f]{8}$'
    assert_equal "$(printf '%s\n' "${lines[@]:2}")" $'mac\t02:42:0a:01:00:02\nmtu\t1500\naddress\t10.1.0.2/24\naddress\tfd00:1::2/64\ngateway\t10.1.0.1\ngateway\tfd00:1::1'
    port=${lines[1]#*$'\t'}
    # The very first packet, both ways, both kinds.
    on a busybox ping -c 1 -W 5 10.1.0.1
    on a busybox ping -c 1 -W 5 fd00:1::1
    on host busybox ping -c 1 -W 5 fd00:1::2
    run -0 link host "$port" '"\(.master) \(.linkinfo.info_slave_data.state) \(.ifalias) \(.mtu) \(.addr_info | length)"'
    assert_output "br0 forwarding it's \"a\" 1500 0"
    run -0 link a eth0 '"\(.address) \(.mtu) \(.operstate) \(.linkinfo.info_kind) \([.addr_info[] | select(.tentative)] | length)"'
    assert_output '02:42:0a:01:00:02 1500 UP veth 0'
    run -0 addresses a eth0
    assert_output '10.1.0.2/24 fd00:1::2/64'
    run -0 link a lo '.flags | index("UP") != null'
    assert_output true
    run -0 on a ip route show default
    assert_output --partial 'default via 10.1.0.1 dev eth0'
    run -0 on a ip -6 route show default
    assert_output --partial 'default via fd00:1::1 dev eth0'
    # Another bridge, another interface: no second default route.
    on host netsetup bridge create br1 --address 10.2.0.1/24 --quiet
    run -0 on host netsetup attach --pid "${host_pid[a]}" --bridge br1 --name eth1 --address 10.2.0.2/24 --mac 02:00:00:00:00:aa --mtu 1300 --json
    assert_output --regexp '^\{"interface":"eth1","host_interface":"veth[0-9a-f]{8}","mac":"02:00:00:00:00:aa","mtu":1300,"address":\["10.2.0.2/24"\],"gateway":\[\]\}$'
    run -0 link a eth1 '"\(.address) \(.mtu)"'
    assert_output '02:00:00:00:00:aa 1300'
    run -0 on host netsetup bridge list
    assert_output $'br0\t1500\t1\t10.1.0.1/24,fd00:1::1/64\nbr1\t1300\t1\t10.2.0.1/24'
    # It goes with the namespace.
    kill -KILL "${host_pid[a]}"
    wait "${host_pid[a]}" || :
    poll 10 eval '[[ $(links_of host) == br0?br1?lo ]]'
}

@test "attach: to the namespace of a file; to no other process, and not to our own" {
    make_host a
    on host netsetup bridge create br0 --address 10.1.0.1/24 --quiet
    run -0 on host netsetup attach --netns "/proc/${host_pid[a]}/ns/net" --bridge br0 --address 10.1.0.2/24 --quiet
    assert_output ''
    run -0 addresses a eth0
    assert_output 10.1.0.2/24
    run -1 on host netsetup attach --netns "/proc/${host_pid[a]}/ns/mnt" --bridge br0
    assert_output "netsetup: /proc/${host_pid[a]}/ns/mnt: not a network namespace"
    run -1 on host netsetup attach --netns nosuch --bridge br0
    assert_output 'netsetup: nosuch: open: No such file or directory'
    run -1 attach host
    assert_output "netsetup: ${host_pid[host]}: its network namespace is our own"
    run -1 on host netsetup attach --pid 2147483647 --bridge br0
    assert_output 'netsetup: 2147483647: there is no such process'
    start=$(sed 's/.*) //' "/proc/${host_pid[a]}/stat" | cut -d ' ' -f 20)
    run -1 attach a --start $((start + 1)) --name eth1
    assert_output "netsetup: ${host_pid[a]}: it did not start at $((start + 1)): it is another process"
    run -0 attach a --start "$start" --name eth1 --quiet
    run -0 on host netsetup detach --netns "/proc/${host_pid[a]}/ns/net" --name eth1
    run -0 on host netsetup detach --pid "${host_pid[a]}" --name eth1
    run -0 links_of a
    assert_output $'eth0\nlo'
    run -0 on host netsetup bridge list
    assert_output $'br0\t1500\t1\t10.1.0.1/24'
}

# refused MESSAGE OPTION...: attach to `a` fails with this, and leaves nothing in either host
refused() {
    local message=$1 before
    shift
    before=$(links_of host; links_of a)
    run -1 attach a "$@"
    assert_output "netsetup: $message"
    assert_equal "$(links_of host; links_of a)" "$before"
}

@test "attach: what is refused leaves nothing" {
    make_host a
    on host netsetup bridge create br0 --address 10.1.0.1/24 --quiet
    refused 'nosuch: there is no such bridge' --bridge nosuch
    refused 'lo: there is such an interface, but it is not a bridge' --bridge lo
    refused '10.1.0.255/24: the address is the network'\''s broadcast address' --address 10.1.0.255/24
    refused '10.1.0.0/24: the address is the network'\''s own address' --address 10.1.0.0/24
    refused '224.0.0.1/24: the address is for multicast, or reserved' --address 224.0.0.1/24
    refused 'ff02::1/64: the address is for multicast' --address ff02::1/64
    refused '127.0.0.2/8: the address is for loopback' --address 127.0.0.2/8
    refused '10.1.0.2/16: the address is given twice' --address 10.1.0.2/24 --address 10.1.0.2/16
    refused '10.2.0.1: the gateway is in the network of none of the addresses' --address 10.1.0.2/24 --gateway 10.2.0.1
    refused '10.1.0.1: the gateway is in the network of none of the addresses' --gateway 10.1.0.1
    refused "10.1.0.2: the gateway is the interface's own address" --address 10.1.0.2/24 --gateway 10.1.0.2
    refused '10.1.0.9: there is another gateway already' --address 10.1.0.2/24 --gateway 10.1.0.1 --gateway 10.1.0.9
    refused 'eth0: an MTU of 1279 is too small for IPv6' --address fd00::2/64 --mtu 1279
    refused 'lo: there is an interface of this name in that namespace' --name lo
    attach a --address 10.1.0.2/24 --gateway 10.1.0.1 --quiet
    refused 'eth0: there is an interface of this name in that namespace' --address 10.1.0.3/24
    refused '10.1.0.2: the address is in use in that namespace' --address 10.1.0.2/24 --name eth1
    # This is found out by the kernel, when all else is done.
    refused 'eth1: add the default route by 10.1.0.1: File exists' --name eth1 --address 10.1.0.3/24 --gateway 10.1.0.1
    before=$(links_of host)
    run -1 on host sh -c 'exec netsetup attach --pid "$1" --bridge br0 --name eth1 > /dev/full' - "${host_pid[a]}"
    assert_output 'netsetup: standard output: write: No space left on device'
    assert_equal "$(links_of host)" "$before"
    run -1 on host setpriv --bounding-set -net_admin --inh-caps -net_admin netsetup attach --pid "${host_pid[a]}" --bridge br0 --name eth1
    assert_output 'netsetup: br0: make a pair of interfaces: Operation not permitted'
}

@test "route: the default routes lead by what is said, whatever they led by; else nothing changes" {
    make_host a
    on host netsetup bridge create br0 --address 10.1.0.1/24 --quiet
    attach a --address 10.1.0.2/24 --gateway 10.1.0.1 --address fd00:1::2/64 --quiet
    attach a --name eth1 --address 10.2.0.2/24 --quiet
    routes() { on a ip -j route show default | jq -r '.[] | "\(.gateway) \(.dev)"' && on a ip -6 -j route show default | jq -r '.[].gateway'; }
    on host netsetup route --pid "${host_pid[a]}" 10.1.0.9 fd00:1::1
    assert_equal "$(routes)" $'10.1.0.9 eth0\nfd00:1::1'
    on host netsetup route --pid "${host_pid[a]}" --name eth1 10.2.0.1
    assert_equal "$(routes)" $'10.2.0.1 eth1\nfd00:1::1'
    while IFS='|' read -r status arguments why; do
        run "-$status" on host netsetup route --pid "${host_pid[a]}" $arguments
        assert_output --partial "$why"
    done << 'END'
1|--name eth7 10.1.0.1|netsetup: eth7: there is no such interface in that namespace
1|10.9.0.1|netsetup: eth0: add the default route by 10.9.0.1: 
2|10.1.0.1 10.1.0.9|10.1.0.9: there is another gateway already
2|x|x: not an address
END
    assert_equal "$(routes)" $'10.2.0.1 eth1\nfd00:1::1'
}

@test "bad command lines" {
    for bad in 'bridge create' 'bridge create a b' 'bridge create x/y' 'bridge create 1234567890123456' 'bridge create .' \
        'bridge create br%d' 'bridge create br0 --mtu 67' 'bridge create br0 --mtu 65536' 'bridge create br0 --address 10.1.0.1' \
        'bridge create br0 --address 10.1.0.1/33' 'bridge create br0 --address 10.1.1/24' 'bridge create br0 --address ::ffff:10.1.0.1/96' \
        'bridge create br0 --address fe80::1%lo/64' 'bridge' 'bridge nosuch' 'subnet' 'attach' 'attach --pid 1' 'attach --bridge br0' \
        'attach --pid 0 --bridge br0' 'attach --pid 1x --bridge br0' 'attach --pid 1 --netns x --bridge br0' \
        'attach --netns x --start 1 --bridge br0' 'attach --pid 1 --bridge br0 --name 1234567890123456' 'attach --pid 1 --bridge a/b' \
        'attach --pid 1 --bridge br0 --mac 03:00:00:00:00:01' 'attach --pid 1 --bridge br0 --mac 00:00:00:00:00:00' \
        'attach --pid 1 --bridge br0 --mac 02:00:00:00:01' 'attach --pid 1 --bridge br0 --mac 02:00:00:00:00:01:02' \
        'attach --pid 1 --bridge br0 --mac 2:00:00:00:00:001' 'attach --pid 1 --bridge br0 --mac 02:00:00:00:00:-1' \
        'attach --pid 1 --bridge br0 --address 10.1.0.1/24 --gateway 10.1.0.1/24' 'detach --name eth0' \
        'subnet find --avoid x' 'subnet find --pool 10.0.0.0/8' 'subnet find --pool 10.0.0.0/8:7' 'subnet find --pool 10.0.0.0/8:33'; do
        # shellcheck disable=SC2086
        run -2 on host netsetup $bad
        assert_output --regexp "^netsetup: [^:].*\(try 'netsetup --help'\)\$"
        assert_equal "${#lines[@]}" 1
    done
    run -2 netsetup bridge
    assert_output "netsetup: bridge: needs one of: create, remove, list (try 'netsetup --help')"
    run -0 netsetup bridge --help
    assert_line --index 0 'Usage: netsetup VERB ...'
    run -0 netsetup bridge create --help
    assert_line --index 0 'Usage: netsetup bridge create [options] NAME'
    run -0 links_of host
    assert_output lo
}

@test "what is not said: MTU of the uplink or of the bridge, MAC of the address, no default route" {
    make_host a
    make_outside host
    on host ip link set wire mtu 1450
    on host netsetup bridge create br0 --address 10.1.0.1/24 --quiet
    run -0 link host br0 .mtu
    assert_output 1450
    on host ip link set wire mtu 1420
    run -0 attach a --address 10.1.0.2/24
    assert_line $'mtu\t1420'
    run -0 on a ip route show default
    assert_output ''
    on host ip link set wire mtu 1500
    on host netsetup bridge create br1 --mtu 1380 --quiet
    run -0 on host netsetup attach --pid "${host_pid[a]}" --bridge br1 --name eth1 --address fd00:2::2/64
    assert_line $'mtu\t1380'
    assert_line --regexp $'^mac\t02:42:'
    # The default route may be one of IPv6 alone.
    on host ip route del default
    on host ip link set wire mtu 1430
    run -0 attach a --name eth2 --mac 02:00:00:00:00:01
    assert_line $'mtu\t1420'
    on host netsetup bridge create br2
    run -0 link host br2 .mtu
    assert_output 1430
}

# bats test_tags=vm
@test "IPv6: switched on for who has an address of it, nothing of it for who has only IPv4" {
    has_ipv6 || cannot "needs IPv6"
    make_host a
    for name in host a; do
        on "$name" sh -c 'echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6'
    done
    on host netsetup bridge create br0 --address fd00:1::1/64 --quiet
    attach a --address fd00:1::2/64 --gateway fd00:1::1 --quiet
    on a busybox ping -c 1 -W 5 fd00:1::1
    on a sh -c 'echo 0 > /proc/sys/net/ipv6/conf/default/disable_ipv6'
    attach a --name eth1 --address 10.1.0.2/24 --quiet
    run -0 link a eth1 '[.addr_info[].local] | join(" ")'
    assert_output 10.1.0.2
    run -0 on a cat /proc/sys/net/ipv6/conf/eth0/accept_ra /proc/sys/net/ipv6/conf/eth1/accept_ra
    assert_output $'0\n0'
    # Who has none at all may still get some.
    attach a --name eth2 --quiet
    run -0 on a cat /proc/sys/net/ipv6/conf/eth2/accept_ra
    assert_output 1
}

@test "fifty at once" {
    on host netsetup bridge create br0 --address 10.1.0.1/16 --address fd00:1::1/64 --quiet
    for n in {1..50}; do
        unshare --net sleep inf < /dev/null > /dev/null 2>&1 3>&- &
        host_pid[a$n]=$!
    done
    for n in {1..50}; do poll 10 in_own_network "${host_pid[a$n]}"; done
    for n in {1..50}; do
        attach "a$n" --address "10.1.1.$n/16" --address "fd00:1::1:$n/64" --gateway 10.1.0.1 > "$T/out.$n" 2>&1 3>&- &
        attaching[n]=$!
    done
    for n in {1..50}; do wait "${attaching[n]}" || fail "$n: $(< "$T/out.$n")"; done
    for n in {1..50}; do
        read -r _ state had < <(on "a$n" ip -br address show dev eth0)
        assert_equal "$state $had" "UP 10.1.1.$n/16 fd00:1::1:$n/64 $(printf fe80::42:aff:fe01:1%02x/64 "$n")"
    done
    assert_equal "$(cat "$T"/out.* | grep host_interface | sort -u | wc -l)" 50
    run -0 on host netsetup bridge list
    assert_output $'br0\t1500\t50\t10.1.0.1/16,fd00:1::1/64'
    on a1 busybox ping -c 1 -W 5 10.1.1.50
}

@test "250 on one bridge reach each other" {
    on host netsetup bridge create br0 --address 10.1.0.1/16 --quiet
    for n in {1..250}; do
        unshare --net sleep inf < /dev/null > /dev/null 2>&1 3>&- &
        host_pid[a$n]=$!
        disown
    done
    for n in {1..250}; do
        poll 20 in_own_network "${host_pid[a$n]}"
        attach "a$n" --address "10.1.1.$n/16" --quiet
    done
    assert_equal "$(on host ip -j link show master br0 | jq length)" 250
    for n in 2 125 250; do on a1 busybox ping -c 1 -W 5 "10.1.1.$n"; done
    on host busybox ping -c 1 -W 5 10.1.1.250
}

@test "subnet find: free of routes, and of what is to be avoided" {
    run -0 on host netsetup subnet find
    assert_output $'subnet\t172.17.0.0/16\ngateway\t172.17.0.1'
    on host netsetup bridge create br0 --address 172.17.0.1/16 --address fd00:1::1/64 --quiet
    on host ip route add 172.18.200.0/24 dev br0
    on host ip route add blackhole 172.19.0.0/17
    run -0 on host netsetup subnet find
    assert_line $'subnet\t172.20.0.0/16'
    run -0 on host netsetup subnet find --avoid 172.20.5.0/24 --avoid 172.22.0.0/15
    assert_line $'subnet\t172.21.0.0/16'
    run -0 on host netsetup subnet find --avoid 172.16.0.0/12 --avoid 192.168.17.0/24 --avoid 192.168.0.0/28 --json
    assert_output '{"subnet":"192.168.32.0/20","gateway":"192.168.32.1"}'
    run -1 on host netsetup subnet find --avoid 172.16.0.0/12 --avoid 192.168.0.0/16
    assert_output 'netsetup: no network is free that overlaps with no route of this host'
    run -0 on host netsetup subnet find --pool fd00:1::/32:64
    assert_line $'subnet\tfd00:1:0:1::/64'
    run -1 on host netsetup subnet find --pool fd00:1::/64:64
    run -0 on host netsetup subnet find --pool 172.17.0.0/16:24 --pool 255.255.255.0/24:28 --avoid 255.255.255.0/25
    assert_line $'subnet\t255.255.255.128/28'
    run -1 on host netsetup subnet find --pool 255.255.255.0/24:28 --avoid 255.255.255.0/25 --avoid 255.255.255.128/25
    # An address counts without its route.
    on host ip address add 172.20.0.9/24 dev br0 noprefixroute
    run -0 on host netsetup subnet find
    assert_line $'subnet\t172.21.0.0/16'
    run -1 on host netsetup subnet check 172.20.0.0/16
    assert_output 'netsetup: 172.20.0.0/16: it overlaps with the route to 172.20.0.9/32 by br0'
    # Default routes are in nobody's way, in two halves as VPNs have them neither.
    on host ip route add 0.0.0.0/1 dev br0
    on host ip route add 128.0.0.0/1 dev br0
    on host ip route add default dev br0
    run -0 on host netsetup subnet find
    assert_line $'subnet\t172.21.0.0/16'
}

@test "subnet check: facts, or the reason" {
    on host netsetup bridge create br0 --address 172.17.0.1/16 --quiet
    run -0 on host netsetup subnet check 10.1.0.0/16
    assert_output $'subnet\t10.1.0.0/16\ngateway\t10.1.0.1'
    run -0 on host netsetup subnet check FD00:0009::/64 --gateway fd00:9::0a --json
    assert_output '{"subnet":"fd00:9::/64","gateway":"fd00:9::a"}'
    run -0 on host netsetup subnet check 10.1.0.0/16 --avoid 10.2.0.0/16 --gateway 10.1.255.254 --range 10.1.3.5/24
    assert_output $'subnet\t10.1.0.0/16\ngateway\t10.1.255.254\nrange\t10.1.3.0/24'
    while IFS='|' read -r bad message; do
        # shellcheck disable=SC2086
        run -1 on host netsetup subnet check $bad
        assert_output "netsetup: $message"
    done << 'END'
x|x: not a network: ADDRESS/LENGTH
10.1.0.0|10.1.0.0: not a network: ADDRESS/LENGTH
10.1.0.0/33|10.1.0.0/33: not a network: ADDRESS/LENGTH
10.1.0.1/16|10.1.0.1/16: bits of the host are set: the network is 10.1.0.0/16
10.1.0.0/31|10.1.0.0/31: the network has no room for a gateway and somebody who needs it
224.1.0.0/16|224.1.0.0/16: the network is for multicast, or reserved
0.0.0.0/0|0.0.0.0/0: the network is not for hosts
172.17.3.0/24|172.17.3.0/24: it overlaps with the route to 172.17.0.0/16 by br0
172.16.0.0/12|172.16.0.0/12: it overlaps with the route to 172.17.0.0/16 by br0
10.1.0.0/16 --avoid 10.0.0.0/8|10.1.0.0/16: it overlaps with 10.0.0.0/8, which is to be avoided
10.1.0.0/16 --gateway 10.2.0.1|10.2.0.1: the gateway is not in the subnet
10.1.0.0/16 --gateway 10.1.0.0|10.1.0.0: the gateway is the network's own address
10.1.0.0/16 --gateway 10.1.255.255|10.1.255.255: the gateway is the network's broadcast address
10.1.0.0/16 --gateway x|x: the gateway is not an address
10.1.0.0/16 --range 10.2.0.0/24|10.2.0.0/24: the range is not in the subnet
10.1.0.0/16 --range 10.0.0.0/8|10.0.0.0/8: the range is not in the subnet
END
}
