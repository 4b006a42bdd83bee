#!/bin/sh
# A container in the background without any driver: started, logged, entered, asked to end.
# Needs root, the tools in PATH, and Debian's busybox-static.
set -eu

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

mkdir -p rootfs/bin
cp "$(command -v busybox)" rootfs/bin/busybox
for name in sh cat hostname ps sleep; do ln -s busybox "rootfs/bin/$name"; done

# Read from the right: the command is in a root of its own, in namespaces of its own, and what it
# puts out at 7 and 8 goes into a log. ns-spawn returns when the command was executed, which is told
# by descriptor 9, and goes on in the background; the facts are its to tell.
ctr-log run --stdout-fd 7 --stderr-fd 8 log -- \
    ns-spawn --all --no-proc --session --detach --ready-fd 9 --info-fd 3 --keep-fd 7 --keep-fd 8 -- \
    ctr-init --root rootfs --hostname box --stdout-fd 7 --stderr-fd 8 --ready-fd 9 -- \
    sh -c 'trap "echo asked to end; exit 7" TERM; echo begun; while :; do sleep 0.1; done' 3> facts

while IFS='	' read -r key value; do
    case $key in
        pid) pid=$value ;;
        start) start=$value ;;
    esac
done < facts
echo "# It runs as process $pid. One more command beside it:"
# shellcheck disable=SC2016 # for the shell inside
ns-enter --start "$start" "$pid" -- sh -c 'echo "in $(hostname):"; ps'

# A pid may be another process's by now; with the time when it started it cannot be mistaken.
echo '# It is asked to end, and has five seconds:'
pid-signal --start "$start" --signal TERM --wait=5 --kill "$pid"
ctr-log wait log
ctr-log read --timestamps log
# The supervisor tells how it ended, a moment later.
until grep '^exit' facts; do sleep 0.05; done
