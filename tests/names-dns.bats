#!/usr/bin/env bats
# How containers know names: their hosts, hostname and resolv.conf, and the server of a network.
load lib/common

setup() {
    common_setup
    need_root
    cd "$T" || return
    HOST='' # the pid that holds a network namespace
}

teardown() {
    local pid status=0
    for pid in $(cat "$MINI_DOCKER_RUN"/networks/*/dnsmasq.pid 2> /dev/null) ${HOST:+"$HOST"}; do
        kill -KILL "$pid" 2> /dev/null || :
    done
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
