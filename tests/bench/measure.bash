#!/bin/bash
# Commands measured side by side, and the rows of the table; sourced by run.
#
# A case is a call of `begin`, one of `add` or `ours` for each command, one of `measure`.
# shellcheck disable=SC2154 # dir is of run

reference='' host='' names=() commands=() prepares=() places=()
declare -A bars of

# begin NAME: the others are compared with this one
begin() {
    reference=$1 names=() commands=() prepares=() places=() bars=()
}

# add NAME COMMAND [PREPARE]: COMMAND is split at blanks as a shell does it, but run without one.
# PREPARE is run before each time, which is not counted. What is not installed, or does not work
# here, is left out with a line. Where $host is set, all is done in the network namespace of that name.
add() {
    local command=${2//$'\n'/ } place=${host:+nsenter --net=/run/netns/$host}
    if ! type -P "${command%% *}" > /dev/null; then
        note "$1" 'not installed'
    elif ! eval "$place ${3:-true}" > "$dir/log" 2>&1 || ! eval "$place $command" > "$dir/log" 2>&1 < /dev/null; then
        note "$1" "does not run here: $(tail -n 1 "$dir/log")"
    else
        names+=("$1") commands+=("$command") prepares+=("${3:-}") places+=("$place")
    fi
}

# ours BAR NAME COMMAND [PREPARE]: has to work, and to take at most BAR times what the reference does, or
# so many ms, or +so many more than the reference
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
    local round i at n=${#names[@]}
    rm -f "$dir"/times.*
    for ((round = 0; round < $1; round++)); do
        for ((i = round; i < round + n; i++)); do
            at=$((i % n))
            # shellcheck disable=SC2086 # words
            ${places[at]} hyperfine --shell none --style none --warmup 1 --runs "$2" \
                --export-json "$dir/times.$round.$at" ${prepares[at]:+--prepare "${prepares[at]}"} \
                --command-name "${names[at]}" "${commands[at]}" > "$dir/log" 2>&1 || die "$(< "$dir/log")"
        done
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
    of=()
    while IFS=$'\t' read -r name median; do
        of[$name]=$median
    done < <(medians)
    for name in "${names[@]}"; do
        row "$name" "${of[$name]}" "${reference:+${of[$reference]-}}" "${bars[$name]-}"
    done
}

# against BAR NAME OTHER: of what was measured last, a row with another reference
against() {
    [[ ! ${of[$3]-} ]] || row "  against $3" "${of[$2]}" "${of[$3]}" "$1"
}

row() { # NAME MEDIAN REFERENCE BAR; empty: there is none
    awk -v name="$1" -v median="$2" -v reference="$3" -v bar="$4" 'BEGIN {
        printf "  %-38s %9.2f ms", name, median
        printf reference ? " %8.2f" : " %8s", reference ? median / reference : ""
        if (bar ~ /^[+]/) of = median - reference
        else of = bar ~ /ms$/ ? median : median / reference
        if (bar) printf "   %-9s%s", bar, of <= bar + 0 ? "holds" : "missed"
        print ""
    }'
}

note() { # NAME WHY
    printf '  %-38s %s\n' "$1" "$2"
}

heading() {
    echo "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) processors, Linux $(uname -r)"
    printf '  %-38s %12s %8s   %-9s\n' '' median ratio 'at most'
}
