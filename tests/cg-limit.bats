#!/usr/bin/env bats
# cg-limit, by what the kernel's files say.

load lib/common

setup() {
    common_setup
    need_root
    CG=$MINI_DOCKER_CGROUP_PARENT/c
}

teardown() {
    local pid
    for pid in "${PIDS[@]}"; do kill -9 "$pid" 2> /dev/null || :; done
    cg-limit remove "$CG" 2> /dev/null || :
    common_teardown
}

PIDS=()

# where CONTROLLER: the directory of $CG in its hierarchy
where() {
    local line
    while read -ra line; do
        case " ${line[*]} " in
            *' - cgroup '*[,\ ]"$1"[,\ ]*) echo "${line[4]}/$CG" && return ;;
        esac
    done < /proc/self/mountinfo
    while read -ra line; do
        case " ${line[*]} " in *' - cgroup2 '*) echo "${line[4]}/$CG" && return ;; esac
    done < /proc/self/mountinfo
}

# holds CONTROLLER FILE VALUE
holds() {
    assert_equal "$2: $(cat "$(where "$1")/$2")" "$2: $3"
}

# v FILE_V1 FILE_V2: the one of this machine
v() {
    if [[ $(cgroup_kind) == v2 ]]; then echo "$2"; else echo "$1"; fi
}

sleeper() { # starts a process, adds it to $CG
    sleep 1000 3>&- &
    PIDS+=($!)
    cg-limit add "$CG" $!
}

nowhere() { # PATH: it is in no hierarchy
    local found
    found=$(grep -o ' /[^ ]* [^-]*- cgroup2\? ' /proc/self/mountinfo | cut -d' ' -f3 | sort -u |
        while read -r root; do
            [[ ! -e $root/$1 ]] || echo "$root/$1"
        done)
    assert_equal "$found" ''
}

# bats test_tags=vm
@test "create writes memory, swap, cpu and pids limits, and prints the directories" {
    run -0 cg-limit create "$CG" --memory 100m --memory-swap 150m --memory-reservation 50m \
        --cpus 1.5 --cpu-shares 512 --pids-limit 20
    assert_line "$(where memory)"
    assert_line "$(where cpu)"
    assert_line "$(where pids)"
    if [[ $(cgroup_kind) == v2 ]]; then
        assert_equal "${#lines[@]}" 1
        holds memory memory.max $((100 << 20))
        holds memory memory.swap.max $((50 << 20))
        holds memory memory.low $((50 << 20))
        holds cpu cpu.max '150000 100000'
        holds cpu cpu.weight 20 # 1 + 510 * 9999 / 262142
    else
        holds memory memory.limit_in_bytes $((100 << 20))
        holds memory memory.memsw.limit_in_bytes $((150 << 20))
        holds memory memory.soft_limit_in_bytes $((50 << 20))
        holds cpu cpu.cfs_quota_us 150000
        holds cpu cpu.cfs_period_us 100000
        holds cpu cpu.shares 512
    fi
    holds pids pids.max 20
}

@test "v1: only the hierarchies that are needed have the cgroup" {
    need_v1
    run -0 cg-limit create "$CG" --pids-limit 5 --with freezer
    assert_equal "${#lines[@]}" 2
    assert_line "$(where pids)"
    assert_line "$(where freezer)"
    assert_dir_not_exists "$(where memory)"
}

@test "create --shell: its directories as options for ns-spawn" {
    cg-limit create "$CG" --pids-limit 5 --with freezer --shell > "$T/out"
    cgroups='' && . "$T/out"
    eval "set -- $cgroups"
    printf '%s\n' "$@" | grep -vx -- --cgroup-dir > "$T/directories"
    assert_equal "$#" $((2 * $(wc -l < "$T/directories")))
    while read -r directory; do
        [[ $directory == /*/$CG && -d $directory ]]
    done < "$T/directories"
    assert_equal "$(ns-spawn "$@" -- grep -cF "/$CG" /proc/self/cgroup)" $(($# / 2))
    cg-limit remove "$CG"
    run -2 cg-limit set "$CG" --pids-limit 5 --shell
}

@test "only what was asked for is written" {
    cg-limit create "$CG" --cpu-shares 100 --with memory
    if [[ $(cgroup_kind) == v2 ]]; then
        holds cpu cpu.max 'max 100000'
        holds memory memory.max max
    else
        holds cpu cpu.cfs_quota_us -1
        assert [ "$(cat "$(where memory)/memory.limit_in_bytes")" -gt $((1 << 60)) ]
    fi
}

# bats test_tags=vm
@test "a memory limit alone allows as much swap again; -1 any amount" {
    cg-limit create "$CG" --memory 10m
    if [[ $(cgroup_kind) == v2 ]]; then
        holds memory memory.swap.max $((10 << 20))
    else
        holds memory memory.memsw.limit_in_bytes $((20 << 20))
    fi
    cg-limit set "$CG" --memory-swap -1
    if [[ $(cgroup_kind) == v2 ]]; then
        holds memory memory.swap.max max
    else
        assert [ "$(cat "$(where memory)/memory.memsw.limit_in_bytes")" -gt $((1 << 60)) ]
    fi
}

@test "memory and swap: raised and lowered together in the order the kernel wants" {
    local limits
    cg-limit create "$CG" --memory 100m --memory-swap 100m
    for limits in '200 400' '50 60' '100 100' '50 300' '80 100' '-1 -1' '30 40'; do
        # shellcheck disable=SC2086
        set -- $limits
        local units=m
        [[ $1 != -1 ]] || units=
        cg-limit set "$CG" --memory "$1$units" --memory-swap "$2$units"
        [[ $1 != -1 ]] || continue
        if [[ $(cgroup_kind) == v2 ]]; then
            holds memory memory.max $(($1 << 20))
            holds memory memory.swap.max $((($2 - $1) << 20))
        else
            holds memory memory.limit_in_bytes $(($1 << 20))
            holds memory memory.memsw.limit_in_bytes $(($2 << 20))
        fi
    done
}

@test "memory-swap below memory, or without memory, is refused before anything is made" {
    run -1 cg-limit create "$CG" --memory 100m --memory-swap 99m
    assert_output --partial 'below that of memory'
    run -1 cg-limit create "$CG" --memory-swap 99m
    assert_output --partial 'needs a memory limit'
    nowhere "$MINI_DOCKER_CGROUP_PARENT"
    cg-limit create "$CG" --memory 50m
    run -1 cg-limit set "$CG" --memory-swap 40m
    cg-limit set "$CG" --memory-swap 70m
    if [[ $(cgroup_kind) == v2 ]]; then
        holds memory memory.swap.max $((20 << 20))
    else
        holds memory memory.memsw.limit_in_bytes $((70 << 20))
    fi
}

@test "v1: memory above the limit of both is refused, and says so" {
    need_v1
    cg-limit create "$CG" --memory 10m --memory-swap 10m
    run -1 cg-limit set "$CG" --memory 20m
    assert_output --partial 'above the limit of memory and swap'
    holds memory memory.limit_in_bytes $((10 << 20))
}

# bats test_tags=vm
@test "cpuset: one of two set, the other inherited, processes can enter and keep to it" {
    cg-limit create "$CG" --cpuset-cpus 0
    sleeper
    assert_equal "$(grep Cpus_allowed_list "/proc/${PIDS[0]}/status" | cut -f2)" 0
    assert_equal "$(cat "$(where cpuset)/$(v cpuset.mems cpuset.mems.effective)")" 0
    kill -9 "${PIDS[0]}"
}

@test "v1: a cpuset without a limit is filled from above, level by level" {
    need_v1
    CG=$MINI_DOCKER_CGROUP_PARENT/a/b/c
    cg-limit create "$CG" --with cpuset
    holds cpuset cpuset.cpus "$(cat "$(where cpuset | sed "s|/$CG||")/cpuset.cpus")"
    holds cpuset cpuset.mems 0
    sleeper
}

# bats test_tags=vm
@test "CPUs that are not there are refused, and all is undone" {
    run -1 cg-limit create "$CG" --memory 10m --cpuset-cpus 0,500
    assert_output --partial "$CG: cpuset.cpus: 0,500: not all available"
    run -1 cg-limit create "$CG" --cpuset-mems 0-7
    assert_output --partial 'not all available'
    nowhere "$MINI_DOCKER_CGROUP_PARENT"
}

opens() { # DEVICE < or >: a process in $CG tries to
    sh -c 'echo $$ > "$1/cgroup.procs"; if [ "$2" = "<" ]; then : < "$3"; else : > "$3"; fi' \
        - "$(where devices)" "$2" "$1" 2> /dev/null
}

# bats test_tags=vm
@test "devices: the default set, and no other" {
    mknod "$T/null" c 1 3
    mknod "$T/kmsg" c 1 11
    mknod "$T/loop" b 7 200
    opens_outside() { : < "$T/kmsg"; }
    opens_outside
    cg-limit create "$CG" --device default
    opens "$T/null" '<'
    opens "$T/null" '>'
    run ! opens "$T/kmsg" '<'
    run ! opens "$T/kmsg" '>'
    run ! opens "$T/loop" '<'
    # mknod of any is allowed
    sh -c 'echo $$ > "$1/cgroup.procs"; mknod "$2" c 1 11; mknod "$3" b 7 0' - \
        "$(where devices)" "$T/made" "$T/made2"
    assert_exists "$T/made2"
    run ! opens "$T/made" '<'
}

# bats test_tags=vm
@test "devices: type, numbers, any number, access are told apart" {
    mknod "$T/null" c 1 3
    mknod "$T/zero" c 1 5
    mknod "$T/kmsg" c 1 11
    cg-limit create "$CG" --device 'c 1:11 r' --device 'b *:* rwm' --device 'a 1:5 w'
    opens "$T/kmsg" '<'
    run ! opens "$T/kmsg" '>'
    run ! opens "$T/null" '<'
    opens "$T/zero" '>'
    run ! opens "$T/zero" '<'
    run ! sh -c 'echo $$ > "$1/cgroup.procs"; mknod "$2" c 1 3' - "$(where devices)" "$T/x"
    sh -c 'echo $$ > "$1/cgroup.procs"; mknod "$2" b 1 3' - "$(where devices)" "$T/x"
}

# bats test_tags=vm
@test "devices: set replaces the rules, in both directions" {
    mknod "$T/null" c 1 3
    mknod "$T/kmsg" c 1 11
    cg-limit create "$CG" --device default
    cg-limit set "$CG" --device 'c 1:11 rwm'
    opens "$T/kmsg" '<'
    run ! opens "$T/null" '<'
    cg-limit set "$CG" --device a
    opens "$T/null" '<'
    cg-limit set "$CG" --device default
    opens "$T/null" '<'
    run ! opens "$T/kmsg" '<'
}

@test "devices: a rule that the cgroup above forbids fails, and the former ones are back (v1)" {
    need_v1
    local parent=$CG
    cg-limit create "$parent" --device default
    CG=$parent/child
    cg-limit create "$CG" --device 'c 1:3 rw'
    run -1 cg-limit set "$CG" --device 'c 1:5 r' --device 'b 8:0 r'
    assert_output --partial 'devices.allow: b 8:0 r: Operation not permitted'
    holds devices devices.list 'c 1:3 rw'
    CG=$parent
}

@test "a controller that is nowhere is named, before anything is made" {
    run -1 cg-limit create "$CG" --memory 10m --with nonsense
    assert_output "cg-limit: $CG: nonsense: controller is not available"
    nowhere "$MINI_DOCKER_CGROUP_PARENT"
}

# bats test_tags=vm
@test "a limit that the kernel refuses undoes all that was made, also above" {
    # more than the kernel has process ids
    CG=$MINI_DOCKER_CGROUP_PARENT/a/b/c
    run -1 cg-limit create "$CG" --memory 10m --pids-limit 5000000000
    assert_output --partial "$CG: pids.max: Invalid argument"
    nowhere "$MINI_DOCKER_CGROUP_PARENT"
}

@test "set undoes what it changed when a later limit fails" {
    cg-limit create "$CG" --memory 10m --cpus 1 --pids-limit 7
    run -1 cg-limit set "$CG" --memory 20m --memory-swap 40m --cpus 2 --pids-limit 5000000000
    holds pids pids.max 7
    if [[ $(cgroup_kind) == v2 ]]; then
        holds memory memory.max $((10 << 20))
        holds memory memory.swap.max $((10 << 20))
        holds cpu cpu.max '100000 100000'
    else
        holds memory memory.limit_in_bytes $((10 << 20))
        holds memory memory.memsw.limit_in_bytes $((20 << 20))
        holds cpu cpu.cfs_quota_us 100000
    fi
}

@test "stdout that takes nothing fails, and nothing is made" {
    run -1 sh -c 'cg-limit create "$1" --memory 10m > /dev/full' - "$CG"
    assert_output --partial 'No space left on device'
    nowhere "$MINI_DOCKER_CGROUP_PARENT"
}

@test "create of what exists fails and leaves it as it was" {
    cg-limit create "$CG" --pids-limit 5
    run -1 cg-limit create "$CG" --pids-limit 6
    assert_output --partial 'File exists'
    holds pids pids.max 5
}

# bats test_tags=vm
@test "parents made on the way go with the last child; one made by name stays" {
    local p=$MINI_DOCKER_CGROUP_PARENT
    cg-limit create "$p/a/x" --pids-limit 5
    cg-limit create "$p/a/y" --pids-limit 5
    cg-limit remove "$p/a/x"
    cg-limit remove "$p/a/y"
    nowhere "$p"
    cg-limit create "$p" --pids-limit 50
    cg-limit create "$p/x" --pids-limit 5
    cg-limit remove "$p/x"
    CG=$p
    holds pids pids.max 50
    cg-limit remove "$p"
    nowhere "$p"
}

@test "50 at once make and remove cgroups below one parent" {
    local i
    for i in {1..50}; do
        (
            for _ in 1 2 3; do
                cg-limit create "$MINI_DOCKER_CGROUP_PARENT/$i" --pids-limit 5 --memory 1m \
                    --cpuset-cpus 0 && cg-limit remove "$MINI_DOCKER_CGROUP_PARENT/$i"
            done
        ) > /dev/null 2>> "$T/errors" &
    done
    wait
    assert_equal "$(cat "$T/errors")" ''
    nowhere "$MINI_DOCKER_CGROUP_PARENT"
}

# bats test_tags=vm
@test "remove takes the cgroups below along, and is content when there is none" {
    cg-limit create "$CG" --with pids
    mkdir -p "$(where pids)/inner/most" "$(where pids)/other"
    cg-limit remove "$CG"
    nowhere "$MINI_DOCKER_CGROUP_PARENT"
    run -0 cg-limit remove "$CG"
    assert_output ''
}

# bats test_tags=vm
@test "remove of a cgroup in use fails after the timeout, naming it; waits for a dying process" {
    cg-limit create "$CG" --with pids
    sleeper
    run -1 cg-limit remove "$CG" --timeout 0.05
    assert_output --partial "$CG: remove it in "
    assert_output --partial 'with processes in it'
    assert_dir_exists "$(where pids)"
    (sleep 0.3 && kill -9 "${PIDS[0]}") 3>&- &
    cg-limit remove "$CG" --timeout 20
    nowhere "$MINI_DOCKER_CGROUP_PARENT"
}

# bats test_tags=vm
@test "add puts processes into every hierarchy that the cgroup is in" {
    cg-limit create "$CG" --pids-limit 50 --memory 10m --with freezer
    sleep 1000 3>&- &
    PIDS+=($!)
    sleep 1000 3>&- &
    PIDS+=($!)
    cg-limit add "$CG" "${PIDS[@]}"
    assert_equal "$(sort -n "$(where pids)/cgroup.procs" | xargs)" "$(printf '%s\n' "${PIDS[@]}" | sort -n | xargs)"
    assert_equal "$(wc -l < "$(where memory)/cgroup.procs")" 2
    assert_equal "$(wc -l < "$(where freezer)/cgroup.procs")" 2
    cg-limit kill "$CG"
}

@test "add: no such process, no such cgroup, and 0, which would be itself" {
    cg-limit create "$CG" --with pids
    run -1 cg-limit add "$CG" 2147483647
    assert_output --partial 'No such process'
    run -1 cg-limit add "$CG/none" 1
    assert_output "cg-limit: $CG/none: no such cgroup"
    run -2 cg-limit add "$CG" 0
    run -2 cg-limit add "$CG" 1x
    run -2 cg-limit add "$CG"
}

@test "v1: a process cannot enter an empty cpuset: the error says so" {
    need_v1
    mkdir -p "$(where cpuset)"
    sleep 1000 3>&- &
    PIDS+=($!)
    run -1 cg-limit add "$CG" "${PIDS[0]}"
    assert_output --partial 'the cpuset has no CPU or no memory node'
    rmdir "$(where cpuset)" "$(dirname "$(where cpuset)")"
}

# bats test_tags=vm
@test "set with a controller that the cgroup was made without: its processes follow" {
    cg-limit create "$CG" --with pids
    sleeper
    cg-limit set "$CG" --cpus 0.5
    holds cpu "$(v cpu.cfs_quota_us cpu.max)" "$(v 50000 '50000 100000')"
    holds cpu cgroup.procs "${PIDS[0]}"
    cg-limit kill "$CG"
}

# bats test_tags=vm
@test "freeze stops all processes, thaw lets them go on" {
    cg-limit create "$CG" --with freezer --with pids
    sh -c 'while :; do echo >> "$1"; done' - "$T/ticks" 3>&- &
    PIDS+=($!)
    cg-limit add "$CG" $!
    poll 5 test -s "$T/ticks"
    cg-limit freeze "$CG"
    local before
    before=$(stat -c %s "$T/ticks")
    sleep 0.1
    assert_equal "$(stat -c %s "$T/ticks")" "$before"
    run -0 cg-limit read "$CG"
    assert_line $'frozen\t1'
    cg-limit freeze "$CG"
    cg-limit thaw "$CG"
    run -0 cg-limit read "$CG"
    assert_line $'frozen\t0'
    poll 5 eval '((before < $(stat -c %s "$T/ticks")))'
    cg-limit freeze "$CG"
    cg-limit kill "$CG" # a frozen one
    poll 5 not_alive "${PIDS[0]}"
}

not_alive() {
    ! kill -0 "$1" 2> /dev/null
}

@test "v1: freeze of a cgroup without freezer says how to get one" {
    need_v1
    cg-limit create "$CG" --with pids
    run -1 cg-limit freeze "$CG"
    assert_output --partial 'made without (--with freezer)'
}

# bats test_tags=vm
@test "kill ends processes that fork all the time" {
    local with
    for with in freezer memory; do
        cg-limit create "$CG" --pids-limit 40 --with "$with"
        # no list of them is true any more when it has been read
        sh -c 'echo $$ > "$1/cgroup.procs"
            for i in 1 2 3 4 5 6 7 8; do while :; do sh -c "sh -c :"; done & done' \
            - "$(where pids)" 3>&- > /dev/null 2>&1 &
        poll 5 has_processes
        cg-limit kill "$CG" --timeout 20
        assert_equal "$(cat "$(where pids)/cgroup.procs")" ''
        cg-limit remove "$CG"
    done
}

has_processes() {
    (($(wc -l < "$(where pids)/cgroup.procs") > 8))
}

@test "kill reaches the cgroups below; of none it is content with an empty one" {
    cg-limit create "$CG" --with pids
    cg-limit kill "$CG"
    mkdir "$(where pids)/inner"
    sleep 1000 3>&- &
    PIDS+=($!)
    echo $! > "$(where pids)/inner/cgroup.procs"
    cg-limit kill "$CG"
    poll 5 not_alive "${PIDS[0]}"
    run -1 cg-limit kill "$CG/none"
}

# bats test_tags=vm
@test "read tells use and limits, as lines and as JSON" {
    cg-limit create "$CG" --memory 50m --pids-limit -1 --with cpuacct
    sleeper
    run -0 cg-limit read "$CG"
    assert_line $'memory.limit\t52428800'
    assert_line $'pids.current\t1'
    assert_line $'pids.limit\tmax'
    assert_line $'memory.oom_kill\t0'
    assert_line --regexp $'^memory.usage\t[0-9]+$'
    assert_line --regexp $'^cpu.usage\t[0-9]+$'
    run -0 cg-limit read --json "$CG"
    if type -P jq > /dev/null; then
        assert_equal "$(jq -c '[."memory.limit", ."pids.current", ."pids.limit"]' <<< "$output")" \
            '[52428800,1,null]'
    fi
    cg-limit kill "$CG"
}

# bats test_tags=vm
@test "read: several at once, each with its path; one that is not there" {
    cg-limit create "$CG/a" --with pids
    cg-limit create "$CG/b" --with memory --with blkio
    run -0 cg-limit read "$CG/a" "$CG/b"
    assert_equal "$(grep ^cgroup <<< "$output")" $'cgroup\t'"$CG/a"$'\ncgroup\t'"$CG/b"
    assert_line $'io.read\t0'
    assert_line $'io.write\t0'
    run -1 --separate-stderr cg-limit read --json "$CG/none" "$CG/a"
    assert_equal "$stderr" "cg-limit: $CG/none: no such cgroup"
    assert_output --regexp "^\{\"cgroup\":\"$CG/a\",.*\"pids.current\":0,"
}

# bats test_tags=vm
@test "--try: a controller that is there, and one that is not" {
    run -0 cg-limit create "$CG" --with cpuacct --try pids --try no-such-one
    run -0 cg-limit read "$CG"
    assert_line $'pids.current\t0'
}

@test "--try, v2: not below a cgroup that has processes" {
    need_v2
    CG=$MINI_DOCKER_CGROUP_PARENT/a/b
    cg-limit create "$MINI_DOCKER_CGROUP_PARENT/a"
    CG=$MINI_DOCKER_CGROUP_PARENT/a sleeper
    run -1 cg-limit create "$CG" --with pids
    run -0 cg-limit create "$CG" --try pids
    run -0 cg-limit read "$CG"
    refute_line --partial pids
    cg-limit kill "$MINI_DOCKER_CGROUP_PARENT/a"
    CG=$MINI_DOCKER_CGROUP_PARENT/a
    cg-limit remove "$CG"
}

# bats test_tags=vm
@test "a process beyond its memory limit is killed, and that is counted" {
    cg-limit create "$CG" --memory 4m --memory-swap 4m
    run -137 sh -c 'echo $$ > "$1/cgroup.procs"; exec dd if=/dev/zero of=/dev/null bs=50M count=1' - "$(where memory)"
    run -0 cg-limit read "$CG"
    refute_line $'memory.oom_kill\t0'
    assert_line --partial memory.oom_kill
}

# bats test_tags=vm
@test "v2: controllers are enabled down the path; a cgroup with processes on it is named" {
    need_v2
    CG=$MINI_DOCKER_CGROUP_PARENT/a/b
    cg-limit create "$CG" --with cpu --with pids
    assert_equal "$(cat "$(where cpu)/../cgroup.subtree_control")" 'cpu pids'
    cg-limit create "$MINI_DOCKER_CGROUP_PARENT/x"
    sleep 1000 3>&- &
    PIDS+=($!)
    cg-limit add "$MINI_DOCKER_CGROUP_PARENT/x" $!
    run -1 cg-limit create "$MINI_DOCKER_CGROUP_PARENT/x/y/z" --memory 10m
    assert_output --partial "/$MINI_DOCKER_CGROUP_PARENT/x has processes, which bars controllers below"
    nowhere "$MINI_DOCKER_CGROUP_PARENT/x/y"
    cg-limit kill "$MINI_DOCKER_CGROUP_PARENT/x"
    cg-limit remove "$MINI_DOCKER_CGROUP_PARENT/x"
}

@test "a hierarchy that is mounted elsewhere is found; a writable view is taken first" {
    need_command unshare
    run -0 unshare -m sh -eu -c '
        mount --make-rprivate /
        mkdir "$T/moved" "$T/ro"
        root=${1%/"$2"}
        mount --bind "$root" "$T/ro"
        mount -o remount,ro,bind "$T/ro"
        cg-limit create "$2" --with pids
        cg-limit remove "$2"
        mount --bind "$root" "$T/moved"
        umount -l /sys/fs/cgroup
        cg-limit create "$2" --pids-limit 3
        cat "$T/moved/$2/pids.max"
        cg-limit remove "$2"' - "$(where pids)" "$CG"
    assert_output "$(where pids)
$T/moved/$CG
3"
    rmdir "$T/moved" "$T/ro"
}

@test "without privilege: an error that names the cgroup, nothing made" {
    need_command setpriv
    run -1 setpriv --reuid 65534 --clear-groups cg-limit create "$CG" --memory 10m
    assert_output --regexp "^cg-limit: $CG: make it in .*: Permission denied$"
    cg-limit create "$CG" --pids-limit 5
    run -1 setpriv --reuid 65534 --clear-groups cg-limit remove "$CG"
    assert_output --partial 'Permission denied'
    run -1 setpriv --reuid 65534 --clear-groups cg-limit set "$CG" --pids-limit 6
    assert_output "cg-limit: $CG: pids.max: Permission denied"
    holds pids pids.max 5
}

@test "bad values and names are refused" {
    local bad
    for bad in '--memory 10q' '--memory -2' '--memory 9e' '--memory 9999999p' '--cpus 0' \
        '--cpus 1.5x' '--cpus 0.001' '--cpu-shares -1' '--cpuset-cpus 3-1' '--cpuset-cpus ,' \
        '--pids-limit x' '--pids-limit 1.5' '--nonsense' '--memory'; do
        # shellcheck disable=SC2086
        run -2 cg-limit create "$CG" $bad
        assert_output --partial "try 'cg-limit --help'"
    done
    for bad in '' 'c' 'c 1:3' 'c 1:3 x' 'c 1:3 rr' 'd 1:3 r' 'c 1 r' 'c 1:-3 r' 'c 1:3 r w' 'all'; do
        run -2 cg-limit create "$CG" --device "$bad"
        assert_output --partial 'not a device rule'
    done
    for bad in '' / .. a/../b . a//b a/ $'a\nb'; do
        run -2 cg-limit create "$bad" --memory 10m
        assert_output --partial 'not the name of a cgroup'
    done
    nowhere "$MINI_DOCKER_CGROUP_PARENT"
}

@test "usage: help, no verb, no such verb, an option of another verb" {
    run -0 cg-limit --help
    assert_output --partial 'Usage: cg-limit'
    run -2 cg-limit
    run -2 cg-limit nonsense
    run -2 cg-limit remove "$CG" --memory 10m
    run -2 cg-limit create a b
}

# bats test_tags=vm
@test "the example runs" {
    run -0 "$TOP/examples/limit-memory.sh" 8m "$CG"
    assert_output --partial 'ended with status 137'
    assert_output --partial 'killed for want of memory: 1'
    nowhere "$MINI_DOCKER_CGROUP_PARENT"
}

# bats test_tags=vm
@test "list: what is below, in whichever hierarchies, and how many processes that has" {
    need_root
    run -0 cg-limit list "$CTR_TEST_ID" # which is not there
    assert_output ''
    cg-limit create --pids-limit 9 "$CTR_TEST_ID/b" > "$T/dirs"
    cg-limit create --memory 10m "$CTR_TEST_ID/a/deep" > "$T/dirs"
    sleep 1000 3>&- &
    cg-limit add "$CTR_TEST_ID/a/deep" $!
    run -0 cg-limit list "$CTR_TEST_ID"
    assert_output $'a\t1\nb\t0'
    kill $!
    wait $! || :
    cg-limit remove "$CTR_TEST_ID"
    run -0 cg-limit list "$CTR_TEST_ID"
    assert_output ''
    run -2 cg-limit list ..
}
