# Hosts made of network namespaces, for tests that need a network: nothing is ever done to the machine's
# own. A test file that uses them ends its teardown with `end_hosts` in front of common_teardown (or
# run_teardown), and finds:
#     make_host NAME             a host without any interface but lo, which is up
#     on NAME COMMAND...         run a command there; `run on NAME ...` likewise
#     make_outside HOST [NAME]   another host, `outside`, on a wire with HOST, which has its default
#                                routes there. It has none back: only addresses of HOST's own, NAT in
#                                other words, bring an answer. HOST is 192.0.2.1 and 2001:db8::1, the
#                                other one .2 and ::2; on both the interface is called `wire`.
#     host_pid[NAME]             the process that keeps the namespace
# shellcheck shell=bash

declare -gA host_pid=()

make_host() { # NAME
    need_root
    need_command unshare nsenter ip
    unshare --net sleep inf < /dev/null > /dev/null 2>&1 3>&- &
    host_pid[$1]=$!
    disown # bash would tell how it ended
    poll 10 in_own_network "${host_pid[$1]}"
    on "$1" ip link set lo up
}

in_own_network() { # PID
    [[ -e /proc/$1/ns/net && ! /proc/$1/ns/net -ef /proc/self/ns/net ]]
}

on() { # NAME COMMAND...
    local pid=${host_pid[$1]:?no such host: $1}
    shift
    nsenter --net="/proc/$pid/ns/net" -- "$@"
}

make_outside() { # HOST [NAME]
    local host=$1 outside=${2:-outside}
    make_host "$outside"
    on "$host" ip link add wire type veth peer name wire netns "${host_pid[$outside]}"
    on "$host" ip address add 192.0.2.1/24 dev wire
    on "$outside" ip address add 192.0.2.2/24 dev wire
    if [[ -e /proc/sys/net/ipv6 ]]; then
        on "$host" ip address add 2001:db8::1/64 dev wire nodad
        on "$outside" ip address add 2001:db8::2/64 dev wire nodad
    fi
    on "$host" ip link set wire up
    on "$outside" ip link set wire up
    on "$host" ip route add default via 192.0.2.2
    [[ ! -e /proc/sys/net/ipv6 ]] || on "$host" ip route add default via 2001:db8::2
}

# end_hosts: a host goes with its last process; the leak check tells those of the test.
end_hosts() {
    local name
    for name in "${!host_pid[@]}"; do
        kill -KILL "${host_pid[$name]}" 2> /dev/null || :
    done
    host_pid=()
}
