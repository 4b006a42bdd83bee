#!/usr/bin/env bats
# Containers on networks where whatever has to do with them is killed at any moment: what the next command
# that looks finds belongs to containers that run, and to no others.

load lib/life
load lib/net

setup_file() { run_setup_file; }
setup() {
    life_setup
    MINI_DOCKER_NETWORK=bridge
    need_command dnsmasq
    make_host host
}
teardown() {
    poll 20 free_networks || :
    end_hosts
    life_teardown
}

md() { # ARG...: the driver, on the host; never for long
    on host timeout -k 1 60 mini-docker "$@" < /dev/null 3>&-
}

free_networks() {
    local ids
    ids=$(ctr-state list --all --fields id) || [[ $? == 3 ]] || return
    # shellcheck disable=SC2086 # ids
    [[ ! $ids ]] || md rm -f $ids > /dev/null || return
    md network prune -f > /dev/null
}

# interrupt_host MICROSECONDS WHO COMMAND...: interrupt, on the host
interrupt_host() {
    interrupt "$1" "$2" nsenter --net="/proc/${host_pid[host]}/ns/net" -- "${@:3}"
}

# owners: whose there is something: of addresses, names, own servers, published ports and interfaces
owners() {
    find "$MINI_DOCKER_RUN/networks" -path '*/leases/*' -type l -printf 'lease %l\n' 2> /dev/null
    find "$MINI_DOCKER_RUN/networks" -path '*/names/*' -type f -printf 'name %f\n' 2> /dev/null
    find "$MINI_DOCKER_RUN/resolvers" -name '*.pid' -printf 'server %f\n' 2> /dev/null | sed 's/\.pid$//'
    on host netsetup published | cut -f 1 | sed 's/^/port /'
    on host ip -j link show type veth | jq -r '.[] | "interface " + (.ifalias // .ifname)'
}

# only_of_running [COMMAND...]: once that has looked; and who does not run has no process either
only_of_running() {
    local kind id servers running
    (($# == 0)) || md "$@" || :
    running=$(ctr-state list --all --fields id,status | sed -En 's/\t(running|paused|restarting|created)$//p') || :
    while read -r kind id; do
        [[ $running == *"$id"* ]] || { echo "$kind of $id" && return 1; }
    done < <(owners | sort -u)
    servers=$(pgrep -cf -- "--pid-file=$MINI_DOCKER_RUN/networks/") || :
    ((servers == $(find "$MINI_DOCKER_RUN/networks" -path '*/names/*' -type f -printf '%h\n' 2> /dev/null | sort -u | wc -l))) ||
        { echo "$servers name servers" && return 1; }
}

@test "a start that is killed once it has its address: that is free, for whatever looks next" {
    mkdir bin
    ln -s "$BIN"/* bin/
    rm bin/netsetup
    printf '#!/bin/sh\n%s/netsetup "$@" || exit\n[ "$1" != lease ] || kill -KILL $PPID\n' "$BIN" > bin/netsetup
    chmod 755 bin/netsetup
    sed "s,^BINDIR=.*,BINDIR=$T/bin," "$BIN/mini-docker" > driver
    chmod 755 driver
    md network create made > /dev/null
    for look in 'ps -a' 'start aa' 'rm -f aa' 'system prune -f'; do
        md create --name aa --network made busybox true > /dev/null
        for command in 'start aa' 'run --name bb --network made busybox true'; do
            run on host ./driver $command
            run -1 only_of_running # so there was something
        done
        md $look > /dev/null
        only_of_running ps -a
        md rm -f aa > /dev/null
        run ! md rm bb
        only_of_running
    done
    run -0 md network ls -q -f name=made
}

@test "network rm, network create and run at a time: no bridge is left that is nobody's" {
    end=$((SECONDS + 4))
    over_and_over() { # ARG...
        local said=said.$BASHPID
        while ((SECONDS < end)); do md "$@" > /dev/null 2>> "$said" || :; done
    }
    for command in 'run --rm --network made busybox true' 'run -d --rm --network made busybox sleep 0.05' \
        'network create --subnet 10.7.0.0/24 made' 'network rm made' 'network rm made'; do
        over_and_over $command 3>&- &
        jobs+=($!)
    done
    wait "${jobs[@]}"
    sed -E 's/[0-9a-f]{12,}/ID/g; s/[0-9]+/N/g' said.* | sort | uniq -c | sort -rn > reasons
    cat reasons
    refute grep -E 'nonexistent|No such file|cannot create|overlaps' reasons
    poll 20 free_networks
    run -0 on host ip -o link show type bridge
    refute_output
}

@test "directories with odd names: names resolve, and with the last container the server ends" {
    for odd in $'new\nline' 'a b' 'a:b' "it's"; do
        export MINI_DOCKER_ROOT="$T/$odd/root" MINI_DOCKER_RUN="$T/$odd/run"
        mkdir "$T/$odd"
        cp -al "$BATS_FILE_TMPDIR/store" "$MINI_DOCKER_ROOT"
        md network create made > /dev/null
        md run -d --network made --name web --network-alias alias busybox sleep 1000 > /dev/null
        run -0 md run --rm --network made --network bridge busybox nslookup -type=a alias
        assert_output --partial 'Address: 172.'
        md rm -f web
        md network rm made
        no_server() { ! pgrep -f -- "--pid-file=$T/"; }
        poll 5 no_server
    done
}

@test "container:X goes on when X ends, or dies: its addresses do not, for somebody else may have them" {
    md network create --subnet 10.7.0.0/24 made > /dev/null
    md run -d --name one --network made --ip 10.7.0.5 busybox sleep 1000 > /dev/null
    for end in restart kill; do
        md run -d --name two --network container:one busybox sleep 1000 > /dev/null
        run -0 md exec two ip -o -4 address show eth0
        if [[ $end == restart ]]; then
            md restart -t 0 one > /dev/null
        else
            processes_of one
            kill -KILL "$supervisor" "$first" "$watcher"
            poll 10 is one dead
            md start one > /dev/null
        fi
        run ! md exec two ip -o -4 address show eth0
        run -0 md run --rm --network made busybox ping -c 1 -W 2 10.7.0.5
        only_one() { [[ $(on host ip -o link show type veth | wc -l) == 1 ]]; }
        poll 5 only_one # the kernel takes its time
        md rm -f two
    done
}

@test "published ports lead to another network when the first one is left, and back" {
    make_outside host
    md network create --internal --subnet 10.6.0.0/24 inner > /dev/null
    md network create --subnet 10.7.0.0/24 made > /dev/null
    md network create --subnet 10.8.0.0/24 other > /dev/null
    get() { on outside timeout 5 busybox wget -q -O - http://192.0.2.1:8080/hostname; }
    md run -d --name web --hostname web --network inner --network made -p 8080:80 busybox httpd -f -p 80 -h /etc > /dev/null
    poll 10 get
    md network connect other web
    run -0 on host netsetup published
    assert_output --regexp '8080:80/tcp.10\.7\.0\.2$'
    md network disconnect made web
    run -0 get
    assert_output web
    run -0 on host netsetup published
    assert_output --regexp '8080:80/tcp.10\.8\.0\.2$'
    md network disconnect other web
    run -0 on host netsetup published
    refute_output
    run ! get
    run -0 md port web
    refute_output
    run -0 md ps --format '{{.Ports}}'
    refute_output
    run -0 md inspect -f '{{json .NetworkSettings.Ports}}' web
    assert_output '{}'
    md network connect bridge web
    run -0 get
    run -0 md port web
    assert_line '80/tcp -> 0.0.0.0:8080'
}

# How many moments each of the tests of many of them tries. MOMENTS=100 takes minutes.
: "${MOMENTS:=24}"

# moment N WHO COMMAND...: kill at a random moment, the later the greater N; what then looks finds nothing of the dead
moment() {
    local looks=('ps -a' 'system prune -f' 'rm -f aa' 'start aa')
    interrupt_host $(($1 % 24 * 2500 + RANDOM % 2500)) "$2" "${@:3}"
    # A name server whose starter alone was killed is known to nobody yet; prune finds it.
    [[ $2 == all ]] || looks=('system prune -f'{,,,})
    poll 20 only_of_running ${looks[$1 % 4]}
}

@test "nothing is left, whatever is killed at many moments of run, start, stop and rm" {
    for ((n = 0; n < MOMENTS; n++)); do
        [[ -d $MINI_DOCKER_ROOT/networks/made ]] || md network create made > /dev/null # prune has removed it
        who=all command=(mini-docker run -d --name aa -p 8080:80 --network made busybox sleep 1000)
        case $((n % 6)) in
            0) command=(mini-docker run --rm --name aa -p 8080:80/udp --network made --network bridge busybox sleep 1000) ;;
            1) who=one ;;
            2) command=(mini-docker stop -t 0 aa) ;;
            3) command=(mini-docker rm -f aa) ;;
            4) command=(mini-docker start aa) ;;
        esac
        case $((n % 6)) in
            2 | 3) md run -d --name aa -p 8080:80 --network made busybox sleep 1000 > /dev/null ;;
            4) md create --name aa -p 8080:80 --network made busybox sleep 1000 > /dev/null ;;
        esac
        moment "$n" $who "${command[@]}"
        poll 20 md rm -f aa > /dev/null # it says why not as long as somebody is still starting it
    done
    [[ -d $MINI_DOCKER_ROOT/networks/made ]] || md network create made > /dev/null
    for victims in first supervisor 'supervisor first watcher' 'supervisor first watcher server' server; do
        md run -d --name aa -p 8080:80 --network made busybox sleep 1000 > /dev/null
        processes_of aa
        server=$(cat "$MINI_DOCKER_RUN"/networks/*/dnsmasq.pid)
        for victim in $victims; do kill -KILL "${!victim}"; done
        [[ $victims != server ]] || md network reload
        poll 20 only_of_running ps -a
        md rm -f aa > /dev/null
    done
    md network rm made > /dev/null
    on host netsetup published > published
    [[ ! -s published ]]
    none "$MINI_DOCKER_RUN" -path '*/networks/*/*' ! -name '.*' ! -name up ! -name leases
}

@test "nothing is left, whatever is killed at many moments of network create, rm, connect and disconnect" {
    md network create made > /dev/null
    md run -d --name aa -p 8080:80 busybox sleep 1000 > /dev/null
    for ((n = 0; n < MOMENTS; n++)); do
        case $((n % 4)) in
            0) interrupt_host $((n % 24 * 1500 + RANDOM % 2500)) all mini-docker network create --subnet 10.7.0.0/24 other ;;
            1) interrupt_host $((n % 24 * 1500 + RANDOM % 2500)) all mini-docker network rm other ;;
            2) interrupt_host $((n % 24 * 1500 + RANDOM % 2500)) all mini-docker network connect made aa ;;
            3) interrupt_host $((n % 24 * 1500 + RANDOM % 2500)) all mini-docker network disconnect made aa ;;
        esac
        md network ls > /dev/null # whatever it is: the next ones work
        case $((n % 4)) in
            0) md network rm -f other > /dev/null ;;
            1) md network ls -q -f name=other | grep -q . || md network create --subnet 10.7.0.0/24 other > /dev/null ;;
            2 | 3) md network disconnect -f made aa > /dev/null && md network connect made aa > /dev/null ;;
        esac
    done
    md exec aa ip -o -4 address show > inside
    [[ $(grep -c eth < inside) == 2 ]]
    md rm -f aa > /dev/null
    md network rm -f made other > /dev/null
    md system prune -f > /dev/null
    none "$MINI_DOCKER_RUN" -path '*/networks/*/*' ! -name '.*' ! -name up ! -name leases
    run -0 on host netsetup published
    refute_output
    run -0 on host ip -o link show type bridge
    ((${#lines[@]} <= 1)) # the default network's
    run -0 on host netsetup nat list
    ((${#lines[@]} <= 2))
    ! pgrep -f -- "--pid-file=$MINI_DOCKER_RUN/"
}

@test "what --trace prints can be pasted: a container on a network, with a port and names" {
    md network create made > /dev/null
    for network in bridge made; do
        md --trace run --name aa --network "$network" -p 8080:80 busybox sh -c 'ip -o -4 address show eth0' > /dev/null 2> trace
        md rm aa > /dev/null
        sed -n 's/^+ //p' trace > pasted
        run -0 on host env -i PATH="$PATH" MINI_DOCKER_RUN="$MINI_DOCKER_RUN" CTR_TEST_ID="$CTR_TEST_ID" sh pasted
        assert_output --partial 'eth0    inet 172.'
        md rm aa > /dev/null
        poll 5 only_of_running
    done
}
