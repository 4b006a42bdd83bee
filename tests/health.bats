#!/usr/bin/env bats
# Health checks: what records come to say, against what the commands inside do.

load lib/run

setup_file() { run_setup_file; }
setup() { run_setup; }
teardown() {
    local pid
    for pid in "${PIDS[@]}"; do kill -9 "$pid" 2> /dev/null || :; done
    mini-docker rm -f web > /dev/null 2>&1 || :
    run_teardown
}

# A command that does what the file /health says.
CHECK='read -r status text < /health; echo "$text"; exit "$status"'

web() { # STATUS ARG...: a container with it
    local status=$1
    shift
    mini-docker run -d --name web --health-cmd "$CHECK" --health-interval 100ms "$@" busybox \
        sh -c "echo '$status first' > /health; exec sleep 1000"
}

say() { # STATUS TEXT
    mini-docker exec web sh -c 'echo "$1" > /health.new; mv /health.new /health' - "$*"
}

is() { # HEALTH, soon
    poll 20 sh -c "[ \"\$(ctr-state get web health)\" = $1 ]" || {
        ctr-state show web
        return 1
    }
}

processes() { # PATTERN: those of this test whose command line matches
    grep -lzxF "CTR_TEST_ID=$CTR_TEST_ID" /proc/[0-9]*/environ 2> /dev/null | cut -d / -f 3 | while read -r pid; do
        # shellcheck disable=SC2053 # a pattern
        [[ "$(tr '\0' ' ' 2> /dev/null < "/proc/$pid/cmdline")" != $1 ]] || echo "$pid"
    done
}

monitors() { processes '/bin/sh * start --health *'; }

no_monitor() { [[ ! $(processes '* start --health *') ]]; }

# bats test_tags=vm
@test "healthy, unhealthy after so many failures in a row, and healthy again" {
    web 0 --health-retries 2
    is healthy
    say 7 broken
    is unhealthy
    assert [ "$(ctr-state get web health_streak)" -ge 2 ]
    run -0 ctr-state get web health_log_5
    assert_output --regexp '^20[^ ]*Z 20[^ ]*Z 7 broken$'
    say 0 fine
    is healthy
    assert_equal "$(ctr-state get web health_streak)" 0
    run -0 ctr-state get web health_log_5
    assert_output --regexp ' 0 fine$'
    run -0 ctr-state get web health_log_4
    assert_output --regexp ' 7 broken$'
}

@test "starting until the first result; a record is written only when there is something new" {
    web 0 --health-interval 200ms
    is starting
    is healthy
    before=$(stat -c '%i %y' "$MINI_DOCKER_ROOT/containers/"*/record)
    sleep 1 # five checks
    assert_equal "$(stat -c '%i %y' "$MINI_DOCKER_ROOT/containers/"*/record)" "$before"
}

@test "failures in the start period do not count; one success ends it" {
    web 1 --health-start-period 1h --health-start-interval 100ms --health-interval 100ms --health-retries 1
    poll 20 grep -qz '^health_log_5=.* 1 first' "$MINI_DOCKER_ROOT/containers/"*/record
    assert_equal "$(ctr-state get web health health_streak | xargs)" 'starting 0'
    say 0 up
    is healthy
    say 1 down
    is unhealthy
}

@test "a check that takes too long is killed, and has failed" {
    mini-docker run -d --name web --health-cmd 'echo begun; exec sleep 1234' --health-interval 100ms --health-timeout 300ms \
        --health-retries 1 busybox sleep 1000
    is unhealthy
    run -0 ctr-state get web health_log_5
    assert_output --partial ' -1 Health check exceeded timeout (300ms)'
    only_one() { monitors > monitor && [[ $(< monitor) =~ ^[0-9]+$ ]]; } # between two checks it may be forking
    poll 20 only_one
    kill -9 "$(< monitor)"
    gone() { mini-docker exec web ps > ps && ! grep -F 'sleep 1234' ps; }
    poll 20 gone
}

@test "much output, and none" {
    mini-docker run -d --name web --health-cmd 'head -c 100000 /dev/zero | tr "\\0" "x"' --health-interval 100ms busybox sleep 1000
    is healthy
    run -0 ctr-state get web health_log_5
    assert_equal "$(tr -cd x <<< "$output" | wc -c)" 4096
}

@test "stop, start and restart begin anew; nothing is left of a monitor" {
    web 0
    is healthy
    first=$(monitors)
    [[ $first =~ ^[0-9]+$ ]]
    mini-docker restart -t 0 web
    is healthy
    one() { [[ $(monitors | wc -l) == 1 && $(monitors) != "$first" ]]; }
    poll 10 one
    mini-docker stop -t 0 web
    poll 10 no_monitor
    mini-docker start web
    poll 10 one
    is healthy
    mini-docker rm -f web
    poll 10 no_monitor
}

@test "killed -9: the container, its supervisor, the monitor" {
    web 0 --health-start-period 1h --health-start-interval 100ms --health-interval 1h
    is healthy
    monitor=$(monitors)
    poll 10 pgrep -P "$monitor" pid-signal
    waits=$(pgrep -P "$monitor" pid-signal)
    kill -9 "$monitor"
    poll 10 test ! -e "/proc/$waits"
    say 1 broken
    poll 10 no_monitor
    assert_equal "$(ctr-state get web health)" healthy # what it was
    mini-docker restart -t 0 web
    is healthy
    kill -9 "$(ctr-state get web pid)"
    poll 10 no_monitor
    mini-docker start web
    kill -9 "$(ctr-state get web supervisor)"
    poll 10 no_monitor
}

@test "a monitor has nothing of who started it" {
    exec 20> lock
    web 0 20>&20
    is healthy
    run -0 find "/proc/$(monitors)/fd/" -lname "$T/*"
    refute_output
    assert_equal "$(readlink "/proc/$(monitors)/cwd")" /
    exec 20>&-
}

@test "a paused container is not checked" {
    web 0
    is healthy
    mini-docker pause web
    sleep 0.5
    assert_equal "$(ctr-state get web health health_streak | xargs)" 'healthy 0'
    mini-docker unpause web
    say 1 broken
    is unhealthy
}

@test "in the foreground; without a check there is no monitor" {
    begin --name web --health-cmd true --health-interval 100ms busybox sleep 1000
    poll 20 ctr-state get web health
    is healthy
    mini-docker stop -t 0 web
    ends 137
    poll 10 no_monitor
    mini-docker run -d --name web --health-interval 1s busybox sleep 1000
    run -1 ctr-state get web healthcheck
    no_monitor
}

@test "the image's check: a shell's, words, none; the command line comes first" {
    tar=$(busybox_tar)
    mini-docker import -c 'HEALTHCHECK --interval=100ms --retries=1 CMD echo "$HOME" by shell' "$tar" shell
    mini-docker import -c 'HEALTHCHECK --interval=100ms --timeout=2s CMD ["echo", "a  b"]' "$tar" words
    mini-docker import -c 'HEALTHCHECK NONE' "$tar" none
    assert_equal "$(mini-docker run -d --name web shell sleep 1000 > /dev/null; ctr-state get web healthcheck)" \
        "100 30000 0 5000 1 /bin/sh -c 'echo \"\$HOME\" by shell'"
    is healthy
    run -0 ctr-state get web health_log_5
    assert_output --partial ' by shell'
    mini-docker rm -f web
    mini-docker create --name web words true
    assert_equal "$(ctr-state get web healthcheck)" "100 2000 0 5000 3 echo 'a  b'"
    mini-docker rm web
    mini-docker create --name web --health-cmd other --health-timeout 1m1.5s --health-retries 9 words true
    assert_equal "$(ctr-state get web healthcheck)" '100 61500 0 5000 9 /bin/sh -c other'
    mini-docker rm web
    for args in none '--no-healthcheck words' busybox; do
        # shellcheck disable=SC2086
        mini-docker create --name web $args true
        run -1 ctr-state get web healthcheck
        mini-docker rm web
    done
    run -125 mini-docker create --no-healthcheck --health-cmd x busybox true
    for time in 1 x 1x 0.5ms -1s 1.2.3s 's'; do
        run -125 mini-docker create --health-cmd x --health-interval "$time" busybox true
    done
    run -125 mini-docker create --health-cmd x --health-retries -1 busybox true
}

@test "inspect tells the last results" {
    need_command jq
    web 0
    is healthy
    assert_equal "$(mini-docker inspect web | jq -c '.[0].State.Health | [.Status, .FailingStreak, .Log[-1].ExitCode, .Log[-1].Output]')" \
        '["healthy",0,0,"first"]'
}
