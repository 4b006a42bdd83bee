#!/usr/bin/env bats
# mini-docker network: bridges with a record each, made once, raised when they are needed, and gone
# without a trace. In a host of its own.

load lib/kept
load lib/net

setup_file() { run_setup_file; }
setup() {
    kept_setup
    make_host host
}
teardown() {
    ((${#names[@]} == 0)) || on host mini-docker rm -f "${names[@]}" > /dev/null || :
    names=()
    end_hosts
    kept_teardown
}

network() { on host mini-docker network "$@"; }
quiet() { "$@" > quiet; }
config() { sed -n "s/^net_$2=//p" "$MINI_DOCKER_ROOT/networks/$1/config"; } # NETWORK KEY

# bridge NETWORK: what the kernel has of it, as JSON
bridge() { on host ip -j -d address show dev "$(config "$1" bridge)" | jq '.[0]'; }

addresses() { bridge "$1" | jq -r '[.addr_info[] | select(.scope == "global") | "\(.local)/\(.prefixlen)"] | join(" ")'; }

# networks NAME...: these there are, and nothing else is in their place, nor any other bridge
networks() {
    assert_equal "$(ls -A "$MINI_DOCKER_ROOT/networks" | grep -vxF .lock | xargs)" "$*"
    assert_equal "$(on host ip -j link show type bridge | jq 'map(select(.ifname)) | length')" $#
}

@test "create: a bridge with the gateway's addresses; its name is taken, its id printed" {
    run -0 network create foo
    [[ $output =~ ^[0-9a-f]{64}$ ]]
    id=$output
    assert_equal "$(bridge foo | jq -r '.linkinfo.info_kind, .ifname, (.flags | index("UP") != null)' | xargs)" "bridge md-${id:0:12} true"
    assert_equal "$(addresses foo)" 172.17.0.1/16
    assert_equal "$(stat -c %a "$MINI_DOCKER_ROOT/networks" "$MINI_DOCKER_RUN/networks/$id/leases" | xargs)" '700 700'
    run -1 network create foo
    assert_output 'mini-docker: network create: foo: a network with this name exists already'
    run -0 network create --subnet 10.7.0.0/16 --gateway 10.7.0.9 --ip-range 10.7.5.7/24 --subnet fd00:7::/64 --ip-range fd00:7::1:0/112 \
        -o com.docker.network.driver.mtu=1400 -o com.docker.network.bridge.name=lan0 --internal bar
    assert_equal "$(addresses bar)" '10.7.0.9/16 fd00:7::1/64'
    assert_equal "$(bridge bar | jq -r '.ifname, .mtu' | xargs)" 'lan0 1400'
    run -0 mini-docker network inspect -f '{{.Internal}} {{.EnableIPv6}} {{json .IPAM.Config}} {{json .Options}}' bar
    assert_output 'true true [{"Subnet":"10.7.0.0/16","IPRange":"10.7.5.0/24","Gateway":"10.7.0.9"},{"Subnet":"fd00:7::/64","IPRange":"fd00:7::1:0/112","Gateway":"fd00:7::1"}] {"com.docker.network.bridge.name":"lan0","com.docker.network.driver.mtu":"1400"}'
    run -0 network create --ipv6 six
    [[ $(config six subnet6) =~ ^fd[0-9a-f:]+::/64$ ]]
    assert_equal "$(addresses six)" "$(config six gateway)/16 $(config six gateway6)/64"
    networks bar foo six
    run -0 network rm bar "$id" six
    assert_output "bar"$'\n'"$id"$'\n'six
    networks
    assert_equal "$(ls "$MINI_DOCKER_RUN/networks")" ''
}

@test "what is wrong is refused, with the reason, and leaves nothing" {
    quiet network create --subnet 10.1.0.0/16 foo
    on host ip link add other0 type veth peer name other1
    on host ip address add 10.2.3.4/24 dev other0
    on host ip link set other0 up
    while IFS='|' read -r arguments reason; do
        run -1 network create $arguments bar
        assert_output --partial "$reason"
    done << 'END'
--subnet x|x: not a network
--subnet 10.0.0.1/24|the network is 10.0.0.0/24
--subnet 10.1.5.0/24|(the network foo)
--subnet 10.0.0.0/8|overlaps
--subnet 10.2.0.0/16|10.2.3.0/24
--subnet 10.3.0.0/24 --gateway 10.3.1.1|10.3.1.1: the gateway is not in the subnet
--subnet 10.3.0.0/24 --gateway 10.3.0.255|10.3.0.255: the gateway
--subnet 10.3.0.0/24 --gateway x|x: the gateway
--subnet 10.3.0.0/24 --ip-range 10.3.1.0/28|10.3.1.0/28: the range is not in the subnet
--subnet 10.3.0.0/24 --subnet 10.4.0.0/24|10.4.0.0/24: there is 10.3.0.0/24 already
--subnet 10.3.0.0/32|no room
--subnet fe80::/64|fe80::/64: is of a link alone
--gateway 10.3.0.1|10.3.0.1: a gateway needs its --subnet
--ip-range fd00::/96|fd00::/96: a range needs its --subnet
-o mtu=67|--opt: mtu=67: not a number from 68 to 65535
-o mtu=99999999999999999999|not a number
-o com.docker.network.driver.mtu=x|not a number
--ipv6 -o mtu=1279|IPv6 needs 1280
-o com.docker.network.bridge.name=other0|there is such an interface already
-o com.docker.network.bridge.name=a/b|not the name of an interface
-o com.docker.network.bridge.name=sixteencharacter|not the name of an interface
-o com.docker.network.bridge.enable_icc=false|there is no such option, or not with this value
-o nosuch=1|there is no such option
-d macvlan|there is no driver but bridge
END
    for name in bridge host none; do
        run -1 network create "$name"
        assert_output "mini-docker: network create: $name: is predefined"
        run -1 network rm "$name"
        assert_output "mini-docker: network rm: $name: it is predefined, and cannot be removed"
    done
    for name in default "$(network ls -q -f name=host)" "$(network ls -q -f name=bridge)"; do
        run -1 network rm "$name"
        assert_output --partial 'it is predefined, and cannot be removed'
    done
    for name in '' .a a/b 'a b' '*' ../x $'a\nb' -- --; do
        run -1 network create -- "$name"
        assert_output --partial 'not a name'
    done
    run -125 network create
    run -125 network create a b
    run -125 network create --label =x a
    run -125 network nosuch
    run -125 network ls -f nosuch=1
    run -125 network rm
    run -1 network rm nosuch
    assert_output 'mini-docker: network rm: nosuch: no such network'
    run -0 network rm -f nosuch
    run -1 network inspect nosuch
    assert_line 'mini-docker: inspect: nosuch: no such network'
    run -1 network reload nosuch
    assert_output 'mini-docker: network reload: nosuch: no such network'
    quiet network reload bridge
    networks bridge foo
}

@test "subnets that the host routes, and those of networks that do not stand, are left alone" {
    on host ip link add other0 type veth peer name other1
    on host ip link set other0 up
    on host ip route add 172.17.128.0/17 dev other0
    on host ip route add 172.18.0.0/15 dev other0
    quiet network create one
    assert_equal "$(config one subnet)" 172.20.0.0/16
    on host ip link delete "$(config one bridge)"
    quiet network create two
    assert_equal "$(config two subnet)" 172.21.0.0/16
    on host ip route add 172.16.0.0/12 dev other0
    on host ip route add 192.168.0.0/16 dev other0
    run -1 network create three
    assert_output --partial 'no network is free'
    run -1 network ls --format '{{.Name}}' # without bridge
    assert_output --partial $'no network is free that overlaps with no route of this host\nhost\nnone\none\ntwo'
}

@test "the default network is made when it is first asked for, with IPv6, and is there to stay" {
    run -0 network ls --format '{{.Name}} {{.Driver}} {{.Scope}} {{.IPv6}}'
    assert_output $'bridge bridge local true\nhost host local false\nnone null local false'
    [[ $(config bridge subnet6) =~ ^fd.*::/64$ ]]
    first=$(< "$MINI_DOCKER_ROOT/networks/bridge/config")
    quiet network prune -f
    quiet network reload
    assert_equal "$(addresses bridge)" "172.17.0.1/16 $(config bridge gateway6)/64"
    assert_equal "$(< "$MINI_DOCKER_ROOT/networks/bridge/config")" "$first"
    rm -r "$MINI_DOCKER_ROOT/networks"
    on host ip link delete "$(sed -n 's/^net_bridge=//p' <<< "$first")"
    echo 1 | on host tee /proc/sys/net/ipv6/conf/default/disable_ipv6 > quiet
    run -0 network inspect -f '{{.EnableIPv6}} {{len .IPAM.Config}}' bridge
    assert_output 'false 1'
}

@test "twenty at once: of one name one is made, of many names none has another's subnet" {
    for i in {1..10}; do network create one --label "n=$i" > "out$i" 2> "err$i" 3>&- & PIDS+=($!); done
    made=0
    for pid in "${PIDS[@]}"; do wait "$pid" && ((++made)) || :; done
    assert_equal "$made" 1
    assert_equal "$(cat err* | sort | uniq -c | xargs)" '9 mini-docker: network create: one: a network with this name exists already'
    networks one
    PIDS=()
    for i in {1..10}; do network create "n$i" > "out$i" 2>&1 3>&- & PIDS+=($!); done
    for pid in "${PIDS[@]}"; do wait "$pid"; done
    PIDS=()
    assert_equal "$(sed -n 's/^net_subnet=//p' "$MINI_DOCKER_ROOT"/networks/*/config | sort -u | wc -l)" 11
    for i in {1..10}; do network rm "n$i" one > "out$i" 2>&1 3>&- & PIDS+=($!); done
    for pid in "${PIDS[@]}"; do wait "$pid" || :; done
    PIDS=()
    networks
}

@test "who is killed leaves what the next command clears, and blocks nobody" {
    mkdir -p "$MINI_DOCKER_ROOT/networks"
    flock "$MINI_DOCKER_ROOT/networks/.lock" sleep 1000 3>&- &
    holder=$!
    poll 10 on_lock
    network create waits > out 2>&1 3>&- &
    PIDS+=($!)
    disown "$holder"
    kill -KILL $(< "/proc/$holder/task/$holder/children") "$holder"
    wait "${PIDS[0]}"
    PIDS=()
    networks waits
    true & # a process that is gone
    gone=$!
    wait "$gone"
    id=$(config waits id)
    mkdir "$MINI_DOCKER_ROOT/networks/.new-$gone-half" "$MINI_DOCKER_ROOT/networks/.new-$$-mine" "$MINI_DOCKER_ROOT/networks/.gone-$gone-empty"
    mv "$MINI_DOCKER_ROOT/networks/waits" "$MINI_DOCKER_ROOT/networks/.gone-$gone-waits"
    run -0 on host mini-docker system prune -f
    assert_line "network .new-$gone-half"
    assert_line "network .gone-$gone-waits"
    assert_equal "$(ls -A "$MINI_DOCKER_ROOT/networks" | xargs)" ".lock .new-$$-mine"
    assert_equal "$(on host ip -j link show type bridge | jq 'map(select(.ifname)) | length')" 0
    assert_not_exists "$MINI_DOCKER_RUN/networks/$id"
    # One that has no bridge yet is whole: it is raised when it is needed.
    quiet network create late
    on host ip link delete "$(config late bridge)"
    quiet network reload late
    assert_equal "$(addresses late)" "$(config late gateway)/16"
}

on_lock() { ! flock -n "$MINI_DOCKER_ROOT/networks/.lock" true; }

@test "labels are data; filters, columns, JSON; names and the beginnings of ids" {
    odd=$'a\'b"c\\ $(touch bad)\n*=x=y \t'
    quiet network create one --label "$odd" --label k=1
    quiet network create two --label k=2 --label a
    assert_equal "$(network inspect one | jq -r '.[0].Labels | to_entries | map(.key + "=" + .value) | join("|")')" "$odd|k=1"
    run -0 network ls -f type=custom --format '{{.Name}} {{json .Labels}}'
    assert_equal "$output" "one $(jq -n --arg l "$odd,k=1" '$l')"$'\ntwo "k=2,a="'
    assert_not_exists bad
    run -0 network ls
    assert_line --index 0 --regexp '^NETWORK ID +NAME +DRIVER +SCOPE$'
    assert_line --index 4 --regexp "^$(config one id | cut -c -12) +one +bridge +local$"
    run -0 network ls --format json -f name=tw
    assert_equal "$(jq -r '.Name, .Driver, .Scope, .Internal, .CreatedAt[:2]' <<< "$output" | xargs)" 'two bridge local false 20'
    assert_equal "$(network ls -q -f label=k | wc -l)" 2
    assert_equal "$(network ls --format '{{.Name}}' -f label=k=2 -f label=a)" two
    assert_equal "$(network ls --format '{{.Name}}' -f label=k=3)" ''
    assert_equal "$(network ls --format '{{.Name}}' -f name='^b' -f name=tw | xargs)" 'bridge two'
    assert_equal "$(network ls --format '{{.Name}}' -f driver=host -f driver=null | xargs)" 'host none'
    assert_equal "$(network ls --format '{{.Name}}' -f type=builtin | xargs)" 'bridge host none'
    assert_equal "$(network ls --format '{{.Name}}' -f dangling=true | xargs)" 'one two'
    assert_equal "$(network ls -q --no-trunc -f id="$(config two id | cut -c -20)")" "$(config two id)"
    assert_equal "$(mini-docker inspect -f '{{.Name}}' "$(config two id | cut -c -12)")" two
    sed -i "s/^net_id=.*/net_id=$(printf 'abc%061d' 1)/" "$MINI_DOCKER_ROOT/networks/one/config"
    sed -i "s/^net_id=.*/net_id=$(printf 'abc%061d' 2)/" "$MINI_DOCKER_ROOT/networks/two/config"
    run -1 network reload abc
    assert_output 'mini-docker: network reload: abc: more than one network has an id that begins so'
    run -0 network prune -f --filter until=1h
    assert_output ''
    run -0 network prune -f --filter label=k=2
    assert_output $'Deleted Networks:\ntwo'
    run -1 network prune <<< n
    run -0 network prune <<< y
    assert_line one
    quiet network reload bridge
    networks bridge
}

# up NAME ARG...: a container in the background, for which `mini-docker run` in the host ends at once
up() {
    names+=("$1")
    quiet on host mini-docker run -d --name "$@"
}

is() { [[ $(ctr-state get "$1" status) == "$2" ]]; } # NAME STATUS

inside() { # NAME COMMAND...: in its network, with the host's tools
    nsenter --net="/proc/$(ctr-state get "$1" pid)/ns/net" -- "${@:2}"
}

fetch() { # HOST URL
    on "$1" timeout 10 busybox wget -qO- "$2"
}

@test "a network that a running container is on stays; one that has ended does not hold it" {
    quiet network create --ipv6 foo
    up web --network foo busybox sleep 1000
    id=$(ctr-state resolve web)
    run -0 network inspect foo
    assert_equal "$(jq -r '.[0].Containers | keys[]' <<< "$output")" "$id"
    assert_equal "$(jq -r '.[0].Containers[] | .Name, .MacAddress, .IPv4Address, .IPv6Address' <<< "$output" | xargs)" \
        "web $(inside web ip -j address show dev eth0 | jq -r '.[0] | .address, (.addr_info[] | select(.scope == "global") | "\(.local)/\(.prefixlen)")' | xargs)"
    for command in rm 'rm -f'; do
        run -1 network $command foo
        assert_output 'mini-docker: network rm: foo: the network has active endpoints: web'
    done
    quiet network prune -f
    assert_equal "$(network ls --format '{{.Name}}' -f dangling=false)" foo
    assert_equal "$(network ls --format '{{.Name}}' -f dangling=true)" ''
    quiet on host mini-docker stop -t 0 web
    run -0 network rm foo
    run -1 on host mini-docker start web
    assert_output --partial 'foo: no such network'
    quiet network create foo
    quiet on host mini-docker start web
    # All killed at once, its address is nobody's.
    kill -KILL "$(ctr-state get web supervisor)" "$(ctr-state get web pid)"
    poll 10 is web dead
    run -0 network rm foo
    assert_equal "$(ctr-state get web status)" dead
    quiet on host mini-docker rm web
    names=()
    assert_equal "$(ls -A "$MINI_DOCKER_RUN/networks")" ''
}

@test "one that gets a container while it is removed is put back" {
    quiet network create foo
    lease=$MINI_DOCKER_RUN/networks/$(config foo id)/leases/172.17.0.2
    mkdir bin
    # The container comes between the first look and the second one.
    printf '%s\n' '#!/bin/sh' '"$REAL" "$@"' 'case $1:$(ls "$MINI_DOCKER_ROOT/names" 2> /dev/null) in' \
        'list:) id=$("$REAL" create --name late -- true) && ln -s "${id##*/}" "$LEASE" ;; esac' > bin/ctr-state
    chmod 755 bin/ctr-state
    sed "s,^PATH=.*,PATH=$T/bin:\$PATH," "$BIN/mini-docker" > bin/mini-docker
    run -1 on host env LEASE="$lease" REAL="$BIN/ctr-state" sh bin/mini-docker network rm foo
    names+=(late)
    assert_output 'mini-docker: network rm: foo: the network has active endpoints: late'
    assert_link_exists "$lease"
    networks foo
}

@test "one that is removed while a container sets it up again is gone" {
    quiet network create foo
    on host ip link delete "$(config foo bridge)"
    mkdir bin
    # Just before it has the lock.
    printf '%s\n' '#!/bin/sh' 'PATH=$OLD_PATH mini-docker network rm foo > removed' 'exec "$REAL" "$@"' > bin/flock
    chmod 755 bin/flock
    sed "s,^PATH=.*,PATH=$T/bin:\$PATH," "$BIN/mini-docker" > bin/mini-docker
    run -125 on host env REAL="$(type -P flock)" OLD_PATH="$PATH" sh bin/mini-docker run --rm --network foo busybox true
    assert_output 'mini-docker: run: foo: the network has been removed'
    assert_equal "$(< removed)" foo
    networks
    assert_equal "$(on host netsetup nat list; ls "$MINI_DOCKER_RUN/networks")" ''
}

# bats test_tags=vm
@test "reload: flushed rules, a bridge that somebody removed; containers are reached as before" {
    make_outside host
    quiet network create foo
    echo hello > page
    up web --network foo -p 8080:80 -v "$T/page:/page" busybox httpd -f -h /
    poll 10 fetch outside http://192.0.2.1:8080/page
    on host nft flush ruleset || :
    for command in iptables-legacy ip6tables-legacy; do
        for table in filter nat raw mangle; do on host "$command" -t "$table" -F || :; done
    done
    on host ip link delete "$(config foo bridge)"
    run ! on host timeout 1 busybox wget -qO- http://127.0.0.1:8080/page
    quiet network reload
    for from in 'outside http://192.0.2.1:8080' 'host http://127.0.0.1:8080' "host http://$(mini-docker inspect -f '{{.NetworkSettings.Networks.foo.IPAddress}}' web)"; do
        run -0 fetch $from/page
        assert_output hello
    done
    run -0 inside web timeout 10 busybox wget -qO- http://192.0.2.1:8080/page
    quiet network reload foo # of what stands nothing changes
    run -0 fetch outside http://192.0.2.1:8080/page
}

@test "system prune frees addresses and ports of who does not run, and of nobody else" {
    quiet network create foo
    up web --network foo -p 8081:80 busybox sleep 1000
    leases=$MINI_DOCKER_RUN/networks/$(config foo id)/leases
    nobody=$(printf '%064d' 7)
    ln -s "$nobody" "$leases/172.17.0.77"
    mini-docker create --name made --network foo busybox true > made
    names+=(made)
    ln -s "$(< made)" "$leases/172.17.0.78"
    on host netsetup -q publish --owner "$nobody" --to 172.17.0.77 8082:80/tcp
    on host netsetup -q publish --owner "$(printf '%064d' 8)" --to 10.9.9.9 8083:80/tcp # of another store, perhaps
    on host netsetup published | sort > before
    run -0 on host mini-docker system prune -f
    assert_line 'address 172.17.0.77'
    assert_line --partial 'port 0.0.0.0:8082:80/tcp'
    on host netsetup published | sort > after
    assert_equal "$(diff before after | grep -c '^[<>]')" 1
    assert_equal "$(diff before after | grep '^<' | cut -f 1)" "< $nobody"
    assert_equal "$(find "$leases" -type l -printf '%l\n')" "$(ctr-state resolve web)"
    networks foo
}

@test "after the next start of the machine a network is there again, for the first who needs it" {
    quiet network create --ipv6 -o mtu=1400 foo
    make_host again # with an old up, but no bridge
    for i in 1 2 3 4; do
        on again mini-docker run --rm --network foo busybox cat /sys/class/net/eth0/mtu > "out$i" 2>&1 3>&- &
        PIDS+=($!)
    done
    for pid in "${PIDS[@]}"; do wait "$pid"; done
    PIDS=()
    assert_equal "$(cat out* | xargs)" '1400 1400 1400 1400'
    assert_equal "$(on again ip -j address show dev "$(config foo bridge)" | jq -r '[.[0].addr_info[] | select(.scope == "global") | .local] | join(" ")')" \
        "$(config foo gateway) $(config foo gateway6)"
}

@test "what cannot be set up is not made" {
    run -1 on host env MINI_DOCKER_FIREWALL=nosuch mini-docker network create foo
    assert_output 'mini-docker: network create: foo: MINI_DOCKER_FIREWALL: nosuch: neither nft nor iptables'
    mkdir bin
    printf '%s\n' '#!/bin/sh' 'case $1 in nat) case $2 in add) echo broken >&2; exit 1 ;; esac ;; esac' 'exec "$REAL" "$@"' > bin/netsetup
    chmod 755 bin/netsetup
    sed "s,^PATH=.*,PATH=$T/bin:\$PATH," "$BIN/mini-docker" > bin/mini-docker
    run -1 on host env REAL="$BIN/netsetup" sh bin/mini-docker network create foo
    assert_output broken
    networks
}
