#!/usr/bin/env bats
# By what names containers find each other and others, on a host of their own; the parts are tested in
# names-dns.bats.
load lib/run
load lib/net

setup_file() { run_setup_file; }
setup() {
    run_setup
    need_command dnsmasq
    make_host host
}
teardown() {
    local status=0
    on host mini-docker ps -aq | xargs -r nsenter --net="/proc/${host_pid[host]}/ns/net" mini-docker rm -f > /dev/null
    end_hosts
    run_teardown || status=1
    return "$status"
}

md() {
    on host mini-docker "$@" 3>&-
}

# up NAME OPTION...: a container that stays
up() {
    local name=$1
    shift
    md run -d --name "$name" "$@" busybox sleep 1000 > /dev/null
}

# finds CONTAINER NAME: prints the addresses by which it knows it, IPv4 and sorted, or nothing
finds() {
    md exec "$1" nslookup -type=a "$2" 2> /dev/null | sed '1,/^$/d' | sed -n 's/^Address: //p' | sort | xargs
}

# address CONTAINER [N]: of its network N
address() {
    ctr-state get "$1" "net_${2:-1}" | cut -d ' ' -f 5 | cut -d / -f 1
}

servers() {
    pgrep -f -- "--pid-file=$MINI_DOCKER_RUN" || :
}

asks_upstream() {
    [[ $(finds asks www.example.com) == 192.0.2.7 ]]
}

is_dead() {
    [[ $(ctr-state get "$1" status) != running ]]
}

no_servers() {
    [[ ! $(servers) ]]
}

@test "containers of a network find each other by name, id and alias, as they come and go" {
    md network create mine > /dev/null
    up web --network mine --network-alias www
    up db --network mine --network-alias www
    assert_equal "$(finds web db)" "$(address db)"
    assert_equal "$(finds db web)" "$(address web)"
    assert_equal "$(finds db "$(ctr-state resolve web | cut -c 1-12)")" "$(address web)"
    assert_equal "$(finds db www)" "$(printf '%s\n' "$(address web)" "$(address db)" | sort | xargs)"
    md exec db ping -c 1 -W 5 web
    assert_equal "$(md run --rm --name once --network mine busybox nslookup -type=a once | grep -c '^Name:')" 1
    assert_equal "$(finds db once)" ''
    md stop -t 0 web > /dev/null
    assert_equal "$(finds db web)" ''
    md start web > /dev/null
    assert_equal "$(finds db web)" "$(address web)"
    md rename web other
    assert_equal "$(finds db other):$(finds db web)" "$(address other):"
    md rm -f other db > /dev/null
    assert_equal "$(servers)" ''
}

@test "in several networks it knows the names of all, as they are, and with --dns asks whom it is told to" {
    md network create a > /dev/null
    md network create b > /dev/null
    md network create --internal c > /dev/null
    up web --network a
    up db --network b
    up both --network a --network b
    assert_equal "$(finds both web):$(finds both db)" "$(address web):$(address db)"
    assert_equal "$(finds web db):$(finds web both)" ":$(address both)"
    assert_equal "$(finds db both)" "$(address both 2)"
    md network connect c web
    md network connect b web
    assert_equal "$(finds web db)" "$(address db)"
    md network disconnect b web
    assert_equal "$(finds web db):$(finds web both)" ":$(address both)"
    md network disconnect c web
    run -0 md exec web cat /etc/resolv.conf
    refute_output --partial 127.0.0.11
    on host dnsmasq --conf-file=/dev/null --no-resolv --no-hosts --pid-file="$T/up.pid" --listen-address=192.0.2.1 \
        --bind-dynamic --address=/example.com/192.0.2.7 3>&-
    PIDS+=("$(< up.pid)")
    on host ip link add name there type bridge
    on host ip address add 192.0.2.1/24 dev there
    on host ip link set there up
    up asks --network a --dns 192.0.2.1
    poll 10 asks_upstream
    assert_equal "$(finds asks web)" "$(address web)"
}

@test "whoever was killed has no name any more when a command has looked, nor a server" {
    md network create a > /dev/null
    md network create b > /dev/null
    up web --network a --network b
    up db --network a
    assert_equal "$(finds db web)" "$(address web)"
    kill -KILL "$(ctr-state get web supervisor)"
    poll 10 is_dead web
    md rm -f web > /dev/null
    assert_equal "$(finds db web)" ''
    assert_equal "$(servers | wc -l)" 1
    kill -KILL "$(servers)"
    poll 10 no_servers
    md network reload > /dev/null
    assert_equal "$(finds db db)" "$(address db)"
    md rm -f db > /dev/null
    assert_equal "$(servers)" ''
}

@test "files of names: host, none, another container's" {
    run -0 md run --rm --network host --add-host me:host-gateway busybox cat /etc/hosts
    assert_output "$(cat /etc/hosts)"$'\n\n127.0.0.1\tme'
    run -0 md run --rm --network none --add-host db:192.0.2.7 busybox cat /etc/hosts
    assert_line $'192.0.2.7\tdb'
    up web --network bridge -h web.example.com
    run -0 md run --rm --network container:web busybox sh -c 'hostname; cat /etc/hosts'
    assert_line --index 0 web.example.com
    assert_line "$(address web)"$'\tweb.example.com web'
    run -0 md run --rm --network bridge busybox sh -c 'grep -c "$(cat /etc/hostname)" /etc/hosts; ls -l /etc/hosts'
    assert_line --index 0 2 # IPv4 and IPv6
    assert_line --partial '-rw-r--r--'
    md exec web sh -c 'echo 192.0.2.9 mine >> /etc/hosts; grep mine /etc/hosts'
    run -125 md run --rm --add-host x busybox true
    run -125 md run --rm --dns x busybox true
    run -125 md run --rm --dns-search 'a b' busybox true
}
