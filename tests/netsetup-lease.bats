#!/usr/bin/env bats
# netsetup lease: addresses, by the links that say whose they are.

load lib/common

setup() {
    common_setup
    cd "$T"
}
teardown() { common_teardown; }

# take OWNER OPTION...: of the directory `leases`
take() {
    netsetup lease take leases --owner "$@"
}

# links: all there are, as ADDRESS=OWNER, in the order of their names
links() {
    find leases -type l -printf '%f=%l\n' | sort | xargs
}

@test "one after the other, with the prefix, never the network, the gateway or the broadcast address" {
    for n in 2 3 4 5 6; do
        run -0 take "o$n" --subnet 10.1.0.0/29 --exclude 10.1.0.1
        assert_output "10.1.0.$n/29"
        assert_equal "$(readlink "leases/10.1.0.$n")" "o$n"
    done
    run -1 take o7 --subnet 10.1.0.0/29 --exclude 10.1.0.1
    assert_output 'netsetup: 10.1.0.0/29: no address is free'
    assert_equal "$(links)" '10.1.0.2=o2 10.1.0.3=o3 10.1.0.4=o4 10.1.0.5=o5 10.1.0.6=o6'
}

@test "round-robin: what was given back comes last, and behind the end is the beginning" {
    for n in 1 2 3; do take "o$n" --subnet 10.1.0.0/29; done
    netsetup lease free leases --owner o1
    netsetup lease free leases --owner o2
    for n in 4 5 6 1 2; do
        run -0 take "p$n" --subnet 10.1.0.0/29
        assert_output "10.1.0.$n/29"
    done
    # The last one was the last address.
    netsetup lease free leases --owner o3
    for n in p1 p2 p4 p5; do netsetup lease free leases --owner $n; done
    take q --subnet 10.1.0.0/29 --range 10.1.0.5/32
    run -1 take q --subnet 10.1.0.0/29 --address 10.1.0.6
    netsetup lease free leases --owner p6
    rm leases/.last
    take q --subnet 10.1.0.0/29 --range 10.1.0.6/32
    run -0 take q --subnet 10.1.0.0/29
    assert_output 10.1.0.1/29
}

@test "the hint is one and no more: gone, torn, nonsense, of another subnet" {
    take a --subnet 10.1.0.0/24 --range 10.1.0.128/25 > out
    assert_equal "$(< out)" 10.1.0.128/24
    for hint in '' 10.1.0 x 10.1.0.300 10.2.0.9 fd00::1 0.0.0.0 "$(printf '%s' {1..100})"; do
        netsetup lease free leases --owner b
        printf %s "$hint" > leases/.last
        run -0 take b --subnet 10.1.0.0/24
        assert_output 10.1.0.1/24
    done
    rm leases/.last
    mkdir leases/.last
    run -0 take b --subnet 10.1.0.0/24
    assert_output 10.1.0.2/24
    rmdir leases/.last
    echo text > file
    ln -s ../file leases/.last
    run -0 take b --subnet 10.1.0.0/24
    assert_output 10.1.0.3/24
    assert_equal "$(< file)" text
}

@test "/16, /24, /30, /31, /32 and IPv6" {
    rest() { # SUBNET FIRST LAST COUNT: what it gives until it is exhausted
        local n=0
        rm -rf leases
        while take x --subnet "$1" >> all 2> err; do n=$((n + 1)); done
        assert_equal "$(head -n 1 all) $(tail -n 1 all) $n" "$2 $3 $4"
        assert_equal "$(< err)" "netsetup: $1: no address is free"
        assert_equal "$(sort -u all | wc -l)" "$4"
        rm all
    }
    rest 10.1.0.0/30 10.1.0.1/30 10.1.0.2/30 2
    rest 10.1.0.4/31 10.1.0.4/31 10.1.0.5/31 2
    rest 10.1.0.7/32 10.1.0.7/32 10.1.0.7/32 1
    rest 10.1.0.32/27 10.1.0.33/27 10.1.0.62/27 30
    rest fd00::10/124 fd00::11/124 fd00::1f/124 15
    rest fd00::4/127 fd00::4/127 fd00::5/127 2
    rest fd00::4/128 fd00::4/128 fd00::4/128 1
    # From byte to byte, and round.
    rm -rf leases
    mkdir leases
    next() { # HINT SUBNET
        printf '%s\n' "$1" > "leases/$([[ $1 == *:* ]] && echo .last6 || echo .last)"
        take x --subnet "$2"
    }
    assert_equal "$(next 10.1.0.254 10.1.0.0/24)" 10.1.0.1/24
    assert_equal "$(next 10.1.0.255 10.1.0.0/16)" 10.1.1.0/16
    assert_equal "$(next 10.1.255.254 10.1.0.0/16)" 10.1.0.2/16 # as .1 is taken
    assert_equal "$(next fd00::ff fd00::/64)" fd00::100/64
    assert_equal "$(next fd00::ffff:ffff fd00::/64)" fd00::1:0:0/64
    assert_equal "$(next fd00::7fff:ffff:ffff:ffff fd00::/64)" fd00::1/64
    assert_equal "$(next fd00::1:ffff:ffff:ffff:ffff fd00::/48)" fd00::2/48 # as ::1 is taken
    assert_equal "$(next 128.0.0.5 0.0.0.0/0)" 128.0.0.6/0
    assert_equal "$(next ::5 ::/0)" ::6/0
}

@test "several subnets: one of each, in their order, or none" {
    run -0 take a --subnet fd00::/64 --exclude fd00::1 --subnet 10.1.0.0/24 --exclude 10.1.0.1
    assert_output $'fd00::2/64\n10.1.0.2/24'
    run -0 take b --subnet 10.1.0.0/24 --subnet 10.2.0.0/24 --range 10.2.0.64/26 --address 10.1.0.77
    assert_output $'10.1.0.77/24\n10.2.0.64/24'
    before=$(links)
    run -1 take c --subnet 10.1.0.0/24 --subnet fd00::/64 --address fd00::2
    assert_output 'netsetup: fd00::2: the address is in use by a'
    run -1 take c --subnet 10.1.0.0/24 --subnet 10.3.0.0/32 --exclude 10.3.0.0
    assert_output 'netsetup: 10.3.0.0/32: no address is free'
    run -1 take c --subnet 10.1.0.0/24 --subnet 10.3.0.0/33
    run -1 sh -c 'netsetup lease take leases --owner c --subnet 10.1.0.0/24 --subnet fd00::/64 > /dev/full'
    assert_equal "$(links)" "$before"
}

@test "--range: only of that; its ends are addresses like others" {
    for n in 64 65 66 67; do
        run -0 take x --subnet 10.1.0.0/24 --range 10.1.0.64/30
        assert_output "10.1.0.$n/24"
    done
    run -1 take x --subnet 10.1.0.0/24 --range 10.1.0.64/30
    assert_output 'netsetup: 10.1.0.64/30: no address is free'
    # But those of the network are not.
    run -0 take x --subnet 10.1.0.0/24 --range 10.1.0.0/30
    assert_output 10.1.0.1/24
    run -0 take x --subnet 10.1.0.0/24 --range 10.1.0.254/31
    assert_output 10.1.0.254/24
    run -1 take x --subnet 10.1.0.0/24 --range 10.1.0.254/31
}

@test "--address: in use by somebody, by its owner, or no good" {
    run -0 take a --subnet 10.1.0.0/24 --range 10.1.0.64/26 --address 10.1.0.9
    assert_output 10.1.0.9/24
    run -1 take b --subnet 10.1.0.0/24 --address 10.1.0.9
    assert_output 'netsetup: 10.1.0.9: the address is in use by a'
    run -0 take a --subnet 10.1.0.0/24 --address 10.1.0.9 # as after a crash
    assert_output 10.1.0.9/24
    # What it had before is not given back when something else fails.
    run -1 take a --subnet 10.1.0.0/24 --address 10.1.0.9 --subnet 10.2.0.0/32 --exclude 10.2.0.0
    assert_equal "$(links)" 10.1.0.9=a
    refused() { # WHY ADDRESS...
        run -1 take b --subnet 10.1.0.0/24 --exclude 10.1.0.1 --subnet fd00::/64 "${@:2}"
        assert_output "netsetup: ${*: -1}: $1"
    }
    refused 'the address is in none of the subnets' --address 10.2.0.1
    refused "the address is the network's own address" --address 10.1.0.0
    refused "the address is the network's own address" --address fd00::
    refused "the address is the network's broadcast address" --address 10.1.0.255
    refused 'the address is excluded' --address 10.1.0.1
    refused 'there is another address of the subnet already' --address 10.1.0.2 --address 10.1.0.3
    refused 'not an address' --address 10.1.0.300
    refused 'not an address' --address 10.1.0.3/24
    refused 'the range is in none of the subnets' --range 10.1.0.0/23
    refused 'the subnet has another range already' --range 10.1.0.0/25 --range 10.1.0.128/25
    refused 'not a range: ADDRESS/LENGTH' --range 10.1.0.1
    refused 'not an address' --exclude x
    refused 'not a network: ADDRESS/LENGTH' --subnet 10.1.0.0
    refused 'bits of the host are set: the network is 10.1.0.0/24' --subnet 10.1.0.5/24
    assert_equal "$(links)" 10.1.0.9=a
}

@test "an owner is any text" {
    for owner in ../../etc '--x' $'two\nlines\tand more' "it's  \$(x) *" .; do
        rm -rf leases
        take "$owner" --subnet 10.1.0.0/24
        assert_equal "$(readlink leases/10.1.0.1)" "$owner"
        run -0 netsetup lease list leases
        assert_output "$(printf '10.1.0.1\t%s' "$(printf %s "$owner" | sed ':a; N; s/\n/\\012/; s/\t/\\011/' )")"
        run -1 take other --subnet 10.1.0.0/24 --address 10.1.0.1
        assert_line --index 0 --partial 'the address is in use by '
        netsetup lease free leases --owner "${owner}x"
        [[ -L leases/10.1.0.1 ]]
        netsetup lease free leases --owner "$owner"
        [[ ! -L leases/10.1.0.1 ]]
    done
    run -2 take '' --subnet 10.1.0.0/24
    run -2 netsetup lease take leases --subnet 10.1.0.0/24
    run -2 netsetup lease free leases
    run -2 take x
}

@test "free: of several directories, none there, nothing there" {
    for dir in one two; do
        for owner in a b a; do netsetup lease take "$dir" --owner $owner --subnet 10.1.0.0/24 --subnet fd00::/64; done
    done
    run -0 netsetup lease free one no/such two --owner a
    assert_output ''
    assert_equal "$(find one two -type l -printf '%f=%l\n' | sort | xargs)" '10.1.0.2=b 10.1.0.2=b fd00::2=b fd00::2=b'
    run -0 netsetup lease free one two three --owner a
    assert_output ''
    [[ ! -e three && ! -e no ]]
    echo > file
    run -1 netsetup lease free file --owner a
    assert_output 'netsetup: file: open: Not a directory'
}

@test "list: in the order of addresses; other files are none" {
    for n in 10 9 100 2; do take "o$n" --subnet 10.1.0.0/24 --address "10.1.0.$n" --subnet fd00::/64 --address "fd00::$n"; done
    : > leases/10.1.0.7
    : > leases/file
    ln -s x leases/name
    ln -s x leases/010.1.0.8
    run -0 netsetup lease list leases
    assert_output "$(printf '%s\n' 10.1.0.2 10.1.0.9 10.1.0.10 10.1.0.100 fd00::2 fd00::9 fd00::10 fd00::100 |
        sed -E 's/.*[.:](.*)/&\to\1/')"
    run -0 netsetup lease list leases --json
    assert_line --index 0 '{"address":"10.1.0.2","owner":"o2"}'
    assert_equal "${#lines[@]}" 8
    run -0 netsetup lease list no-such
    assert_output ''
    [[ ! -e no-such ]]
    run -0 netsetup --json lease take new --owner x --subnet 10.1.0.0/24 --subnet fd00::/64
    assert_output $'{"address":"10.1.0.1/24"}\n{"address":"fd00::1/64"}'
    run -0 netsetup lease take new --quiet --owner x --subnet 10.1.0.0/24
    assert_output ''
}

@test "the directory is made; not what is missing above it; one that cannot be is told" {
    umask 022
    take a --subnet 10.1.0.0/24
    assert_equal "$(stat -c %a leases)" 755
    run -1 netsetup lease take no/such --owner a --subnet 10.1.0.0/24
    assert_output 'netsetup: no/such: make the directory: No such file or directory'
    : > file
    run -1 netsetup lease take file --owner a --subnet 10.1.0.0/24
    assert_output 'netsetup: file: open: Not a directory'
}

@test "a directory that is removed or put aside meanwhile: no lease that nobody sees" {
    need_command flock
    for away in 'rm -r leases' 'mv leases gone'; do
        rm -rf leases gone
        mkdir leases
        exec 7< leases
        flock 7 # whoever takes waits: he has it open
        netsetup lease take leases --owner a --subnet 10.1.0.0/24 > out 2>&1 3>&- 7<&- &
        pid=$!
        waits() { grep -q "$(readlink -f leases)" <(readlink "/proc/$pid/fd/"*); }
        poll 10 waits
        $away
        exec 7<&-
        status=0
        wait "$pid" || status=$?
        assert_equal "$status" 1
        assert_equal "$(< out)" 'netsetup: leases: the directory was removed meanwhile'
        assert_equal "$(find . -type l)" ''
    done
}

@test "while one frees, nobody takes what he looks at" {
    need_command flock
    take a --subnet 10.1.0.0/24
    exec 7< leases
    flock --shared 7 # as one who takes
    run -0 take b --subnet 10.1.0.0/24
    netsetup lease free leases --owner a 3>&- 7<&- &
    pid=$!
    waits() { grep -q "$pid" <(grep -- '-> FLOCK' /proc/locks); }
    poll 10 waits
    [[ -L leases/10.1.0.1 ]]
    exec 7<&-
    wait "$pid"
    assert_equal "$(links)" 10.1.0.2=b
}

@test "fifty at once: no address twice, whoever takes and frees meanwhile" {
    for i in {1..50}; do
        netsetup lease take leases --owner "o$i" --subnet 10.1.0.0/24 --exclude 10.1.0.1 --subnet fd00::/64 > "out$i" 3>&- &
    done
    wait
    assert_equal "$(cat out* | wc -l)" 100
    assert_equal "$(cat out* | sort -u | wc -l)" 100
    for i in {1..50}; do
        assert_equal "$(cut -d / -f 1 "out$i" | xargs -I{} readlink leases/{} | xargs)" "o$i o$i"
    done
    rm out*
    # For fewer addresses: those who fail leave nothing, those who give back harm nobody.
    rm -rf leases
    for i in {1..50}; do
        {
            netsetup lease take leases --owner "o$i" --subnet fd00::/64 --subnet 10.1.0.0/28 > "out$i" 2> "err$i" || :
            ((i % 2)) || netsetup lease free leases --owner "o$i"
        } 3>&- &
    done
    wait
    for i in {1..50}; do
        its=$(cut -d / -f 1 "out$i" | sort | xargs)
        ((i % 2)) || its=''
        assert_equal "$(find leases -lname "o$i" -printf '%f\n' | sort | xargs)" "$its"
        [[ -s out$i ]] || assert_equal "$(< "err$i")" 'netsetup: 10.1.0.0/28: no address is free'
    done
}

@test "killed at any time, it leaves what tells whose it is" {
    for i in {1..40}; do
        netsetup lease take leases --owner "o$i" --subnet 10.1.0.0/24 --subnet fd00::/64 > /dev/null 3>&- &
        (exec sleep "0.00$((i % 8))") # any time
        kill -KILL "$!" 2> /dev/null || :
        wait "$!" || :
    done
    [[ $(find leases -type l -name '10.*' -lname 'o*') ]]
    assert_equal "$(find leases -mindepth 1 ! -name '.last*' ! -lname 'o[0-9]*')" ''
    for i in {1..40}; do netsetup lease free leases --owner "o$i"; done
    assert_equal "$(netsetup lease list leases)" ''
    run -0 take x --subnet 10.1.0.0/24 --subnet fd00::/64
    assert_equal "$(netsetup lease list leases | cut -f 2 | xargs)" 'x x'
}
