#!/usr/bin/env bats
# run, create and start on networks: containers on a host that is a network namespace, and another host
# outside. Addresses, rules and interfaces are looked at as the kernel has them.

load lib/run
load lib/net

setup_file() { run_setup_file; }
setup() {
    run_setup
    MINI_DOCKER_NETWORK=bridge
    make_host host
    make_outside host
}
teardown() {
    md rm -f $(md ps -aq) > /dev/null 2>&1 || :
    end_hosts
    run_teardown
}

md() { # ARG...: the driver, on the host
    on host mini-docker "$@"
}

# serve NAME ARG...: a container that answers with its name on port 80
serve() {
    local name=$1
    shift
    md run -d --name "$name" --hostname "$name" "$@" busybox sh -c 'mkdir -p /www && hostname > /www/index.html && exec httpd -f -p 80 -h /www'
    poll 10 md exec "$name" wget -q -O /dev/null http://127.0.0.1/
}

get() { # HOST ADDRESS[:PORT]
    on "$1" timeout 5 busybox wget -q -O - "http://$2/"
}

address() { # NAME [NETWORK]: its IPv4 address
    md inspect -f "{{(index .NetworkSettings.Networks \"${2:-bridge}\").IPAddress}}" "$1"
}

on_background() { # HOST COMMAND...: until the test ends
    nsenter --net="/proc/${host_pid[$1]}/ns/net" -- "${@:2}" < /dev/null > /dev/null 2>&1 3>&- &
    PIDS+=($!)
}

# bats test_tags=vm
@test "the default network: an address, a route, names; gateway, host, outside and each other" {
    serve one
    run -0 md exec one ip -o -4 address show eth0
    assert_output --regexp "inet $(address one)/16 "
    run -0 md exec one sh -c 'ip route; cat /sys/class/net/lo/operstate; cat /etc/hosts; hostname; cat /etc/hostname'
    assert_line --regexp '^default via '
    assert_line "$(address one)	one"
    gateway=$(md exec one sh -c 'ip route | sed -n "s/^default via \([^ ]*\).*/\1/p"')
    on_background outside socat TCP-LISTEN:8000,fork,reuseaddr SYSTEM:'echo $SOCAT_PEERADDR'
    run -0 md run --rm busybox sh -c "ping -c 1 -W 2 $gateway && ping -c 1 -W 2 192.0.2.1 && ping -c 1 -W 2 $(address one)"
    run -0 md run --rm --init busybox timeout 3 wget -q -O - "http://$(address one)/"
    assert_output one
    poll 5 on outside sh -c 'ss -ltn | grep -q :8000'
    run -0 md run --rm busybox nc -w 3 192.0.2.2 8000
    assert_output 192.0.2.1 # masqueraded: outside has no route back
    [[ $(on host cat /proc/sys/net/ipv4/ip_forward) == 0 ]] # per interface
}

@test "a container's end frees its address; round-robin" {
    first=$(md run --rm busybox hostname -i)
    second=$(md run --rm busybox hostname -i)
    [[ $first != "$second" ]]
    none "$MINI_DOCKER_RUN/networks" -path '*/leases/*' ! -name '.*'
    run -0 on host ip -o link show type veth
    refute_line --partial 'master md-'
}

# bats test_tags=vm
@test "a published port: from outside, from the host by any of its addresses, from containers, from itself" {
    serve web -p 8080:80
    serve other
    for from in 'outside 192.0.2.1' 'host 192.0.2.1' 'host 127.0.0.1' 'host [::1]' 'outside [2001:db8::1]'; do
        run -0 get $from:8080
        assert_output web
    done
    for name in web other; do
        run -0 md exec "$name" timeout 3 wget -q -O - http://192.0.2.1:8080/
        assert_output web
    done
    run -0 md port web
    assert_output $'80/tcp -> 0.0.0.0:8080\n80/tcp -> [::]:8080'
    run -0 md ps --format '{{.Ports}}' -f name=web
    assert_output '0.0.0.0:8080->80/tcp, [::]:8080->80/tcp'
    md rm -f web
    run ! get outside 192.0.2.1:8080
    run -0 md run --rm -p 8080:80 busybox true
}

@test "a port that is taken is named, by whomever, and nothing starts" {
    serve web -p 8080:80
    run -125 md run --rm -p 8080:81 busybox true
    assert_output --partial '8080'
    run -125 md run -d --name second -p 127.0.0.1:8080:81 busybox true
    assert_equal "$(md ps -aq | wc -l)" 1
    on_background host socat TCP-LISTEN:9000,fork,reuseaddr -
    poll 5 on host sh -c 'ss -ltn | grep -q :9000'
    run -125 md run --rm -p 9000:80 busybox true
    assert_output --partial '9000'
    assert_output --regexp 'Address (already )?in use'
    assert_equal "$(md ps -aq | wc -l)" 1
    # Two for one: one wins.
    for i in 1 2 3 4; do md run -d --name "race$i" -p 7000:80 busybox sleep 1000 > /dev/null 2>&1 3>&- & pids+=($!); done
    for pid in "${pids[@]}"; do wait "$pid" || :; done
    assert_equal "$(md ps -q -f name=race | wc -l)" 1
}

@test "free ports, ranges, UDP, one address, -P" {
    serve web -p 80 -p 127.0.0.1:7001:80 -p 7100-7102:80-82 -p 7000:53/udp
    port=$(md port web 80/tcp | sed -n 's/^0.0.0.0:\([3-6][0-9]*\)$/\1/p')
    run -0 get outside "192.0.2.1:$port"
    assert_output web
    run -0 get host 127.0.0.1:7001
    assert_output web
    run ! get outside 192.0.2.1:7001
    run -0 get outside 192.0.2.1:7100
    run -0 md port web 53/udp
    assert_line 0.0.0.0:7000
    nsenter --net="/proc/$(ctr-state get web pid)/ns/net" socat UDP4-RECVFROM:53,fork EXEC:cat < /dev/null > /dev/null 2>&1 3>&- &
    PIDS+=($!)
    asked() { echo hello | on outside timeout 2 socat -T 1 - UDP4:192.0.2.1:7000 | grep hello; }
    poll 10 asked
    serve exposed --expose 80 --expose 81/udp -P
    run -0 md port exposed
    assert_equal "$(sed 's/ -> .*:[3-6][0-9]*$//' <<< "$output" | sort -u | xargs)" '80/tcp 81/udp'
    run -0 get outside "192.0.2.1:$(md port exposed 80 | sed -n 's/^0.0.0.0://p')"
    assert_output exposed
}

@test "--ip6 and --mac-address are what it gets, from run and from network connect" {
    [[ -e /proc/sys/net/ipv6 ]] || cannot 'a kernel without IPv6'
    md network create --subnet 10.7.0.0/24 --subnet fd00:7::/64 left
    md network create --subnet 10.8.0.0/24 --subnet fd00:8::/64 right
    serve web --network left --ip6 fd00:7::77 --mac-address 02:00:00:00:00:77
    md network connect --ip 10.8.0.88 --ip6 fd00:8::88 --mac-address 02:00:00:00:00:88 right web
    run -0 md exec web ip address
    for text in 'inet6 fd00:7::77/64' 'link/ether 02:00:00:00:00:77' 'inet 10.8.0.88/24' 'inet6 fd00:8::88/64' 'link/ether 02:00:00:00:00:88'; do
        assert_output --partial "$text"
    done
    run -0 md run --rm --init --network right busybox timeout 3 wget -q -O - 'http://[fd00:8::88]/'
    assert_output web
    for arguments in '--ip6 fd00:7::77' '--ip6 fd00:9::1' '--ip6 fd00:7::1' '--ip 10.7.0.255' '--ip 10.7.0.1'; do
        run -125 md run --rm --network left $arguments busybox true
        assert_output --partial "${arguments#* }"
    done
    run -125 md run --rm --network left --mac-address 01:00:00:00:00:01 busybox true
}

@test "user-made networks: apart from each other, names, several at once, fixed addresses" {
    md network create --subnet 10.7.0.0/24 left
    md network create --subnet 10.8.0.0/24 --internal right
    serve one --network left --ip 10.7.0.77 --network-alias first
    serve two --network right
    assert_equal "$(address one left)" 10.7.0.77
    run -0 md run --rm --init --network left busybox timeout 3 wget -q -O - http://first/
    assert_output one
    run ! md run --rm --init --network left busybox timeout 1 wget -q -O - "http://$(address two right)/"
    run ! md run --rm --network right busybox ping -c 1 -W 1 192.0.2.2
    run -0 md run --rm --network left --network right busybox sh -c 'timeout 3 wget -q -O - http://one/; timeout 3 wget -q -O - http://two/'
    assert_output $'one\ntwo'
    run -125 md run --rm --network left --ip 10.7.0.77 busybox true
    assert_output --partial '10.7.0.77'
    run -125 md run --rm --network left --ip 10.9.0.1 busybox true
    assert_output --partial '10.9.0.1'
    run -125 md run --rm --network nosuch busybox true
    md network connect right one
    run -0 md exec one timeout 3 wget -q -O - http://two/
    assert_output two
    md network disconnect right one
    run ! md exec one timeout 1 wget -q -O - "http://$(address two right)/"
    run ! md network rm left
    md rm -f one two
    md network rm left right
    run -0 on host ip -o link show type bridge
    refute_output --regexp '10\.[78]\.'
    none "$MINI_DOCKER_RUN/networks" -mindepth 1
}

@test "container:X shares its network and its files of names; host is the host's" {
    serve web
    run -0 md run --rm --network container:web busybox sh -c 'wget -q -O - http://127.0.0.1/; cat /etc/hostname; readlink /proc/self/ns/net'
    assert_line --index 0 web
    assert_line --index 1 web
    assert_line --index 2 "$(md exec web readlink /proc/self/ns/net)"
    run -125 md run --rm --network container:web -p 80:80 busybox true
    run -125 md run --rm --network container:nosuch busybox true
    run -0 md run --rm --network host busybox ip -o -4 address show wire
    assert_output --partial 192.0.2.1
}

# bats test_tags=vm
@test "kill -9 of all: the next command frees address, rules and names" {
    md network create net
    serve web --network net -p 8080:80
    read -r pid supervisor < <(echo "$(ctr-state get web pid) $(ctr-state get web supervisor)")
    run -0 on host netsetup published
    assert_equal "${#lines[@]}" 1
    kill -9 $(pgrep -P "$supervisor") "$supervisor" "$pid" 2> /dev/null || :
    poll 5 sh -c "! kill -0 $pid 2> /dev/null"
    run -0 md ps -a --format '{{.Status}}'
    assert_output --partial 'Exited (137)'
    none "$MINI_DOCKER_RUN/networks" \( -path '*/leases/*' -o -path '*/names/*' \) ! -name '.*'
    run -0 on host netsetup published
    refute_output
    run ! get outside 192.0.2.1:8080
    md start web
    poll 10 get outside 192.0.2.1:8080
}

@test "what is in no word of --network cannot get into it, nor a label into who joins its container" {
    md network create --subnet 10.7.0.0/24 left
    for alias in '' 'a,ip=10.7.0.99' 'a b' $'a\nb' a=b -a; do
        run -125 md run --rm --network left --network-alias "$alias" busybox true
        assert_output --partial "--network-alias: $alias: not a host name"
    done
    run -125 md run --rm --network left --network host busybox true
    run -125 md run --rm --network host --network left busybox true
    run -125 md run --rm --network name=none --network left busybox true
    md run -d --name web --label $'a=\nctr_status=running; touch ran #' busybox sleep 1000
    run -1 md network connect host web
    run -1 md network connect nosuch web
    run -0 md run --rm --network container:web busybox ip -o -4 address show eth0
    assert_output --partial "inet $(address web)/"
    [[ ! -e ran ]]
}

@test "killed before it has a supervisor, what was taken for it is free once a command has looked" {
    md network create left
    mkdir bin
    printf '%s\n' '#!/bin/sh' 'kill -9 $PPID' > bin/ns-spawn
    chmod 755 bin/ns-spawn
    sed "s,^PATH=.*,PATH=$T/bin:$BIN:\$PATH," "$BIN/mini-docker" > bin/mini-docker
    run ! on host sh bin/mini-docker run -d --name dead --network left -p 8080:80 busybox true
    run -0 find "$MINI_DOCKER_RUN/networks" -path '*/leases/*' -type l
    assert_equal "${#lines[@]}" 1
    run ! md start nosuch dead # created by nobody to be started
    no_leases
    run ! on host pgrep -f "dnsmasq.*$MINI_DOCKER_RUN/"
}

# leases: nobody has an address, nor a name
no_leases() { none "$MINI_DOCKER_RUN/networks" \( -path '*/leases/*' -o -path '*/names/*' \) ! -name '.*'; }

@test "a network that it came into later is left at its end as well, and holds nobody up" {
    md network create left
    md network create right
    serve web --network left
    md network connect --alias other right web
    md stop -t 0 web
    no_leases
    md network rm right
    run -1 md start web
    assert_output --partial 'right: no such network'
    run -1 md network disconnect right web
    md network disconnect -f right web
    md start web
    md network create right
    md network connect right web
    md stop -t 0 web
    md start web
    kill -9 "$(ctr-state get web supervisor)"
    dead() { [[ $(ctr-state get web status) == dead ]]; }
    poll 5 dead
    md network disconnect right web
    no_leases
    md network rm left right
}

@test "ports lead to a network that leads outside; when it leaves that, to the next one" {
    md network create --internal --subnet 10.6.0.0/24 inner
    md network create --subnet 10.7.0.0/24 left
    md network create --subnet 10.8.0.0/24 right
    serve web --network inner --network left -p 8080:80
    md network connect right web
    leads() { on host netsetup published | cut -f 3; }
    assert_equal "$(leads)" "$(address web left)"
    md network disconnect inner web
    assert_equal "$(leads)" "$(address web left)"
    md network disconnect left web
    assert_equal "$(leads)" "$(address web right)"
    run -0 get host 127.0.0.1:8080
    assert_output web
    run -0 get outside 192.0.2.1:8080 # there is a default route again
    assert_output web
    md network disconnect right web
    assert_equal "$(leads)" ''
    md network connect inner web
    md network connect left web
    run -0 md exec web ip route
    assert_line --regexp '^default via 10\.7\.0\.1 '
    assert_equal "$(grep -c ^default <<< "$output")" 1
}

@test "when a container ends, who shares its network has nothing of it any more" {
    serve web
    md run -d --name guest --network container:web busybox sleep 1000
    run -0 md exec guest ip -o -4 address show eth0
    assert_output --partial "inet $(address web)/"
    md restart -t 0 web
    run ! md exec guest ip address show eth0
    md restart -t 0 guest
    run -0 md exec guest ip -o -4 address show eth0
    assert_output --partial "inet $(address web)/"
    kill -9 "$(ctr-state get web supervisor)"
    gone() { [[ $(md ps -a -f name=web --format '{{.Status}}') == Exited* ]]; }
    poll 5 gone
    run ! md exec guest ip address show eth0
    no_leases
    md rm -f web
    md stop -t 0 guest
    run -1 md start guest
    assert_output --partial 'does not run'
}

@test "restart and start: ports and names again; stop frees them" {
    serve web -p 8080:80
    md stop -t 0 web
    run ! get host 127.0.0.1:8080
    run -0 md port web
    refute_output
    md start web
    poll 10 get host 127.0.0.1:8080
    md restart -t 0 web
    poll 10 get host 127.0.0.1:8080
}

@test "network reload mends a flush" {
    serve web -p 8080:80
    on host nft flush ruleset
    run ! get outside 192.0.2.1:8080
    md network reload
    run -0 get outside 192.0.2.1:8080
    assert_output web
}

@test "fifty at once: no address twice, every port answers" {
    md run --rm busybox true
    for i in {10..59}; do
        md run -d --name "c$i" -p "80$i:80" busybox sh -c 'exec httpd -f -p 80 -h /etc' > /dev/null 3>&- &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do wait "$pid"; done
    run -0 sh -c 'for i in $(seq 10 59); do ctr-state get "c$i" net_1; done | cut -d " " -f 5 | sort -u | wc -l'
    assert_output 50
    for i in {10..59}; do poll 5 on outside timeout 5 busybox wget -q -O /dev/null "http://192.0.2.1:80$i/hosts"; done
    md rm -f $(md ps -aq) > /dev/null
    none "$MINI_DOCKER_RUN/networks" -path '*/leases/*' ! -name '.*'
}

@test "nothing waits for an interface to be removed: it goes with its namespace, whenever that is" {
    need_command strace
    on host strace -f -o trace -e trace=sendto mini-docker run --rm -p 8080:80 busybox true
    run -0 grep -cE 'nlmsg_type=(RTM_NEWLINK|0x10 )' trace
    run ! grep -E 'nlmsg_type=(RTM_DELLINK|0x11 )' trace
    id=$(md run -d --name web busybox sleep 1000)
    inside=/proc/$(ctr-state get web pid)/ns/net
    nsenter --net="$inside" sleep inf 3>&- &
    PIDS+=($!)
    poll 5 test "/proc/$!/ns/net" -ef "$inside"
    md rm -f web
    run -0 on host ip link show type veth
    assert_output --partial "alias $id"
    kill "${PIDS[-1]}"
    poll 10 sh -c "! nsenter --net=/proc/${host_pid[host]}/ns/net ip link show type veth | grep -q 'alias $id'"
}

@test "connected to networks at once, and taken out of them at once: each of them counts" {
    md network create --subnet 10.7.0.0/24 n1
    for n in 2 3 4; do md network create --subnet "10.7.$n.0/24" "n$n"; done
    md run -d --name web busybox sleep 1000
    md create --name other busybox true
    for verb in connect disconnect; do
        pids=()
        for name in web other; do
            for n in 1 2 3 4; do
                md network "$verb" "n$n" "$name" 3>&- &
                pids+=($!)
            done
        done
        for pid in "${pids[@]}"; do wait "$pid"; done
        [[ $verb == connect ]] && expected='bridge n1 n2 n3 n4 ' || expected='bridge '
        for name in web other; do
            run -0 md inspect -f '{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}' "$name"
            assert_output "$expected"
        done
        run -0 md exec web ip -o -4 address show
        assert_equal "${#lines[@]}" $(($(wc -w <<< "$expected") + 1)) # and lo
    done
    md rm -f web other
    no_leases
}
