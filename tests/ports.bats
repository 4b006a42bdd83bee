#!/usr/bin/env bats
# Which ports are published and exposed: from options and image to a container's record, and from what
# `run` says to ps, port and inspect.

load lib/run
load lib/net

setup_file() { run_setup_file; }
setup() {
    run_setup
    # What scripts/lib/ports makes of options: PUBLISHED | EXPOSED. $image_exposed and $network come from outside.
    cat > settings << 'END'
set -eu
die() { printf '%s\n' "$2" >&2; exit "$1"; }
usage_error() { die 125 "$1"; }
. "$0"
image_given=image network=${network:-bridge} image_exposed=${image_exposed:-}
while [ $# -gt 0 ]; do
    case $1 in
        -p) opt_publish="${opt_publish:-} '$2'" && shift ;;
        -e) opt_expose="${opt_expose:-} '$2'" && shift ;;
        -P) opt_publish_all=1 ;;
    esac
    shift
done
settings_of_ports
printf '%s | %s\n' "$publish" "$expose"
END
}
teardown() {
    local on=()
    [[ ! ${host_pid[host]-} ]] || on=(nsenter --net="/proc/${host_pid[host]}/ns/net" --)
    mini-docker ps -aq | xargs -r "${on[@]}" mini-docker rm -f > /dev/null
    end_hosts
    run_teardown
}

settings() {
    dash -c "$(< settings)" "$TOP/scripts/lib/ports" "$@"
}

# tell NAME LINE...: as the hooks of a container that runs do
tell() {
    local name=$1 dir
    dir=$(ctr-state get "$name" dir)
    shift
    printf '%s\n' "$@" >> "$dir/run"
}

# publish_at NAME SPEC...: as if it were published
publish_at() {
    local name=$1 spec n=0
    local -a lines=()
    shift
    for spec; do lines+=("port_$((++n))"$'\t'"$spec"); done
    tell "$name" "${lines[@]}"
}

# one that runs, for ps to believe that it has a network
running() {
    mini-docker run -d --name web "$@" busybox sleep 1000 > /dev/null
    ctr-state set web network=bridge networks=name=bridge
}

ports_of() {
    mini-docker ps --format '{{.Ports}}'
}

@test "-p: all of Docker's forms become a word for each port" {
    while IFS='|' read -r given want; do
        run -0 settings -p "$given"
        assert_equal "$given: $output" "$given: $want | "
    done << 'END'
80|0:80/tcp
80/udp|0:80/udp
8080:80|8080:80/tcp
8080:80/UDP|8080:80/udp
0080:0080/|80:80/tcp
:80|0:80/tcp
::80|0:80/tcp
0:80|0:80/tcp
127.0.0.1:8080:80|127.0.0.1:8080:80/tcp
127.0.0.1::80|127.0.0.1:0:80/tcp
[127.0.0.1]:8080:80|127.0.0.1:8080:80/tcp
0.0.0.0:8080:80|0.0.0.0:8080:80/tcp
[::]:8080:80|'[::]:8080:80/tcp'
[::1]:8080:80/udp|'[::1]:8080:80/udp'
[::1]::80|'[::1]:0:80/tcp'
::1:8080:80|'[::1]:8080:80/tcp'
[2001:db8:1:2:3:4:5:6]:1:2|'[2001:db8:1:2:3:4:5:6]:1:2/tcp'
[::ffff:192.0.2.1]:1:2|192.0.2.1:1:2/tcp
[64:ff9b::192.0.2.1]:1:2|'[64:ff9b::192.0.2.1]:1:2/tcp'
8000-8002:80-82/tcp|8000:80/tcp 8001:81/tcp 8002:82/tcp
127.0.0.1:8000-8001:80-81/udp|127.0.0.1:8000:80/udp 127.0.0.1:8001:81/udp
[::1]:8000-8001:80-81|'[::1]:8000:80/tcp' '[::1]:8001:81/tcp'
80-82|0:80/tcp 0:81/tcp 0:82/tcp
0:80-81|0:80/tcp 0:81/tcp
8000-8010:80|8000-8010:80/tcp
65535:65535|65535:65535/tcp
target=80,published=8080,protocol=udp|8080:80/udp
published=8080,target=80|8080:80/tcp
target=80|0:80/tcp
END
}

@test "-p: what is none is refused with Docker's reason" {
    while IFS='|' read -r given why; do
        run -125 settings -p "$given"
        assert_output "--publish: $given: $why"
    done << 'END'
0|invalid containerPort: 0
65536|invalid containerPort: 65536
80:99999999999999999999|invalid containerPort: 99999999999999999999
65536:80|invalid hostPort: 65536
8x:80|invalid hostPort: 8x
http|invalid containerPort: http
-80|invalid containerPort: -80
80-|invalid containerPort: 80-
80-79|invalid containerPort: 80-79
9-8:80|invalid hostPort: 9-8
1-3:1-2|invalid ranges specified for container and host Ports: 1-2 and 1-3
80:1-2|invalid ranges specified for container and host Ports: 1-2 and 80
|no port specified
80:|no port specified
80/sctp|sctp: only tcp and udp ports can be published
80/icmp|invalid proto: icmp
localhost:80:80|invalid IP address: localhost
*:80:80|invalid IP address: *
1.2.3:1:2|invalid IP address: 1.2.3
1.2.3.256:1:2|invalid IP address: 1.2.3.256
1.2.3.04:1:2|invalid IP address: 1.2.3.04
[::1:1:2|invalid IP address: [::1
[]:1:2|invalid IP address: 
[:]:1:2|invalid IP address: :
[1::2::3]:1:2|invalid IP address: 1::2::3
[::12345]:1:2|invalid IP address: ::12345
[1:2:3:4:5:6:7:8:9]:1:2|invalid IP address: 1:2:3:4:5:6:7:8:9
[fe80::1%eth0]:1:2|invalid IP address: fe80::1%eth0
$(touch bad):1:2|invalid IP address: $(touch bad)
target=80,port=1|port=1: none of target=, published=, protocol=
published=80|no port specified
1-9000|so many ports cannot be kept
END
    [[ ! -e bad ]]
}

@test "several, twice the same, --expose and what the image exposes, -P" {
    run -0 settings -p 80:80 -p 81 -p 80:80/tcp -p 80:80/udp -p '[::1]:80:80' -p ::1:80:80
    assert_output "80:80/tcp 0:81/tcp 80:80/udp '[::1]:80:80/tcp' | "
    image_exposed="80/tcp '443' 8000-8002/udp" run -0 settings -e 53/UDP -e 80 -e 9/sctp
    assert_output ' | 80/tcp 443/tcp 8000-8002/udp 53/udp 80/tcp 9/sctp'
    image_exposed='80/tcp 443/tcp 8000-8002/udp 8001/udp' run -0 settings -P -p '[::1]:5:443' -p 7:8002/udp -e 53
    assert_output "'[::1]:5:443/tcp' 7:8002/udp 0:80/tcp 0:8000/udp 0:8001/udp 0:53/tcp | 80/tcp 443/tcp 8000-8002/udp 8001/udp 53/tcp"
    run -0 settings -P
    assert_output ' | '
    for bad in 0 65536 x 80/x 1:2 -e 80-; do
        run -125 settings -e "$bad"
        assert_output --partial "--expose: $bad: invalid"
    done
    image_exposed=80x run -125 settings
    assert_output 'image: 80x: invalid port: 80x'
    run -125 settings -P -e 9/sctp
    assert_output --partial '--publish-all: 9/sctp: only tcp and udp'
    for network in none host container:x; do
        network=$network run -0 settings -p 80 -e 81
        assert_output ' | 81/tcp'
    done
}

@test "a thousand ports take no seconds" {
    run -0 settings -p 10000-10999:20000-20999
    read -ra words <<< "$output"
    assert_equal "${#words[@]} ${words[0]} ${words[999]}" '1001 10000:20000/tcp 10999:20999/tcp'
    [[ $(on_cpu settings -p 10000-10999:20000-20999) -lt 1000 ]]
    [[ $(on_cpu settings -P -e 10000-10999/udp) -lt 1000 ]]
    running
    mapfile -t specs < <(for i in {10000..10999}; do printf '%s\n' "0.0.0.0:$i:$i/tcp" "[::]:$i:$i/tcp"; done)
    publish_at web "${specs[@]}"
    assert_equal "$(ports_of)" '0.0.0.0:10000-10999->10000-10999/tcp, [::]:10000-10999->10000-10999/tcp'
    [[ $(on_cpu ctr-state list) -lt 200 ]]
    assert_equal "$(mini-docker port web | wc -l)" 2000
}

# on_cpu COMMAND...: prints the milliseconds of processor that it takes
on_cpu() {
    local TIMEFORMAT='%3U %3S' times
    times=$({ time "$@" > /dev/null; } 2>&1)
    awk '{ printf "%d\n", ($1 + $2) * 1000 }' <<< "$times"
}

@test "create keeps them in the record; image's first" {
    mini-docker import "$(busybox_tar)" full -c 'EXPOSE 80 8000-8001/udp' -c 'CMD ["true"]' > /dev/null
    mini-docker create --name web --expose 53/udp full > /dev/null
    assert_equal "$(ctr-state get web expose)" '80/tcp 8000-8001/udp 53/udp'
    run -125 mini-docker create -p 80x full
    assert_output "mini-docker: create: --publish: 80x: invalid containerPort: 80x (try 'mini-docker create --help')"
    run -125 mini-docker run --rm --expose 0 full
    assert_output "mini-docker: run: --expose: 0: invalid port: 0 (try 'mini-docker run --help')"
    run -0 mini-docker create --name none -p 8080:80 busybox true
    run ! ctr-state get none publish # the network none has nobody to publish it to
}

@test "ps: Docker's column of ports" {
    running --expose 53/udp --expose 90-92 --expose 80
    assert_equal "$(ports_of)" '80/tcp, 53/udp, 90-92/tcp' # what ends first
    publish_at web 0.0.0.0:80:80/tcp '[::]:80:80/tcp' 0.0.0.0:81:81/tcp '[::]:81:81/tcp' 0.0.0.0:83:83/tcp 127.0.0.1:8080:81/tcp \
        0.0.0.0:5000:90/tcp '[::1]:5353:53/udp' 0.0.0.0:81:81/udp
    assert_equal "$(ports_of)" "0.0.0.0:80-81->80-81/tcp, 0.0.0.0:83->83/tcp, [::]:80-81->80-81/tcp, 0.0.0.0:81->81/udp, 91-92/tcp, [::1]:5353->53/udp, 127.0.0.1:8080->81/tcp, 0.0.0.0:5000->90/tcp"
    run -0 mini-docker ps
    assert_line -n 1 --partial '   0.0.0.0:80-81->80-81/tcp, '
    mini-docker create --name new --expose 80 busybox true > /dev/null
    mini-docker kill web > /dev/null
    mini-docker wait web > /dev/null
    assert_equal "$(mini-docker ps -a --format '{{.Names}}={{.Ports}}' | xargs)" 'new= web='
}

@test "ps: filters publish and expose" {
    running --expose 53/udp --expose 90-92
    publish_at web 0.0.0.0:8080:80/tcp '[::]:8081:81/udp'
    while read -r filter want; do
        assert_equal "$filter $(mini-docker ps -f "$filter" --format '{{.Names}}')" "$filter $want"
    done << 'END'
publish=8080 web
publish=8080/tcp web
publish=8000-8080 web
publish=8081/udp web
publish=8081 
publish=80 
publish=53/udp 
publish=0 
expose=80 web
expose=81/udp web
expose=81 
expose=53/udp web
expose=91/tcp web
expose=92-100 web
expose=93-100 
expose=8080 
END
    for bad in publish= publish=x publish=80/x expose=9-8 expose=70000 expose=1:2; do
        run -1 mini-docker ps -f "$bad"
        assert_output --partial "--filter: $bad: not PORT[-PORT][/tcp|udp|sctp]"
    done
}

@test "ps: networks, by name and by id" {
    running
    ctr-state set web "networks=name=bridge 'name=back,ip=10.0.0.2,alias=x'"
    tell web $'net_1\tbridge 0123456789ab md-0123456789ab eth0 172.17.0.2/16 172.17.0.1 - - -' \
        $'net_2\tback abcdef012345 md-abcdef012345 eth1 10.0.0.2/24 10.0.0.1 - - -'
    assert_equal "$(mini-docker ps --format '{{.Networks}}')" bridge,back
    for filter in bridge back 0123 abcdef012345; do
        assert_equal "$filter $(mini-docker ps -f "network=$filter" --format '{{.Names}}')" "$filter web"
    done
    for filter in bac none 'name=back' 123 eth0 ''; do
        assert_equal "$filter $(mini-docker ps -f "network=$filter" --format '{{.Names}}')" "$filter "
    done
    for mode in none host; do
        ctr-state set web "network=$mode" networks=
        assert_equal "$(mini-docker ps -f "network=$mode" --format '{{.Networks}}')" "$mode"
    done
    ctr-state set web network=bridge networks= # taken out of all of them
    assert_equal "$(mini-docker ps --format '{{.Networks}}')" ''
    ctr-state set web network=container:abc
    assert_equal "$(mini-docker ps --format '{{.Networks}}')" ''
}

@test "port: all by number, or where one is reached" {
    running --expose 99
    publish_at web 0.0.0.0:8080:80/tcp '[::]:8080:80/tcp' 0.0.0.0:1:443/tcp 127.0.0.1:53:53/udp 0.0.0.0:9:9/tcp
    run -0 mini-docker port web
    assert_output $'9/tcp -> 0.0.0.0:9\n53/udp -> 127.0.0.1:53\n80/tcp -> 0.0.0.0:8080\n80/tcp -> [::]:8080\n443/tcp -> 0.0.0.0:1'
    for given in 80 80/tcp; do
        run -0 mini-docker port web "$given"
        assert_output $'0.0.0.0:8080\n[::]:8080'
    done
    run -0 mini-docker port web 53/udp
    assert_output 127.0.0.1:53
    ctr_port_1=0.0.0.0:1:1/tcp ctr_port_6=0.0.0.0:1:1/tcp run -0 mini-docker port web
    refute_output --partial 1/tcp
    for none in 53/tcp 99/tcp 8080/tcp; do
        run -1 mini-docker port web "$none"
        assert_output "mini-docker: port: no public port '$none' published for web"
    done
    run -1 mini-docker port web 99
    assert_output "mini-docker: port: no public port '99/tcp' published for web"
    for bad in http '' /tcp -1 '80 81'; do
        run -1 mini-docker port -- web "$bad"
        assert_output "mini-docker: port: web: $bad: not PORT[/PROTOCOL]"
    done
    run -1 mini-docker port nope
    assert_output --partial 'no such container'
    run -125 mini-docker port
    mini-docker kill web > /dev/null
    mini-docker wait web > /dev/null
    run -0 mini-docker port web
    refute_output
    run -1 mini-docker port web 80
}

@test "inspect: ports and networks" {
    mini-docker import "$(busybox_tar)" busybox -c 'EXPOSE 80 7000-7001/udp' > /dev/null
    running -p 8080:80 -p '[::1]::81' -p 127.0.0.1:90-91:90-91/udp -p 6000-6009:6 -P --expose 53/udp
    id=$(ctr-state resolve web)
    ctr-state set web "networks='name=back,ip=10.0.0.2,alias=x' name=bridge"
    publish_at web 0.0.0.0:8080:80/tcp '[::]:8080:80/tcp' '[::1]:32768:81/tcp'
    tell web $'net_1\tback abcdef012345 md-abcdef012345 eth0 10.0.0.2/24 10.0.0.1 02:00:00:00:00:01 fd00::2/64 fd00::1' \
        $'net_2\tbridge 0123456789ab md-0123456789ab eth1 172.17.0.2/16 172.17.0.1 - - -'
    mini-docker inspect web > out
    field() { jq -c ".[0] | $1" out; }
    assert_equal "$(field .HostConfig.PortBindings)" "$(
        jq -c . << 'END'
{"6/tcp":[{"HostIp":"","HostPort":"6000-6009"}],"80/tcp":[{"HostIp":"","HostPort":"8080"}],"81/tcp":[{"HostIp":"::1","HostPort":""}],
"90/udp":[{"HostIp":"127.0.0.1","HostPort":"90"}],"91/udp":[{"HostIp":"127.0.0.1","HostPort":"91"}]}
END
    )"
    assert_equal "$(field .HostConfig.PublishAllPorts)" true
    assert_equal "$(field '.Config.ExposedPorts | keys')" '["53/udp","6/tcp","7000/udp","7001/udp","80/tcp","81/tcp","90/udp","91/udp"]'
    assert_equal "$(field .NetworkSettings.Ports)" "$(
        jq -c . << 'END'
{"53/udp":null,"7000/udp":null,"7001/udp":null,"80/tcp":[{"HostIp":"0.0.0.0","HostPort":"8080"},{"HostIp":"::","HostPort":"8080"}],
"81/tcp":[{"HostIp":"::1","HostPort":"32768"}]}
END
    )"
    assert_equal "$(field '.NetworkSettings.Networks.back')" "$(
        jq -c . << END
{"IPAMConfig":{"IPv4Address":"10.0.0.2"},"Links":null,"Aliases":["x"],"MacAddress":"02:00:00:00:00:01","DriverOpts":null,
"NetworkID":"abcdef012345","EndpointID":"$id","Gateway":"10.0.0.1","IPAddress":"10.0.0.2","IPPrefixLen":24,"IPv6Gateway":"fd00::1",
"GlobalIPv6Address":"fd00::2","GlobalIPv6PrefixLen":64,"DNSNames":$(jq -nc '$ARGS.positional | sort' --args web x "${id:0:12}")}
END
    )"
    assert_equal "$(field '.NetworkSettings | [.IPAddress, .IPPrefixLen, .Gateway, .GlobalIPv6Address]')" '["172.17.0.2",16,"172.17.0.1",""]'
    run -0 mini-docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}{{(index (index .NetworkSettings.Ports "80/tcp") 0).HostPort}}' web
    assert_output '10.0.0.2 172.17.0.2 8080'
    tell web $'net_1\t-' # taken out of it
    assert_equal "$(mini-docker inspect web | jq -c '.[0].NetworkSettings.Networks | keys')" '["bridge"]'
    mini-docker kill web > /dev/null
    mini-docker wait web > /dev/null
    mini-docker inspect web > out
    assert_equal "$(field '.NetworkSettings | [.Ports, .IPAddress, (.Networks | keys), .Networks.back.IPAddress, .Networks.back.Aliases]')" '[{},"",["back","bridge"],"",["x"]]'
}

@test "on a network: a range is used up, free ports are free, and all is given back" {
    need_command ss
    make_host host
    start() { on host mini-docker run -d --name "$1" --network bridge -p 127.0.0.1:8000-8001:80 -p 53/udp busybox sleep 1000; }
    start one > /dev/null
    start two > /dev/null
    run -125 start three
    assert_output --partial '127.0.0.1:8000-8001:80/tcp: all of these ports are taken'
    run ! ctr-state resolve three
    assert_equal "$(mini-docker port one 80) $(mini-docker port two 80/tcp)" '127.0.0.1:8000 127.0.0.1:8001'
    assert_equal "$(on host ss -Htln | awk '{ print $4 }' | sort | xargs)" '127.0.0.1:8000 127.0.0.1:8001'
    assert_equal "$({
        mini-docker port one 53/udp
        mini-docker port two 53/udp
    } | sort)" "$(on host ss -Huln | awk '{ print $4 }' | sort)"
    on host mini-docker rm -f one two > /dev/null
    poll 10 nobody_listens
}
nobody_listens() { [[ ! $(on host ss -Htuln) ]]; }

@test "a later line of run stands for the ones before, without a value for none" {
    running
    tell web $'odd\tone' $'odd_2\tx' $'odd\ttwo' $'gone\tx' $'gone\t' $'back\tx' $'back\t' $'back\ty' $'odd_2'
    run -0 ctr-state show web
    assert_equal "$(grep -E '^(odd|gone|back)' <<< "$output" | sort)" $'back\ty\nodd\ttwo\nodd_2\tx'
    assert_equal "$(ctr-state get web status)" running
}
