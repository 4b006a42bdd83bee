#!/bin/bash
# What is measured of layers, images and builds; sourced by run. See measure.bash for the words.
# shellcheck disable=SC2154 # top, dir and id are of run

# On a tmpfs: some file systems are slow where a lot was deleted a moment ago.
begin_memory() {
    mkdir -p memory && mount -t tmpfs tmpfs memory
}

end_memory() {
    umount memory && rmdir memory
}

# Podman's images are there, too; sets $podman.
podman_in_memory() {
    setup_podman
    podman=${podman//"$dir/podman/root"/"$dir/memory/podman"}
    podman=${podman//$'\n'/ }
}

# An archive of 450 MB: 20000 files, as many as there are of them, and large ones to fill it up
make_layer() {
    find /usr -xdev -type f -size -40000 -printf '%s\t%p\n' | sort -t / -k 2 |
        awk -F '\t' '++n <= 20000 || $1 > 1e6 { if (sum + $1 < 450e6) { sum += $1; print $2 } }' > files
    { cat files && sed 's,/[^/]*$,,' files | sort -u; } | sort > members
    tar -cf layer.tar --no-recursion -T members 2> /dev/null
    gzip -3 < layer.tar > layer.tar.gz
}

# unpack_by ARCHIVE: rows of who unpacks it
unpack_by() {
    begin 'tar -x'
    add 'tar -x' "tar --numeric-owner -xpf $1 -C memory/tree" 'sh -c "rm -rf memory/tree; mkdir memory/tree"'
    ours 1.00 'img-layer unpack' "img-layer unpack --from $1 memory/layer" 'rm -rf memory/layer'
}

# Podman and umoci take it as an image, the form in which it is saved
case_layer() {
    local podman
    title layer 'a layer of 450 MB, 20000 files, is unpacked; compressed by gzip, then plain'
    make_layer
    begin_memory
    mini-docker --root store.layer import -q layer.tar.gz layer > log
    mini-docker --root store.layer save -o image.tar layer
    podman_in_memory
    unpack_by layer.tar.gz
    add 'umoci unpack' 'umoci unpack --image store.layer/images:layer:latest memory/bundle' 'rm -rf memory/bundle'
    add 'podman load' "$podman load -q -i image.tar" "sh -c '$podman rmi -af'"
    measure 2 1
    unpack_by layer.tar
    measure 3 1
    end_memory
    title memory 'of img-layer unpack, the largest resident size, with that layer and with a small one'
    note_peak 'a layer of 450 MB' layer.tar.gz
    tar -cf small.tar -T /dev/null
    note_peak 'an empty one' small.tar
    rm -rf store.layer layer.tar layer.tar.gz image.tar small.tar
}

note_peak() { # NAME ARCHIVE
    peak img-layer unpack --from "$2" unpacked > peaks
    printf '  %-38s %8d KiB\n' "$1" "$(awk '$2 == "img-layer" { print $1 }' peaks)"
    rm -rf unpacked
}

case_images() {
    local podman
    title images 'an image of 450 MB is saved, and loaded'
    make_layer
    begin_memory
    mini-docker --root memory/store import -q layer.tar layer > log
    mini-docker --root memory/store save -o memory/image.tar layer
    podman_in_memory
    $podman load -q -i memory/image.tar > log 2>&1 || true
    begin 'podman save'
    add 'podman save' "$podman save -q -o memory/saved layer" 'rm -f memory/saved'
    ours 0.50 'mini-docker save' 'mini-docker --root memory/store save -o memory/saved layer' 'rm -f memory/saved'
    measure 3 1
    begin 'podman load'
    add 'podman load' "$podman load -q -i memory/image.tar" "sh -c '$podman rmi -af'"
    ours 1.00 'mini-docker load' 'mini-docker --root memory/store load -q -i memory/image.tar' 'mini-docker --root memory/store rmi -f layer'
    measure 2 1
    end_memory
    rm -f layer.tar layer.tar.gz
}

case_build() {
    local podman
    title build 'three RUN true and a COPY onto busybox; then the same again, all of it cached'
    make_rootfs
    mini-docker import -q image.tar bench > log
    setup_podman
    mkdir context && echo x > context/file
    printf '%s\n' 'FROM bench' 'RUN true' 'RUN true' 'RUN true' 'COPY file /' > context/Dockerfile
    podman+=" build -q --network none --cgroup-parent /$id --format oci -t built"
    begin 'podman build --no-cache'
    add 'podman build --no-cache' "$podman --no-cache context"
    ours 0.33 'mini-docker build --no-cache' 'mini-docker build -q --network none --no-cache -t built context'
    measure 3 2
    begin ''
    add 'podman build, cached' "$podman --layers context"
    ours 60ms 'mini-docker build, cached' 'mini-docker build -q --network none -t built context'
    measure 3 5
    rm -r context
}
