#!/usr/bin/env bats
# ctr-state: records, by the files of the store and the processes of the kernel.

load lib/common

setup() {
    common_setup
    need_root
    cd "$T"
}
teardown() {
    local pid
    for pid in "${PIDS[@]}"; do kill -9 "$pid" 2> /dev/null || :; done
    common_teardown
}
PIDS=()

# The store holds these containers and names, and nothing else.
store_holds() { # CONTAINERS NAMES
    assert_equal "$(ls -A "$MINI_DOCKER_ROOT/containers" | wc -l) $(ls -A "$MINI_DOCKER_ROOT/names" | wc -l)" "$*"
}

start_time() { # PID
    local stat
    stat=$(< "/proc/$1/stat") && stat=${stat##*) } && cut -d ' ' -f 20 <<< "$stat"
}

# run_in DIR: a process that is the container's, in $pid
run_in() {
    sleep 1000 &
    pid=$!
    PIDS+=("$pid")
    printf 'pid\t%s\nstart\t%s\n' "$pid" "$(start_time "$pid")" > "$1/run"
}

end() {
    kill -9 "$pid"
    wait "$pid" || :
}

# bats test_tags=vm
@test "create, show, remove" {
    run -0 ctr-state create --name web --set image=busybox --env A=1 -- sh -c 'echo "$A"'
    dir=$output id=${output##*/}
    assert_equal "$dir" "$MINI_DOCKER_ROOT/containers/$id"
    [[ $id =~ ^[0-9a-f]{64}$ ]]
    assert_equal "$(stat -c '%n %a' "$dir"/* | sed "s,$dir/,," | xargs)" \
        'args 600 env 600 record 600 upper 755 work 700'
    assert_equal "$(readlink "$MINI_DOCKER_ROOT/names/web")" "../containers/$id"
    printf '%s\0' sh -c 'echo "$A"' | cmp - "$dir/args"
    printf 'A=1\0' | cmp - "$dir/env"
    run -0 ctr-state get web id name status image pid
    assert_equal "$output" "$(printf '%s\n' "$id" web created busybox)" # and an empty pid
    assert_equal "$(ctr-state get web dir)" "$dir"
    ctr-state remove web
    store_holds 0 0
}

@test "on ext4 each container has a place of its own" {
    [[ $(stat -f -c %T "$T") == ext* ]] || skip 'needs ext4 below /tmp'
    ctr-state create -- true > id
    run -0 lsattr -d "$MINI_DOCKER_ROOT/containers"
    assert_regex "${output%% *}" T
}

@test "modes of the store keep others out, whatever the umask" {
    for mask in 000 077; do
        run -0 sh -c "umask $mask; ctr-state --root store$mask create --name nn"
        assert_equal "$(stat -c %a "store$mask" "store$mask/containers" "$output" "$output/upper" | xargs)" \
            '711 711 710 755'
    done
}

@test "--root, MINI_DOCKER_ROOT, and a path relative to the current directory" {
    run -0 ctr-state --root other/store create --name web
    [[ $output == "$T/other/store/containers/"* && -d $output/upper ]]
    MINI_DOCKER_ROOT=third run -0 ctr-state create
    [[ $output == "$T/third/containers/"* && -d $output/upper ]]
    run -0 ctr-state list --all
    refute_output
}

@test "a store that does not exist holds nothing" {
    for verb in list 'list --all --json' prune "remove $(printf %064d 0)"; do
        # shellcheck disable=SC2086
        run -0 ctr-state $verb
        refute_output
    done
    for verb in show 'get xx name' 'set xx a=b' resolve remove; do
        read -r verb rest <<< "$verb"
        # shellcheck disable=SC2086
        run -1 ctr-state "$verb" ${rest:-xx}
        assert_output 'ctr-state: xx: no such container'
    done
    [[ ! -e $MINI_DOCKER_ROOT ]]
}

@test "names: taken once, freed with the container, only Docker's grammar" {
    id=$(basename "$(ctr-state create --name web)")
    run -1 ctr-state create --name web
    assert_output "ctr-state: web: the name is in use by container ${id:0:12}"
    store_holds 1 1
    ctr-state remove web
    ctr-state create --name web
    for name in '' a -ab .ab _ab 'a b' a/b ../x $'a\nb' 'é1' 'a*'; do
        run -2 ctr-state create --name "$name"
    done
    for name in ab 0b A_.-9; do ctr-state create --name "$name"; done
    run -1 ctr-state create --name "$(printf 'n%.0s' {1..300})"
    store_holds 4 4
}

@test "random names are of two words, and differ" {
    for _ in {1..30}; do ctr-state create > /dev/null; done
    store_holds 30 30
    run -0 ls "$MINI_DOCKER_ROOT/names"
    for name in "${lines[@]}"; do [[ $name =~ ^[a-z]+_[a-z]+[0-9]*$ ]]; done
}

@test "20 000 arguments; one of 128 KiB less one; every byte" {
    mapfile -t many < <(seq 20000)
    dir=$(ctr-state create -- "${many[@]}")
    printf '%s\0' "${many[@]}" | cmp - "$dir/args"
    long=$(printf '%0131071d' 0)
    dir=$(ctr-state create --env "X=${long:2}" -- "$long")
    printf '%s\0' "$long" | cmp - "$dir/args"
    printf '%s\0' "X=${long:2}" | cmp - "$dir/env"
    bytes=$(for i in {1..255}; do printf "\\x$(printf %x "$i")"; done; echo .)
    bytes=${bytes%.}
    dir=$(LC_ALL=C ctr-state create --env "E=$bytes" --env 'EMPTY=' --set "value=$bytes" -- "$bytes" '' -- --env '$(x)' "$bytes")
    printf '%s\0' "$bytes" '' -- --env '$(x)' "$bytes" | cmp - "$dir/args"
    printf '%s\0' "E=$bytes" 'EMPTY=' | cmp - "$dir/env"
    cmp <(ctr-state get --null "${dir##*/}" value) <(printf '%s\0' "$bytes")
    # and back through the shell
    eval "$(ctr-state show --shell "${dir##*/}")"
    [[ $ctr_value == "$bytes" && $ctr_id == "${dir##*/}" && $ctr_status == created ]]
    run -0 ctr-state show "${dir##*/}"
    assert_equal "$(printf %b "$(sed -n 's/^value\t//p' <<< "$output")." | cmp - <(printf '%s.' "$bytes") && echo same)" same
}

@test "show --json: values, arguments, environment; bytes that are not UTF-8" {
    need_command jq
    dir=$(ctr-state create --name web --set 'label=a"b\c' --env $'N=1\n2' -- sh '' $'\xff\xc3\xa9\x01' $'\xed\xa0\x80')
    run -0 ctr-state show --json web
    assert_equal "${#lines[@]}" 1
    assert_equal "$(jq -c '[.name, .label, .env, .args, .pid, .exit, .dir]' <<< "$output")" \
        "[\"web\",\"a\\\"b\\\\c\",[\"N=1\\n2\"],[\"sh\",\"\",\"�é\\u0001\",\"���\"],null,null,\"$dir\"]"
}

@test "show --null is KEY=VALUE" {
    ctr-state create --name web --set $'x=1\n2' > /dev/null
    ctr-state show --null web | tr '\0\n' '\n ' > out
    run -0 cat out
    assert_line 'x=1 2'
    assert_line name=web
    run -2 ctr-state show --null --json web
}

@test "containers are found by id, name, beginning of the id" {
    zero=$(printf %064d 0) one=$(printf %063d 0)1
    ctr-state create --id "$zero" --name first > /dev/null
    ctr-state create --id "$one" --name 0000 > /dev/null
    assert_equal "$(ctr-state resolve first)" "$zero"
    assert_equal "$(ctr-state resolve "$one")" "$one"
    assert_equal "$(ctr-state resolve 0000)" "$one" # a name comes before the beginning of an id
    run -1 ctr-state resolve 00000
    assert_output 'ctr-state: 00000: more than one container has an id that begins so'
    for bad in 1 '' .. . / ../containers "$zero/" 0000/ "${zero}0"; do
        run -1 ctr-state resolve "$bad"
        assert_output "ctr-state: $bad: no such container"
    done
    run -1 ctr-state create --id "$zero"
    assert_output "ctr-state: $zero: the container exists already"
    run -2 ctr-state create --id xyz
    store_holds 2 2
}

@test "set: replaced as a whole, and only what can be set" {
    dir=$(ctr-state create --name web --set a=1 --set b=2 --set a=3)
    ctr-state set web a=4 c= long="$(printf '%0100000d' 0)"
    run -0 ctr-state get web a b c
    assert_output $'4\n2'
    assert_equal "$(tr '\0' '\n' < "$dir/record" | cut -d = -f 1 | xargs)" 'name created command a b c long'
    for pair in id=1 name=x status=x pid=1 A=b 1a=b a-b=c =x x created=now; do
        run -2 ctr-state set web "$pair"
        run -2 ctr-state create --set "$pair"
    done
    assert_equal "$(ls "$dir" | xargs)" 'args env record upper work'
    run -1 ctr-state get web a no_such
    assert_output --partial 'web: no_such: the record has no such key'
}

@test "50 parallel changes of one record: none is lost" {
    ctr-state create --name web > /dev/null
    for i in {1..50}; do ctr-state set web "k$i=$i" & done
    wait
    for i in {1..50}; do assert_equal "$(ctr-state get web "k$i")" "$i"; done
}

# bats test_tags=vm
@test "status: created, running, dead, exited; a pid is shown only while it is the container's" {
    dir=$(ctr-state create --name web)
    assert_equal "$(ctr-state get web status)" created
    : > "$dir/run"
    assert_equal "$(ctr-state get web status)" created
    run_in "$dir"
    assert_equal "$(ctr-state get web status pid | xargs)" "running $pid"
    run -1 ctr-state remove web
    assert_output 'ctr-state: web: the container is running'
    end
    assert_equal "$(ctr-state get web status)" dead
    assert_equal "$(ctr-state get web pid)" ''
    printf 'exit\t137\n' >> "$dir/run"
    assert_equal "$(ctr-state get web status exit | xargs)" 'exited 137'
    ctr-state remove web
}

@test "a recycled pid is another process; a zombie is dead" {
    dir=$(ctr-state create --name web)
    run_in "$dir"
    printf 'pid\t%s\nstart\t%s\n' "$pid" $(($(start_time "$pid") - 1)) > "$dir/run"
    assert_equal "$(ctr-state get web status)" dead
    printf 'pid\t%s\nstart\t%s' "$pid" "$(start_time "$pid")" > "$dir/run" # not yet complete
    assert_equal "$(ctr-state get web status)" created
    run_in "$dir"
    mkfifo end
    bash -c 'cat end & echo $! > zombie; exec sleep 1000' &
    PIDS+=($!)
    poll 10 grep -q sleep "/proc/$!/comm" # which waits for nobody
    : > end
    zombie=$(< zombie)
    poll 10 grep -q '^State:.Z' "/proc/$zombie/status"
    printf 'pid\t%s\nstart\t%s\n' "$zombie" "$(start_time "$zombie")" > "$dir/run"
    assert_equal "$(ctr-state get web status)" dead
}

@test "a program whose name looks like fields of /proc/PID/stat" {
    cp "$(type -P sleep)" ') R 1 2 3'
    dir=$(ctr-state create --name web)
    './) R 1 2 3' 1000 &
    pid=$!
    PIDS+=("$pid")
    poll 10 grep -qF ') R 1' "/proc/$pid/comm"
    printf 'pid\t%s\nstart\t%s\n' "$pid" "$(start_time "$pid")" > "$dir/run"
    assert_equal "$(ctr-state get web status)" running
}

@test "list: those that run, all, the youngest first; no field is empty" {
    need_command jq
    one=$(ctr-state create --name one --set image=$'a\tb')
    two=$(ctr-state create --name two)
    run_in "$one"
    run -0 ctr-state list
    assert_equal "$(cut -f 1-5,7 <<< "$output")" "${one##*/}"$'\tone\trunning\t'"$pid"$'\t-\ta\\011b'
    run -0 ctr-state list --all
    assert_equal "$(cut -f 1-5,7 <<< "${lines[0]}")" "${two##*/}"$'\ttwo\tcreated\t-\t-\t-'
    assert_equal "${#lines[@]}" 2
    run -0 ctr-state list --all --json
    assert_equal "$(jq -c '[.name, .status, .pid, .image]' <<< "$output")" \
        "[\"two\",\"created\",null,null]"$'\n'"[\"one\",\"running\",$pid,\"a\\tb\"]"
    created=$(ctr-state get two created)
    [[ $created =~ ^20[0-9-]{8}T[0-9:]{8}\.[0-9]{9}Z$ ]]
}

@test "list: a record that cannot be read hides no other" {
    ctr-state create --name good
    bad=$(ctr-state create)
    rm "$bad/record" && mkdir "$bad/record"
    run -1 --separate-stderr ctr-state list --all
    assert_equal "$(cut -f 2 <<< "$output")" good
    assert_equal "$stderr" "ctr-state: $bad: read: Is a directory"
    run -1 --separate-stderr mini-docker info
    assert_line 'Containers: 1'
    run -1 mini-docker rmi x # what that container uses is not known
    assert_output "ctr-state: $bad: read: Is a directory"
}

@test "remove: trees, gone already, several, one that is unknown" {
    dir=$(ctr-state create --name web)
    mkdir -p "$dir/work/work" "$dir/upper/a/b/c"
    touch "$dir/upper/a/b/file" "$dir/upper/x y"
    ln -s / "$dir/upper/root"
    mknod "$dir/upper/whiteout" c 0 0
    mkfifo "$dir/upper/a/fifo"
    chmod 000 "$dir/work/work"
    ctr-state remove web
    store_holds 0 0
    ctr-state remove "${dir##*/}" # by its full id
    run -1 ctr-state remove web
    assert_output 'ctr-state: web: no such container'
    for name in aa bb cc; do ctr-state create --name "$name"; done > /dev/null
    run -1 ctr-state remove aa nope cc
    assert_output 'ctr-state: nope: no such container'
    store_holds 1 1
}

@test "remove goes on where one that was killed has stopped" {
    dir=$(ctr-state create --name web)
    mv "$dir" "${dir%/*}/.gone-${dir##*/}"
    ctr-state create --name web > /dev/null # the name counts as free
    ctr-state remove "${dir##*/}"
    store_holds 1 1
    assert_equal "$(ctr-state get web status)" created
}

@test "a stale name is nobody's; one in the making is" {
    id=$(printf %064d 7)
    ctr-state create > /dev/null
    ln -s "../containers/$id" "$MINI_DOCKER_ROOT/names/web"
    run -1 ctr-state show web
    assert_output 'ctr-state: web: no such container'
    mkdir "$MINI_DOCKER_ROOT/containers/.new-$id"
    exec 7< "$MINI_DOCKER_ROOT/containers/.new-$id"
    flock -x 7
    run -1 ctr-state create --name web
    assert_output 'ctr-state: web: the name is in use by container 000000000000'
    run -0 ctr-state prune
    refute_output
    exec 7<&-
    ctr-state create --name web > /dev/null
    run -0 ctr-state prune
    assert_output "$id"
    store_holds 2 2
}

@test "prune: what was left; with --exited what has ended; names of nobody" {
    dir=$(ctr-state create --name stays)
    run_in "$dir"
    exited=$(ctr-state create --name over)
    printf 'pid\t1\nstart\t1\nexit\t0\n' > "$exited/run"
    dead=$(ctr-state create --name dead)
    printf 'pid\t999999999\nstart\t1\n' > "$dead/run"
    ctr-state create --name fresh > /dev/null
    mkdir -p "$MINI_DOCKER_ROOT/containers/.gone-$(printf %064d 1)/upper/x" "$MINI_DOCKER_ROOT/containers/.new-$(printf %064d 2)"
    ln -s "../containers/$(printf %064d 2)" "$MINI_DOCKER_ROOT/names/half"
    run -0 ctr-state prune
    assert_equal "$(sort <<< "$output")" "$(printf '%064d\n%064d' 1 2)"
    store_holds 4 4
    run -0 ctr-state prune --exited
    assert_equal "$(sort <<< "$output")" "$(printf '%s\n' "${exited##*/}" "${dead##*/}" | sort)"
    store_holds 2 2
    end
}

@test "remove --unstarted: only what never came to run its command" {
    ran=$(ctr-state create --name ran)
    printf 'pid\t999999999\nstart\t1\nstarted\t5.0\nexit\t125\n' > "$ran/run"
    failed=$(ctr-state create --name failed)
    printf 'pid\t999999999\nstart\t1\nstarted\t5.0\nfailed\t127\nexit\t127\n' > "$failed/run"
    died=$(ctr-state create --name died)
    printf 'pid\t999999999\nstart\t1\nexit\t125\n' > "$died/run"
    ctr-state create --name fresh > /dev/null
    run -0 ctr-state remove --unstarted ran failed died fresh
    refute_output
    assert_equal "$(ls "$MINI_DOCKER_ROOT/names")" ran
    store_holds 1 1
}

@test "--owner: what has not run is dead when its owner is" {
    sleep 1000 3>&- &
    PIDS+=($!)
    ctr-state create --name waits --owner $! > /dev/null
    assert_equal "$(ctr-state get waits status)" created
    run -0 ctr-state prune --exited
    refute_output
    kill -9 $!
    wait $! || :
    assert_equal "$(ctr-state get waits status)" dead
    run -0 ctr-state prune --exited
    store_holds 0 0
    ctr-state create --name late --owner 999999999 > /dev/null
    assert_equal "$(ctr-state get late status)" dead
    run -2 ctr-state create --owner 0
    assert_output --partial '--owner: 0: not a process id'
}

# claimed_by COMMAND...: ctr-state COMMAND..., by a process that holds claims; $holder
holder() {
    sleep 1000 3>&- &
    holder=$!
    PIDS+=("$holder")
}

let_go() {
    kill -9 "$holder"
    wait "$holder" || :
}

# bats test_tags=vm
@test "begin: one claims it, the others hear of that; nobody removes it" {
    dir=$(ctr-state create --name web)
    run -2 ctr-state begin web
    holder
    ctr-state begin --owner "$holder" web
    for _ in 1 2; do
        run -1 ctr-state begin --owner $$ web
        assert_output "ctr-state: web: the container is being started by process $holder"
    done
    run -1 ctr-state remove web
    assert_output 'ctr-state: web: the container is being started'
    assert_equal "$(ctr-state get web status)" created
    run_in "$dir" # it runs, as whoever claimed it says
    for command in "begin --owner $$ web" 'remove web'; do
        run -1 ctr-state $command
        assert_output 'ctr-state: web: the container is running'
    done
    end
    run -1 ctr-state begin --owner $$ nosuch
    assert_output 'ctr-state: nosuch: no such container'
}

@test "begin: 20 at a time, one has it" {
    ctr-state create --name web > /dev/null
    holder
    for i in {1..20}; do ctr-state begin --owner "$holder" web 2>> err && echo "$i" >> won & done
    wait $(jobs -p | grep -vx "$holder") || : # as the last one ends
    assert_equal "$(wc -l < won) $(grep -c 'is being started by process' err)" '1 19'
}

@test "a claim that led to nothing: as it was before; settle" {
    dir=$(ctr-state create --name web)
    before=$(ctr-state show web)
    holder
    ctr-state begin --owner "$holder" web
    ctr-state settle web # not dead, and not ours: nothing
    [[ $(ctr-state get web owner) == "$holder" ]]
    let_go
    assert_equal "$(ctr-state get web status)" dead
    ctr-state settle web
    assert_equal "$(ctr-state show web)" "$before"
    [[ ! -e $dir/run && ! -e $dir/run.old ]]
    printf 'pid\t1\nstart\t1\nstarted\t5.0\nfinished\t9.000000000\nexit\t3\n' > "$dir/run"
    before=$(ctr-state show web)
    for _ in 1 2; do # the second time with what the first one has left
        holder
        ctr-state begin --owner "$holder" web
        assert_equal "$(ctr-state get web status exit finished | xargs)" 'exited 3 9.000000000'
        let_go
        assert_equal "$(ctr-state get web status exit | xargs)" 'dead 3'
    done
    ctr-state settle web
    assert_equal "$(ctr-state show web)" "$before"
    ctr-state begin --owner $$ web # ours: who gives up
    ctr-state settle web
    assert_equal "$(ctr-state show web)" "$before"
    ctr-state remove web
    store_holds 0 0
}

@test "settle: one that died unseen has exited with 137, or 255 after a reboot" {
    for case in 137 255; do
        dir=$(ctr-state create --name "web$case")
        run_in "$dir"
        [[ $case != 255 ]] || printf 'boot\tanother\n' >> "$dir/run"
        [[ $case == 255 ]] || ctr-state settle web137 # it runs: nothing
        [[ $case == 255 ]] || end
        assert_equal "$(ctr-state get "web$case" status exit | xargs)" "dead $case"
        ctr-state settle "web$case"
        assert_equal "$(ctr-state get "web$case" status exit | xargs)" "exited $case"
        [[ $(ctr-state get "web$case" finished) =~ ^[0-9]+\.[0-9]{9}$ ]]
        lines=$(wc -l < "$dir/run")
        ctr-state settle "web$case" # once
        assert_equal "$(wc -l < "$dir/run")" "$lines"
    done
}

@test "paused: that process alone; restarting: as long as a supervisor sees to it" {
    dir=$(ctr-state create --name web --set restart=always)
    run_in "$dir"
    ctr-state set web "paused=$(start_time "$pid")"
    assert_equal "$(ctr-state get web status)" paused
    ctr-state set web paused=1
    assert_equal "$(ctr-state get web status)" running
    end
    run_in "$dir"
    printf 'supervisor\t%s\nsupervisor_start\t%s\nexit\t3\n' "$pid" "$(start_time "$pid")" >> "$dir/run"
    assert_equal "$(ctr-state get web status exit)" $'restarting\n3'
    ctr-state set web stopped=1
    assert_equal "$(ctr-state get web status)" exited
    ctr-state set web stopped=
    end
    assert_equal "$(ctr-state get web status)" exited
}

@test "wait: the status, also of one that is removed; no longer than --timeout" {
    dir=$(ctr-state create --name web)
    assert_equal "$(ctr-state wait web)" 0 # never started
    run_in "$dir"
    printf 'supervisor\t%s\nsupervisor_start\t%s\n' "$pid" "$(start_time "$pid")" >> "$dir/run"
    run -1 ctr-state wait --timeout 0.1 web
    assert_output 'ctr-state: web: the container is running still'
    ctr-state wait web > waited 3>&- &
    waiter=$!
    ctr-state wait web > removed 3>&- &
    poll 10 waits "$waiter"
    poll 10 waits $!
    printf 'exit\t5\n' >> "$dir/run"
    ctr-state set web stopped=1
    mv "$dir" gone # as `remove` does, under their eyes
    end
    wait "$waiter" $!
    assert_equal "$(< waited) $(< removed)" '5 5'
    mv gone "$dir"
    assert_equal "$(ctr-state wait web)" 5
    sed -i /exit/d "$dir/run" # nobody told
    assert_equal "$(ctr-state wait web)" 137
    run -2 ctr-state wait --timeout soon web
    run -1 ctr-state wait nosuch
}

waits() { # PID: it polls
    [[ $(< "/proc/$1/wchan") == *poll* ]] || grep -qE '^(7|271) ' "/proc/$1/syscall"
}

@test "rename: one name at any time; killed at each system call it has one" {
    need_command strace
    dir=$(ctr-state create --name web)
    ctr-state create --name other > /dev/null
    run -1 ctr-state rename web other
    assert_output --partial 'the name is in use by container'
    run -1 ctr-state rename web web
    run -2 ctr-state rename web /x
    run -1 ctr-state rename nosuch good
    ctr-state rename web next
    assert_equal "$(ls "$MINI_DOCKER_ROOT/names" | xargs)" 'next other'
    assert_equal "$(ctr-state resolve next)" "${dir##*/}"
    for call in symlinkat write writev renameat unlinkat flock; do
        for n in 1 2; do
            strace -o /dev/null -e "inject=$call:signal=KILL:when=$n" ctr-state rename "${dir##*/}" "$call$n" > /dev/null 2>&1 || :
            name=$(ctr-state get "${dir##*/}" name)
            assert_equal "$(ctr-state resolve "$name")" "${dir##*/}"
            # The other one is nobody's: whoever wants it gets it.
            [[ $name != "$call$n" ]] && wanted=$call$n || wanted=$last
            last=$name
            ctr-state create --name "${wanted:-next}" > /dev/null && ctr-state remove "${wanted:-next}"
            ctr-state prune > /dev/null
            store_holds 2 2
        done
    done
    strace -o /dev/null -e inject=renameat:error=ENOSPC ctr-state rename "${dir##*/}" more 2> err || :
    assert_regex "$(< err)" 'No space left on device$'
    store_holds 2 2
}

@test "50 parallel creates with one name: one wins, 49 say who" {
    for i in {1..50}; do ctr-state create --name web > "out$i" 2> "err$i" & done
    wait
    assert_equal "$(cat out* | wc -l)" 1
    id=$(basename "$(cat out*)")
    assert_equal "$(cat err* | sort -u)" "ctr-state: web: the name is in use by container ${id:0:12}"
    assert_equal "$(cat err* | wc -l)" 49
    store_holds 1 1
}

@test "50 parallel creates and removes, with prune in between" {
    worker() {
        local i id
        for i in 1 2 3 4; do
            id=$(basename "$(ctr-state create --name "w$1")") && ctr-state prune > /dev/null && ctr-state remove "$id" || echo "failed $1 $i"
        done
    }
    for i in {1..50}; do worker "$i" & done > out 2>&1
    wait
    assert_equal "$(cat out)" ''
    store_holds 0 0
}

@test "parallel removes of one container: all succeed, the next one gets the name" {
    for _ in {1..10}; do
        dir=$(ctr-state create --name web)
        mkdir -p "$dir"/upper/{1..20}
        for i in {1..8}; do ctr-state remove "${dir##*/}" & done > out 2>&1
        ctr-state create --name web > created 2> err || :
        wait
        assert_equal "$(cat out)" ''
        [[ ! -s created ]] || ctr-state remove web
        store_holds 0 0
    done
}

@test "kill -9 at random moments: prune leaves nothing" {
    ctr-state create --name first > /dev/null
    ctr-state remove first
    for i in {1..100}; do
        ctr-state create --name "n$((i % 3))" > /dev/null 2>&1 &
        pid=$!
        [[ $((i % 5)) != 0 ]] || read -rt 0.000$((RANDOM % 9)) <> <(:) || :
        kill -9 "$pid" 2> /dev/null || :
        wait "$pid" || :
        ctr-state remove "n$((i % 3))" > /dev/null 2>&1 &
        pid=$!
        kill -9 "$pid" 2> /dev/null || :
        wait "$pid" || :
    done 2> /dev/null
    # What is whole is a container, and can be told and removed.
    run -0 ctr-state list --all
    mapfile -t ids < <(cut -f 1 <<< "$output")
    [[ ! ${ids[0]} ]] || ctr-state remove "${ids[@]}"
    ctr-state prune > /dev/null
    store_holds 0 0
}

@test "killed at each system call that changes the store, create and remove" {
    need_command strace
    ctr-state create --name first > /dev/null
    for call in mkdirat symlinkat openat renameat write writev flock; do
        for n in 1 2 3 4 5; do
            strace -o /dev/null -e "inject=$call:signal=KILL:when=$n" \
                ctr-state create --name web > /dev/null 2>&1 || :
            ctr-state prune > /dev/null
            # Either there is no trace of it, or it is there, with its name.
            if ctr-state remove web 2> /dev/null; then :; fi
            store_holds 1 1
        done
    done
    for call in renameat flock unlinkat openat; do
        for n in 1 2 3 4 5; do
            ctr-state create --name web > /dev/null
            strace -o /dev/null -e "inject=$call:signal=KILL:when=$n" ctr-state remove web > /dev/null 2>&1 || :
            ctr-state prune > /dev/null
            ctr-state create --name web > /dev/null 2>&1 || :
            ctr-state remove web
            store_holds 1 1
        done
    done
}

@test "each step of create that fails says what, and leaves the store as it was" {
    need_command strace
    ctr-state create --name first > /dev/null
    for call in mkdirat symlinkat renameat flock write; do
        for n in 1 2 3 4; do
            strace -o trace -e "inject=$call:error=ENOSPC:when=$n" ctr-state create --name web > out 2> err && status=0 || status=$?
            if grep -q INJECTED trace; then
                assert_equal "$call $n $status $(cat out)" "$call $n 1 "
                assert_regex "$(cat err)" '^ctr-state: [^:]*: .*: No space left on device$'
            else
                ctr-state remove web
            fi
            store_holds 1 1
        done
    done
}

@test "a full disk, a read-only one, no permission, a full stdout" {
    mkdir disk
    run -0 unshare -m bash -euo pipefail -c '
        mount -t tmpfs -o size=64k none disk
        export MINI_DOCKER_ROOT=$PWD/disk/store
        ctr-state create --name web --set k=1
        head -c 200k /dev/zero > disk/filler 2> /dev/null || :
        find disk/store | sort > before
        fails() {
            if "$@" > out 2> err; then echo "succeeded: $*"; exit 1; fi
            cat err
            [[ ! -s out ]]
            find disk/store | sort | cmp - before
        }
        fails ctr-state create --name more --set x="$(printf %09999d 0)"
        fails ctr-state set web k="$(printf %09999d 0)"
        [[ $(ctr-state get web k) == 1 ]]
        mount -o remount,ro disk
        fails ctr-state create --name more
        fails ctr-state remove web
        fails ctr-state set web k=2'
    assert_equal "$(grep -c "^ctr-state: $T/disk/store/containers/.*: No space left on device$" <<< "$output")" 2
    assert_equal "$(grep -c "^ctr-state: $T/disk/store/containers/.*: Read-only file system$" <<< "$output")" 3
    ctr-state create --name web > /dev/null
    run -1 setpriv --reuid 65534 --regid 65534 --clear-groups ctr-state create
    assert_output --partial 'Permission denied'
    run -1 sh -c 'ctr-state create > /dev/full'
    assert_output 'ctr-state: standard output: write: No space left on device'
    store_holds 1 1
}

@test "the cost of a container does not grow with the number of others" {
    need_command strace
    calls() { strace -o trace "$@" > out && wc -l < trace; }
    few=$(calls ctr-state create --name n0)
    [[ ${SANITIZE-} || $few -lt 60 ]]
    few=$(calls ctr-state create --name n1)
    few_remove=$(calls ctr-state remove n1)
    for i in {1..100}; do ctr-state create; done > /dev/null
    many=$(calls ctr-state create --name n1)
    many_remove=$(calls ctr-state remove "$(basename "$(< out)")")
    ((many <= few && many_remove <= few_remove))
}

@test "a wrong command line: 2, one line" {
    while read -r args; do
        # shellcheck disable=SC2086
        run -2 ctr-state $args
        assert_equal "${#lines[@]}" 1
        assert_output --partial "try 'ctr-state --help'"
    done << 'ARGS'

nonsense
create --nonsense
create --env novalue
show
show aa bb
get aa
set aa
remove
resolve
prune aa
ARGS
}

# bats test_tags=vm
@test "watch: a line an event; nothing that was there before" {
    old=$(ctr-state create --name old --set image=i)
    ctr-state watch > out 3>&- &
    PIDS+=($!)
    poll 10 sh -c "cat /proc/$!/fdinfo/* | grep -c '^inotify wd:' | grep -qx 2"
    new=$(ctr-state create --name new --set $'image_name=a\tb:latest' --set lab_1=k=v)
    run_in "$new"
    printf 'started\t1795600000.5\n' >> "$new/run"
    ctr-state set old health=healthy
    ctr-state set old health=starting
    ctr-state rename old other
    ctr-state set new limits=x paused=1
    poll 10 grep -q pause out
    ctr-state set new paused=
    poll 10 grep -q unpause out
    ctr-state set new paused=1
    printf 'oom\t1\nfinished\t1795600007.25\nexit\t9\n' >> "$new/run"
    poll 10 grep -q die out
    ctr-state set new paused= # of the run that is over
    ctr-state remove new
    poll 10 grep -q destroy out
    run -0 cut -f 2- out
    assert_equal "$(grep "${new##*/}" <<< "$output")" "$(printf "%s\t${new##*/}\tnew\ta\\\\011b:latest%s\tk=v\n" \
        create '' start '' update '' pause '' unpause '' pause '' oom '' die $'\texecDuration=6\texitCode=9' destroy '')"
    assert_equal "$(grep "${old##*/}" <<< "$output")" "$(printf '%s\n' \
        $'health_status: healthy\t'"${old##*/}"$'\told\ti' $'rename\t'"${old##*/}"$'\tother\ti\toldName=old')"
    assert_equal "$(cut -f 1,2 out | grep -E 'start|die')" \
        $'2026-11-25T09:46:40.500000000Z\tstart\n2026-11-25T09:46:47.250000000Z\tdie'
    end
}

@test "watch: what the kernel's queue does not hold is looked up" {
    need_command perl
    dir=$(ctr-state create --name web)
    run_in "$dir"
    ctr-state create --name gone > /dev/null
    since=$(date +%s.%N)
    ctr-state watch --since "$since" > out 3>&- &
    watcher=$!
    PIDS+=("$watcher")
    ctr-state create --name first > /dev/null
    poll 10 grep -q create out
    kill -STOP "$watcher"
    (cd "$MINI_DOCKER_ROOT/containers" && mkdir a &&
        perl -e 'for (1 .. $ARGV[0] / 2) { rename "a", "b"; rename "b", "a" }' "$(< /proc/sys/fs/inotify/max_queued_events)" &&
        rmdir a)
    ctr-state create --name late > /dev/null
    ctr-state set web paused=1
    ctr-state remove gone
    printf 'started\t%s\nexit\t0\n' "$(date +%s.%N)" >> "$dir/run"
    kill -CONT "$watcher"
    poll 10 grep -q $'\tlate\t' out
    assert_equal "$(cut -f 2,4 out | sort | xargs -n 2)" "$(printf '%s\n' \
        'create first' 'create late' 'destroy gone' 'die web' 'pause web' 'start web')"
    end
}

@test "watch: a store that is made later, and one that goes away; wrong usage" {
    ctr-state watch > out 2> err 3>&- &
    watcher=$!
    PIDS+=("$watcher")
    poll 10 test -d "$MINI_DOCKER_ROOT/containers"
    ctr-state create --name web
    poll 10 grep -q $'\tcreate\t.*\tweb\t' out
    rm -rf "$MINI_DOCKER_ROOT"
    status=0
    wait "$watcher" || status=$?
    assert_equal "$status $(< err)" "1 ctr-state: $MINI_DOCKER_ROOT/containers: is gone"
    run -2 ctr-state watch --json --text
    run -2 ctr-state watch --since never
    run -2 ctr-state watch --filter name=x
}

@test "await: a command beside a container; its signals, and the container's status" {
    id=$(ctr-state create --name web -- true)
    id=${id##*/}
    run -3 ctr-state await web -- sh -c 'exit 3'
    sleep 1000 3>&- &
    supervisor=$!
    PIDS+=("$supervisor")
    printf 'boot\t%s\nsupervisor\t%s\nsupervisor_start\t%s\n' "$(< /proc/sys/kernel/random/boot_id)" "$supervisor" \
        "$(start_time "$supervisor")" > "$MINI_DOCKER_ROOT/containers/$id/run"
    # It waits for the container, also when that was removed meanwhile; what it was given open is the command's alone.
    mkfifo fifo
    exec 9<> fifo
    ctr-state await web -- sh -c 'echo ran > ran' 8> fifo 9>&- 3>&- &
    waiting=$!
    PIDS+=("$waiting")
    exec 8< fifo 9>&-
    timeout 5 cat <&8
    [[ -s ran && -d /proc/$waiting ]]
    printf 'exit\t5\n' >> "$MINI_DOCKER_ROOT/containers/$id/run"
    rm -r "$MINI_DOCKER_ROOT/containers/$id" "$MINI_DOCKER_ROOT/names/web"
    kill -9 "$supervisor"
    wait "$waiting" || assert_equal $? 5
    run -125 ctr-state await web -- touch never
    [[ ! -e never ]]
    run -125 ctr-state await web
}

@test "await: what is sent to it is the command's, and so is a status that is not 0" {
    ctr-state create --name web -- true > /dev/null
    env --default-signal ctr-state await web -- sh -c 'trap "exit 9" TERM; echo ready; while :; do sleep 0.02; done' > out 3>&- &
    PIDS+=($!)
    poll 10 grep -q ready out
    kill $!
    wait $! || assert_equal $? 9
    ctr-state await web -- sh -c 'echo $$ > pid; exec sleep 1000' 3>&- &
    PIDS+=($!)
    poll 10 test -s pid
    kill -9 $!
    poll 10 eval '! grep -qs "^State:.[^ZX]" "/proc/$(< pid)/status"'
    run -127 ctr-state await web -- no-such-command
}
