#!/bin/sh
# A service in the background and its log: rotated, followed while it is written, searched afterwards.
# Needs no privilege.
set -eu

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

# `run` comes back when the service has gone into the background. The log is written as long as that
# has it open, whatever becomes of this shell.
# shellcheck disable=SC2016
ctr-log run --max-size 4k --max-file 3 service.log -- sh -c '
    {
        echo up
        for request in $(seq 200); do echo "request $request"; done
        echo "something is wrong" >&2
        echo down
    } &'

echo '# All it says, until it ends (stderr comes on stderr):'
ctr-log read --follow service.log 2> errors | tail -n 3
echo "# On stderr: $(cat errors)"
echo '# The files, of which older ones were removed:'
wc -c service.log*
echo '# The last lines, with their times:'
ctr-log read --tail 3 --timestamps --merge service.log
echo '# Any tool can read it as well:'
tail -n 2 service.log
