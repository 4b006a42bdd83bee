#!/bin/bash
# What is measured; sourced by run. See measure.bash for the words.
# shellcheck disable=SC2154 # top, dir and id are of run

NAMESPACES='--mnt --pid --uts --ipc --net --cgroup'

title() {
    printf '\n%s: %s\n' "$1" "$2"
}

# A root file system in ./rootfs: busybox, and a static program that does nothing as /bin/true
make_rootfs() {
    [[ ! -d rootfs ]] || return 0
    "$top/tests/lib/busybox-tar" busybox.tar
    mkdir rootfs
    tar -xpf busybox.tar -C rootfs
    rm rootfs/bin/true
    cp "$top/build/bench/true" rootfs/bin/true
    tar -cf image.tar -C rootfs .
}

# make_bundle DIR FILTER: what crun and runc run, the same namespaces as ours; jq's FILTER changes it
make_bundle() {
    type -P crun > /dev/null || return 0
    mkdir -p "$1"
    (cd "$1" && crun spec)
    jq '.process.terminal = false | .process.args = ["/bin/true"] | .root.path = $root
        # Without CAP_SYS_RESOURCE limits cannot be raised, as the example of a configuration does.
        | del(.process.rlimits) | .linux.cgroupsPath = $cgroup
        | .linux.namespaces = [{type: ("pid", "network", "ipc", "uts", "mount", "cgroup")}] | '"$2" \
        --arg root "$dir/rootfs" --arg cgroup "/$id/crun" "$1/config.json" > "$1/new"
    mv "$1/new" "$1/config.json"
}

case_chain() {
    local unshared='--unshare-pid --unshare-uts --unshare-ipc --unshare-net --unshare-cgroup'
    local tools="ns-spawn $NAMESPACES --no-proc --
        ufs-mount --lower rootfs --upper tools/upper --work tools/work tools/merged"
    title chain 'six namespaces, overlay, /proc, pivot_root, a static true'
    make_rootfs
    make_bundle bundle .
    mkdir -p {one,all,tools}/{upper,work,merged}
    begin 'yardstick (one C program)'
    add 'yardstick (one C program)' \
        'yardstick rootfs one/upper one/work one/merged /bin/true'
    add 'the same with all of Docker'\''s mounts' \
        'yardstick -a rootfs all/upper all/work all/merged /bin/true'
    add 'ns-spawn, ufs-mount' "$tools -- rootfs/bin/true"
    ours 1.40 'ns-spawn, ufs-mount, ctr-init' "$tools -- ctr-init --root tools/merged -- /bin/true"
    add 'unshare (namespaces and /proc)' 'unshare -mpuinC -f --mount-proc rootfs/bin/true'
    add 'bwrap (no overlay)' "bwrap $unshared --bind rootfs / --proc /proc --dev /dev /bin/true"
    add 'crun (no overlay)' "crun --root $dir/crun run --bundle bundle bench"
    add 'runc (no overlay)' "runc --root $dir/runc run --bundle bundle bench"
    measure 10 20
}

# Podman in directories of its own, configured for what it may do without CAP_SYS_RESOURCE
setup_podman() {
    podman="podman --root $dir/podman/root --runroot $dir/podman/run --tmpdir $dir/podman/tmp
        --storage-driver overlay"
    mkdir -p podman
    cat > podman/containers.conf << '.'
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
log_driver = "none"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
runtime = "runc"
.
    export CONTAINERS_CONF=$dir/podman/containers.conf
    $podman import -q image.tar bench > log 2>&1 || true # if it failed, that will be seen
}

case_run() {
    local podman limits='-m 100m --cpus 1'
    title run 'a container with limits of memory and processor, from image to removal'
    make_rootfs
    make_bundle limited '.linux.resources.memory.limit = 104857600
        | .linux.resources.cpu = {quota: 100000, period: 100000}'
    mini-docker import -q image.tar busybox > log
    setup_podman
    begin 'crun run (a bundle, no overlay)'
    add 'crun run (a bundle, no overlay)' "crun --root $dir/crun run --bundle limited bench"
    ours 1.00 'mini-docker run --rm' "mini-docker run --rm --network none $limits busybox /bin/true"
    add 'runc run (a bundle, no overlay)' "runc --root $dir/runc run --bundle limited bench"
    add 'podman run --rm' "$podman run --rm --network none --cgroup-parent /$id $limits bench /bin/true"
    measure 10 5
}

# For case_exec: containers that run, until end_containers
start_containers() {
    make_bundle sleeping '.process.args = ["/bin/sleep", "1000"]'
    mini-docker import -q image.tar busybox > log
    mini-docker run -d --name bench --network none busybox sleep 1000 < /dev/null > log
    local runtime
    for runtime in crun runc; do # what does not run here, `add` will leave out
        $runtime --root "$dir/$runtime" run -d --bundle sleeping bench < /dev/null > log 2>&1 || true
        sed -i "s,/$id/crun,/$id/runc," sleeping/config.json || true
    done
}

end_containers() {
    [[ -d sleeping ]] || return 0
    mini-docker rm -f bench || true
    crun --root "$dir/crun" delete -f bench || true
    runc --root "$dir/runc" delete -f bench || true
    rm -r sleeping
}

case_exec() {
    local pid
    title exec 'a static true in a container that runs'
    make_rootfs
    start_containers
    pid=$(ctr-state get bench pid)
    begin 'crun exec'
    add 'crun exec' "crun --root $dir/crun exec bench /bin/true"
    ours 1.00 'mini-docker exec' 'mini-docker exec bench /bin/true'
    add 'ns-enter' "ns-enter $pid -- /bin/true"
    add 'nsenter (namespaces alone)' "nsenter -a -t $pid /bin/true"
    add 'runc exec' "runc --root $dir/runc exec bench /bin/true"
    measure 10 20
    end_containers > log 2>&1
}

# An archive of 300 MB: half programs, half the many small files that come with them
make_archive() {
    local part
    for part in /usr/bin /usr/share; do
        find "$part" -xdev -printf '%s\t%p\n' |
            awk -F '\t' '(sum += $1 + 512) < 150e6 { print $2 }'
    done > files
    tar -cf tree.tar --no-recursion -T files 2> /dev/null
}

case_import() {
    title import 'an archive of 300 MB becomes an image'
    make_archive
    mkdir tree
    begin 'tar -x'
    add 'tar -x' "tar -xpf tree.tar -C tree" 'sh -c "rm -rf tree; mkdir tree; sync -f ."'
    ours 1.00 'mini-docker import' 'mini-docker --root import import -q tree.tar tree' \
        'sh -c "rm -rf import; sync -f ."'
    measure 3 2
    rm -rf tree import tree.tar
}

case_commit() {
    local podman change=(-v "$dir/files:/files:ro")
    title commit '5000 changed files of 64 MB become a layer of an image'
    make_rootfs
    # On a tmpfs: some file systems are slow where a lot was deleted a moment ago.
    mkdir memory && mount -t tmpfs tmpfs memory
    mkdir files && head -c 64000000 /dev/urandom | split -a 4 -b 12800 - files/
    mini-docker --root memory import -q image.tar busybox > log
    mini-docker --root memory run --name changed --network none "${change[@]}" busybox cp -r /files /changed
    setup_podman
    $podman run --name changed --network none --cgroup-parent "/$id" "${change[@]}" bench /bin/cp -r /files /changed > log 2>&1 || true
    begin 'tar -c of the changes, and sha256sum'
    add 'tar -c of the changes, and sha256sum' \
        "sh -c 'tar -cf memory/tar -C memory/containers/*/upper . && sha256sum memory/tar'"
    ours 2.00 'mini-docker commit' 'mini-docker --root memory commit changed'
    add 'podman commit' "$podman commit -q changed"
    measure 3 2
    umount memory
    rm -r files
}

# For conmon: a runtime whose container writes the lines, and is no container
make_runtime() {
    cat > runtime << .
#!/bin/sh
while [ "\$1" != --pid-file ]; do shift; done
cat $dir/lines &
echo \$! > "\$2"
.
    chmod 755 runtime
}

case_log() {
    local conmon="conmon --sync --no-sync-log --log-level error --cid bench --cuuid bench
        --runtime $dir/runtime --bundle $dir/conmon --container-pidfile $dir/conmon/pid
        --exit-dir $dir/conmon/exit --socket-dir-path $dir/conmon/sockets --log-path k8s-file:$dir/conmon/log"
    title log '200 MB in lines of 100 bytes, through a pipe'
    head -c 148500000 /dev/urandom | base64 -w 99 > lines
    make_runtime
    begin 'cat > file'
    add 'cat > file' 'sh -c "cat lines | cat > out"' 'rm -f out'
    ours 1.50 'ctr-log write' 'sh -c "cat lines | ctr-log write out"' 'rm -f out'
    add 'cat, with no pipe between' 'sh -c "cat lines > out"' 'rm -f out'
    add 'conmon' "$conmon" 'sh -c "rm -rf conmon; mkdir -p conmon/exit conmon/sockets"'
    measure 5 2
    rm -rf lines out conmon
}

case_memory() {
    local kib program largest=0
    title memory 'the largest resident size of each program on the way of mini-docker run -m 512k'
    make_rootfs
    mini-docker import -q image.tar busybox > log
    peak mini-docker run --rm --network none -m 512k busybox /bin/true > peaks < /dev/null ||
        die "mini-docker run -m 512k: exit status $?"
    peak tty-relay --socket-fd 6 -- true >> peaks < /dev/null
    while IFS=$'\t' read -r kib program; do
        [[ $program != true ]] || continue
        printf '  %-38s %8d KiB\n' "$program" "$kib"
        ((kib <= largest)) || largest=$kib
    done < peaks
    note 'a static true with so much memory' 'ends with status 0'
    printf '  %-38s %8d KiB %8s   %-9s%s\n' 'the largest' "$largest" '' 2048 \
        "$( ((largest <= 2048)) && echo holds || echo missed)"
}
