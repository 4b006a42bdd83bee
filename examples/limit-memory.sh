#!/bin/sh
# Watch a memory limit at work: a process that wants more than its cgroup may have is killed.
#
#   sudo examples/limit-memory.sh [SIZE [CGROUP]]
set -eu

size=${1-16m}
cgroup=${2-limit-memory-$$}

trap 'cg-limit remove "$cgroup"' EXIT
# The directories, one a line: a single one here, for there is no other limit than memory's.
dir=$(cg-limit create "$cgroup" --memory "$size" --memory-swap "$size")
echo "made $dir"

# A child that enters the cgroup and then becomes the command. For one in new namespaces,
# ns-spawn --cgroup-dir "$dir" does the same.
status=0
sh -c 'echo $$ > "$1/cgroup.procs" && exec dd if=/dev/zero of=/dev/null bs=200M count=1' - "$dir" ||
    status=$?

echo "a process that wants 200 MiB ended with status $status"
tab=$(printf '\t')
cg-limit read "$cgroup" | while IFS=$tab read -r key value; do
    case $key in
        memory.limit) echo "it was allowed: $value bytes" ;;
        memory.oom_kill) echo "processes killed for want of memory: $value" ;;
    esac
done
