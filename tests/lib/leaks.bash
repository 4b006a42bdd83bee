# What did this test leave on the machine? Looks at the kernel, not at what tools say. Mounts,
# processes and cgroups are told by the test's name, $CTR_TEST_ID, so that tests can run side by
# side. What was left is removed once it is reported, so that one failure stays one.
# shellcheck shell=bash

# The kernel frees mounts, cgroups and dying processes a little after the command that ended them.
LEAK_SECONDS=${LEAK_SECONDS:-5}

leaks_snapshot() {
    LEAKS_SHELL=$BASHPID
    read -ra LEAKS_CHILDREN < "/proc/$BASHPID/task/$BASHPID/children" || true
    leaks_of_machine LEAKS_BEFORE
}

# Into the array named: what bears no test's name, one line each: mounts, network interfaces, state
# of a real mini-docker. What people mount in the usual places for that is theirs.
leaks_of_machine() {
    local -n into=$1
    local line field
    into=()
    while read -r line; do
        read -ra field <<< "$line"
        case $line in *mini-docker-test.*) continue ;; esac
        case ${field[4]} in /tmp/* | /mnt/* | /media/* | /home/* | /run/user/*) continue ;; esac
        into+=("mount ${field[4]} ${line#* - }")
    done < /proc/self/mountinfo
    for line in /sys/class/net/*; do into+=("interface ${line##*/}"); done
    for line in /var/lib/mini-docker/* /run/mini-docker/*; do
        [[ ! -e $line ]] || into+=("file $line")
    done
}

leaks_processes() {
    "$BUILD/test/traces" "$CTR_TEST_ID" "$LEAKS_SHELL" "${LEAKS_CHILDREN[@]}"
}

leaks_mounts() {
    local field
    while read -ra field; do
        case "${field[*]}" in *"$CTR_TEST_ID"*) echo "mount ${field[4]}" ;; esac
    done < /proc/self/mountinfo
}

# The test's own cgroup may stay until the end, empty: others of its containers may need it.
leaks_cgroups() {
    local field roots=()
    while read -ra field; do
        case "${field[*]}" in *' - cgroup '* | *' - cgroup2 '*) roots+=("${field[4]}") ;; esac
    done < /proc/self/mountinfo
    ((${#roots[@]} == 0)) || find "${roots[@]}" -depth -type d -path "*$CTR_TEST_ID*" \
        -printf 'cgroup %p\n' 2> /dev/null
}

# Everything that is there and should not be, one line each.
leaks_list() {
    local now line
    leaks_processes
    leaks_mounts
    leaks_cgroups | grep -v "/$MINI_DOCKER_CGROUP_PARENT\$"
    find "$TMPDIR" -mindepth 1 -printf 'temporary file %p\n'
    leaks_of_machine now
    for line in "${now[@]}"; do
        [[ " ${LEAKS_BEFORE[*]/%/$'\n'}" == *" $line"$'\n'* ]] || echo "$line"
    done
}

leaks_check() {
    local found deadline=$((SECONDS + LEAK_SECONDS)) status=0
    while found=$(leaks_list) && [[ $found ]] && ((SECONDS <= deadline)); do
        sleep 0.05
    done
    if [[ $found ]]; then
        printf 'The test leaves behind:\n%s\n' "$found"
        status=1
    fi
    leaks_remove || status=1
    return "$status"
}

# Only what bears the test's name, and the test's directory.
leaks_remove() {
    local what
    while read -r _ what _; do
        kill -KILL "$what" 2> /dev/null
    done < <(leaks_processes)
    while read -r _ what; do
        umount -l "$(printf %b "$what")"
    done < <(leaks_mounts | tac)
    while read -r _ what; do
        poll 5 rmdir "$what"
    done < <(leaks_cgroups)
    # Never into what is still mounted there, whatever went wrong.
    if [[ $(leaks_mounts) ]]; then
        echo "$BASE is not removed: something is mounted below"
        return 1
    fi
    rm -rf --one-file-system "$BASE"
}
