#!/bin/sh
# Layers, as images have them: two that are never written, one that takes all changes.
# Needs root. The mount is gone with the process that made it; the rest is removed at the end.
set -eu

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

mkdir base app
echo 'from the base' > base/both
echo 'only in the base' > base/old
echo 'from the app, which is above' > app/both

# shellcheck disable=SC2016
unshare --mount ufs-mount --lower app --lower base --upper changes --work work merged -- sh -euc '
    echo "merged:"
    grep "" merged/*
    echo "mounted: $(ufs-list | tail -n 1 | cut -f 1,4-)"
    rm merged/old
    echo "written in the container" > merged/new
'

[ -z "$(ls merged)" ] && echo 'outside, nothing is mounted'
echo 'the layers are as they were, the changes are beside them (a whiteout hides what was removed):'
find base app changes ! -type d -printf '%y %p\n' | sort -k 2
