#!/usr/bin/env bats
# mini-docker commit: the image is the tree that the container saw, and what it ran.

load lib/kept
load lib/tree

setup_file() { run_setup_file; }
setup() { kept_setup; }
teardown() { kept_teardown; }

# in_tree NAME COMMAND...: in the tree of a container that has ended, which is written to
in_tree() {
    local lowers layers dir
    dir=$(directory "$1")
    eval "$(ctr-state show --shell "$1" | grep ^ctr_layers=)"
    eval "layers=($ctr_layers)"
    mapfile -t lowers < <(printf -- '--lower\n%s\n' "${layers[@]}")
    unshare -m ufs-mount "${lowers[@]}" --upper "$dir/upper" --work "$dir/work" "$dir/merged" -- \
        bash -euo pipefail -c "$(declare -f change_tree tree); cd \"\$1\"; shift; "'"$@"' bash "$dir/merged" "${@:2}"
}

# image_tree NAME: its tree, as every container of it begins
image_tree() {
    local lowers layers image_layers
    eval "$(img-store show --shell "$1" | grep ^image_layers=)"
    eval "layers=($image_layers)"
    mapfile -t lowers < <(printf -- '--lower\n%s\n' "${layers[@]}")
    mkdir -p view
    unshare -m ufs-mount "${lowers[@]}" view -- bash -euo pipefail -c "$(declare -f tree)"'; tree view'
}

config() { # NAME FILTER
    img-store show --json "$1" | jq -Sc ".image.config | $2"
}

# bats test_tags=vm
@test "a file, a name, an id; the image runs, and the container is as it was" {
    stopped box busybox sh -c 'echo changed > /file; rm /bin/ls'
    before=$(cd "$(directory box)" && find upper | sort)
    run -0 --separate-stderr mini-docker commit box changed
    [[ $output =~ ^sha256:[0-9a-f]{64}$ && ! $stderr ]]
    assert_equal "$(img-store show changed | head -n 1)" $'id\t'"$output"
    run -0 box changed sh -c 'cat /file; [ ! -e /bin/ls ]'
    assert_output changed
    assert_equal "$(cd "$(directory box)" && find upper | sort)" "$before"
    run -0 mini-docker commit "$(ctr-state show box | sed -n 's/^id\t//p')"
    [[ $output == sha256:* ]]
    assert_equal "$(img-store list | cut -f 1 | sort | xargs)" '- busybox changed'
    assert_equal "$(find "$MINI_DOCKER_ROOT/layers" -mindepth 1 -maxdepth 1 | wc -l)" 2 # the same changes are one layer
    mini-docker commit box changed:2 > id
    assert_equal "$(tail -n 1 id)" "sha256:$(sed s/sha256:// id)"
    # The base may lose its name, and a container of the new image its own.
    mini-docker rmi -f busybox changed:2 > /dev/null
    run -0 box changed cat /file
    mini-docker commit box after > id
    run -0 box after cat /file
}

@test "the image is the tree that the container saw, entry by entry, over several commits" {
    mkdir lower && (cd lower && make_lower)
    busybox_rootfs lower
    find lower -exec touch -hd '2020-02-02 02:02:02.020202' {} +
    mini-docker import lower base > /dev/null
    # In the container: a renamed directory, a file that becomes a directory, and the other way.
    stopped first base sh -c 'rm -r below-dir; mkdir below-dir; echo 2 > below-dir/y; mv keep/more keep/moved; mv keep/moved keep/more
        rm below; mv touched /var/touched; mv /var/touched touched; mkdir -p /a/b; ln file /a/b/file; chown 5:6 /a; mkfifo /a/fifo; mknod /a/zero c 1 5'
    in_tree first tree . > want
    mini-docker commit first one > /dev/null
    image_tree one | diff want -
    stopped second one sh -c 'echo more >> /a/b/file; rm -r /home'
    in_tree second change_tree
    in_tree second tree . > want
    mini-docker commit second two > /dev/null
    image_tree two | diff want -
    assert_equal "$(grep -c . <(grep -E '^\./(gone|moved|dir/a|home|below-dir/x)[ /]' want))" 0
    assert_equal "$(img-store show two | grep -c ^layers)" 3
    # And a container of it, with nothing changed, gives the same.
    stopped third two true
    mini-docker commit third three > /dev/null
    image_tree three | diff <(sed 1d want | grep -v '^\./\(dev\|proc\|sys\) ') <(image_tree three | sed 1d | grep -v '^\./\(dev\|proc\|sys\) ')
    # Others read it.
    skopeo copy "oci:$MINI_DOCKER_ROOT/images:two:latest" "dir:$T/copy" > /dev/null
    run -0 bash -c 'for blob in copy/*; do tar -tf "$blob" 2> /dev/null || :; done | grep -a "\.wh\."'
    for name in dir/.wh.a .wh.gone .wh.moved opaque/.wh..wh..opq .wh.home; do assert_line "$name"; done
}

@test "the config: what run was told, the command, the author; then --change" {
    need_command jq
    mini-docker import -q -c 'ENTRYPOINT ["/bin/sh", "-c"]' -c 'CMD ["true"]' -c 'ENV A=image' -c 'LABEL image=1 both=1' -c 'ONBUILD RUN x' \
        -c 'VOLUME /image' -c 'USER 5' -c 'WORKDIR /var' -c 'EXPOSE 1' -m base "$(busybox_tar)" base > /dev/null
    stopped plain base
    mini-docker commit plain plain > id
    assert_equal "$(config plain .)" "$(jq -nSc '{Entrypoint: ["/bin/sh", "-c"], Cmd: ["true"], Env: ["A=image"], Labels: {image: "1", both: "1"},
        Volumes: {"/image": {}}, User: "5", WorkingDir: "/var", ExposedPorts: {"1/tcp": {}}}')"
    stopped given -e A=$'a  b\n' -e 'B="$x" \' -l both=2 -l $'odd="$(touch ran)" \\\n'\''x' -l empty -v "$T:/bound" -v '/anonymous "$v"' -u 0:0 -w /tmp \
        --stop-signal INT base 'exit 0' $'a\nb' '' > out
    mini-docker commit -a 'Somebody <x@y>' -m $'two\nlines' given given > id
    img-store show --json given > json
    assert_equal "$(config given .)" "$(jq -nSc '{Entrypoint: ["/bin/sh", "-c"], Cmd: ["exit 0", "a\nb", ""], Env: ["A=a  b\n", "B=\"$x\" \\"],
        Labels: {image: "1", both: "2", empty: "", "odd": "\"$(touch ran)\" \\\n'\''x"}, Volumes: {"/image": {}, "/anonymous \"$v\"": {}},
        User: "0:0", WorkingDir: "/tmp", StopSignal: "INT", ExposedPorts: {"1/tcp": {}}}')"
    assert_equal "$(jq -c '.image | [.author, (.history | map([.author, .comment, .created_by]))]' json)" \
        "$(jq -nc --arg by "import $(busybox_tar)" '["Somebody <x@y>", [[null, "base", $by], ["Somebody <x@y>", "two\nlines", "/bin/sh -c exit 0 a\nb "]]]')"
    [[ ! -e ran ]]
    stopped entry --entrypoint /bin/echo base x > out
    mini-docker commit entry entry > id
    assert_equal "$(config entry '[.Entrypoint, .Cmd]')" '[["/bin/echo"],["x"]]'
    stopped exposed -p 8080:80/ -p '[::1]:1-2:7000-7001/UDP' -p published=8,target=9,protocol=udp -p target=10 --expose 53/udp base > out
    mini-docker commit exposed exposed > id
    assert_equal "$(config exposed '.ExposedPorts | keys')" '["1/tcp","10/tcp","53/udp","7000/udp","7001/udp","80/tcp","9/udp"]'
    stopped none --entrypoint '' base /bin/echo x > out
    mini-docker commit none none > id
    assert_equal "$(config none '[.Entrypoint, .Cmd]')" '[null,["/bin/echo","x"]]'
    mini-docker commit -c 'CMD new' --change 'ENTRYPOINT ["e"]' -c 'ENV B=2 C=3' -c 'EXPOSE 80/udp' -c 'LABEL both=3' -c 'ONBUILD RUN y' -c 'USER u' \
        -c 'VOLUME /new' -c 'WORKDIR sub' -c 'STOPSIGNAL TERM' -c 'HEALTHCHECK --interval=5s CMD check it' given changed > id
    assert_equal "$(config changed .)" "$(jq -nSc '{Entrypoint: ["e"], Cmd: ["/bin/sh", "-c", "new"], Env: ["A=a  b\n", "B=2", "C=3"],
        Labels: {image: "1", both: "3", empty: "", "odd": "\"$(touch ran)\" \\\n'\''x"}, Volumes: {"/image": {}, "/anonymous \"$v\"": {}, "/new": {}},
        User: "u", WorkingDir: "/tmp/sub", StopSignal: "TERM", ExposedPorts: {"1/tcp": {}, "80/udp": {}}, OnBuild: ["RUN y"],
        Healthcheck: {Interval: 5000000000, Test: ["CMD-SHELL", "check it"]}}')"
    # Nothing of the environment is taken for the container's.
    ctr_opt_1=user=evil ctr_opt_2=user=evil ctr_lab_1=evil=1 ctr_lab_9=evil=1 opt_author=evil frozen=1 stage=/etc mini-docker commit plain again > id
    assert_equal "$(config again '[.User, .Labels]')" '["5",{"both":"1","image":"1"}]'
}

# a container that writes lines to two files in turn, for ever
writes='i=0; echo ready; while :; do i=$((i + 1)); echo $i >> /a; echo $i >> /b; done'

state_of() { # NAME: frozen or not, as the kernel has it
    local pid dir
    pid=$(ctr-state get "$1" pid) || return
    dir=$(cgroup_of "$pid" freezer)
    case $(cat "$dir/freezer.state" "$dir/cgroup.freeze" 2> /dev/null) in FROZEN | 1) echo FROZEN ;; *) echo THAWED ;; esac
}

is() { # STATE NAME
    [[ $(state_of "$2") == "$1" ]]
}

goes_on() { # NAME
    local dir then
    dir=$(directory "$1")
    then=$(stat -c %s "$dir/upper/a")
    poll 10 bash -c '(($(stat -c %s "$1/upper/a") > $2))' - "$dir" "$then"
}

# hold ARG...: a commit in the background, held when all is packed and unpacked but for a whiteout, until
# let_go. $committer is its pid.
hold() {
    env --default-signal strace -f -qq -o /dev/null -e trace=mknodat -e inject=mknodat:signal=SIGSTOP:when=1 \
        mini-docker commit "$@" > out.commit 2> err.commit < /dev/null 3>&- &
    strace=$!
    PIDS+=("$strace")
    poll 30 is_held
    committer=$(pgrep -P "$strace")
}

is_held() {
    unpacker=$(pgrep -f "^img-layer unpack .*$CTR_TEST_ID") && [[ $(ps -o stat= -p "$unpacker") == [tT]* ]]
}

# Until it is gone: the stop may be on its way yet.
let_go() {
    unpacker=$(pgrep -f "^img-layer unpack .*$CTR_TEST_ID")
    poll 30 goes_away "$unpacker"
}

goes_away() { # PID
    ! kill -CONT "$1" 2> /dev/null
}

# bats test_tags=vm
@test "a running container is frozen meanwhile, and goes on; with --pause=false it is not" {
    need_command strace
    running box busybox sh -c "rm /bin/ls; $writes"
    hold box frozen
    is FROZEN box
    let_go
    wait "$strace"
    is THAWED box
    goes_on box
    [[ $(cat out.commit) == sha256:* ]]
    # Frozen between two lines: never is one more than a line behind the other.
    run -0 box frozen sh -c 'echo $(($(wc -l < /a) - $(wc -l < /b)))'
    [[ $output == [01] ]]
    hold --pause=false box going
    is THAWED box
    goes_on box
    let_go
    wait "$strace"
    # One that somebody else has frozen stays so.
    mini-docker pause box > out.pause
    mini-docker commit box paused > id
    is FROZEN box
    mini-docker unpause box > out.pause
    goes_on box
    hold -p box paused-meanwhile
    is FROZEN box
    mini-docker pause box > out.pause
    let_go
    wait "$strace"
    is FROZEN box
    mini-docker unpause box > out.pause
    # Who is thawed meanwhile is packed once more.
    hold box again
    mini-docker pause box > out.pause
    mini-docker unpause box > out.pause
    goes_on box
    let_go
    poll 30 is_held
    is FROZEN box
    let_go
    wait "$strace"
    goes_on box
    end box
}

@test "what is removed meanwhile does not come back as an empty directory" {
    for delay in 0.0{0..3}{0,3,6}; do
        box_id=$(mini-docker create --name box busybox true)
        mini-docker commit box late > out.commit 2> err.commit < /dev/null 3>&- &
        committer=$!
        sleep "$delay"
        mini-docker rm box > out.rm
        wait "$committer" || : # as it comes
        [[ ! -e $MINI_DOCKER_ROOT/containers/$box_id ]]
    done
}

@test "several commits of one container at the same time: each is of one moment" {
    running box busybox sh -c "$writes"
    committers=()
    for i in 1 2 3 4; do
        mini-docker commit box "at-once:$i" > "out.$i" 2> "err.$i" < /dev/null 3>&- &
        committers+=($!)
    done
    for pid in "${committers[@]}"; do wait "$pid" || fail "$(cat err.*)"; done
    cat err.*
    is THAWED box
    goes_on box
    end box
    for i in 1 2 3 4; do
        run -0 box "at-once:$i" sh -c 'echo $(($(wc -l < /a) - $(wc -l < /b)))'
        [[ $output == [01] ]] || fail "at-once:$i: $output lines apart"
    done
}

@test "killed: the container goes on, and no image or layer is left" {
    need_command strace
    running box busybox sh -c "rm /bin/ls; $writes"
    before=$(find "$MINI_DOCKER_ROOT"/{layers,images} | sort)
    for signal in TERM INT HUP; do
        hold box gone
        is FROZEN box
        kill -"$signal" "$committer"
        poll 10 is THAWED box
        let_go
        status=0
        wait "$strace" || status=$?
        ((status == 128 + $(kill -l "$signal")))
        poll 10 is THAWED box
        goes_on box
        assert_equal "$(find "$MINI_DOCKER_ROOT"/{layers,images} | sort)" "$before"
        [[ ! -s out.commit ]]
    done
    end box
    # kill -9 at odd moments: an image or none, and the rest goes with the next sweep.
    stopped still busybox sh -c 'rm /bin/ls; i=0; while [ $i -lt 100 ]; do echo $i > /$i; i=$((i + 1)); done'
    for i in {1..8}; do
        mini-docker commit still "odd:$i" > out 2> err < /dev/null 3>&- &
        sleep 0.00$((i * 7 % 10))
        kill -KILL $! || :
        wait $! || :
    done 2> /dev/null
    poll 10 bash -c '! pgrep -f "img-[l]ayer.*$1"' - "$T"
    mini-docker commit still whole > id
    img-store sweep && img-store sweep --delete > out
    run -0 img-store list
    for name in $(cut -f 1,2 <<< "$output" | grep ^odd | tr '\t' :); do img-store show "$name" > out; done
    assert_equal "$(ls -A "$MINI_DOCKER_ROOT/layers" | grep -c '^\.' || :)" 0
    run -0 box whole cat /99
}

@test "what cannot be: one line, and nothing is left" {
    busybox_rootfs tree
    stopped with-root --rootfs tree true
    stopped box busybox true
    before=$(find "$MINI_DOCKER_ROOT"/{layers,images} | sort)
    while IFS='|' read -r status args message; do
        # shellcheck disable=SC2086
        run "-$status" mini-docker commit $args
        assert_output --partial "$message"
        assert_equal "${#lines[@]}" 1
    done << 'END'
125||commit: needs CONTAINER [NAME[:TAG]]
125|box a b|commit: b: one operand too many
125|--nonsense box|--nonsense: unknown option
1|nowhere|nowhere: no such container
1|with-root|with-root: was made with --rootfs
1|box UPPER|UPPER: 
1|box name@sha256:|name@sha256:
1|-c RUN box|RUN: not an instruction that changes a config
END
    # A name of a whiteout, which no layer can have.
    : > "$(directory box)/upper/.wh.x"
    run -1 mini-docker commit box
    assert_line --partial '.wh.x: has a name by which a layer deletes'
    assert_equal "$(find "$MINI_DOCKER_ROOT"/{layers,images} | sort)" "$before"
    rm "$(directory box)/upper/.wh.x"
    # One that never ran has changed nothing.
    names+=(created)
    mini-docker create --name created busybox true > id
    mini-docker commit created unchanged > id
    run -0 box unchanged cat /etc/passwd
}

@test "a full disk: it is told, nothing is left, and the container goes on" {
    mkdir disk
    unshare -m bash -euo pipefail -c '
        mount -t tmpfs -o size=24m none disk
        export MINI_DOCKER_ROOT=$PWD/disk/root
        mini-docker import -q "$1" busybox > id
        mini-docker run -d --name full busybox sh -c "dd if=/dev/zero of=/big bs=1M count=9 2> /dev/null; while :; do sleep 0.01; touch /now; done" > id
        until [ -e disk/root/containers/*/upper/now ]; do sleep 0.02; done
        before=$(find disk/root/layers disk/root/images | sort)
        status=0
        mini-docker commit full x > out 2> err || status=$?
        cat err
        [[ $status == 1 && ! -s out ]]
        grep -q "No space left on device" err
        [[ $(find disk/root/layers disk/root/images | sort) == "$before" ]]
        then=$(stat -c %y disk/root/containers/*/upper/now)
        until [[ $(stat -c %y disk/root/containers/*/upper/now) != "$then" ]]; do sleep 0.02; done
        mini-docker rm -f full > out' bash "$(busybox_tar)"
}

@test "what --trace prints makes the same when pasted" {
    stopped box -l 'a=b "c"' busybox sh -c 'echo x > /x; rm /bin/ls'
    run -0 --separate-stderr mini-docker --trace commit -m "it's" box traced:1
    sed -n 's/^+ //p' <<< "$stderr" | sed 's/traced:1/pasted:1/' > script
    mini-docker rmi traced:1 > out
    run -0 sh -eu script
    assert_equal "$(config pasted:1 .Labels)" '{"a":"b \"c\""}'
    run -0 box pasted:1 cat /x
}
