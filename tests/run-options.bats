#!/usr/bin/env bats
# The options of mini-docker run, each with Docker's meaning, by what the kernel says inside and out.

load lib/run

setup_file() { run_setup_file; }
setup() { run_setup; }
teardown() { run_teardown; }

# mount_at DIR: inside, that mount's options, and those of its file system
MOUNT_AT='mount_at() { sed -n "s|^[0-9]* [0-9]* [^ ]* [^ ]* $1 \([^ ]*\).* - \([^ ]*\) [^ ]* \(.*\)|\1 \2 \3|p" /proc/self/mountinfo; }'

# limit CONTROLLER FILE VALUE: of the container web, while it runs
limit() {
    assert_equal "$2: $(cat "$(cgroup_of "$(ctr-state get web pid)" "$1")/$2")" "$2: $3"
}

# running OPTION...: the container web, until `stop`
running() {
    begin --name web "$@" busybox sh -c 'echo ready; exec sleep 1000'
    says ready
}

stop() {
    kill -KILL "$(ctr-state get web pid)"
    ends 137
    no_cgroup
}

@test "limits of memory, swap, cpu, processors and processes, on cgroup v1" {
    need_v1
    running -m 100m --memory-swap 150m --cpus 1.5 -c 512 --cpuset-cpus 0 --pids-limit 30
    limit memory memory.limit_in_bytes $((100 << 20))
    limit memory memory.memsw.limit_in_bytes $((150 << 20))
    limit cpu cpu.cfs_quota_us 150000
    limit cpu cpu.cfs_period_us 100000
    limit cpu cpu.shares 512
    limit cpuset cpuset.cpus 0
    limit pids pids.max 30
    stop
    running --memory=1g --memory-swap=-1 --cpu-shares=2048 --pids-limit=-1
    limit memory memory.limit_in_bytes $((1 << 30))
    limit memory memory.memsw.limit_in_bytes 9223372036854771712
    limit cpu cpu.shares 2048
    limit pids pids.max max
    stop
    run -0 box -m 8m busybox cat /sys/fs/cgroup/memory/memory.limit_in_bytes
    assert_output $((8 << 20))
}

# bats test_tags=vm
@test "limits of memory, swap, cpu, processors and processes, on cgroup v2" {
    need_v2
    running -m 100m --memory-swap 150m --cpus 1.5 -c 512 --cpuset-cpus 0 --pids-limit 30
    limit memory memory.max $((100 << 20))
    limit memory memory.swap.max $((50 << 20))
    limit cpu cpu.max '150000 100000'
    limit cpu cpu.weight $((1 + 510 * 9999 / 262142))
    limit cpuset cpuset.cpus 0
    limit pids pids.max 30
    stop
    running --memory=1g --memory-swap=-1 --pids-limit=-1
    limit memory memory.swap.max max
    limit pids pids.max max
    stop
    run -0 box -m 8m busybox cat /sys/fs/cgroup/memory.max
    assert_output $((8 << 20))
}

# bats test_tags=vm
@test "limits work: memory kills, processes are counted; half a MiB is enough for true" {
    run -0 box -m 512k busybox true
    run -137 box -m 6m --memory-swap 6m busybox sh -c 'exec tail -c 50m /dev/zero'
    run box --pids-limit 3 busybox sh -c 'sleep 5 & sleep 5 & sleep 5 & sleep 5 & echo all; kill -9 -1'
    assert_output --partial 'fork'
    refute_output --partial all
}

@test "0 is no limit, an empty one is refused" {
    run -0 box -m 0 --memory-swap 0 --cpus 0 -c 0 --pids-limit 0 --shm-size 0 busybox sh -c 'true | cat && cat /proc/self/cgroup'
    refute_output --partial memory:/"$CTR_TEST_ID"
    for option in -m --memory --cpus -c --pids-limit --shm-size; do
        leaves_nothing 125 "$option" '' busybox true
    done
    leaves_nothing 125 --memory-swap 100m busybox true
    assert_output --partial '--memory-swap: needs --memory as well'
}

# bats test_tags=vm
@test "--cgroup-parent, with or without slashes around" {
    for parent in own/deeper "/$CTR_TEST_ID/own/" "$CTR_TEST_ID/a *"; do
        [[ $parent == *"$CTR_TEST_ID"* ]] || parent=$CTR_TEST_ID/$parent
        running --cgroup-parent "$parent"
        parent=${parent#/} parent=${parent%/}
        [[ $(cgroup_of "$(ctr-state get web pid)" devices) == */"$parent/$(ctr-state resolve web)" ]]
        stop
    done
    leaves_nothing 125 --cgroup-parent ../up busybox true
    assert_output --partial 'not the name of a cgroup'
}

@test "--hostname, --name, --user, --workdir" {
    run -0 box -h Box-1.example_x busybox hostname
    assert_output Box-1.example_x
    run -0 box --name web --hostname= busybox sh -c 'hostname; echo $HOSTNAME'
    assert_output --regexp '^([0-9a-f]{12})'$'\n''[0-9a-f]{12}$'
    for name in 'a b' a/b -x $'a\nb' 'é' '$(x)' "$(printf %065d 0)"; do
        leaves_nothing 125 --hostname "$name" busybox true
    done
    for name in 'a b' a/b -x .x $'a\nb' 'éé' a '$(x)'; do
        leaves_nothing 125 --name "$name" busybox true
        assert_output --partial "$name: not a name"
    done
    ids='echo $(id -u) $(id -g) $(id -G)' # and the groups of /etc/group
    for pair in '=0 0 0' '0=0 0 0' 'user=1000 1000 1000 50 63' '1000=1000 1000 1000 50 63' 'user:audio=1000 63 63' '1000:7=1000 7 7' \
        '12345=12345 0 0' '12345:54321=12345 54321 54321' 'nobody=65534 65534 65534'; do
        run -0 box -u "${pair%%=*}" busybox sh -c "$ids"
        assert_output "${pair#*=}"
    done
    leaves_nothing 125 -u nosuch busybox true
    assert_output "ctr-init: nosuch: no such user in the container's /etc/passwd"
    leaves_nothing 125 -u root:nosuch busybox true
    assert_output "ctr-init: nosuch: no such group in the container's /etc/group"
    run -0 box -u user busybox sh -c 'echo $HOME; touch /x || grep Cap[EP] /proc/self/status'
    assert_line /home/user
    assert_line --regexp 'CapEff:.0000000000000000'
    run -0 box -w /var/log busybox pwd
    assert_output /var/log
    run -0 box --workdir '/new/a b' busybox sh -c 'pwd; stat -c %a .'
    assert_output $'/new/a b\n755'
    run -0 box -w '' busybox pwd
    assert_output /
    leaves_nothing 125 -w relative busybox pwd
    assert_output --partial '--workdir: relative: not absolute'
    leaves_nothing 125 -w /etc/passwd/x busybox pwd
    assert_output --partial '/etc/passwd/x'
}

@test "--group-add: by name or number, for exec as well" {
    run -0 box -u user --group-add root --group-add 4711 busybox id -G
    assert_output '1000 0 50 63 4711' # as the kernel sorts them
    running -u 12:34 --group-add audio
    run -0 mini-docker exec web id -G
    assert_output '34 63'
    run -0 mini-docker inspect -f '{{.HostConfig.GroupAdd}}' web
    assert_output '[audio]'
    stop
    leaves_nothing 125 --group-add nosuch busybox true
    assert_output --partial 'nosuch: no such group'
}

@test "an environment file" {
    printf '%s\n' '# comment' '' '   ' '  INDENTED=1' 'TRAILING=a b ' 'FROM_HERE' 'NOT_SET' 'EQUALS=a=b' $'CR=x\r' 'HASH=a#b' > file
    printf 'LAST=no newline' >> file
    FROM_HERE=here run -0 box --env-file file --env-file /dev/null -e LAST=mine busybox env
    for line in INDENTED=1 'TRAILING=a b ' FROM_HERE=here EQUALS=a=b CR=x HASH=a#b LAST=mine; do assert_line "$line"; done
    assert_equal "${#lines[@]}" 10
    for line in '=x' 'a b=c' $'a\tb=c'; do
        echo "$line" > file
        leaves_nothing 125 --env-file file busybox true
        assert_output --partial "--env-file: file: "
    done
    leaves_nothing 125 --env-file nosuch busybox true
    assert_output 'mini-docker: --env-file: nosuch: cannot be read'
    leaves_nothing 125 --env-file . busybox true
    leaves_nothing 125 -e =x busybox true
    leaves_nothing 125 -e '' busybox true
}

# bats test_tags=vm
@test "-v: directories and files of the host, rw and ro" {
    mkdir dir 'b, c\ d'
    echo content > dir/file
    run -0 box -v "$T/dir:/mnt/new" -v ./dir:/ro:ro -v "./b, c\\ d:/odd place" -v "$T/dir/file:/etc/one:ro" -v ./dir/file:/two busybox sh -c '
        cat /mnt/new/file /ro/file /etc/one /two
        touch /mnt/new/x "/odd place/y"
        for f in /ro/x /etc/one /two; do echo more >> $f || echo no $f; done 2> /dev/null'
    assert_output $'content\ncontent\ncontent\ncontent\nno /ro/x\nno /etc/one'
    [[ -e dir/x && -e 'b, c\ d/y' ]]
    assert_equal "$(cat dir/file)" $'content\nmore'
    # A directory of the host that is missing is made, as in Docker.
    run -0 box -v ./made/here:/x:noexec,nosuid,nodev busybox sh -c "$MOUNT_AT; mount_at /x; cp /bin/true /x; /x/true 2>&1 || echo \$?"
    assert_output --regexp '^rw,nosuid,nodev,noexec,relatime '
    assert_output --partial 126
    [[ -x made/here/true ]]
    # What the source's mount had below comes along; nothing that is mounted inside goes back.
    for bad in ./dir ./dir:rel ./dir:/ :/x ./dir:/x:bad ./dir:/x:ro:rw 'a/b:/x' 'a b:/x' '.x:/x' 'a:/x' '$(x):/x'; do
        leaves_nothing 125 -v "$bad" busybox true
    done
    leaves_nothing 125 -v ./dir:/x -v /tmp:/x/ busybox true
    assert_output --partial '/tmp:/x/: something else is to be mounted there'
    leaves_nothing 125 -v ./dir/file/below:/x busybox true
    leaves_nothing 125 -v ./dir/file:/etc busybox true
    leaves_nothing 125 -v ./dir:/etc/passwd busybox true
    assert_equal "$(cat dir/file)" $'content\nmore'
}

@test "-v: named volumes begin with what the image has, and last" {
    volume=$MINI_DOCKER_ROOT/volumes/data.1-x/_data
    run -0 box -v data.1-x:/etc busybox sh -c 'cat /etc/passwd; echo changed > /etc/hosts; rm /etc/group'
    assert_output --partial 'root:x:0:0'
    assert_equal "$(stat -c '%a %u' "$volume" "$volume/passwd" | xargs)" '755 0 644 0'
    run -1 box -v data.1-x:/etc:ro -v data.1-x:/also busybox sh -c 'cat /etc/hosts /also/hosts; ls /etc/group; touch /etc/x'
    assert_output --partial $'changed\nchanged'
    assert_output --partial 'Read-only'
    run -0 box -v empty:/etc:nocopy busybox ls -A /etc
    refute_output
    run -0 box -v empty:/tmp busybox stat -c %a /tmp # Docker's: an empty volume takes the mode, too
    assert_output 1777
    no_container
}

@test "-v: anonymous volumes begin with what the image has, and stay when the container goes" {
    run -0 mini-docker run --name web -v /etc/ -v /new busybox sh -c "$MOUNT_AT; echo x > /etc/new; echo y > /new/z; cat /etc/hosts; mount_at /etc; mount_at /new"
    assert_line '127.0.0.1 localhost'
    assert_equal "$(find "$MINI_DOCKER_ROOT/volumes" -name new -o -name z | wc -l)" 2
    assert_equal "$(find "$(ctr-state get web dir)/upper" -name new -type f | wc -l)" 0
    ctr-state remove web
    assert_equal "$(find "$MINI_DOCKER_ROOT/volumes" -name new -o -name z | wc -l)" 2
    box -v /etc busybox touch /etc/newer
    assert_equal "$(find "$MINI_DOCKER_ROOT" -name newer)" ''
}

@test "volumes that the image declares, unless something else is there; their names are names only" {
    mkdir host
    mini-docker import --change 'VOLUME ["/var/log", "/data"]' "$(busybox_tar)" declares > /dev/null
    run -0 box -v ./host:/data/ declares sh -c "$MOUNT_AT; mount_at /var/log | wc -l; touch /data/file; grep -c ' /data ' /proc/self/mountinfo"
    assert_output $'1\n1'
    [[ -e host/file ]]
    run -0 box --tmpfs /data --tmpfs /var/log declares sh -c "$MOUNT_AT; mount_at /data; mount_at /var/log"
    assert_equal "$(grep -c ' tmpfs ' <<< "$output")" 2
    # No image gets at the host by a volume whose name reads like an option.
    echo secret > host/secret
    mini-docker import --change "VOLUME [\"$T/host:/etc\"]" "$(busybox_tar)" hostile > /dev/null
    run -0 box hostile sh -c 'ls /etc/secret || ls -d "$1"' - "$T/host:/etc"
    assert_line "$T/host:/etc"
    refute_line /etc/secret
    assert_equal "$(ls host)" $'file\nsecret'
}

@test "volumes inside of others, in any order" {
    mkdir -p a/below b c
    touch b/in_b c/in_c
    run -0 box -v ./c:/x/below/deep -v ./b:/x/below -v ./a:/x --tmpfs /x/t busybox sh -c "find /x -type f; $MOUNT_AT; mount_at /x/t"
    assert_line /x/below/in_b
    assert_line /x/below/deep/in_c
    assert_line --partial ' tmpfs '
}

# bats test_tags=vm
@test "--tmpfs, --shm-size, --read-only" {
    run -0 box --tmpfs /a --tmpfs /b:size=4m,mode=700,exec --tmpfs=/tmp:ro --shm-size 1m busybox sh -c "$MOUNT_AT"'
        for d in /a /b /tmp /dev/shm; do mount_at $d; done; stat -c %a /a /b; cp /bin/true /b; /b/true && echo runs'
    assert_line --index 0 --regexp '^rw,nosuid,nodev,noexec,relatime tmpfs rw'
    assert_line --index 1 --regexp '^rw,nosuid,nodev,relatime tmpfs rw,size=4096k,mode=700'
    assert_line --index 2 --regexp '^ro,'
    assert_line --index 3 --regexp 'tmpfs rw,size=1024k'
    assert_line --index 4 1777
    assert_line --index 5 700
    assert_line runs
    run -0 box busybox sh -c "$MOUNT_AT; mount_at /dev/shm; stat -c %a /dev/shm"
    assert_output --regexp $'size=65536k.*\n1777$'
    run -0 box --read-only --tmpfs /run -v vol:/data busybox sh -c 'touch /x /etc/x || :; touch /run/x /data/x /dev/shm/x /dev/x && echo ok'
    assert_line --partial '/etc/x: Read-only file system'
    assert_line ok
    for bad in rel '' / :size=1m /x:bad=1 /x:size=many; do leaves_nothing 125 --tmpfs "$bad" busybox true; done
    leaves_nothing 125 --shm-size many busybox true
}

# bats test_tags=vm
@test "--mount: binds of what exists, volumes, tmpfs" {
    mkdir -p dir 'with, "comma'
    echo content > dir/file
    run -0 box --mount "type=bind,source=$T/dir,target=/a" --mount type=bind,src=./dir,dst=/b,readonly --mount type=bind,src=./dir/file,destination=/c,ro=true \
        --mount "type=bind,\"src=$T/with, \"\"comma\",dst=/d" --mount src=data,dst=/etc --mount type=volume,dst=/var/log,ro \
        --mount type=tmpfs,dst=/t:t,tmpfs-size=1m,tmpfs-mode=700 busybox sh -c "$MOUNT_AT"'
        cat /a/file /c; touch /a/x /d/y; for f in /b/x /c /var/log/x; do echo more >> $f || echo no $f; done 2> /dev/null
        touch /etc/new; mount_at /t:t'
    assert_output --regexp $'^content\ncontent\nno /b/x\nno /c\nno /var/log/x\nrw,nosuid,nodev,noexec,relatime tmpfs rw,size=1024k,mode=700[^\n]*$'
    [[ -e dir/x && -e 'with, "comma/y' && -e $MINI_DOCKER_ROOT/volumes/data/_data/new && -e $MINI_DOCKER_ROOT/volumes/data/_data/passwd ]]
    run -0 box --mount type=volume,src=empty,dst=/etc,volume-nocopy busybox ls -A /etc
    refute_output
    for bad in '' type=bind,src=./dir type=bind,dst=/x type=bind,src=dir,dst=/x type=bind,src=./nosuch,dst=/x type=nosuch,dst=/x dst=rel \
        type=tmpfs,src=./dir,dst=/x type=bind,src=./dir,dst=/x,volume-nocopy type=bind,src=./dir,dst=/x,tmpfs-size=1m src=../up,dst=/x \
        type=bind,src=./dir,dst=/x,bind-propagation=shared dst=/x,readonly=perhaps dst=/x,nosuch=1 type=tmpfs,dst=/x,tmpfs-mode=9 \
        type=tmpfs,dst=/x,tmpfs-size=1m,size=2 '"dst=/x' '"dst=/x"y'; do
        leaves_nothing 125 --mount "$bad" busybox true
        assert_output --partial "--mount: $bad: "
    done
    leaves_nothing 125 --mount dst=/x -v ./dir:/x busybox true
    [[ ! -e nosuch ]]
}

@test "--mount: inspect knows it, and volume rm sees it in use" {
    mkdir dir
    mini-docker create --name web --mount "type=bind,src=$T/dir,dst=/a,ro" --mount src=data,dst=/b,volume-nocopy --mount type=tmpfs,dst=/c,tmpfs-size=1m,tmpfs-mode=700 busybox true
    run -0 mini-docker inspect -f '{{json .HostConfig.Mounts}}' web
    assert_output '[{"Type":"bind","Source":"'"$T"'/dir","Target":"/a","ReadOnly":true},{"Type":"volume","Source":"data","Target":"/b","VolumeOptions":{"NoCopy":true}},{"Type":"tmpfs","Target":"/c","TmpfsOptions":{"SizeBytes":1048576,"Mode":448}}]'
    run -0 mini-docker inspect -f '{{range .Mounts}}{{.Type}} {{.Source}} {{.Destination}} {{.RW}},{{end}}' web
    assert_output "bind $T/dir /a false,volume $MINI_DOCKER_ROOT/volumes/data/_data /b true,tmpfs  /c true,"
    run -1 mini-docker volume rm data
    assert_output --partial 'in use'
    mini-docker rm web
    mini-docker volume rm data
}

@test "--volumes-from: volumes and binds, those of the last one; with what it has itself unchanged" {
    mkdir 'a:b\c'
    echo there > 'a:b\c/file'
    mini-docker create --name one --network host --mount "type=bind,src=$T/a:b\c,dst=/odd:place" -v data:/data:nocopy -v /nameless --tmpfs /t busybox true
    mini-docker create --name two -v other:/data busybox true
    run -0 box --volumes-from one busybox sh -c 'cat /odd:place/file; touch /data/x /nameless/y; echo $(grep -c " /t \| /etc/hosts " /proc/self/mountinfo)'
    assert_output $'there\n0'
    [[ -e $MINI_DOCKER_ROOT/volumes/data/_data/x ]]
    run -0 box --volumes-from one:ro busybox sh -c 'ls /nameless; for d in /data /odd:place; do touch $d/z 2> /dev/null || echo no $d; done'
    assert_output $'y\nno /data\nno /odd:place'
    run -0 box --volumes-from one --volumes-from two:rw -v mine:/nameless busybox sh -c 'touch /data/in_two /nameless/in_mine'
    [[ -e $MINI_DOCKER_ROOT/volumes/other/_data/in_two && -e $MINI_DOCKER_ROOT/volumes/mine/_data/in_mine ]]
    mini-docker create --name three --volumes-from one:ro busybox true
    mini-docker rm one two
    run -1 mini-docker volume rm data
    assert_output --partial 'in use'
    mini-docker rm three
    leaves_nothing 125 --volumes-from nosuch busybox true
    leaves_nothing 125 --volumes-from nosuch:bad busybox true
}

@test "--memory-reservation, --net, --quiet" {
    reservation=memory.soft_limit_in_bytes
    [[ $(cgroup_kind) != v2 ]] || reservation=memory.low
    running -m 100m --memory-reservation 50m --net host -q
    limit memory "$reservation" $((50 << 20))
    assert_equal "$(readlink "/proc/$(ctr-state get web pid)/ns/net")" "$(readlink /proc/self/ns/net)"
    run -0 mini-docker inspect -f '{{.HostConfig.MemoryReservation}} {{.HostConfig.NetworkMode}}' web
    assert_output "$((50 << 20)) host"
    stop
    leaves_nothing 125 --net nosuch busybox true
    leaves_nothing 125 --memory-reservation '' busybox true
}

@test "--entrypoint" {
    run -0 box --entrypoint /bin/echo busybox -n '' 'a  b'
    assert_output ' a  b'
    run -0 box --entrypoint '' busybox echo plain
    assert_output plain
    leaves_nothing 127 --entrypoint 'echo x' busybox # a name, with a blank in it
    assert_output 'ctr-init: echo x: exec: No such file or directory'
}

@test "--init: a PID 1 that reaps and hands on signals" {
    begin --init --name web busybox sh -c 'trap "echo got; exit 4" TERM; (sleep 0 & exec sleep 0.1) & wait; echo $$
        for s in /proc/[0-9]*/status; do grep ^State.*Z $s; done; echo ready; while :; do sleep 0.02; done'
    says ready
    refute [ "$(grep -c Z out)" != 0 ]
    refute [ "$(head -n 1 out)" = 1 ]
    kill -TERM "$runner"
    ends 4
    says got
    run -3 box --init busybox sh -c 'sleep 100 & exit 3' # what is left in the background ends too
    leaves_nothing 127 --init busybox nosuch
}

@test "--ulimit" {
    run -0 box --ulimit nofile=100:200 --ulimit core=0 --ulimit nproc=5:50000 --ulimit=fsize=4096 busybox sh -c '
        ulimit -Sn; ulimit -Hn; ulimit -c; dd if=/dev/zero of=/x bs=8192 count=1 2> /dev/null; grep processes /proc/self/limits'
    assert_line --index 0 100
    assert_line --index 1 200
    assert_line --index 2 0
    assert_line --regexp 'Max processes +5 +50000'
    for bad in nosuch=1 nofile nofile= nofile=a nofile=2:1 nofile=1x =1 ''; do leaves_nothing 125 --ulimit "$bad" busybox true; done
}

@test "--network none has only lo; host is the host's, with copies of its names" {
    run -0 box --network none busybox sh -c 'tail -n +3 /proc/net/dev | cut -d : -f 1'
    assert_output --regexp '^ *lo$'
    run -0 box busybox readlink /proc/self/ns/net
    [[ $output != "$(readlink /proc/self/ns/net)" ]]
    run -0 box --network host busybox sh -c 'readlink /proc/self/ns/net; hostname; readlink /proc/self/ns/uts'
    assert_line --index 0 "$(readlink /proc/self/ns/net)"
    assert_line --index 1 "$(< /proc/sys/kernel/hostname)"
    [[ ${lines[2]} != "$(readlink /proc/self/ns/uts)" ]]
    # Those of a machine whose own cannot be harmed.
    echo '127.0.0.1 there' > hosts
    echo 'nameserver 127.0.0.9' > resolv.conf
    run -0 unshare -m sh -euc 'for file in hosts resolv.conf; do mount --bind $file "$(readlink -f /etc/$file)"; done
        mini-docker run --rm --network host busybox sh -c "cat /etc/hosts /etc/resolv.conf; echo changed >> /etc/hosts; tail -n 1 /etc/hosts"'
    assert_output $'127.0.0.1 there\nnameserver 127.0.0.9\nchanged'
    assert_equal "$(cat hosts)" '127.0.0.1 there'
    leaves_nothing 125 --network nosuch busybox true
}

@test "--network none: lo is up" {
    run -0 box busybox sh -c 'ip addr show lo; ping -c 1 -W 1 127.0.0.1'
    assert_output --partial LOOPBACK,UP
    assert_output --partial '1 packets received'
}

@test "--ipc, --uts: host is the host's" {
    run -0 box --ipc host --uts host busybox sh -c 'readlink /proc/self/ns/ipc; readlink /proc/self/ns/uts; hostname; echo $HOSTNAME; stat -c %d /dev/shm; readlink /proc/self/ns/pid'
    assert_equal "${lines[*]:0:5}" "$(echo $(readlink /proc/self/ns/{ipc,uts}) $(< /proc/sys/kernel/hostname) $(< /proc/sys/kernel/hostname) $(stat -c %d /dev/shm))"
    [[ ${lines[5]} != "$(readlink /proc/self/ns/pid)" ]]
    run -0 box --ipc private busybox readlink /proc/self/ns/ipc
    [[ $output != "$(readlink /proc/self/ns/ipc)" ]]
    mini-docker create --name web --ipc host --uts host busybox true
    run -0 mini-docker inspect -f '{{.HostConfig.IpcMode}} {{.HostConfig.UTSMode}} {{len .Mounts}}' web
    assert_output 'host host 0'
    mini-docker rm web
    for bad in '--ipc none' '--uts private' '--pid private' '--uts host -h name'; do leaves_nothing 125 $bad busybox true; done
}

# bats test_tags=vm
@test "--pid host: all processes are seen, none of its own is left; exec, top, start, a killed supervisor" {
    run -0 mini-docker run -d --name web --pid host busybox sh -c '
        readlink /proc/self/ns/pid; sleep 1001 & setsid sleep 1002 & trap "exit 3" TERM; echo ready; while :; do sleep 0.02; done'
    poll 30 grep -q ready "$(ctr-state get web dir)/log"
    run -0 mini-docker logs web
    assert_line "$(readlink /proc/self/ns/pid)"
    run -0 mini-docker exec web sh -c 'kill -0 "$1" && echo seen' - $$
    assert_output seen
    mini-docker exec -d web sleep 1003
    run -0 mini-docker top web -eo pid,args
    for n in 1001 1002 1003; do assert_line --regexp "^ *[0-9]+ sleep $n\$"; done
    refute_line --regexp "^ *$$ "
    left=$(awk '/ sleep 100[123]$/ { print $1 }' <<< "$output")
    assert_equal "$(wc -w <<< "$left")" 3
    run -0 mini-docker stop web
    for pid in $left; do poll 10 test ! -e "/proc/$pid"; done # once who inherited it has reaped it
    no_cgroup
    mini-docker start web
    poll 30 test "$(ctr-state get web status)" = running
    supervisor=$(ctr-state get web supervisor)
    poll 30 sh -c 'mini-docker top web -eo pid,args | grep -q " sleep 1002$"'
    left=$(mini-docker top web -eo pid,args | awk '/ sleep 100[12]$/ { print $1 }')
    kill -KILL "$supervisor"
    poll 30 sh -c '! mini-docker exec web true 2> /dev/null'
    mini-docker rm -f web
    for pid in $left; do poll 10 test ! -e "/proc/$pid"; done # once who inherited it has reaped it
    no_cgroup
    run -4 box --pid host busybox sh -c 'sleep 1000 & exit 4'
    run -5 box --pid host --init busybox sh -c 'sleep 1000 & exit 5'
    nothing
}

# bats test_tags=vm
@test "--sysctl: of its IPC and network, never of the machine" {
    before=$(cat /proc/sys/net/core/somaxconn /proc/sys/kernel/msgmax)
    run -0 box --sysctl net.core.somaxconn=321 --sysctl kernel.msgmax=4321 --sysctl 'net.ipv4.ping_group_range=7 9' busybox \
        cat /proc/sys/net/core/somaxconn /proc/sys/kernel/msgmax /proc/sys/net/ipv4/ping_group_range
    assert_output $'321\n4321\n7\t9'
    for bad in kernel.pid_max=1000 net.core.somaxconn net./../kernel.pid_max=1000 net.//.kernel.pid_max=1000 net.nosuch=1 net.core.somaxconn=x ''; do
        leaves_nothing 125 --sysctl "$bad" busybox true
    done
    leaves_nothing 125 --net host --sysctl net.core.somaxconn=321 busybox true
    leaves_nothing 125 --ipc host --sysctl kernel.msgmax=4321 busybox true
    assert_equal "$(cat /proc/sys/net/core/somaxconn /proc/sys/kernel/msgmax)" "$before"
    mini-docker create --name web --sysctl kernel.msgmax=4321 busybox true
    run -0 mini-docker inspect -f '{{json .HostConfig.Sysctls}}' web
    assert_output '{"kernel.msgmax":"4321"}'
    mini-docker rm web
}

@test "--pull" {
    for policy in missing never; do run -0 box --pull "$policy" busybox true; done
    leaves_nothing 125 --pull never nosuch true
    assert_output --partial nosuch
    leaves_nothing 125 --pull always busybox true
    assert_output --partial busybox
    leaves_nothing 125 --pull often busybox true
}

# bats test_tags=vm
@test "--device: a node of the host, or all in a directory, and the right to use it" {
    mkdir nodes
    mknod nodes/kmsg c 1 11
    mknod nodes/zero c 1 5
    run -1 box -v ./nodes/kmsg:/dev/log busybox sh -c ': > /dev/log'
    assert_output --partial 'Operation not permitted'
    run -0 box --device "$T/nodes/kmsg:/dev/log" --device "$T/nodes/zero:w" busybox sh -c ": > /dev/log; stat -c '%t:%T' /dev/log '$T/nodes/zero'"
    assert_output $'1:b\n1:5'
    run -1 box --device "$T/nodes/kmsg:/dev/log:r" busybox sh -c ': > /dev/log'
    assert_output --partial 'Operation not permitted'
    run -0 box --device "$T/nodes:/dev/many" busybox sh -c ': > /dev/many/kmsg; ls /dev/many'
    assert_output $'kmsg\nzero'
    run -0 box --privileged --device "$T/nodes/kmsg:/dev/log" busybox sh -c ': > /dev/log'
    for bad in "$T/nosuch" "$T/nodes/zero:/x:rx" "$T/nodes/zero:/x:" nodes/zero "$T/nodes/zero:rel:r" /etc/passwd; do
        leaves_nothing 125 --device "$bad" busybox true
        assert_output --partial "--device: $bad: "
    done
    mini-docker create --name web --device "$T/nodes/kmsg:r" -v ./nodes:/x busybox true
    run -0 mini-docker inspect -f '{{json .HostConfig.Devices}}{{range .Mounts}}{{.Destination}}{{end}}' web
    assert_output '[{"PathOnHost":"'"$T"'/nodes/kmsg","PathInContainer":"'"$T"'/nodes/kmsg","CgroupPermissions":"r"}]/x'
    run -0 box --volumes-from web busybox sh -c "ls /x; ls '$T/nodes/kmsg' 2> /dev/null || echo none"
    assert_output $'kmsg\nzero\nnone'
    mini-docker rm web
}

caps() { # ARG...: the bounding, permitted and effective set of a container, if they are the same
    run -0 box "$@" busybox sed -n 's/^Cap\(Bnd\|Prm\|Eff\):\t//p' /proc/self/status
    assert_equal "$(sort -u <<< "$output" | wc -l)" 1
    caps=${lines[0]}
}

@test "--cap-add, --cap-drop, --privileged" {
    all=$(sed -n 's/^CapBnd:\t//p' /proc/self/status)
    caps
    assert_equal "$caps" 00000000a80425fb
    caps --cap-add NET_ADMIN --cap-add CAP_SYS_TIME --cap-add sys_nice
    assert_equal "$caps" 00000000aa8435fb
    caps --cap-drop chown --cap-drop CAP_KILL
    assert_equal "$caps" 00000000a80425da
    caps --cap-drop ALL
    assert_equal "$caps" 0000000000000000
    caps --cap-drop all --cap-add CHOWN
    assert_equal "$caps" 0000000000000001
    caps --cap-add ALL
    assert_equal "$caps" "$all"
    caps --cap-add ALL --cap-drop SYS_ADMIN
    assert_equal "$((16#$caps))" "$((16#$all & ~(1 << 21)))"
    caps --privileged
    assert_equal "$caps" "$all"
    leaves_nothing 125 --cap-add nosuch busybox true
    assert_output --partial 'nosuch: no such capability'
    leaves_nothing 125 --cap-drop nosuch busybox true
    assert_output --partial nosuch
    # The filter goes with the capabilities.
    run -0 box --cap-add SYS_ADMIN busybox sh -c 'mount -t tmpfs none /tmp && hostname other && hostname'
    assert_output other
}

@test "--security-opt" {
    seccomp() { # ARG...: the kernel's word for it, and whether unshare(2) is allowed
        run -0 box "$@" busybox sh -c 'sed -n "s/^\(Seccomp\|NoNewPrivs\):.//p" /proc/self/status | xargs; unshare -U true 2> /dev/null && echo unshares || :'
    }
    seccomp
    assert_output '0 2'
    seccomp --security-opt seccomp=unconfined
    assert_output $'0 0\nunshares'
    seccomp --security-opt seccomp:builtin --security-opt no-new-privileges
    assert_output '1 2'
    seccomp --security-opt no-new-privileges:true --security-opt no-new-privileges=false --security-opt=seccomp=unconfined
    assert_line --index 0 '1 0'
    echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 122}]}' > 'my profile'
    seccomp --security-opt 'seccomp=my profile'
    assert_output $'0 2\nunshares'
    for more in '' --privileged --cap-add=ALL; do
        run -1 box $more --security-opt 'seccomp=my profile' busybox mkdir /x
        assert_output --partial 'Disk quota exceeded'
    done
    seccomp --privileged
    assert_output $'0 0\nunshares'
    echo '{' > broken
    leaves_nothing 125 --security-opt seccomp=broken busybox true
    leaves_nothing 125 --security-opt seccomp=nosuch busybox true
    assert_output 'seccomp-compile: nosuch: open: No such file or directory'
    leaves_nothing 125 --security-opt seccomp=. busybox true
    leaves_nothing 125 --security-opt seccomp= busybox true
    leaves_nothing 125 --security-opt nosuch busybox true
}

@test "how options are written" {
    stdin() { # ARG...: yes or no
        run -0 bash -c 'echo yes | mini-docker run --rm "$@" busybox sh -c "read x && echo \$x || echo no"' - "$@"
    }
    for args in -i --interactive -i=true --interactive=true -i=1 '--interactive=false -i' '-iw/tmp' '-iw /tmp' '-i -i'; do
        stdin $args
        assert_output yes
    done
    for args in '' -i=false --interactive=0 '-i --interactive=false' '-i -i=F' '-w /tmp --'; do
        stdin $args
        assert_output no
    done
    run -0 box -iw/tmp busybox pwd < /dev/null
    assert_output /tmp
    run -0 box -w=/tmp -w /etc busybox pwd
    assert_output /etc
    run -0 box -e=A=1=2 -eB=3 -e C=4 --env=D==5 busybox env
    for line in A=1=2 B=3 C=4 D==5; do assert_line "$line"; done
    # A container's command line has its own options.
    run -0 box busybox echo --rm -it --help -- -x
    assert_output -- '--rm -it --help -- -x'
    run -0 mini-docker run --rm=false --name web --rm=true busybox true
    no_container
    run -0 mini-docker run --rm --rm=false --name web busybox true
    ctr-state remove web
    for bad in --nosuch --nosuch=1 -X -iX -itX --rm=maybe -i=maybe --interactive= -i= --; do
        run -125 mini-docker run $bad
        assert_equal "${#lines[@]}" 1
        assert_output --partial "(try 'mini-docker run --help')"
    done
    for bad in -e -w --workdir -ie; do
        run -125 mini-docker run $bad
        assert_output --partial 'needs an argument'
    done
    [[ ! -e $MINI_DOCKER_ROOT/containers ]] || no_container
}
