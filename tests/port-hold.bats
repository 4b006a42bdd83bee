#!/usr/bin/env bats
# Ports that are held, by lib/port_hold, and by ns-spawn for as long as its child lives.

load lib/common
load lib/net

setup() {
    common_setup
    need_root
    need_command ss socat
    PATH=$BUILD/test:$PATH
    cd "$T"
    make_host host
    at_host
}
teardown() {
    local pid
    for pid in "${PIDS[@]}"; do kill -9 "$pid" 2> /dev/null || :; done
    end_hosts
    common_teardown
}
PIDS=()

is_gone() { [[ ! -e /proc/$1/stat || $(< "/proc/$1/stat") == *') Z '* ]]; }

# On the host, as words in front of a command whose pid is to be its own.
at_host() { AT=(nsenter --net="/proc/${host_pid[host]}/ns/net" --); }

# hold SPEC...: in the background, until release; what is held is in the file held
hold() {
    [[ -p end ]] || mkfifo end
    exec 9<> end
    : > held
    "${AT[@]}" porthold "$@" < end > held 3>&- 9>&- &
    PIDS+=("$!")
    holder=$!
    poll 10 listed "$#"
}
listed() { (($(wc -l < held) >= $1)); }
release() {
    exec 9>&-
    wait "$holder"
}

# holders PROTOCOL PORT: local address and program of each socket there, in order
holders() {
    on host ss -H -ln --processes "--$1" "sport = :$2" |
        sed -E 's/^[A-Z]+ +[0-9]+ +[0-9]+ +([^ ]+).*users:\(\("([^"]+)".*/\1 \2/' | sort
}

# taken SPEC [BY]: it cannot be held, and why is told
taken() {
    run -1 on host porthold "$1" < /dev/null
    local host=${1%:*}
    [[ $host == *:* ]] || host="(0\\.0\\.0\\.0|\\[::\\]):$host"
    host=${host//\[::1\]/\\[::1\\]}
    assert_output --regexp "^porthold: $host/(tcp|udp): the port is taken${2:+, by $2}: Address (already )?in use\$"
}

# listen ADDRESS:PORT TYPE: somebody who does not listen to us
listen() {
    "${AT[@]}" socat -u "$2:${1##*:},bind=${1%:*}${3:-}" - > heard 2> /dev/null 3>&- &
    PIDS+=("$!")
    listener=$!
    listens() { [[ $(on host ss -H -lntu "sport = :$1") ]]; }
    poll 10 listens "${1##*:}"
}

@test "every form: what is held is what was said, with the numbers filled in" {
    hold 8080:80 127.0.0.1:5353:53/udp '[::1]:9:99' 0:80 0:53/udp 127.0.0.1:0:5
    poll 10 listed 9
    run -0 sed -E 's/:[0-9]{4,}:(80|53|5)\//:N:\1\//' held
    assert_output "$(printf '%s\n' 0.0.0.0:N:80/tcp '[::]:N:80/tcp' 127.0.0.1:N:53/udp '[::1]:9:99/tcp' \
        0.0.0.0:N:80/tcp '[::]:N:80/tcp' 0.0.0.0:N:53/udp '[::]:N:53/udp' 127.0.0.1:N:5/tcp)"
    mapfile -t lines < held
    assert_equal "${lines[*]:0:3}" '0.0.0.0:8080:80/tcp [::]:8080:80/tcp 127.0.0.1:5353:53/udp'
    # A free one is the same in both families.
    for i in 4 6; do
        number=${lines[i]#0.0.0.0:}
        assert_equal "${lines[i + 1]}" "[::]:$number"
        ((${number%%:*} > 1023))
        assert_equal "$(holders "${number##*/}" "${number%%:*}")" \
            "$(printf '%s porthold\n' "0.0.0.0:${number%%:*}" "[::]:${number%%:*}")"
    done
    assert_equal "$(holders tcp 8080)" "$(printf '%s porthold\n' 0.0.0.0:8080 '[::]:8080')"
    assert_equal "$(holders udp 5353)" '127.0.0.1:5353 porthold'
    assert_equal "$(holders tcp 9)" '[::1]:9 porthold'
    release
    assert_equal "$(holders tcp 8080)$(holders udp 5353)$(holders tcp 9)" ''
    on host porthold 8080:80 127.0.0.1:5353:53/udp '[::1]:9:99' < /dev/null
}

@test "of a range the first number that is free, in both families" {
    listen 127.0.0.1:700 TCP-LISTEN
    hold 700-703:80 '[::1]:701-702:80' 701-703:81
    poll 10 listed 5
    assert_equal "$(xargs < held)" '0.0.0.0:701:80/tcp [::]:701:80/tcp [::1]:702:80/tcp 0.0.0.0:703:81/tcp [::]:703:81/tcp'
    run -1 on host porthold 700-703:80 < /dev/null
    assert_output --regexp '^porthold: 700-703:80/tcp: all of these ports are taken: Address (already )?in use$'
    run -1 on host porthold 192.0.2.77:700-703:80 < /dev/null
    assert_output --partial '192.0.2.77:700/tcp: the host does not have this address'
    release
}

@test "one family alone" {
    run -0 on host porthold --families 4 7:7 < /dev/null
    assert_output 0.0.0.0:7:7/tcp
    run -0 on host porthold --families 6 7:7/udp < /dev/null
    assert_output '[::]:7:7/udp'
}

@test "a port that is taken is refused, with the name of who has it" {
    listen 127.0.0.1:700 TCP-LISTEN
    taken 700:80 "127\\.0\\.0\\.1:700 of socat, process [0-9]+"
    taken 127.0.0.1:700:80 "127\\.0\\.0\\.1:700 of socat, process [0-9]+"
    on host porthold 127.0.0.2:700:80 '[::1]:700:80' 700:80/udp < /dev/null # not in the way
    listen 127.0.0.1:701 UDP-RECV
    taken 701:80/udp "127\\.0\\.0\\.1:701 of socat, process [0-9]+"
    on host porthold 701:80 < /dev/null
    hold 8080:80 127.0.0.1:81:80
    for spec in 8080:1 127.0.0.1:8080:1 '[::1]:8080:1' 81:1; do taken "$spec" '.* of porthold, process [0-9]+'; done
    release
    # One socket for both families.
    listen '[::]:702' TCP6-LISTEN ,ipv6only=0
    taken 127.0.0.1:702:80 '\[::\]:702 of socat, process [0-9]+'
    # Of several, nothing is held when one cannot be: nobody waits for the end of stdin.
    run -1 timeout 20 nsenter --net="/proc/${host_pid[host]}/ns/net" porthold 1:1 2:2 700:3 < <(sleep 1000 & echo $! > sleeps; wait)
    assert_output --partial ':700/tcp: the port is taken'
    kill "$(< sleeps)"
}

@test "an address that the host does not have, and a number that is none" {
    run -1 on host porthold 192.0.2.9:80:80 < /dev/null
    assert_output --regexp '^porthold: 192\.0\.2\.9:80/tcp: the host does not have this address: '
    run -1 on host porthold '[2001:db8::9]:80:80' < /dev/null
    assert_output --regexp '^porthold: \[2001:db8::9\]:80/tcp: the host does not have this address: '
    run -1 on host porthold 65536:80 < /dev/null
}

@test "the name of who has a port does nothing to a terminal" {
    need_command python3
    run -0 on host python3 -c 'if True:
        import socket, subprocess
        open("/proc/self/comm", "w").write("a\033[7mb\nc")
        server = socket.socket()
        server.bind(("127.0.0.1", 800)); server.listen()
        print(subprocess.run(["porthold", "800:80"], stdin=subprocess.DEVNULL, capture_output=True, text=True).stderr)'
    assert_output --regexp '127\.0\.0\.1:800 of a\?\[7mb, process [0-9]+'
}

@test "connections of before that linger do not take a port" {
    listen 127.0.0.1:700 TCP-LISTEN ,reuseaddr
    echo hello | on host socat -t 5 - TCP:127.0.0.1:700 3>&-
    wait "$listener" || :
    assert_equal "$(< heard)" hello
    # One of the two ends lingers; the client's port is another one.
    [[ $(on host ss -H -ant state time-wait '( sport = :700 or dport = :700 )') ]]
    run -0 on host porthold 700:80 127.0.0.1:700:80/udp < /dev/null
    # The server's end: it closes first.
    on host socat -u /dev/null TCP-LISTEN:800,bind=127.0.0.1,reuseaddr 3>&- &
    server=$!
    on host socat -u TCP:127.0.0.1:800,retry=100,interval=0.1 - 3>&-
    wait "$server"
    [[ $(on host ss -H -ant state time-wait '( sport = :800 )') ]]
    run -0 on host porthold 800:80 < /dev/null
    assert_line 0.0.0.0:800:80/tcp
}

# bats test_tags=vm
@test "nothing is delivered to what is held: no connection, no packet, no memory" {
    hold 127.0.0.1:700:80 127.0.0.1:701:80/udp
    run -1 on host socat -u /dev/null TCP:127.0.0.1:700,connect-timeout=0.3
    for _ in 1 2 3 4 5; do echo packet | on host socat -u - UDP-SENDTO:127.0.0.1:701; done
    run -0 on host ss -H -lntum 'sport = :700 or sport = :701'
    assert_equal "$(grep -c '^[a-z]* *[A-Z]* *0 ' <<< "$output")" 2 # nothing waits to be read
    assert_equal "$(grep -c 'skmem:(r0,' <<< "$output")" 2
    release
}

@test "fifty want one port at once: one has it" {
    mkfifo end
    exec 9<> end
    for i in {1..50}; do
        "${AT[@]}" porthold 8080:80 < end > "out$i" 2> "err$i" 3>&- 9>&- &
        pids[i]=$!
        PIDS+=("$!")
    done
    running() { # those that still are
        local pid
        for pid in "${pids[@]}"; do is_gone "$pid" || echo "$pid"; done
    }
    only_one() { [[ $(running | wc -l) == 1 ]]; }
    poll 20 only_one
    assert_equal "$(cat out* | sort)" "$(printf '%s\n' 0.0.0.0:8080:80/tcp '[::]:8080:80/tcp')"
    assert_equal "$(cat err* | wc -l)" 49
    assert_equal "$(cat err* | grep -c ':8080/tcp: the port is taken')" 49
    exec 9>&-
    none() { [[ ! $(running) ]]; }
    poll 20 none
}

@test "fifty want any port at once: each has one of its own" {
    mkfifo end
    exec 9<> end
    for i in {1..50}; do
        "${AT[@]}" porthold 0:80 < end > "out$i" 3>&- 9>&- &
        PIDS+=("$!")
    done
    all() { [[ $(cat out* | wc -l) == 100 ]]; }
    poll 20 all
    assert_equal "$(cat out* | sort -u | wc -l)" 100
}

# --- By ns-spawn

HOLD=(--setup-hook porthold --setup-hook-arg --give --setup-hook-arg 3)

# spawn ARG...: ns-spawn in the host's network, with hooks that hold; facts in info
spawn() {
    : > info
    "${AT[@]}" ns-spawn --info-fd 9 --net --setup-fd 5 "${HOLD[@]}" "$@" 9>> info < /dev/null 3>&- &
    SPAWN=$!
    PIDS+=("$SPAWN")
    poll 10 grep -q '^pid' info
}
fact() { sed -n "s/^$1\t//p" info; }

# sockets PID: how many it has open in the host's network
sockets() {
    find "/proc/$1/fd" -lname 'socket:*' -printf '%l\n' 2> /dev/null | tr -dc '0-9\n' |
        grep -cxFf <(on host ss -H -lntue | grep -oP 'ino:\K[0-9]+') || :
}

@test "ns-spawn holds what its hooks send, alone, until its child has ended" {
    for detach in '' --detach; do
        HOLD+=(--setup-hook-arg 8080:80 --setup-hook-arg 53:53/udp)
        HOLD+=(--exit-hook sh --exit-hook-arg -c --exit-hook-arg "ls -l /proc/self/fd > $T/fds; ss -Hlntu > $T/at-end")
        spawn $detach -- sh -c 'head -c 1 <&5 > /dev/null; exec 5<&-; exec sleep 1000'
        supervisor=$(fact supervisor) child=$(fact pid)
        poll 10 grep -qx sleep "/proc/$child/comm"
        # Facts of the hook stand beside the others.
        assert_equal "$(grep -c '^0.0.0.0:8080:80/tcp$' info)" 1
        assert_equal "$(holders tcp 8080)" "$(printf '%s ns-spawn\n' 0.0.0.0:8080 '[::]:8080')"
        assert_equal "$(holders udp 53)" "$(printf '%s ns-spawn\n' 0.0.0.0:53 '[::]:53')"
        assert_equal "$(sockets "$supervisor")" 4
        mapfile -t below < <(pgrep -P "$supervisor")
        ((${#below[@]} == 2)) # child and watcher
        for pid in "${below[@]}"; do assert_equal "$(sockets "$pid")" 0; done
        assert_equal "$(find "/proc/$child/fd" -type l -printf '%f\n' | sort | xargs)" '0 1 2'
        taken 8080:80 '.*:8080 of ns-spawn, process [0-9]+'
        kill -KILL "$child"
        poll 10 is_gone "$supervisor"
        wait "$SPAWN" || :
        run ! grep -q socket fds # nor have exit hooks
        assert_equal "$(< at-end)" '' # who may start it again
        on host porthold 8080:80 53:53/udp < /dev/null
        HOLD=("${HOLD[@]:0:6}")
    done
}

@test "when ns-spawn is killed what it held is free" {
    HOLD+=(--setup-hook-arg 8080:80)
    for detach in '' --detach; do
        spawn $detach -- sh -c 'head -c 1 <&5 > /dev/null; exec 5<&-; exec sleep 1000'
        supervisor=$(fact supervisor) child=$(fact pid)
        poll 10 grep -qx sleep "/proc/$child/comm"
        taken 8080:80 '.*:8080 of ns-spawn, process [0-9]+'
        kill -KILL "$supervisor"
        poll 10 is_gone "$supervisor"
        on host porthold 8080:80 < /dev/null # at once
        poll 10 is_gone "$child"
        wait "$SPAWN" || :
    done
}

@test "a port that is taken ends what was started for it" {
    hold 8080:80
    HOLD+=(--setup-hook-arg 70:7 --setup-hook-arg 8080:80)
    for detach in '' --detach; do
        run -125 on host ns-spawn $detach --net --setup-fd 5 "${HOLD[@]}" -- sh -c 'head -c 1 <&5 && touch ran' 3>&-
        assert_line --regexp '^porthold: .*:8080/tcp: the port is taken, by .* of porthold, process '
        assert_equal "$(holders tcp 70)" ''
    done
    [[ ! -e ran ]]
    release
}

@test "more than a message, and more than the soft limit takes" {
    (($(ulimit -Hn) > 1300)) || cannot "needs 1300 descriptors"
    HOLD+=(--setup-hook-arg --families --setup-hook-arg 4)
    for port in {2000..3199}; do HOLD+=(--setup-hook-arg "$port:1"); done
    ulimit -Sn 1024
    spawn -- sh -c 'head -c 1 <&5 > /dev/null; ulimit -n > limit; exec 5<&-; exec sleep 1000'
    poll 20 grep -qx sleep "/proc/$(fact pid)/comm"
    assert_equal "$(sockets "$(fact supervisor)")" 1200
    assert_equal "$(< limit)" 1024
    assert_equal "$(awk '/open files/ { print $4 }' "/proc/$(fact supervisor)/limits")" 1024
    kill -KILL "$(fact pid)"
    poll 10 is_gone "$(fact supervisor)"
}
