#!/usr/bin/env bats
# How containers know names: their hosts, hostname and resolv.conf, and the server of a network.
load lib/common
load lib/net

setup() {
    common_setup
    need_root
    cd "$T" || return
}

teardown() {
    local pid status=0
    for pid in $(cat "$MINI_DOCKER_RUN"/{networks/*/dnsmasq,resolvers/*}.pid up.pid 2> /dev/null); do
        kill -KILL "$pid" 2> /dev/null || :
    done
    end_hosts
    common_teardown || status=1
    return "$status"
}

# driver SCRIPT ARG...: what the driver would do: dash with its functions, as they are sourced
driver() {
    dash -c "set -eu; trace='' command=run nl='
'"'
        PATH=$1:$PATH LIBEXECDIR=$2/scripts
        die() { printf "mini-docker: %s\n" "$2" >&2; exit "$1"; }
        usage_error() { die 125 "$1"; }
        step() { "$@"; }
        hostname=box network=bridge net_addresses=172.17.0.2 add_host="" host_gateway="" directory=.
        dns="" dns_search="" dns_option="" dns_server=""
        . "$LIBEXECDIR/lib/names"
        . "$LIBEXECDIR/lib/name-options"
        . "$LIBEXECDIR/lib/dns"
        script=$3
        shift 3
        eval "$script"' driver "$BIN" "$TOP" "$@"
}

# with_etc HOSTS RESOLV-CONF COMMAND...: where these are the host's files; - if it has none
with_etc() {
    printf '%b' "$1" > etc-hosts
    printf '%b' "$2" > etc-resolv
    export RESOLV=$2
    shift 2
    unshare -m bash -c '
        if [[ $RESOLV == - ]]; then
            mkdir -p etc && mount -t tmpfs none etc && cp -a /etc/passwd /etc/group etc && mount --move etc /etc
        else
            mount --bind etc-resolv "$(realpath -m /etc/resolv.conf)"
        fi
        if [[ $RESOLV != - ]]; then mount --bind etc-hosts /etc/hosts; fi
        "$@"' with_etc "$@"
}
export -f driver
export TOP BIN

# files SCRIPT: the files of a container with these settings
files() {
    driver "$1; write_name_files"
}
export -f files

resolves_by() { # LINE...
    assert_equal "$(cat resolv.conf)" "$(printf '%s\n' "$@")"
}

LOCAL=$'127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::\tip6-localnet
ff00::\tip6-mcastprefix
ff02::1\tip6-allnodes
ff02::2\tip6-allrouters'

@test "hosts and hostname: its own addresses, and what was added" {
    files 'hostname=web'
    assert_equal "$(cat hosts)" "$LOCAL"$'\n172.17.0.2\tweb'
    assert_equal "$(cat hostname)" web
    assert_equal "$(stat -c %a hosts hostname resolv.conf | xargs)" '644 644 644'
    files 'hostname=web.example.com net_addresses="172.17.0.2${nl}fd00::2" host_gateway="172.17.0.1 fd00::1"
        add_host="a:1.2.3.4 b=host-gateway c:[::1] d:fd00::9"'
    assert_equal "$(cat hosts)" "$LOCAL"$'\n172.17.0.2\tweb.example.com web\nfd00::2\tweb.example.com web
1.2.3.4\ta\n172.17.0.1\tb\nfd00::1\tb\n::1\tc\nfd00::9\td'
    assert_equal "$(cat hostname)" web.example.com
}

@test "hosts: none has no address; host has the host's file; container:ID has nothing of its own" {
    files 'network=none net_addresses="" add_host=a:1.2.3.4'
    assert_equal "$(cat hosts)" "$LOCAL"$'\n1.2.3.4\ta'
    run -125 files 'network=none net_addresses="" add_host=a:host-gateway'
    assert_output --partial 'a:host-gateway'
    rm hosts hostname resolv.conf
    files 'network=container:web'
    assert_not_exist hosts
    with_etc '1.1.1.1 one\n2.2.2.2 two' 'nameserver 127.0.0.53' files 'network=host net_addresses="" add_host=a=1.2.3.4'
    assert_equal "$(cat hosts)" $'1.1.1.1 one\n2.2.2.2 two\n1.2.3.4\ta'
    with_etc '1.1.1.1 one\n' 'nameserver 127.0.0.53\n' files 'network=host net_addresses=""'
    assert_equal "$(cat hosts)" '1.1.1.1 one'
}

@test "files are written in place, as they are bound somewhere" {
    files :
    before=$(stat -c %i hosts hostname resolv.conf)
    echo 'what the container wrote, which is longer than what comes now' | tee -a hosts hostname resolv.conf
    files 'hostname=b'
    assert_equal "$(stat -c %i hosts hostname resolv.conf)" "$before"
    run ! grep wrote hosts hostname resolv.conf
}

@test "resolv.conf: the host's without what cannot be reached" {
    with_etc '' '# c\nnameserver 127.0.0.1\n nameserver 10.1.1.1 # c\nnameserver\tfd00::53\nnameserver ::1
nameserver fe80::1%eth0\nsearch x\nsearch a.b  c.d\noptions edns0\noptions  trust-ad\nsortlist 1.1.1.1' files :
    resolves_by 'nameserver 10.1.1.1' 'search a.b c.d' 'options edns0 trust-ad'
    with_etc '' 'nameserver fd00::53\nnameserver 10.1.1.1\ndomain a.b' files 'net_addresses="172.17.0.2${nl}fd00::2"'
    resolves_by 'nameserver fd00::53' 'nameserver 10.1.1.1' 'search a.b'
    with_etc '' 'nameserver 127.0.0.1\n' files :
    resolves_by 'nameserver 8.8.8.8' 'nameserver 8.8.4.4'
    with_etc '' - files :
    resolves_by 'nameserver 8.8.8.8' 'nameserver 8.8.4.4'
    with_etc '' 'nameserver 10.1.1.1' files 'network=none net_addresses=""'
    resolves_by 'nameserver 10.1.1.1'
}

behind_resolved() {
    mkdir -p /run/systemd
    mount -t tmpfs none /run/systemd
    mkdir /run/systemd/resolve
    printf 'nameserver 10.9.9.9\nsearch real\n' > /run/systemd/resolve/resolv.conf
    files :
}
export -f behind_resolved

@test "resolv.conf: what stands behind systemd-resolved" {
    with_etc '' 'nameserver 127.0.0.53\noptions edns0\nsearch stub' behind_resolved
    resolves_by 'nameserver 10.9.9.9' 'search real'
}

@test "resolv.conf: as asked for" {
    etc='nameserver 10.1.1.1\nsearch a.b\noptions edns0\n'
    with_etc '' "$etc" files 'dns="1.1.1.1 ::1"'
    resolves_by 'nameserver 1.1.1.1' 'nameserver ::1' 'search a.b' 'options edns0'
    with_etc '' "$etc" files 'dns_search="x y.z" dns_option="ndots:2 rotate"'
    resolves_by 'nameserver 10.1.1.1' 'search x y.z' 'options ndots:2 rotate'
    with_etc '' "$etc" files 'dns_search=.'
    resolves_by 'nameserver 10.1.1.1' 'options edns0'
}

@test "resolv.conf: host has the host's, unless asked for otherwise; a network's server comes first" {
    etc='# a comment\nnameserver 127.0.0.53\nsearch a.b\noptions edns0\n'
    with_etc '' "$etc" files 'network=host net_addresses=""'
    resolves_by '# a comment' 'nameserver 127.0.0.53' 'search a.b' 'options edns0'
    with_etc '' "$etc" files 'network=host net_addresses="" dns_search=x'
    resolves_by 'nameserver 127.0.0.53' 'search x' 'options edns0'
    with_etc '' "$etc" files 'network=host net_addresses="" dns=1.1.1.1'
    resolves_by 'nameserver 1.1.1.1' 'search a.b' 'options edns0'
    with_etc '' "$etc" files 'network=mine dns_server="10.9.0.1 fd00::1"'
    resolves_by 'nameserver 10.9.0.1' 'nameserver fd00::1' 'search a.b' 'options edns0 ndots:0'
    with_etc '' "$etc" files 'network=mine dns_server=10.9.0.1 dns=1.1.1.1 dns_option=ndots:3 dns_search=.'
    resolves_by 'nameserver 10.9.0.1' 'nameserver 1.1.1.1' 'options ndots:3'
}

@test "addresses are told from what is none" {
    driver 'for a in 1.2.3.4 0.0.0.0 255.255.255.255 :: ::1 fe80::1 1:2:3:4:5:6:7:8 ::ffff:1.2.3.4 1:2:3:4:5:6:1.2.3.4 \
        1:2:3:4:5:6:7:: ::2:3:4:5:6:7:8 1::1.2.3.4 ::1.2.3.4 2001:DB8::8:800:200c:417a; do
        is_address "$a" || die 1 "$a"
    done'
    driver 'for a in "" 1 1.2.3 1.2.3.4.5 256.1.1.1 01.2.3.4 1.2.3.4. .1.2.3.4 a : ::: 1: :1 1:2:3:4:5:6:7 1:2:3:4:5:6:7:8:9 \
        1::2::3 12345::1 g::1 1:2:3:4:5:6:7:1.2.3.4 ::1.2.3 1.2.3.4:: ::1: :1::2 1.2.3.4:1 "1.2.3.4${nl}5" "::1%eth0" "::1 "; do
        ! is_address "$a" || die 1 "$a"
    done'
}

# refused OPTION FUNCTION VALUE...
refused() {
    local option=$1 function=$2
    shift 2
    for value; do
        run -125 driver "$function \"\$1\"" "$value"
        assert_output --partial "$option: $value: "
    done
}

@test "options that cannot be meant are refused" {
    driver 'dns="1.1.1.1 ::1" dns_search=". a.b _tcp.x" dns_option="ndots:2 edns0" add_host="a:1.2.3.4 b=::1 c:host-gateway d:[::2]"
        check_name_options'
    refused --dns check_dns x 1.1.1 '' '1.1.1.1 2.2.2.2' host-gateway
    refused --dns-search check_dns_search a..b -a .a 'a b' a/b $'a\nb' '' a-.b
    refused --dns-option check_dns_option $'a\nb' 'a b' ''
    refused --add-host check_add_host a :1.2.3.4 a:b a: $'a:1.2.3.4\n6.6.6.6 b' a:1.2.3 '' 'a:[1.2.3.4]'
    for name in 'a b' '#a' -a $'a\tb'; do
        run -125 driver 'check_add_host "$1"' "$name:1.2.3.4"
        assert_output --partial "--add-host: $name: not a host name"
    done
    for bad in dns=x dns_search=-x 'dns_option="a%b"' add_host=x; do
        run -125 driver "$bad; check_name_options"
    done
}

# host: a network namespace to be the host, with the bridge md-a, of which the gateway is 10.9.0.1
host() {
    need_command dnsmasq dig
    make_host host
    export HOST=${host_pid[host]} # for shells that are begun
    bridge md-a 10.9.0.1/24 fd00:9::1/64
}

on_host() {
    nsenter --net="/proc/$HOST/ns/net" "$@"
}

bridge() { # NAME ADDRESS...
    local name=$1 address
    shift
    on_host ip link add "$name" type bridge
    for address; do on_host ip address add "$address" dev "$name" $([[ $address != *:* ]] || echo nodad); done
    on_host ip link set "$name" up
}

# on_driver SCRIPT ARG...: driver, on the host
on_driver() {
    on_host bash -c 'driver "$@"' driver "$@" 3>&-
}

# comes ID ADDRESSES NAME...: a container of network a; on_b ID ADDRESSES NAME...: of b
comes() {
    on_driver 'join_names a md-a "10.9.0.1 fd00:9::1" "$@"; echo "$dns_server"' "$@"
}

on_b() {
    on_driver 'join_names b md-b 10.8.0.1 "$@"' "$@"
}

leave() { # ID
    on_driver 'leave_names a "$1"' "$1"
}

export -f on_host on_driver comes

ask() { # DIG-ARG...: prints the answers, sorted, or the status if there is none
    on_host dig +tries=1 +time=10 "@${SERVER:-10.9.0.1}" "$@" > answer || return
    if grep -q 'ANSWER: 0,' answer; then
        sed -n 's/.*status: \([A-Z]*\),.*/\1/p' answer
    else
        awk '/^;; ANSWER/ { on = 1; next } /^$/ { on = 0 } on { print $NF }' answer | sort | xargs
    fi
}

answers() { # ANSWER DIG-ARG...
    local expected=$1
    shift
    assert_equal "$(ask "$@")" "$expected"
}

# own ID UPSTREAMS NET...: a server of its own for the container that $HOST is
own() {
    on_host sh "$TOP/scripts/lib/own-names" "$HOST" "$@" 3>&-
}

# server NET: the pid of its server
server() {
    cat "$MINI_DOCKER_RUN/networks/$1/dnsmasq.pid"
}

no_server() { # NET
    run -1 on_driver 'names_alive "$1"' "$1"
    [[ ! $(on_host ss -Hltun) ]]
}

@test "names come and go: UDP and TCP, IPv4, IPv6 and back" {
    host
    assert_equal "$(comes aaaa '10.9.0.2 fd00:9::2' web 0123456789ab alias)" '10.9.0.1 fd00:9::1'
    answers 10.9.0.2 web
    answers 10.9.0.2 +tcp web
    answers 10.9.0.2 WEB
    answers fd00:9::2 alias AAAA
    answers 10.9.0.2 0123456789ab
    answers web. -x 10.9.0.2
    answers web. -x fd00:9::2
    SERVER=fd00:9::1 answers fd00:9::2 +tcp web AAAA
    answers NXDOMAIN db
    pid=$(server a)
    comes bbbb 10.9.0.3 db _odd a_b 9x up.down
    answers 10.9.0.3 db
    answers NOERROR db AAAA # it has none, which is no reason to doubt the name
    for name in _odd a_b 9x up.down; do answers 10.9.0.3 "$name"; done
    leave bbbb
    answers NXDOMAIN db
    answers 10.9.0.2 web
    assert_equal "$(server a)" "$pid"
    comes cccc 10.9.0.3 other # the address of the one that went
    answers other. -x 10.9.0.3
    comes cccc 10.9.0.3 third
    answers NXDOMAIN other
    leave cccc
    leave aaaa
    no_server a
    assert_not_exist "/proc/$pid/exe"
    leave aaaa
}

@test "a name that two have, and a network that another one is no part of" {
    host
    bridge md-b 10.8.0.1/24
    comes aaaa 10.9.0.2 web
    comes bbbb 10.9.0.3 web
    on_b cccc 10.8.0.2 web only
    answers '10.9.0.2 10.9.0.3' web
    answers NXDOMAIN only
    SERVER=10.8.0.1 answers 10.8.0.2 web
    leave aaaa
    answers 10.9.0.3 web
    on_driver 'leave_names b cccc'
    no_answer=$(on_host ss -Hltun | grep -c 10.8.0.1 || :)
    assert_equal "$no_answer" 0
    answers 10.9.0.3 web
}

# inside BRIDGE ADDRESS GATEWAY COMMAND...: in a namespace that is attached to it
inside() {
    local bridge=$1 address=$2 gateway=$3 pid status=0
    shift 3
    nsenter --net="/proc/$HOST/ns/net" unshare -n sleep infinity > /dev/null 3>&- &
    pid=$!
    poll 5 is_away "$pid"
    on_host ip link add veth-t type veth peer name eth0 netns "$pid"
    on_host ip link set veth-t master "$bridge" up
    nsenter --net="/proc/$pid/ns/net" sh -c "ip link set lo up; ip address add $address dev eth0; ip link set eth0 up
        ip route add default via $gateway"
    nsenter --net="/proc/$pid/ns/net" "$@" || status=$?
    kill -KILL "$pid"
    wait "$pid" || :
    return "$status"
}

is_away() {
    [[ $(readlink "/proc/$1/ns/net") != "$(readlink "/proc/$HOST/ns/net")" && $(< "/proc/$1/comm") == sleep ]]
}

@test "a container of the network is answered, one of another network is not, nor is the host's loopback" {
    host
    bridge md-b 10.8.0.1/24
    comes aaaa 10.9.0.2 web
    assert_equal "$(inside md-a 10.9.0.9/24 10.9.0.1 dig +short +tries=1 @10.9.0.1 web)" 10.9.0.2
    run ! inside md-b 10.8.0.9/24 10.8.0.1 dig +short +tries=1 +time=1 @10.9.0.1 web
    run ! inside md-b 10.8.0.9/24 10.8.0.1 dig +short +tries=1 +time=1 +tcp @10.9.0.1 web
    run ! on_host dig +short +tries=1 +time=1 @127.0.0.1 web
    assert_equal "$(on_host ss -Hltun | awk '{ print $5 }' | grep -vE '^(10.9.0.1|\[fd00:9::1\]|\[fe80:.*\]%md-a):53$')" ''
}

@test "what it does not know it asks the host's servers for, on their loopback, too; names without a dot it does not" {
    host
    on_host dnsmasq --conf-file=/dev/null --no-resolv --no-hosts --pid-file="$T/up.pid" --listen-address=127.0.0.53 \
        --bind-interfaces --address=/example.com/192.0.2.7 --address=/plain/192.0.2.8 3>&-
    with_etc '' 'nameserver 127.0.0.53\n' comes aaaa 10.9.0.2 web
    answers 192.0.2.7 www.example.com
    answers 192.0.2.7 +tcp www.example.com
    answers 10.9.0.2 web
    answers NXDOMAIN plain
    kill "$(< up.pid)"
    leave aaaa
    with_etc '' - comes aaaa 10.9.0.2 web # a host without servers
    answers 10.9.0.2 web
}

@test "an internal network knows its own names only" {
    host
    on_driver 'net_internal=1; join_names a md-a 10.9.0.1 aaaa 10.9.0.2 web my.web'
    answers 10.9.0.2 my.web
    answers NOERROR my.web AAAA
    answers NXDOMAIN www.example.com
    answers NXDOMAIN -x 10.9.0.7
}

@test "a server that was killed comes back with the next one; a pid that is another's now is left alone" {
    host
    comes aaaa 10.9.0.2 web
    pid=$(server a)
    kill -KILL "$pid"
    poll 5 test ! -e "/proc/$pid/exe"
    run -1 on_driver 'names_alive a'
    comes bbbb 10.9.0.3 db
    answers 10.9.0.2 web
    answers 10.9.0.3 db
    pid=$(server a)
    on_driver 'names_alive a'
    sleep 1000 3>&- &
    other=$!
    echo "$other" > "$MINI_DOCKER_RUN/networks/a/dnsmasq.pid"
    run -1 on_driver 'names_alive a'
    on_driver 'stop_names a'
    kill -0 "$other"
    echo "$pid" > "$MINI_DOCKER_RUN/networks/a/dnsmasq.pid"
    on_driver 'stop_names a'
    no_server a
    kill "$other"
}

@test "a server that is missed is brought back; another name for a container" {
    host
    comes aaaa '10.9.0.2 fd00:9::2' web 0123456789ab alias
    on_driver 'rename_names a aaaa db; rename_names a nobody db'
    answers 10.9.0.2 db
    answers fd00:9::2 db AAAA
    answers 10.9.0.2 alias
    answers NXDOMAIN web
    kill -KILL "$(server a)"
    poll 5 test ! -e "/proc/$(server a)/exe"
    on_driver 'revive_names a md-a'
    answers 10.9.0.2 db
    pid=$(server a)
    on_driver 'revive_names a md-a'
    assert_equal "$(server a)" "$pid"
    leave aaaa
    on_driver 'revive_names a md-a'
    no_server a
}

@test "with a server there it takes no process to join, nor to write the files" {
    host
    comes aaaa 10.9.0.2 web
    on_driver 'PATH=/nowhere; join_names a md-a 10.9.0.1 bbbb 10.9.0.3 db && write_name_files'
    answers 10.9.0.3 db
    grep -x 'nameserver 10.9.0.1' resolv.conf
}

@test "who was ending the server was killed: it goes on to serve" {
    host
    comes aaaa 10.9.0.2 web
    pid=$(server a)
    mv "$MINI_DOCKER_RUN/networks/a/dnsmasq.pid"{,.end}
    comes bbbb 10.9.0.3 db
    assert_equal "$(server a)" "$pid"
    answers 10.9.0.3 db
}

@test "twenty at once: one server, and each name is there when its join returns" {
    host
    pids=()
    for i in {1..20}; do
        (
            comes "c$i" "10.9.0.1$i" "n$i" > /dev/null || exit 1
            [[ $(on_host dig +short +tries=1 @10.9.0.1 "n$i") == "10.9.0.1$i" ]] || exit 2
            leave "c$i"
        ) 3>&- &
        pids+=("$!")
    done
    for pid in "${pids[@]}"; do wait "$pid"; done
    no_server a
    assert_equal "$(ls "$MINI_DOCKER_RUN/networks/a")" $'names\nnames.lock'
}

@test "it is nobody's child, has nothing of who started it, and is not root" {
    host
    exec 20> lock
    on_driver 'exec 8> eight; join_names a md-a 10.9.0.1 aaaa 10.9.0.2 web' 20>&20
    exec 20>&-
    pid=$(server a)
    read -r _ _ _ _ _ session tty _ < "/proc/$pid/stat"
    [[ $session != "$(ps -o sid= $$ | xargs)" && $tty == 0 ]]
    run -0 find "/proc/$pid/fd/" -lname "$T/*"
    refute_output
    assert_equal "$(readlink "/proc/$pid/cwd")" /
    run ! grep -P '^Uid:.*\t0(\t|$)' "/proc/$pid/status"
}

@test "the hook at the end of a container" {
    host
    bridge md-b 10.8.0.1/24
    comes aaaa 10.9.0.2 web
    on_b aaaa 10.8.0.2 web
    on_b bbbb 10.8.0.3 db
    on_host sh "$TOP/scripts/lib/leave-names" aaaa a b 3>&-
    run -1 on_driver 'names_alive a'
    SERVER=10.8.0.1 answers NXDOMAIN web
    SERVER=10.8.0.1 answers 10.8.0.3 db
}

@test "names of containers that are no more are swept out" {
    host
    live=$(basename "$(ctr-state create --owner $$ -- true)")
    comes "$live" 10.9.0.2 web
    comes "$(printf %064d 7)" 10.9.0.3 gone
    on_driver 'sweep_names a'
    answers 10.9.0.2 web
    answers NXDOMAIN gone
    ctr-state remove "$live"
    on_driver 'sweep_names a; sweep_names none'
    no_server a
    live=$(basename "$(ctr-state create --owner $$ -- true)")
    own "$live" 10.9.0.1 a
    on_driver sweep_own_names
    SERVER=127.0.0.11 answers NXDOMAIN gone
    ctr-state remove "$live"
    on_driver sweep_own_names
    no_server a
}

@test "without dnsmasq a container runs, and it is told why names do not resolve" {
    host
    run -0 unshare -m bash -c 'mount --bind /dev/null "$1" && shift && exec bash -c "on_driver \"\$@\"" "$@"' sh \
        "$(realpath "$(type -P dnsmasq)")" on_driver 'net_name=mine; join_names a md-a 10.9.0.1 aaaa 10.9.0.2 web; echo "server $dns_server."'
    assert_line --partial 'mini-docker: network mine: names do not resolve: dnsmasq'
    assert_line 'server .'
}

@test "a container's own server knows the names of its networks, and asks others for what it is told to" {
    host
    bridge md-b 10.8.0.1/24
    comes aaaa 10.9.0.2 web
    on_b bbbb 10.8.0.2 db
    on_host dnsmasq --conf-file=/dev/null --no-resolv --no-hosts --pid-file="$T/up.pid" --listen-address=127.0.0.53 \
        --bind-interfaces --address=/example.com/192.0.2.7 3>&-
    own cccc 127.0.0.53 a b
    pid=$(< "$MINI_DOCKER_RUN/resolvers/cccc.pid")
    SERVER=127.0.0.11 answers 10.9.0.2 web
    SERVER=127.0.0.11 answers 10.8.0.2 +tcp db
    SERVER=127.0.0.11 answers 192.0.2.7 www.example.com
    SERVER=127.0.0.11 answers NXDOMAIN nobody
    comes dddd 10.9.0.4 late
    SERVER=127.0.0.11 answers 10.9.0.4 late
    leave dddd
    SERVER=127.0.0.11 answers NXDOMAIN late
    own cccc '' b # again, with other networks
    poll 5 test ! -e "/proc/$pid/exe"
    SERVER=127.0.0.11 answers NXDOMAIN web
    SERVER=127.0.0.11 answers NXDOMAIN www.example.com
    pid=$(< "$MINI_DOCKER_RUN/resolvers/cccc.pid")
    on_host sh "$TOP/scripts/lib/leave-names" cccc a 3>&-
    assert_not_exist "$MINI_DOCKER_RUN/resolvers/cccc.pid"
    assert_not_exist "/proc/$pid/exe"
    kill "$(< up.pid)"
}

@test "resolv.conf: its own server asks the others" {
    files 'network=mine dns_server=127.0.0.11 dns=1.1.1.1 dns_search=.'
    resolves_by 'nameserver 127.0.0.11' 'options ndots:0'
    with_etc '' 'nameserver 10.1.1.1' files 'network=mine dns_server=" "'
    resolves_by 'nameserver 10.1.1.1'
}
