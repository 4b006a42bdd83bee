#!/bin/sh
# A web server on a bridge, a port of the host that leads to it, and somebody who asks there: what
# `mini-docker run -p` does about the network, by hand. Needs root, the tools in PATH, and Debian's
# busybox-static.
set -eu

# The host of all this is a network namespace, so that the machine's own network is left alone.
[ "${BRIDGE_HOST:-}" ] || BRIDGE_HOST=1 exec unshare --net sh "$0"

dir=$(mktemp -d)
server=''
trap 'rm -rf "$dir"; [ -z "$server" ] || kill "$server"' EXIT

netsetup bridge create br0 --address 10.1.0.1/24
netsetup nat add br0 --subnet 10.1.0.0/24

# lease NAME: set $address to one that nobody else has, as 10.1.0.2/24.
lease() {
    address=$(netsetup lease take "$dir/leases" --owner "$1" --subnet 10.1.0.0/24 --exclude 10.1.0.1)
}

# attached COMMAND...: in a network namespace that is joined to the bridge before the command runs; {} is
# the number of the process that waits in it. Ends the shell that calls it.
attached() {
    exec ns-spawn --net \
        --setup-hook netsetup --setup-hook-arg attach --setup-hook-arg --quiet \
        --setup-hook-arg --pid --setup-hook-arg '{}' --setup-hook-arg --bridge --setup-hook-arg br0 \
        --setup-hook-arg --address --setup-hook-arg "$address" \
        --setup-hook-arg --gateway --setup-hook-arg 10.1.0.1 \
        --setup-fd 4 -- sh -c 'read -r go <&4 || :; exec 4<&-; exec "$@"' - "$@"
}

echo 'reached by a port of the host' > "$dir/index.html"
lease web
netsetup publish --owner web --to "${address%/*}" 8080:80
attached busybox httpd -f -p 80 -h "$dir" &
server=$!

lease client
echo '# Somebody else on the bridge asks the host:'
# shellcheck disable=SC2016 # for the shell inside
(attached sh -c 'until busybox wget -q -O - http://10.1.0.1:8080/ 2> /dev/null; do sleep 0.1; done')
echo '# Who has which address, and which port leads where:'
netsetup lease list "$dir/leases"
netsetup published
