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
        disown # bash would tell how it ended
    done
    for kind in tcp tcp6 udp udp6; do
        poll 10 listens "$1" "$kind" "$(printf %04X "$2")"
    done
}

listens() { # HOST KIND HEXPORT
    grep -q ":$3 0*:0000 " "/proc/${host_pid[$1]}/net/$2"
}

# ask HOST PROTO ADDRESS PORT: the answer. A datagram may be lost, so who hears nothing asks again.
ask() {
    on "$1" timeout "${SECONDS_TO_WAIT-20}" bash -c '
        exec 4<> "/dev/$0/$1/$2" || exit
        status=124
        while ((status == 124)); do
            echo . >&4 || exit
            line=$(timeout 2 head -n 1 <&4) && status=0 || status=$?
        done
        echo "${line:?}"' "$2" "$3" "$4" 2>&1
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

# make_bridge FIREWALL: a host with br1, for what needs no traffic
make_bridge() {
    FIREWALL=$1
    need_firewall "$1"
    make_host host
    on host netsetup bridge create br1 --address 10.1.0.1/24 --address fd00:1::1/64 --quiet
}

# rules: every rule of the host, of either kind, without counters
rules() {
    {
        on host nft list ruleset
        on host iptables-legacy-save
        on host ip6tables-legacy-save
    } | sed '/^#/d; s/ \[[0-9]*:[0-9]*]$//; s/counter packets [0-9]* bytes [0-9]*/counter/'
}

# ours: what of them is not there in a host of which nobody asked anything
ours() {
    rules | grep -i 'mini-docker\|br[0-9]'
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


# Masquerade, isolation, and what comes from outside to a container's own address.
out_and_apart() {
    make_world "$1"
    serve b 80
    serve c 80
    serve outside 80
    serve host 90
    nat 1
    nat 2
    local to
    for to in tcp udp; do
        answers a "$to" 10.1.0.3 80 b 10.1.0.2
        answers a "$to" fd00:1::3 80 b
        answers a "$to" 10.1.0.1 90 host 10.1.0.2
        answers a "$to" fd00:1::1 90 host
        answers a "$to" 192.0.2.2 80 outside 192.0.2.1
        answers a "$to" 2001:db8::2 80 outside '[2001:0db8:0000:0000:0000:0000:0000:0001]'
    done
    answers a tcp 192.0.2.1 90 host 10.1.0.2
    answers a tcp 2001:db8::1 90 host
    answers host tcp 10.1.0.3 80 b 10.1.0.1
    silent a tcp 10.2.0.2 80
    silent a udp 10.2.0.2 80
    silent a tcp fd00:2::2 80
    # The host would forward it.
    on outside ip route add 10.1.0.0/24 via 192.0.2.1
    on outside ip route add fd00:1::/64 via 2001:db8::1
    silent outside tcp 10.1.0.3 80
    silent outside tcp fd00:1::3 80
    publish B b 80:80
    silent outside tcp 10.1.0.3 80
    answers outside tcp 192.0.2.1 80 b 192.0.2.2
    answers a tcp 192.0.2.2 80 outside 192.0.2.1
}

# A container that sends to 127.0.0.1 of the host, to which replies from there are let in.
no_way_to_loopback() {
    make_world "$1"
    nat 1
    : > got
    nsenter --net="/proc/${host_pid[host]}/ns/net" socat -u UDP4-RECV:90,bind=127.0.0.1 OPEN:got,append 3>&- > /dev/null 2>&1 &
    PIDS+=("$!")
    disown
    poll 10 grep -q ': 0100007F:005A ' "/proc/${host_pid[host]}/net/udp"
    on a sh -c 'echo 1 > /proc/sys/net/ipv4/conf/all/route_localnet
        ip route del table local 127.0.0.1; ip route del table local 127.0.0.0/8; ip route add 127.0.0.1 via 10.1.0.1 src 10.1.0.2'
    on a bash -c 'echo first > /dev/udp/127.0.0.1/90'
    # It is our rule that keeps it out, nothing else.
    if [[ $1 == nft ]]; then
        on host nft flush chain inet mini-docker guard
    else
        on host iptables-legacy -t raw -F MINI-DOCKER
    fi
    on a bash -c 'echo second > /dev/udp/127.0.0.1/90'
    poll 10 grep second got
    run -0 cat got
    assert_output second
}

# A container that takes an address of the host for its own.
not_the_host() { # FIREWALL
    make_world "$1"
    nat 1
    : > got
    nsenter --net="/proc/${host_pid[host]}/ns/net" socat -u UDP6-RECV:90 OPEN:got,append 3>&- > /dev/null 2>&1 &
    PIDS+=("$!")
    disown
    poll 10 listens host udp6 005A
    on a ip address add 2001:db8::1/128 dev lo nodad
    on a socat -u - 'UDP6-SENDTO:[fd00:1::1]:90,bind=[2001:db8::1]' <<< first
    on a socat -u - 'UDP6-SENDTO:[fd00:1::1]:90' <<< second
    poll 10 grep second got
    run -0 cat got
    assert_output second
}

# A neighbour on the wire that sends to 127.0.0.1, for which a port is published, and one for all.
no_way_to_what_loopback_has() {
    make_world "$1"
    nat 1
    : > got
    nsenter --net="/proc/${host_pid[a]}/ns/net" socat -u UDP4-RECV:90 OPEN:got,append 3>&- > /dev/null 2>&1 &
    PIDS+=("$!")
    disown
    poll 10 grep -q ': 00000000:005A ' "/proc/${host_pid[a]}/net/udp"
    publish A a 127.0.0.1:90:90/udp 91:90/udp
    on outside sh -c 'echo 1 > /proc/sys/net/ipv4/conf/all/route_localnet
        ip route del table local 127.0.0.1; ip route del table local 127.0.0.0/8; ip route add 127.0.0.1 via 192.0.2.1 src 192.0.2.2'
    on outside bash -c 'echo first > /dev/udp/127.0.0.1/90; echo second > /dev/udp/127.0.0.1/91'
    on host bash -c 'echo third > /dev/udp/127.0.0.1/90'
    poll 10 grep third got
    run -0 cat got
    assert_output third
}

internal_is_alone() {
    make_world "$1"
    serve b 80
    serve c 80
    serve outside 80
    serve host 90
    nat 2
    nat 1 --internal
    publish C c 8080:80
    publish B b 8081:80
    answers a tcp 10.1.0.3 80 b 10.1.0.2
    answers a tcp fd00:1::3 80 b
    answers a tcp 10.1.0.1 90 host 10.1.0.2
    silent a tcp 192.0.2.2 80
    silent a tcp 2001:db8::2 80
    silent a tcp 192.0.2.1 8080
    silent outside tcp 192.0.2.1 8081
    silent c tcp 192.0.2.1 8081
    answers outside tcp 192.0.2.1 8080 c 192.0.2.2
    nat 1
    answers a tcp 192.0.2.2 80 outside 192.0.2.1
    answers a tcp 192.0.2.1 8080 c
}

# Hosts that drop what they forward, in iptables, in what iptables-nft makes of it, in nft.
others_drop() {
    make_world "$1"
    need_firewall iptables
    need_firewall nft
    need_command iptables-legacy iptables-nft
    local tool before empty='^:.*ACCEPT\|^\*\(nat\|raw\)\|^COMMIT' # of a table that was asked for
    for tool in iptables-legacy ip6tables-legacy iptables-nft ip6tables-nft; do
        on host "$tool" -P FORWARD DROP
    done
    on host nft 'table inet mine { chain one { type filter hook forward priority 5; policy drop; }
        chain two { type filter hook forward priority 6; policy drop; tcp dport 99 accept; }; }'
    before=$(rules)
    serve a 80
    serve c 80
    serve outside 80
    silent a tcp 192.0.2.2 80
    nat 1
    nat 2
    nat 1
    publish A a 8080:80 8080:80/udp
    answers outside tcp 192.0.2.1 8080 a 192.0.2.2
    answers outside tcp 2001:db8::1 8080 a
    answers outside udp 192.0.2.1 8080 a 192.0.2.2
    answers b tcp 10.1.0.2 80 a 10.1.0.3
    answers b tcp fd00:1::2 80 a
    answers c tcp 10.2.0.1 8080 a
    answers a tcp 192.0.2.1 8080 a
    answers a tcp 192.0.2.2 80 outside 192.0.2.1
    answers a tcp 2001:db8::2 80 outside
    silent a tcp 10.2.0.2 80
    silent c tcp fd00:1::2 80
    run -0 on host iptables-nft -S FORWARD
    assert_line '-A FORWARD -j MINI-DOCKER'
    on host netsetup nat remove br1
    answers c tcp 192.0.2.2 80 outside 192.0.2.1
    on host netsetup nat remove br2
    assert_equal "$(rules | grep -v "$empty")" "$(grep -v "$empty" <<< "$before")"
}

# The names of the driver's bridges are as long as can be.
others_drop_for_long_names() {
    make_bridge "$1"
    need_firewall nft
    local before bridge=md-0123456789ab
    on host netsetup bridge create "$bridge" --address 10.2.0.1/24 --quiet
    on host nft 'table inet mine { chain one { type filter hook forward priority 5; policy drop; }; }'
    before=$(rules)
    on host netsetup nat add "$bridge" --subnet 10.2.0.0/24 --firewall "$1" --quiet
    on host netsetup nat add "$bridge" --subnet 10.2.0.0/24 --firewall "$1" --quiet
    run -0 on host nft list chain inet mine MINI-DOCKER
    assert_equal "$(grep -c "$bridge" <<< "$output")" 2
    on host netsetup nat remove "$bridge"
    run ! ours
    [[ $1 != nft ]] || assert_equal "$(rules)" "$before"
}

again_and_nothing_left() {
    make_bridge "$1"
    on host netsetup bridge create br2 --address 10.2.0.1/24 --quiet
    on host nft add table inet mine
    on host iptables-legacy -t nat -A POSTROUTING -o other -j MASQUERADE
    on host ip6tables-legacy -A FORWARD -i other -j DROP
    run ! ours
    nat 1
    local once
    once=$(rules)
    nat 1
    assert_equal "$(rules)" "$once"
    nat 2 --internal
    run -0 on host netsetup nat list
    assert_line "br1	10.1.0.0/24,fd00:1::/64	-	$1"
    assert_line "br2	10.2.0.0/24,fd00:2::/64	internal	$1"
    run -0 on host netsetup nat list --json
    assert_line "{\"bridge\":\"br1\",\"subnets\":[\"10.1.0.0/24\",\"fd00:1::/64\"],\"internal\":false,\"firewall\":\"$1\"}"
    run -1 on host netsetup nat add br2 --subnet 10.1.0.128/25
    assert_output 'netsetup: br2: the subnet 10.1.0.128/25 overlaps with that of br1'
    on host netsetup nat add br2 --subnet 10.3.0.0/24 --quiet # in place of all that
    run -0 on host netsetup nat list
    assert_line "br2	10.3.0.0/24	-	$1"
    on host netsetup nat remove br2 --subnet 10.3.0.0/24
    on host netsetup nat remove br2
    assert_equal "$(rules)" "$once"
    on host netsetup nat remove br1
    run ! ours
    run -0 rules
    assert_line 'table inet mine {'
    assert_line '-A POSTROUTING -o other -j MASQUERADE'
    assert_line '-A FORWARD -i other -j DROP'
}

published() {
    on host netsetup published | sort
}

# Whose a port is, and changes of it.
owners() {
    make_bridge "$1"
    run -1 publish A a 80:80
    assert_output 'netsetup: there are no rules of networks here, or no more: netsetup nat add, or mini-docker network reload'
    nat 1
    publish A a 80:80 127.0.0.1:53:53/udp '[::1]:90:80'
    publish A a 80:80
    publish B b 81:80 127.0.0.2:53:53/udp
    run -0 published
    assert_output - << 'END'
A	0.0.0.0:80:80/tcp	10.1.0.2
A	127.0.0.1:53:53/udp	10.1.0.2
A	[::1]:90:80/tcp	fd00:1::2
A	[::]:80:80/tcp	fd00:1::2
B	0.0.0.0:81:80/tcp	10.1.0.3
B	127.0.0.2:53:53/udp	10.1.0.3
B	[::]:81:80/tcp	fd00:1::3
END
    local before
    before=$(published)
    run -1 publish B b 82:80 '[::]:80:80'
    assert_output 'netsetup: [::]:80:80/tcp: the port is published by A already'
    run -1 publish B b 127.0.0.1:53:54/udp
    assert_output 'netsetup: 127.0.0.1:53:54/udp: the port is published by A already'
    assert_equal "$(published)" "$before"
    publish A b 80:81 # it has moved
    run -0 published
    assert_line 'A	0.0.0.0:80:81/tcp	10.1.0.3'
    assert_line 'A	[::]:80:81/tcp	fd00:1::3'
    on host netsetup unpublish --owner A 81:80 127.0.0.1:53:53/udp 99:99
    run -0 published
    refute_line --partial 127.0.0.1
    assert_line 'B	0.0.0.0:81:80/tcp	10.1.0.3'
    netsetup lease take leases --owner A --subnet 10.1.0.0/24 > /dev/null
    on host netsetup lease free leases --owner A --unpublish
    run -0 netsetup lease list leases
    refute_output
    on host netsetup unpublish --owner A
    run -0 published
    assert_output - << 'END'
B	0.0.0.0:81:80/tcp	10.1.0.3
B	127.0.0.2:53:53/udp	10.1.0.3
B	[::]:81:80/tcp	fd00:1::3
END
    run -0 on host netsetup publish --owner "it's" --to 10.1.0.9 1002:3 1000:1 1001:2/udp
    assert_output "$(printf 'port_%s\t0.0.0.0:%s\n' 1 1002:3/tcp 2 1000:1/tcp 3 1001:2/udp)"
    run -0 on host netsetup published --json
    assert_line '{"owner":"it'\''s","spec":"0.0.0.0:1001:2/udp","to":"10.1.0.9"}'
}

# Who holds a port has it: what somebody has left who was killed is in nobody's way.
left_behind() {
    make_bridge "$1"
    nat 1
    publish A a 80:80 127.0.0.1:80:81 '[::1]:80:81' '[::1]:90:80' 91:80/udp
    local word hook=()
    for word in publish --hold-fd 3 --owner B --to 10.1.0.3 --to fd00:1::3 --firewall "$1" --quiet 80:80 '[::1]:90:80'; do
        hook+=(--setup-hook-arg "$word")
    done
    on host ns-spawn --setup-hook netsetup "${hook[@]}" -- true
    run -0 published
    assert_output - << 'END'
A	0.0.0.0:91:80/udp	10.1.0.2
A	[::]:91:80/udp	fd00:1::2
B	0.0.0.0:80:80/tcp	10.1.0.3
B	[::1]:90:80/tcp	fd00:1::3
B	[::]:80:80/tcp	fd00:1::3
END
    # What cannot be handed over is not published either.
    run -1 on host netsetup publish --hold-fd 3 --owner B --to 10.1.0.3 --firewall "$1" 92:80 3< /dev/null
    assert_output --partial 'netsetup: hand over the ports: '
    run -0 published
    refute_line --partial 92
}

# A client of UDP goes on from the same port while what it speaks to comes, moves and goes.
udp_moves() {
    make_world "$1"
    serve a 80
    serve b 80
    nat 1
    client() { # the answer
        on outside timeout "$1" bash -c 'coproc socat { exec socat - UDP4:192.0.2.1:8080,sourceport=7777; }
            echo . >&${socat[1]}; read -r line <&${socat[0]}; kill $socat_PID; echo "$line"'
    }
    run client 0.3
    publish A a 8080:80/udp
    run -0 client 20
    assert_output 'a 192.0.2.2'
    on host netsetup unpublish --owner A
    publish B b 8080:80/udp
    run -0 client 20
    assert_output 'b 192.0.2.2'
}

flush_is_mended() {
    make_world "$1"
    serve a 80
    nat 1
    publish A a 8080:80
    on host nft flush ruleset
    on host iptables-legacy -F
    on host iptables-legacy -t nat -F
    silent outside tcp 192.0.2.1 8080
    nat 1
    publish A a 8080:80
    answers outside tcp 192.0.2.1 8080 a 192.0.2.2
    [[ $1 == nft ]] || return 0
    on host nft flush table inet mini-docker # its rules alone
    silent outside tcp 192.0.2.1 8080
    nat 1
    answers outside tcp 192.0.2.1 8080 a 192.0.2.2
}

# at_once COMMAND...: 50 times, {} is the number
at_once() {
    on host sh -c 'for i in $(seq 101 150); do '"$*"' & pids="$pids $!"; done; for pid in $pids; do wait $pid || exit; done' 3>&-
}

fifty_at_once() {
    make_bridge "$1"
    nat 1
    at_once "netsetup publish --quiet --firewall $1 --owner o\$i --to 10.1.0.2 --to fd00:1::2 8\$i:80 9\$i:80/udp"
    assert_equal "$(published)" "$(for i in {101..150}; do
        printf "o$i\\t%s:%s\\t%s\\n" 0.0.0.0 "8$i:80/tcp" 10.1.0.2 0.0.0.0 "9$i:80/udp" 10.1.0.2 '[::]' "8$i:80/tcp" fd00:1::2 \
            '[::]' "9$i:80/udp" fd00:1::2
    done | sort)"
    at_once "netsetup unpublish --owner o\$i"
    assert_equal "$(published)" ''
    at_once "netsetup nat add --quiet --firewall $1 br1 --subnet 10.1.0.0/24"
    at_once "netsetup nat remove br1"
    run ! ours
}

# A process that ends before its ports are published, and one that does not.
process_is_gone() {
    make_bridge "$1"
    nat 1
    # Its parent does not wait for it.
    sh -c 'sleep inf & echo "$!" > pid; exec sleep inf' 3>&- &
    PIDS+=("$!")
    poll 10 test -s pid
    local pid
    pid=$(< pid)
    on host netsetup publish --quiet --pid "$pid" --owner A --to 10.1.0.2 80:80
    kill "$pid"
    poll 10 grep -q '^State:.*zombie' "/proc/$pid/status"
    run -1 on host netsetup publish --pid "$pid" --owner B --to 10.1.0.2 81:80
    assert_output "netsetup: $pid: the process is gone"
    pid=4194304 # there is none with so high a number
    run -1 on host netsetup publish --pid "$pid" --owner B --to 10.1.0.2 81:80
    assert_output "netsetup: $pid: the process is gone"
    run -0 published
    assert_output 'A	0.0.0.0:80:80/tcp	10.1.0.2'
}

# bats test_tags=vm
@test "a published port is reached from outside, the host, 127.0.0.1, other containers, itself, ::1 (nft)" {
    reached_from_everywhere nft
}

# bats test_tags=vm
@test "a published port is reached from outside, the host, 127.0.0.1, other containers, itself (iptables)" {
    reached_from_everywhere iptables
}

@test "containers get out by masquerade, networks are apart, nobody gets in (nft)" {
    out_and_apart nft
}

@test "containers get out by masquerade, networks are apart, nobody gets in (iptables)" {
    out_and_apart iptables
}

@test "a container does not reach what listens on 127.0.0.1 of the host (nft)" {
    no_way_to_loopback nft
}

@test "a container does not reach what listens on 127.0.0.1 of the host (iptables)" {
    no_way_to_loopback iptables
}

@test "a container does not speak as the host (nft)" {
    not_the_host nft
}

@test "what is published on 127.0.0.1 is not reached from a wire (nft)" {
    no_way_to_what_loopback_has nft
}

@test "what is published on 127.0.0.1 is not reached from a wire (iptables)" {
    no_way_to_what_loopback_has iptables
}

@test "an internal network reaches itself and the host, nothing else (nft)" {
    internal_is_alone nft
}

@test "an internal network reaches itself and the host, nothing else (iptables)" {
    internal_is_alone iptables
}

@test "firewalls of others that drop what is forwarded let it pass (nft)" {
    others_drop nft
}

@test "firewalls of others that drop what is forwarded let it pass (iptables)" {
    others_drop iptables
}

@test "firewalls of others have what a bridge needs once, and not after it, however long its name is (nft)" {
    others_drop_for_long_names nft
}

@test "firewalls of others have what a bridge needs once, and not after it, however long its name is (iptables)" {
    others_drop_for_long_names iptables
}

@test "nat add may be done again, nat remove leaves nothing, and what others have stays (nft)" {
    again_and_nothing_left nft
}

@test "nat add may be done again, nat remove leaves nothing, and what others have stays (iptables)" {
    again_and_nothing_left iptables
}

@test "ports have owners (nft)" {
    owners nft
}

@test "ports have owners (iptables)" {
    owners iptables
}

@test "a thousand ports that are taken: refused, however much the kernel has to say of them" {
    make_bridge nft
    nat 1
    mapfile -t specs < <(seq -f '%.0f:80' 10001 11000)
    on host netsetup publish --quiet --firewall nft --owner A --to 10.1.0.2 "${specs[@]}"
    run -1 on host netsetup publish --quiet --firewall nft --owner B --to 10.1.0.3 9999:80 "${specs[@]}"
    assert_output 'netsetup: 0.0.0.0:10001:80/tcp: the port is published by A already'
    on host netsetup publish --quiet --firewall nft --owner A --to 10.1.0.2 9999:80 "${specs[@]}"
    run -0 published
    assert_equal "${#lines[@]}" 1001
}

# By two of its own side, while somebody else gets the port.
@test "a port that is freed twice at once is free for the next one (nft)" {
    make_bridge nft
    nat 1
    for _ in {1..40}; do
        publish A a 80:80
        on host sh -c 'netsetup unpublish --owner A & first=$!; netsetup unpublish --owner A & second=$!
            until netsetup publish --quiet --owner B --to 10.1.0.3 80:80 2> /dev/null; do :; done
            wait $first && wait $second' 3>&- || fail "unpublish: $?"
        run -0 published
        assert_output 'B	0.0.0.0:80:80/tcp	10.1.0.3'
        on host netsetup unpublish --owner B
    done
}

@test "who holds a port has it, whatever others have left (nft)" {
    left_behind nft
}

@test "who holds a port has it, whatever others have left (iptables)" {
    left_behind iptables
}

@test "what somebody flushed is mended (nft)" {
    flush_is_mended nft
}

@test "what somebody flushed is mended (iptables)" {
    flush_is_mended iptables
}

@test "a client of UDP meets who has the port by now (nft)" {
    udp_moves nft
}

@test "a client of UDP meets who has the port by now (iptables)" {
    udp_moves iptables
}

@test "fifty at once: no rule is lost (nft)" {
    fifty_at_once nft
}

@test "fifty at once: no rule is lost (iptables)" {
    fifty_at_once iptables
}

@test "ports of a process that is gone are not published (nft)" {
    process_is_gone nft
}

@test "ports of a process that is gone are not published (iptables)" {
    process_is_gone iptables
}

@test "parameters of the kernel: per interface, and no more than is needed" {
    need_firewall nft
    make_host host
    make_outside host
    on host netsetup bridge create br1 --address 10.1.0.1/24 --address fd00:1::1/64 --quiet
    on host ip link add other type bridge
    conf() { on host cat "/proc/sys/net/$1/conf/$2/$3"; }
    FIREWALL=nft nat 1
    assert_equal "$(conf ipv4 br1 route_localnet)$(conf ipv4 br1 forwarding)$(conf ipv4 wire forwarding)" 111
    assert_equal "$(conf ipv4 wire route_localnet)$(conf ipv4 all forwarding)$(conf ipv4 other forwarding)" 000
    if [[ -e /proc/sys/net/ipv6/conf/lo/force_forwarding ]]; then
        assert_equal "$(conf ipv6 br1 force_forwarding)$(conf ipv6 wire force_forwarding)$(conf ipv6 wire accept_ra)" 111
        assert_equal "$(conf ipv6 all forwarding)$(conf ipv6 other force_forwarding)" 00
    else
        assert_equal "$(conf ipv6 all forwarding)$(conf ipv6 wire accept_ra)" 12
    fi
}

@test "rules of a bridge that is no more give way to a network that has its subnet" {
    for firewall in nft iptables; do
        make_bridge "$firewall"
        nat 1
        on host netsetup bridge create br2 --address 10.3.0.1/24 --quiet
        run -1 on host netsetup nat add br2 --subnet 10.1.0.0/16 --firewall "$firewall"
        assert_output 'netsetup: br2: the subnet 10.1.0.0/16 overlaps with that of br1'
        on host netsetup bridge remove br1
        run -0 on host netsetup nat add br2 --subnet 10.1.0.0/16 --firewall "$firewall" --quiet
        run -0 on host netsetup nat list
        assert_output "br2	10.1.0.0/16	-	$firewall"
        run ! grep -w br1 <(rules)
        end_hosts
    done
}

@test "which firewall: nft where there is one, or the one that is in use, or as asked" {
    need_firewall nft
    need_firewall iptables
    make_bridge nft
    assert_equal "$(on host netsetup firewall)" nft
    assert_equal "$(on host netsetup firewall --firewall iptables)" iptables
    on host netsetup nat add br1 --subnet 10.1.0.0/24 --firewall iptables --quiet
    assert_equal "$(on host netsetup firewall)" iptables
    on host netsetup publish --owner A --to 10.1.0.2 --quiet 80:80
    run ! on host nft list table inet mini-docker
    # From one to the other: nothing stays behind.
    on host netsetup nat add br1 --subnet 10.1.0.0/24 --firewall nft --quiet
    run -0 on host netsetup nat list
    assert_output 'br1	10.1.0.0/24	-	nft'
    on host netsetup nat remove br1
    run ! ours
}

@test "without the build of it that loads libraries: said so, and nothing is done; the rest works" {
    [[ ! ${SANITIZE-} ]] || skip "a sanitized build loads them itself"
    mkdir -p own/bin
    cp "$BIN/netsetup" own/bin/
    make_bridge nft
    run -1 on host own/bin/netsetup nat add br1 --subnet 10.1.0.0/24 --firewall nft
    assert_output "netsetup: $PWD/own/bin/../lib/mini-docker/netsetup: execute the build of it that loads libraries: No such file or directory"
    run -0 on host nft list tables
    refute_output
    FIREWALL=nft nat 1
    run -0 on host own/bin/netsetup publish --quiet --firewall nft --owner A --to 10.1.0.2 80:80
    run -0 on host own/bin/netsetup unpublish --owner A
}

@test "without the right to ask: said so, and not that there is nothing" {
    need_firewall nft
    make_host host
    local verb
    for verb in firewall 'nat list' published 'unpublish --owner A'; do
        run -1 on host setpriv --bounding-set -net_admin --inh-caps -net_admin netsetup $verb
        assert_output 'netsetup: nf_tables: Operation not permitted'
    done
}

@test "bad input is refused with the reason" {
    need_firewall nft
    make_bridge nft
    nat 1
    local before publish='netsetup publish --owner A --to 10.1.0.2'
    before=$(rules)
    refused() { # STATUS REASON COMMAND...
        run "-$1" on host "${@:3}"
        assert_line --index 0 "netsetup: $2"
    }
    refused 1 "0:80: the host's port is no number from 1 to 65535" $publish 0:80
    refused 1 "65536:80: the host's port is no number from 1 to 65535" $publish 1:1 65536:80
    refused 1 '80:80/sctp: the protocol is tcp or udp' $publish 80:80/sctp
    refused 1 '[::1]:80:80: --to has no address of that family' $publish '[::1]:80:80'
    refused 1 "0.0.0.0:80:81/tcp: the host's port is given twice" $publish 80:80 80:81
    refused 2 '--to: fd00::/64: not an address (try '\''netsetup --help'\'')' netsetup publish --owner A --to fd00::/64 80:80
    refused 2 '--to is missing (try '\''netsetup --help'\'')' netsetup publish --owner A 80:80
    refused 2 '--owner is missing (try '\''netsetup --help'\'')' netsetup publish --to 10.1.0.2 80:80
    refused 2 '--owner is missing (try '\''netsetup --help'\'')' netsetup unpublish
    refused 1 'nosuch: there is no such interface' netsetup nat add nosuch --subnet 10.3.0.0/24
    refused 1 '10.3.0.1/24: the address has bits of a host' netsetup nat add br1 --subnet 10.3.0.1/24
    refused 2 '--subnet is missing (try '\''netsetup --help'\'')' netsetup nat add br1
    assert_equal "$(rules)" "$before"
}
