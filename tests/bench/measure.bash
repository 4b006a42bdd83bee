#!/bin/bash
# Commands measured side by side, and the rows of the table; sourced by run.
#
# A case is a call of `begin`, one of `add` or `ours` for each command, one of `measure`.
# shellcheck disable=SC2154 # dir is of run

reference='' names=() commands=() prepares=()
declare -A bars

# begin NAME: the others are compared with this one
begin() {
    reference=$1 names=() commands=() prepares=() bars=()
}

# add NAME COMMAND [PREPARE]: COMMAND is split at blanks as a shell does it, but run without one.
# PREPARE is run before each time, which is not counted. What is not installed, or does not work
# here, is left out with a line.
add() {
    local command=${2//$'\n'/ }
    if ! type -P "${command%% *}" > /dev/null; then
        note "$1" 'not installed'
    elif ! eval "${3:-true}" > "$dir/log" 2>&1 || ! eval "$command" > "$dir/log" 2>&1 < /dev/null; then
        note "$1" "does not run here: $(tail -n 1 "$dir/log")"
    else
        names+=("$1") commands+=("$command") prepares+=("${3:-}")
    fi
}

# ours BAR NAME COMMAND [PREPARE]: has to work, and to take at most BAR times what the reference does, or
# so many ms
ours() {
    local bar=$1 count=${#names[@]}
    shift
    add "$@"
    ((${#names[@]} > count)) || die "$1 cannot be measured"
    bars[$1]=$bar
}

# measure ROUNDS RUNS: run everything so many times in each round. Rounds begin with one command
# after the other, so that a busy minute of the machine hits all of them.
measure() {
    local round i arguments n=${#names[@]}
    rm -f "$dir"/times.*
    for ((round = 0; round < $1; round++)); do
        arguments=()
        for ((i = round; i < round + n; i++)); do
            [[ ! ${prepares[*]// /} ]] || arguments+=(--prepare "${prepares[i % n]:-true}")
            arguments+=(--command-name "${names[i % n]}" "${commands[i % n]}")
        done
        hyperfine --shell none --style none --warmup 1 --runs "$2" \
            --export-json "$dir/times.$round" "${arguments[@]}" > "$dir/log" 2>&1 ||
            die "$(< "$dir/log")"
    done
    rows
}

# The median of all times of each command, in milliseconds
medians() {
    jq -rs '[.[].results[]] | group_by(.command)[] | [.[0].command, ([.[].times[]] | sort
        | (.[(length - 1) / 2 | floor] + .[length / 2 | floor]) * 500)] | @tsv' "$dir"/times.*
}

rows() {
    local name median
    declare -A of=()
    while IFS=$'\t' read -r name median; do
        of[$name]=$median
    done < <(medians)
    for name in "${names[@]}"; do
        awk -v name="$name" -v median="${of[$name]}" -v reference="${reference:+${of[$reference]-}}" \
            -v bar="${bars[$name]-}" 'BEGIN {
                printf "  %-38s %9.2f ms", name, median
                if (reference) {
                    ratio = median / reference
                    printf " %8.2f", ratio
                    if (bar) printf "   %-9.2f%s", bar, ratio <= bar ? "holds" : "missed"
                } else if (bar) {
                    printf " %8s   %-9s%s", "", bar, median <= bar + 0 ? "holds" : "missed"
                }
                print ""
            }'
    done
}

note() { # NAME WHY
    printf '  %-38s %s\n' "$1" "$2"
}

heading() {
    echo "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) processors, Linux $(uname -r)"
    printf '  %-38s %12s %8s   %-9s\n' '' median ratio 'at most'
}
