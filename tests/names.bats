#!/usr/bin/env bats
# How containers are called: by name, by id, by a part of that; and by words that are none of it.

load lib/life

setup_file() { run_setup_file; }
setup() { life_setup; }
teardown() { life_teardown; }

@test "an id's beginning does in every command" {
    id=$(detach --name web busybox sh -c 'echo out; exec sleep 1000')
    logged web out
    echo file > file
    short=${id:0:8}
    for args in logs port top diff inspect pause unpause 'update --pids-limit 50' 'stats --no-stream' 'attach --no-stdin --sig-proxy=false' \
        'kill -s USR1' restart 'stop -t 0' wait 'start' 'stop -t 0' 'export -o tar' 'commit'; do
        set -- $args
        [[ $1 != restart ]] || set -- restart -t 0
        if [[ $1 == attach ]]; then
            timeout 0.5 mini-docker "$@" "$short" < /dev/null > /dev/null 3>&- || (($? == 124))
        else
            run -0 docker "$@" "$short"
        fi
        [[ ! $args =~ ^(pause|unpause|update|kill|restart|stop|start) ]] || assert_output "$short"
    done
    docker start "$short"
    run -0 docker exec "$short" echo inside
    assert_output inside
    docker cp file "$short:/file"
    run -0 docker cp "$short:/file" -
    docker rename "$short" other
    assert_equal "$(ctr-state get other id)" "$id"
    docker rm -f "$short"
    nothing
}

@test "a word that is no name is none in any command, whatever is in it" {
    for word in '' -x '*' '$(touch bad)' $'new\nline' -- "it's" ../names/web; do
        for args in attach commit diff exec export inspect kill logs pause port rename restart rm start stats stop top unpause update wait; do
            set -- "$args"
            [[ $args != update ]] || set -- update -m 50m
            [[ $args != stats ]] || set -- stats --no-stream
            [[ $args != export ]] || set -- export -o tar
            case $args in exec | rename) run -1 docker "$@" -- "$word" other ;; *) run -1 docker "$@" -- "$word" ;; esac
            assert_output --partial 'no such '
        done
    done
    [[ ! -e bad && ! -e tar ]]
}

@test "labels from files, and from the command line behind them, byte for byte" {
    every_byte
    printf 'a=1\n# none\n\n  b=two words\nc\nd=first' > labels
    docker create --name web --label-file labels --label d=last --label "all=$bytes" --label 'x="$(touch bad)"=' busybox true > /dev/null
    docker inspect -f '{{json .Config.Labels}}' web > json
    assert_equal "$(jq -c 'del(.all)' json)" '{"a":"1","b":"two words","c":"","d":"last","x":"\"$(touch bad)\"="}'
    assert_equal "$(ctr-state show --shell web | grep -c "^ctr_lab_")" 7
    # shellcheck disable=SC2154
    (eval "$(ctr-state show --shell web)" && [[ $ctr_lab_6 == "all=$bytes" ]])
    run -0 docker ps -aq --filter "label=all=$bytes" --filter label=b='two words'
    assert_equal "${#lines[@]}" 1
    run -125 docker create --label-file nosuch busybox true
    [[ ! -e bad ]]
}
