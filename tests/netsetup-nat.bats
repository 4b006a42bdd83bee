#!/usr/bin/env bats
# netsetup nat, publish, unpublish: by what gets through. Hosts are network namespaces:
#     outside (192.0.2.2) --- (192.0.2.1) host --- br1 (10.1.0.0/24): a .2, b .3
#                                              \-- br2 (10.2.0.0/24): c .2
# each with IPv6 of the same kind (2001:db8::, fd00:1::, fd00:2::). Each test is run with each firewall.

load lib/common
load lib/net

setup() {
    common_setup
    cd "$T"
    need_command socat
    export XTABLES_LOCKFILE=$T/xtables.lock
}
teardown() {
    local pid
    for pid in "${PIDS[@]}"; do kill -9 "$pid" 2> /dev/null || :; done
    end_hosts
    common_teardown
}
PIDS=()


# serve HOST PORT: TCP and UDP, IPv4 and IPv6; the answer is HOST and the address it went to
serve() {
    local kind
    for kind in TCP4-LISTEN TCP6-LISTEN UDP4-RECVFROM UDP6-RECVFROM; do
        nsenter --net="/proc/${host_pid[$1]}/ns/net" socat "$kind:$2,fork,reuseaddr$([[ $kind != *6* ]] || echo ,ipv6only=1)" \
            SYSTEM:"read line; echo $1 \$SOCAT_PEERADDR" 3>&- > /dev/null 2>&1 &
        PIDS+=("$!")
    done
    for kind in tcp tcp6 udp udp6; do
        poll 10 listens "$1" "$kind" "$(printf %04X "$2")"
    done
}

listens() { # HOST KIND HEXPORT
    grep -q ":$3 0*:0000 " "/proc/${host_pid[$1]}/net/$2"
}

# ask HOST PROTO ADDRESS PORT: the answer
ask() {
    on "$1" timeout "${SECONDS_TO_WAIT-20}" bash -c '
        exec 4<> "/dev/$0/$1/$2" && echo . >&4 && line=$(head -n 1 <&4) && echo "${line:?}"' "$2" "$3" "$4" 2>&1
}

# answers HOST PROTO ADDRESS PORT NAME [FROM]: so it does, to who asks with that address
answers() {
    run ask "${@:1:4}"
    [[ $status -eq 0 && $output == "$5 ${6-${output#* }}" ]] || fail "$*: $status: $output"
}

# silent HOST PROTO ADDRESS PORT: nothing comes back
silent() {
    SECONDS_TO_WAIT=0.4 run ask "$@"
    [[ $status -ne 0 ]] || fail "$* is answered: $output"
}

# make_container NAME BRIDGE ADDRESS4 ADDRESS6: its gateways are the .1 and ::1 of its subnets
make_container() {
    make_host "$1"
    on host netsetup attach --netns "/proc/${host_pid[$1]}/ns/net" --bridge "$2" --address "$3/24" --address "$4/64" \
        --gateway "${3%.*}.1" --gateway "${4%::*}::1" --quiet
}

# make_world FIREWALL: what is drawn at the top, without NAT
make_world() {
    FIREWALL=$1
    need_firewall "$1"
    make_host host
    make_outside host
    on host netsetup bridge create br1 --address 10.1.0.1/24 --address fd00:1::1/64 --quiet
    on host netsetup bridge create br2 --address 10.2.0.1/24 --address fd00:2::1/64 --quiet
    make_container a br1 10.1.0.2 fd00:1::2
    make_container b br1 10.1.0.3 fd00:1::3
    make_container c br2 10.2.0.2 fd00:2::2
}

need_firewall() {
    unshare --net netsetup firewall --firewall "$1" > /dev/null || cannot "needs a kernel with $1"
}

nat() { # NUMBER [OPTION...]: of bridge brNUMBER
    on host netsetup nat add "br$1" --subnet "10.$1.0.0/24" --subnet "fd00:$1::/64" --firewall "$FIREWALL" --quiet "${@:2}"
}

publish() { # OWNER NAME SPEC...
    local -A number=([a]=1.2 [b]=1.3 [c]=2.2)
    local n=${number[$2]}
    on host netsetup publish --owner "$1" --to "10.${n%.*}.0.${n#*.}" --to "fd00:${n%.*}::${n#*.}" --firewall "$FIREWALL" --quiet "${@:3}"
}

reached_from_everywhere() {
    make_world "$1"
    serve a 80
    nat 1
    nat 2
    publish A a 8080:80 5353:80/udp
    local from address
    for from in outside:192.0.2.1 outside:2001:db8::1 host:192.0.2.1 host:2001:db8::1 host:10.1.0.1 host:fd00:1::1 host:127.0.0.1 \
        host:::1 b:192.0.2.1 b:2001:db8::1 b:10.1.0.1 b:fd00:1::1 c:192.0.2.1 c:2001:db8::1 c:10.2.0.1 c:fd00:1::1 \
        a:192.0.2.1 a:2001:db8::1 a:10.1.0.1 a:fd00:1::1; do
        [[ $1:$from != iptables:host:::1 ]] || continue
        answers "${from%%:*}" tcp "${from#*:}" 8080 a
        answers "${from%%:*}" udp "${from#*:}" 5353 a
    done
    answers outside tcp 192.0.2.1 8080 a 192.0.2.2
    answers host tcp 127.0.0.1 8080 a 10.1.0.1
}

# bats test_tags=vm
@test "a published port is reached from outside, the host, 127.0.0.1 and ::1, other containers, itself (nft)" {
    reached_from_everywhere nft
}

# bats test_tags=vm
@test "a published port is reached from outside, the host, 127.0.0.1, other containers, itself (iptables)" {
    reached_from_everywhere iptables
}
