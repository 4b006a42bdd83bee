#!/bin/sh
# A first container: an image out of one program, and a look around from inside.
# Needs root, mini-docker in PATH, and Debian's busybox-static. Can be run again.
set -eu

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# An image is a root file system and what to run in it. This one is a single static program under
# all the names that it answers to.
if [ -z "$(mini-docker images --quiet busybox)" ]; then
    echo '# An image, out of a directory:'
    mkdir -p "$dir/bin" "$dir/etc" "$dir/root" "$dir/tmp"
    cp "$(command -v busybox)" "$dir/bin/busybox"
    for name in $(busybox --list); do
        [ "$name" = busybox ] || ln -s busybox "$dir/bin/$name"
    done
    echo 'root:x:0:0:root:/root:/bin/sh' > "$dir/etc/passwd"
    chmod 755 "$dir"
    chmod 1777 "$dir/tmp"
    mini-docker import --change 'CMD ["sh"]' "$dir" busybox
    echo
fi
mini-docker images busybox
echo

echo '# A container, seen from inside:'
mini-docker run --rm --network none --interactive --hostname demo --memory 64m busybox << 'END'
echo "process id: $$"
echo "host name:  $(hostname)"
echo "root has:   $(echo /*)"
cd /sys/fs/cgroup
echo "memory:     $(cat memory.max memory/memory.limit_in_bytes 2> /dev/null) bytes at most"
echo "processes:"
ps
END
echo

echo '# And outside nothing is left of it:'
echo "containers: $(ctr-state list --all | wc -l), host name: $(uname -n)"
