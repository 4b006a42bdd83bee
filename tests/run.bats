#!/usr/bin/env bats
# mini-docker run: a container, what goes into it byte for byte, and what comes out.

load lib/run

setup_file() { run_setup_file; }
setup() { run_setup; }
teardown() { run_teardown; }

# same FILE WORD...: the file holds these words, each ended with NUL
same() {
    cmp "$1" <(printf '%s\0' "${@:2}")
}

# bats test_tags=vm
@test "PID 1, with its own processes, host name, root and network" {
    begin --name web busybox sh -c 'echo pid $$; ps -o pid,comm; hostname; cat /proc/net/dev; ls -A /; echo ready; exec sleep 1000'
    says ready
    pid=$(ctr-state get web pid)
    for ns in mnt pid uts ipc net cgroup; do
        [[ $(readlink "/proc/$pid/ns/$ns") != $(readlink "/proc/self/ns/$ns") ]]
    done
    for ns in user time; do
        assert_equal "$(readlink "/proc/$pid/ns/$ns")" "$(readlink "/proc/self/ns/$ns")"
    done
    run cat out
    assert_line 'pid 1'
    assert_equal "$(grep -cE '^ +[0-9]+ [a-z]+$' out)" 2
    id=$(ctr-state resolve web)
    assert_line "${id:0:12}"
    assert_equal "$(grep -c : out)" 1 # lo
    assert_equal "$(sed -n '/^bin$/,$p' out | xargs)" 'bin dev etc home proc root run sys tmp usr var ready'
    # The runner is the container's parent, with nobody in between.
    assert_equal "$(awk '/^PPid/ { print $2 }' "/proc/$pid/status")" "$runner"
    kill -KILL "$pid"
    ends 137
    no_cgroup
}

# bats test_tags=vm
@test "the status is the command's, or 128 and the signal that it died of" {
    for status in 0 1 2 125 126 127 128 255; do
        run "-$status" box busybox sh -c "exit $status"
        refute_output
    done
    for signal in TERM KILL SEGV HUP; do
        run "-$((128 + $(kill -l "$signal")))" box --init busybox sh -c "kill -$signal \$\$"
    done
    run -137 box -m 4m busybox dd if=/dev/zero of=/dev/null bs=100M count=1
}

@test "a command that is not there: 127; that cannot be run: 126; both named" {
    printf 'echo no interpreter is named\n' > script
    printf '#!/no/such/interpreter\n' > lost
    chmod 755 script lost
    volumes=(-v "./script:/bin/script" -v "./lost:/lost")
    leaves_nothing 127 "${volumes[@]}" busybox nosuch
    assert_output 'ctr-init: nosuch: exec: No such file or directory'
    leaves_nothing 127 "${volumes[@]}" busybox /no/such/file
    assert_output 'ctr-init: /no/such/file: exec: No such file or directory'
    leaves_nothing 127 "${volumes[@]}" busybox /lost
    assert_output --partial '/lost: exec: the interpreter'
    leaves_nothing 126 "${volumes[@]}" busybox script
    assert_output 'ctr-init: script: exec: Exec format error'
    leaves_nothing 126 busybox /etc/passwd
    assert_output 'ctr-init: /etc/passwd: exec: Permission denied'
    leaves_nothing 126 busybox /etc
    leaves_nothing 127 busybox ''
}

@test "the command is looked up in the container's PATH, never in the host's" {
    [[ -x $BIN/ns-spawn ]]
    leaves_nothing 127 busybox ns-spawn
    mkdir tools
    printf '#!/bin/sh\necho mine\n' > tools/tell
    chmod 755 tools/tell
    leaves_nothing 127 -v ./tools:/opt busybox tell
    run -0 box -v ./tools:/opt -e PATH=/nowhere:/opt:/bin busybox tell
    assert_output mine
    run -0 box -v ./tools:/opt -w /opt -e PATH= busybox tell # an empty entry is the current directory
    assert_output mine
    run -0 box busybox sh -c 'echo "$PATH"'
    assert_output /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
}

@test "arguments arrive byte for byte" {
    every_byte
    box busybox printf '%s\0' "${ODD[@]}" "$bytes" > got
    same got "${ODD[@]}" "$bytes"
    box --entrypoint printf busybox '%s\0' "${ODD[@]}" "$bytes" > got
    same got "${ODD[@]}" "$bytes"
    run -127 mini-docker run busybox $'a*\n\'$(x)'
    assert_output $'ctr-init: a*\n\'$(x): exec: No such file or directory'
    [[ ! -e bad ]]
}

@test "environment values arrive byte for byte: -e, from the caller, from a file" {
    every_byte
    options=() expected=()
    for i in "${!ODD[@]}"; do
        options+=(-e "V$i=${ODD[i]}" --env="W$i=${ODD[i]}" "-eX$i=${ODD[i]}")
        expected+=("V$i=${ODD[i]}" "W$i=${ODD[i]}" "X$i=${ODD[i]}")
    done
    box "${options[@]}" -e "ALL=$bytes" busybox cat /proc/self/environ > got
    head -c "$(printf '%s\0' "${expected[@]}" "ALL=$bytes" | wc -c)" got > head
    same head "${expected[@]}" "ALL=$bytes"
    export FROM_HERE=$bytes EMPTY=''
    unset NOT_SET
    env 'with.dot=a=b' 'withXdot=no' '^[*$=c' mini-docker run --rm -e FROM_HERE -e EMPTY -e NOT_SET -e with.dot -e '^[*$' -e not.set \
        busybox cat /proc/self/environ > got
    head -c "$(printf '%s\0' "FROM_HERE=$bytes" EMPTY= with.dot=a=b '^[*$=c' | wc -c)" got > head
    same head "FROM_HERE=$bytes" EMPTY= with.dot=a=b '^[*$=c'
    run ! grep -zE '^(NOT_SET|not\.set)=' got
    line=${bytes//[$'\n\r']/}
    printf '%s\n' "A=$line" B= "C='x' \"\$(y)\" # z " > file
    box --env-file file busybox cat /proc/self/environ > got
    head -c "$(head -n 3 file | wc -c)" got > head
    same head "A=$line" B= "C='x' \"\$(y)\" # z "
}

@test "nothing of the caller's environment gets in; what is not set has a default" {
    SECRET=1 run -0 box -h box busybox env
    assert_equal "$(sort <<< "$output")" "$(printf '%s\n' HOME=/root HOSTNAME=box PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)"
    run -0 box -e A=1 -e A=2 -e HOME=/x busybox env
    assert_line A=2
    refute_line A=1
    assert_line HOME=/x
    # Nor does a variable that has the name of one of the driver's mean anything.
    mapfile -t names < <(grep -ohE '\b[a-z_]+=' "$TOP"/scripts/{mini-docker,run,lib/*} | sort -u)
    ((${#names[@]} > 50))
    while read -r option; do names+=("opt_${option//-/_}="); done < <(mini-docker run --list-options | cut -f 2 | sed 's/^--//')
    run -0 env "${names[@]/%/bad 'value'}" mini-docker run --rm -h box busybox sh -c 'id -u; pwd; env; cut -d " " -f 5 /proc/self/mountinfo'
    assert_line --index 0 0
    assert_line --index 1 /
    assert_line HOSTNAME=box
    refute_output --partial bad
}

@test "20 000 arguments, one of 128 KiB less one" {
    mapfile -t many < <(seq 20000)
    box busybox printf '%s\0' "${many[@]}" > got
    same got "${many[@]}"
    long=$(printf '%0131071d' 0)
    box busybox printf '%s\0' "$long" > got
    same got "$long"
}

@test "too long: says so, 125, and nothing is left" {
    printf 'A=%0131072d\n' 0 > file
    leaves_nothing 125 --env-file file busybox true
    assert_output --partial 'Argument list too long'
    # What is given on comes to more than what came.
    mapfile -t many < <(seq 20000)
    leaves_nothing 125 --ulimit stack=262144 busybox true "${many[@]}"
    assert_output 'ctr-init: true: exec: Argument list too long'
}

quick() { # ARG...: mini-docker run --rm ARG..., of which no process may take more than a second of a processor
    (ulimit -t 1 && exec mini-docker run --rm "$@")
}

@test "long values cost no more than their length" {
    # Of 100 KiB, where the square of the length would take many seconds.
    quotes=$(printf '%051200d' 0 | sed "s/0/'\"/g")
    printf 'X=%s\n' "$quotes" > file
    for option in -e -e= --env= --env-file=file; do
        case $option in
            *file) set -- "$option" ;;
            *=) set -- "${option}X=$quotes" ;;
            *) set -- "$option" "X=$quotes" ;;
        esac
        quick "$@" busybox sh -c 'echo "$X"' > got
        cmp got <(printf '%s\n' "$quotes")
    done
    X=$quotes quick -e X busybox sh -c 'echo "$X"' > got
    cmp got <(printf '%s\n' "$quotes")
    # Letters that are all the same are as bad as quotes, in other places.
    for value in "$quotes" "$(head -c 102400 /dev/zero | tr '\0' a)"; do
        for option in -v --tmpfs -w -u --name -m --security-opt --ulimit; do
            run -125 quick "$option" "$value" busybox true
        done
        for option in "-i$value" "--rm=$value" "--$value" "-it=$value"; do
            run -125 quick "$option" busybox true
        done
    done
    slashes=$(printf '/%0255d' {1..15} | tr 0-9 '[\\*]')
    run -0 quick -v "$T$slashes:/x" busybox ls /x
}

@test "standard input is for the container with -i only" {
    run -0 box busybox sh -c 'cat; readlink /proc/self/fd/0' <<< text
    assert_output /dev/null
    run -0 box -i busybox cat <<< text
    assert_output text
    head -c 1000000 /dev/urandom > file
    box -i busybox cat < file | cmp - file
    # What it does not read is left for who comes next.
    run -0 bash -c 'printf "1\n2\n" | { mini-docker run --rm busybox true; cat; }'
    assert_output $'1\n2'
}

@test "descriptors: 0, 1 and 2, whatever the caller has open or closed" {
    listing='ls -l /proc/self/fd | sed -n "s/.* \([0-9]* -> .*\)/\1/p"'
    exec 4< /etc/passwd 6< /etc/passwd 9< /etc/passwd 12< /etc/passwd
    run -0 box -i busybox sh -c 'ls /proc/1/fd && :' < /dev/null
    exec 4<&- 6<&- 9<&- 12<&-
    assert_output $'0\n1\n2'
    for closed in '0<&-' '1>&-' '2>&-' '0<&- 1>&- 2>&-'; do
        eval "box -i -v ./:/here busybox sh -c '(ls /proc/1/fd > /here/fds); :' $closed"
        assert_equal "$(xargs < fds)" '0 1 2'
        # Closed remains closed: what is said there is lost, and not in a file of the store.
        eval "run mini-docker run nosuch:image $closed"
        ((status == 125))
    done
    run -1 sh -c 'exec mini-docker run --rm busybox sh -c "echo text" >&-'
    assert_output --partial 'write error'
}

# bats test_tags=vm
@test "without --rm the container's record stays, with its status" {
    run -3 mini-docker run --name web busybox sh -c 'exit 3'
    run -0 ctr-state get web status exit image_name
    assert_output $'exited\n3\nbusybox'
    no_cgroup
    same "$(ctr-state get web dir)/args" sh -c 'exit 3'
    run -125 mini-docker run --name web busybox true
    assert_output --regexp "^ctr-state: web: the name is in use by container [0-9a-f]{12}\$"
    ctr-state remove web
    no_container
    box --name web busybox true
    box --name web busybox true
    no_container
}

# bats test_tags=vm
@test "containers of one image never see each other's writes, and the image stays as it is" {
    before=$(fingerprint)
    begin --name first busybox sh -c 'echo first > /new; rm -r /etc; chmod 700 /tmp; echo ready; exec sleep 1000'
    says ready
    run -0 box busybox sh -c 'ls /new; cat /etc/hosts; stat -c %a /tmp; echo second > /new; rm /bin/ls; mv /usr /usr2'
    assert_output --partial $'127.0.0.1 localhost\n1777'
    run -0 cat "/proc/$(ctr-state get first pid)/root/new"
    assert_output first
    kill -KILL "$(ctr-state get first pid)"
    ends 137
    run -0 box busybox sh -c 'ls -d /etc /bin/ls /usr; ! test -e /new'
    assert_output $'/bin/ls\n/etc\n/usr'
    assert_equal "$(fingerprint)" "$before"
}

@test "64 layers in directories with long names" {
    long=$(printf '%0100d' 0)
    export MINI_DOCKER_ROOT=$T/$long/$long
    stages=()
    busybox_rootfs tree
    for i in {1..64}; do
        echo "$i" > tree/top
        echo "$i" > "tree/layer$i"
        stage=$(img-store stage --owner $$)
        img-layer pack -- tree | img-layer unpack --blob "$stage/blob" "$stage/tree" > "$stage/facts"
        stages+=("$stage")
        rm -r tree/*
    done
    img-store add --name deep --change 'CMD ["cat", "/top", "/layer1", "/layer33"]' "${stages[@]}" > /dev/null
    before=$(fingerprint)
    run -0 box deep
    assert_output $'64\n1\n33'
    run -0 box deep sh -c 'rm /layer* && echo changed > /top && cat /top && ! test -e /layer1'
    assert_output changed
    assert_equal "$(fingerprint)" "$before"
}

# bats test_tags=vm
@test "20 at the same time, each with its output and status" {
    pids=()
    for i in {1..20}; do
        mini-docker run --rm --name "n$i" -m 32m -v "shared:/shared" -i busybox sh -c \
            'cat; echo "$1" > "/shared/$1"; echo "$1" > /own; cat /own; exit "$1"' - "$i" <<< "in $i" > "out$i" 2> "err$i" 3>&- &
        pids+=($!)
    done
    for i in {1..20}; do
        status=0
        wait "${pids[i - 1]}" || status=$?
        assert_equal "$i: $status $(cat "out$i" "err$i")" "$i: $i in $i"$'\n'"$i"
    done
    assert_equal "$(find "$MINI_DOCKER_ROOT/volumes/shared/_data" -type f | wc -l)" 20
    nothing
}

@test "--rootfs: in a directory, with no image" {
    busybox_rootfs 'a dir'
    run -0 box --rootfs 'a dir' sh -c 'echo $$; echo here > /file; hostname'
    assert_line 1
    assert_equal "$(cat 'a dir/file')" here
    run -0 box --rootfs --read-only --entrypoint cat ./a\ dir /file
    assert_output here
    leaves_nothing 125 --rootfs nowhere true
    assert_output --partial 'nowhere: not a directory'
    leaves_nothing 125 --rootfs 'a dir'
    assert_output --partial 'no command'
    assert_equal "$(find 'a dir/dev' 'a dir/proc' 'a dir/sys' -mindepth 1)" ''
}

@test "what the image says: command, environment, user, directory, volumes" {
    img() { # NAME CHANGE...: busybox with changes
        local name=$1 changes=() change
        shift
        for change; do changes+=(--change "$change"); done
        mini-docker import "${changes[@]}" "$(busybox_tar)" "$name" > /dev/null
    }
    img full 'ENTRYPOINT ["printf", "%s,%s\\n", "it'\''s $(x)"]' 'CMD ["a b\nc"]' 'ENV A="b c" PATH=/bin' 'USER 1000:50' \
        'WORKDIR /made/here'
    run -0 box full
    assert_output "it's \$(x),a b"$'\nc'
    run -0 box full argument
    assert_output "it's \$(x),argument"
    run -0 box --entrypoint sh full -c 'id -u; id -g; pwd; echo "$A"; echo "$PATH"; echo "$HOME"; stat -c %u /made/here'
    assert_output $'1000\n50\n/made/here\nb c\n/bin\n/home/user\n0'
    leaves_nothing 125 --entrypoint sh -e PATH=/nowhere -u nobody:nogroup -w /x --entrypoint '' full
    assert_output --partial 'no command'
    run -0 box --entrypoint '' -u 0 -w /tmp -e A=mine full sh -c 'id -u; pwd; echo "$A"'
    assert_output $'0\n/tmp\nmine'
    leaves_nothing 125 busybox
    assert_output --partial 'no command'
    img shell 'CMD echo "$HOME" | tr / _'
    run -0 box shell
    assert_output _root
}

@test "--trace: its lines can be pasted" {
    every_byte
    export GREETING=hello
    options=(--name web -h box -e "A=${ODD[*]}" -e GREETING -m 32m -v 'my-data:/data' -v "$T/a:b c,d:/x:ro" --tmpfs /t --init
        --ulimit nofile=99 -u 1000 --cap-add NET_ADMIN)
    options=("${options[@]//a:b c/a b c}")
    script='id -u; ulimit -n; printf "%s\0" "$@"; echo "$A$GREETING"; pwd; grep CapBnd /proc/self/status; cat /proc/1/cmdline'
    mini-docker --trace run --rm "${options[@]}" busybox sh -c "$script" - "${ODD[@]}" "$bytes" > first 2> trace
    no_container
    sed 's/^+ //' trace > pasted
    assert_equal "$(awk '/^\+ / { print $2 }' trace | xargs)" \
        'export img-store ctr-state seccomp-compile mkdir mkdir mkdir cg-limit ns-spawn'
    env -i PATH="$PATH" sh -eu pasted > second
    # Before it comes what the tools say to the driver.
    tail -c "$(wc -c < first)" second | cmp first -
    nothing
}
