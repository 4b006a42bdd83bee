#!/usr/bin/env bats
# ctr-log: what comes back, the files on the disk, and the process that writes them.

load lib/common

setup() {
    common_setup
    cd "$T"
}
teardown() {
    local pid
    for pid in "${PIDS[@]}"; do kill -9 "$pid" 2> /dev/null || :; done
    common_teardown
}
PIDS=()

# Files hold nothing but whole records.
is_whole() { # FILE...
    local file
    for file; do
        [[ ! -s $file || $(tail -c 1 "$file" | xxd -p) == 0a ]] || return 1
    done
    (($(LC_ALL=C grep -avcE '^20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]\.[0-9]{9}Z std(out|err) [FP] ' < <(cat "$@")) == 0))
}

# What is stored is what was read.
same() { # FILE [OPTION...]
    ctr-log write "${@:2}" log < "$1"
    is_whole log*
    ctr-log read log | cmp - "$1"
    rm log*
}

# The process that writes FILE is the one that has it locked.
is_written() { # FILE
    [[ $(writer_of "$1") ]]
}

writer_of() { # FILE
    # The list may name one twice when it changes while it is read.
    sed -n "s/.*POSIX *ADVISORY *WRITE \([0-9]*\) .*:$(stat -c %i "$1") .*/\1/p;T;q" /proc/locks
}

# A log that is written as long as descriptor 9 is open; its pid is $writer.
open_log() { # [OPTION...]
    mkfifo in
    ctr-log write "$@" log < in 3>&- &
    writer=$!
    PIDS+=("$writer")
    exec 9> in
    poll 10 is_written log
}

holds() { # FILE TEXT
    [[ $(< "$1") == "$2" ]]
}

@test "every byte comes back: binary data, long lines, no newline at the end, nothing" {
    head -c 5000000 /dev/urandom > random
    same random
    cat random | ctr-log write log
    ctr-log read log | cmp - random
    rm log
    { for _ in 1 2 3; do head -c 1048576 /dev/zero | tr '\0' x && echo; done; } > long
    same long
    printf 'no newline' > short
    same short
    : > empty
    same empty
    printf '\n\n\n' > newlines
    same newlines
    head -c 200000 /dev/zero > zeros
    same zeros
    printf '\0\1\n P F \r\n\n2026-11-25T15:03:47.123456789Z stdout F x\n\t' > odd
    same odd
    for size in 65494 65495 65496 65535 65536 65537; do # around what one record, and one read, hold
        head -c "$size" /dev/zero | tr '\0' y > edge
        same edge
        echo >> edge
        same edge
    done
}

@test "the format: stamp, stream, F or P, text; readable by the owner and its group" {
    before=$(date +%s%N)
    umask 022
    printf 'one\n\nthree' | ctr-log write log
    after=$(date +%s%N)
    assert_equal "$(stat -c %a log)" 640
    is_whole log
    assert_equal "$(cut -d ' ' -f 2- log)" "$(printf 'stdout F one\nstdout F \nstdout P three')"
    stamp=$(date -d "$(head -n 1 log | cut -d ' ' -f 1)" +%s%N)
    ((before <= stamp && stamp <= after))
}

@test "lines are pieces only where they must be" {
    seq -f 'line %g of some length, so that many reads end within one' 20000 > lines
    ctr-log write log < lines
    assert_equal "$(grep -c ' stdout F ' log)" 20000
    assert_equal "$(grep -c ' stdout P ' log)" 0
    rm log
    head -c 1048576 /dev/zero | tr '\0' x > line
    ctr-log write long < line
    assert_equal "$(grep -c . long)" 17
    # Nothing is held back until there is a whole line.
    open_log
    printf 'Password: ' >&9
    poll 10 grep -q ' P Password: $' log
    echo secret >&9
    poll 10 grep -q ' F secret$' log
    exec 9>&-
    wait "$writer"
    assert_equal "$(ctr-log read log)" 'Password: secret'
}

@test "two streams, each to where it came from, in their order" {
    mkfifo out err
    ctr-log write --stderr-fd 5 log < out 5< err 3>&- &
    exec 7> out 8> err
    for i in 1 2 3; do
        echo "out $i" >&7
        poll 10 grep -q "stdout F out $i" log
        echo "err $i" >&8
        poll 10 grep -q "stderr F err $i" log
    done
    exec 7>&-
    echo 'still there' >&8
    exec 8>&-
    wait $!
    run -0 --separate-stderr ctr-log read log
    assert_equal "$output" "$(printf 'out %d\n' 1 2 3)"
    assert_equal "$stderr" "$(printf 'err %d\n' 1 2 3; echo still there)"
    run -0 --separate-stderr ctr-log read --merge log
    assert_equal "$output" "$(printf 'out %d\nerr %d\n' 1 1 2 2 3 3; echo still there)"
    assert_equal "$stderr" ''
    # Where both go to the same place the order is kept as well.
    ctr-log read log > both 2>&1
    assert_equal "$(< both)" "$output"
}

@test "rotation: so many files, none too large, and the last of the lines in them" {
    seq 10000 > lines
    ctr-log write --max-size 16k --max-file 4 log < lines
    assert_equal "$(echo log*)" 'log log.1 log.2 log.3'
    is_whole log*
    for file in log*; do (($(stat -c %s "$file") <= 16384)); done
    (($(stat -c %s log.3) > 16384 - 46))
    ctr-log read log > kept
    tail -n "$(wc -l < kept)" lines | cmp - kept
    (($(wc -l < kept) > 1100))
    assert_equal "$(stat -c %a log.3)" "$(stat -c %a log)"
}

@test "rotation: lines longer than a file are joined; one file; fewer files than before" {
    { head -c 30000 /dev/zero | tr '\0' x; echo; seq 100; } > long
    same long --max-size 1k --max-file 1000
    seq 1000 | ctr-log write --max-size 2k --max-file 9 log
    assert_equal "$(ls log* | wc -l)" 9
    seq 1000 | ctr-log write --max-size 2k --max-file 2 log
    assert_equal "$(echo log*)" 'log log.1'
    seq 1000 | ctr-log write --max-size 2k --max-file 1 log
    assert_equal "$(echo log*)" log
    assert_equal "$(ctr-log read log | tail -n 1)" 1000
    # Without a size nothing is renamed.
    seq 1000 | ctr-log write --max-file 2 log
    assert_equal "$(echo log*)" log
}

@test "a log that is there is written on; what a killed writer has left of a record goes" {
    echo one | ctr-log write log
    printf '2026-11-25T15:03:47.123456789Z stdout F not who' >> log
    assert_equal "$(ctr-log read log)" one
    echo two | ctr-log write log
    assert_equal "$(ctr-log read log)" $'one\ntwo'
    is_whole log
    printf '2026-1' > torn
    echo three | ctr-log write torn
    assert_equal "$(ctr-log read torn)" three
}

@test "no other file is taken for a log" {
    for text in 'some text' $'some text\n' $'2026-11-25T15:03:47.123456789Z stdout F x\nsome text' $'\n'; do
        printf %s "$text" > file
        run -1 ctr-log write file <<< more
        assert_output 'ctr-log: file: holds something else than a log'
        printf %s "$text" | cmp - file
    done
    mkfifo fifo
    for file in fifo . /dev/null; do
        run -1 timeout 10 ctr-log write "$file" <<< more
        assert_output --regexp "^ctr-log: $file: (is not a regular file|open: Is a directory)$"
        run -1 timeout 10 ctr-log read "$file"
        assert_output "ctr-log: $file: is not a regular file"
    done
    ln -s nowhere link
    run -1 ctr-log write link <<< more
    assert_output 'ctr-log: link: open: No such file or directory'
}

@test "one writer at a time: another waits for its end, and not for long" {
    open_log
    echo first >&9
    run -1 ctr-log write log <<< second
    assert_output "ctr-log: log: is being written by another process, $writer"
    ctr-log write log 3>&- 9>&- <<< third &
    poll 10 grep -q -- '-> .*:'"$(stat -c %i log) " /proc/locks # it waits
    exec 9>&-
    wait $!
    assert_equal "$(ctr-log read log)" $'first\nthird'
}

@test "errors name the file" {
    run -1 ctr-log read none
    assert_output 'ctr-log: none: open: No such file or directory'
    run -1 ctr-log read --follow none
    assert_output 'ctr-log: none: open: No such file or directory'
    run -1 ctr-log write no/log <<< text
    assert_output 'ctr-log: no/log: open its directory: No such file or directory'
    run -1 ctr-log write log < .
    assert_output 'ctr-log: standard input: read: Is a directory'
    echo text | ctr-log write full
    run -1 sh -c 'ctr-log read full > /dev/full'
    assert_output 'ctr-log: standard output: write: No space left on device'
    need_root
    mkdir disk
    run -0 unshare -m bash -c 'mount -t tmpfs -o ro none disk; ! ctr-log write disk/log <<< text'
    assert_output 'ctr-log: disk/log: open: Read-only file system'
    run -1 setpriv --reuid 65534 --regid 65534 --clear-groups ctr-log write log2 <<< text
    assert_output 'ctr-log: log2: open: Permission denied'
}

# stamped FILE: records with times of their own, in two files
stamped() {
    cat > "$1.1" << 'END'
2026-11-25T10:00:00.000000000Z stdout F a
2026-11-25T10:00:01.000000000Z stdout P b1
2026-11-25T10:00:02.000000000Z stderr F c
END
    cat > "$1" << 'END'
2026-11-25T10:00:03.000000000Z stdout P b2
2026-11-25T10:00:04.500000000Z stderr F d
2026-11-25T10:00:05.000000000Z stdout F b3
2026-11-25T12:00:06.000000000+02:00 stdout F:tag e
2026-11-25T10:00:07.000000001Z stderr F f
2026-11-25T10:00:08Z stdout P g
END
}

shows() { # WORDS OPTION...: these are the lines
    assert_equal "$(ctr-log read --merge "${@:2}" log | tr '\n' ' ')" "$1"
}

@test "tail: exact over streams, pieces and files" {
    stamped log
    shows 'a b1c b2d b3 e f g' --tail 100
    shows 'a b1c b2d b3 e f g' -n all
    shows '' --tail 0
    shows 'g' --tail 1
    shows 'f g' --tail 2
    shows 'e f g' --tail 3
    shows 'b1b2b3 e f g' --tail 4
    shows 'b1b2d b3 e f g' --tail 5
    shows 'b1c b2d b3 e f g' --tail 6
    shows 'a b1c b2d b3 e f g' --tail 7
    seq 100000 > lines
    ctr-log write big < lines
    for n in 1 2 10 1000 65000 99999 100000 100001; do
        ctr-log read --tail "$n" big | cmp - <(tail -n "$n" lines)
    done
}

@test "tail reads from the end, and no more than it needs" {
    need_command strace
    seq 200000 | ctr-log write log
    strace -o trace -e trace=pread64 ctr-log read --tail 5 log > out
    assert_equal "$(< out)" "$(seq 199996 200000)"
    bytes=$(sed -n 's/.* = \([0-9]*\)$/\1/p' trace | paste -sd +)
    ((bytes < 200000))
}

@test "since and until: inclusive, by the time a line began; every way to write a time" {
    stamped log
    shows 'a ' --until 2026-11-25T10:00:00Z
    shows 'a b1c b2b3 ' --until 2026-11-25T10:00:04.499999999Z
    shows 'a b1c b2d b3 ' --until 2026-11-25T10:00:04.5Z
    shows 'e f g' --since 2026-11-25T10:00:06Z
    shows 'f g' --since 2026-11-25T10:00:06.000000001Z
    shows 'd ' --since 2026-11-25T12:00:04.5+02:00 --until 2026-11-25T09:30:04.5-00:30
    shows 'f g' --since 1795600807
    shows 'g' --since 1795600807.000000002
    shows '' --since 2026-11-25T10:00:09Z
    shows '' --until 1970-01-01T00:00:00Z
    shows 'a b1c b2d b3 e f g' --since 0001-01-01T00:00:00Z --until 9999-12-31T23:59:59Z
    TZ=UTC-2 shows 'f g' --since 2026-11-25T12:00:07
    TZ=UTC-2 shows 'a b1c b2d b3 e f g' --since 2026-11-25 --until 2026-11-26
    TZ=UTC+20 shows '' --since 2026-11-25
    # Of the last lines, those.
    shows 'd e ' --tail 5 --since 2026-11-25T10:00:02Z --until 2026-11-25T10:00:06Z
}

@test "since and until: how long ago" {
    for ago in 7200 3000 30; do
        echo "$(date -u -d "@$((EPOCHSECONDS - ago))" +%FT%T.000000000Z) stdout F $ago"
    done > log
    shows '7200 3000 30 ' --since 2h1m
    shows '3000 30 ' --since 1h30m
    shows '3000 30 ' --since 1.5h
    shows '30 ' --since 45m
    shows '7200 3000 ' --until 1m0s
    shows '30 ' --since 40000ms --until 1us
    shows '' --since 0s
}

@test "timestamps, once a line" {
    stamped log
    run -0 --separate-stderr ctr-log read -t --tail 4 log
    assert_equal "$output" "2026-11-25T10:00:01.000000000Z b1b2b3
2026-11-25T12:00:06.000000000+02:00 e
2026-11-25T10:00:08Z g"
    assert_equal "$stderr" '2026-11-25T10:00:07.000000001Z f'
}

@test "JSON: whole lines, both streams; an unfinished one; every byte" {
    need_command jq
    stamped log
    ctr-log read --json log > out
    assert_equal "$(jq -c '[.time[11:19], .stream, .partial, .text]' out)" \
        '["10:00:00","stdout",false,"a"]
["10:00:02","stderr",false,"c"]
["10:00:04","stderr",false,"d"]
["10:00:01","stdout",false,"b1b2b3"]
["12:00:06","stdout",false,"e"]
["10:00:07","stderr",false,"f"]
["10:00:08","stdout",true,"g"]'
    printf 'q"\\\t\0\x7f\xff\xc3\xa9 \xf0\x9f\x90\x8b\n\n' | ctr-log write bytes
    ctr-log read --json bytes > out
    assert_equal "$(jq -r '.text | @json' out)" $'"q\\"\\\\\\t\\u0000\\u007f\ufffdé 🐋"\n""'
    yes é | head -n 70000 | tr -d '\n' > many # characters across the border of two records
    ctr-log write torn < many
    ctr-log read --json torn | jq -j .text | cmp - many
}

@test "what is no record is left out, and said once" {
    stamped log
    { echo; echo nonsense; echo '2026 stdlog F x'; echo '2026 stdout X x'; } >> log
    run -1 --separate-stderr ctr-log read --json --tail 1 log
    assert_output --partial '"text":"g"'
    assert_equal "$stderr" 'ctr-log: log: not all of it is a log; that is left out'
    : > log.1
    : > log
    run -0 ctr-log read log
    refute_output
}

@test "files that were rotated are read when the newest is missing" {
    stamped log
    rm log
    shows 'a b1c '
}

@test "follow: what was there, what comes, and the end" {
    open_log
    echo one >&9
    poll 10 grep -q one log
    ctr-log read --follow log > out 3>&- 9>&- &
    reader=$!
    PIDS+=("$reader")
    ctr-log read --follow --tail 0 -t log > new 3>&- 9>&- &
    PIDS+=("$!")
    poll 10 holds out one
    poll 10 sh -c 'grep -q inotify "/proc/$0/fdinfo/"*' "$!"
    echo two >&9
    poll 10 holds out $'one\ntwo'
    printf three >&9
    poll 10 holds out $'one\ntwo\nthree'
    exec 9>&-
    wait "$reader" "$!" "$writer"
    assert_equal "$(< out)" $'one\ntwo\nthree'
    assert_equal "$(cut -d ' ' -f 2 new)" $'two\nthree'
    # Nobody writes it any more.
    run -0 timeout 10 ctr-log read --follow log
    assert_output $'one\ntwo\nthree'
}

@test "follow: a writer of another pid namespace is one" {
    need_root
    open_log
    ns-spawn --pid --mnt -- ctr-log read --follow log > out 3>&- 9>&- &
    reader=$!
    PIDS+=("$reader")
    echo one >&9
    poll 10 holds out one
    echo two >&9
    poll 10 holds out $'one\ntwo'
    exec 9>&-
    wait "$reader" "$writer"
}

@test "follow ends when the writer is killed, each time" {
    for i in {1..16}; do
        ctr-log run "log$i" -- sh -c 'echo up; exec sleep 1000' 3>&- &
        PIDS+=("$!")
        poll 10 grep -q up "log$i"
        timeout 20 ctr-log read --follow "log$i" > "out$i" 3>&- &
        readers[i]=$!
        ((i % 2)) || poll 10 holds "out$i" up
        kill -9 "$(writer_of "log$i")"
    done
    for i in {1..16}; do
        wait "${readers[i]}"
        assert_equal "$(< "out$i")" up
    done
}

@test "follow over rotations: no line is lost or comes twice" {
    seq 20000 > lines
    open_log --max-size 16k --max-file 1000
    for i in 1 2; do
        timeout 60 ctr-log read --follow log > "out$i" 3>&- 9>&- &
        readers[i]=$!
    done
    dd if=lines bs=3000 status=none >&9 # so that the reads are many, too
    exec 9>&-
    wait "${readers[1]}" "${readers[2]}"
    cmp out1 lines
    cmp out2 lines
    (($(ls log* | wc -l) > 50))
}

@test "follow: until a time; until nobody reads" {
    open_log
    echo one >&9
    poll 10 grep -q one log
    now=$(date +%s%N)
    until=$((now / 1000000000 + 1)).${now: -9}
    run -0 timeout 10 ctr-log read --follow --until "$until" log 9>&-
    assert_output one
    (($(date +%s%N) >= now + 1000000000))
    mkfifo pipe
    ctr-log read --follow log > pipe 3>&- 9>&- &
    reader=$!
    head -n 1 pipe > first
    assert_equal "$(< first)" one
    wait "$reader" || (($? == 141)) # by SIGPIPE, if head was slow
    exec 9>&-
}

@test "a full disk: the source goes on, and the log says what it lacks once it can" {
    need_root
    mkdir disk
    timeout 60 unshare -m bash -euo pipefail -c '
        mount -t tmpfs -o size=512k none disk
        head -c 400k /dev/zero > disk/filler
        mkfifo in
        ctr-log write disk/log < in &
        exec 9> in
        seq -f "line %g, long enough that not all of these will find room on the disk" 3000 > sent
        cat sent >&9 # and it does not block
        rm disk/filler
        # What it lacks is told before the next line that it gets.
        until grep -q "stderr F ctr-log: lost" disk/log; do echo more | tee -a sent >&9; sleep 0.05; done
        echo after | tee -a sent >&9
        exec 9>&-
        wait $! && status=0 || status=$?
        echo "$status" > status
        cp disk/log log' 2> stderr
    assert_equal "$(< status)" 1
    is_whole log
    ctr-log read log > out 2> notes # more than one, if there was room for it and for nothing else
    assert_equal "$(sed -E 's/lost [0-9]+ bytes/lost/' notes | uniq)" 'ctr-log: lost: No space left on device'
    lost=$(sed 's/.*lost \([0-9]*\) bytes.*/\1/' notes | paste -sd +)
    assert_equal "$(< stderr)" "ctr-log: disk/log: lost $((lost)) bytes: No space left on device"
    assert_equal $(($(stat -c %s out) + lost)) "$(stat -c %s sent)"
    # The notes are where the holes are.
    sed '/stderr F/,$d' log > log.before
    tac log | sed '/stderr F/,$d' | tac > log.after
    ctr-log read log.before > before
    ctr-log read log.after > after
    head -c "$(stat -c %s before)" sent | cmp - before
    tail -c "$(stat -c %s after)" sent | cmp - after
}

@test "a record that fitted only in part is cut off, now or later" {
    head -c 20000 /dev/zero | tr '\0' x > long
    seq 1000 > lines
    for input in long lines; do
        run -1 bash -c 'ulimit -f 8; ctr-log write log < "$1"' - "$input"
        [[ $output =~ ^'ctr-log: log: lost '([0-9]+)' bytes: File too large'$ ]]
        is_whole log
        ctr-log read log > out
        head -c "$(stat -c %s out)" "$input" | cmp - out
        assert_equal $(($(stat -c %s out) + BASH_REMATCH[1])) "$(stat -c %s "$input")"
        rm log
    done
    need_command strace
    for n in 1 2; do # the second time it is before the note is tried
        run -1 bash -c 'ulimit -f 8; strace -o trace -e trace=ftruncate -e inject=ftruncate:error=EIO:when=1..'$n' ctr-log write log < lines'
        grep -q INJECTED trace
        is_whole log || ((n == 2))
        echo more | ctr-log write log
        is_whole log
        rm log
    done
}

@test "a disk that fails: counted, noted, and it goes on" {
    need_command strace
    mkfifo in
    wrote() { (($(grep -c 'write(' trace) >= $1)); }
    strace -o trace -e trace=write,openat -e inject=write:error=EIO:when=2..3 ctr-log write log < in 2> stderr 3>&- &
    exec 9> in
    poll 10 test -e log
    for i in 1 2 3 4 5; do
        echo "line $i" >&9
        poll 10 wrote "$i"
    done
    exec 9>&-
    wait $! && status=0 || status=$?
    assert_equal "$status" 1
    run -0 --separate-stderr ctr-log read log
    assert_line --index 0 'line 1'
    assert_line 'line 5'
    [[ $stderr =~ ^'ctr-log: lost '[0-9]+' bytes: '(I/O|Input/output)' error' ]]
}

@test "a rotation that fails: no file is larger for it" {
    need_root
    mkdir dir
    echo first | ctr-log write dir/log
    chown 65534 dir/log
    seq 1000 > lines
    run -1 setpriv --reuid 65534 --regid 65534 --clear-groups ctr-log write --max-size 4k dir/log < lines
    [[ $output =~ ^'ctr-log: dir/log: lost '([0-9]+)' bytes: Permission denied'$ ]]
    is_whole dir/log
    (($(stat -c %s dir/log) <= 4096))
    assert_equal "$(ls dir)" log
    ctr-log read dir/log > out
    assert_equal $(($(stat -c %s out) - 6 + BASH_REMATCH[1])) "$(stat -c %s lines)"
}

@test "signals that end others do not end the writer" {
    open_log
    for signal in HUP INT QUIT TERM PIPE; do kill -s "$signal" "$writer"; done
    echo text >&9
    exec 9>&-
    wait "$writer"
    assert_equal "$(ctr-log read log)" text
}

@test "run: stdout and stderr of a command, its exit status" {
    run -3 ctr-log run log -- sh -c 'echo out; echo err >&2; exit 3'
    refute_output
    run -0 --separate-stderr timeout 10 ctr-log read --follow log
    assert_equal "$output" out
    assert_equal "$stderr" err
    run -0 ctr-log run --max-size 1k --max-file 2 log seq 1000 # with no `--`
    timeout 10 ctr-log wait log
    assert_equal "$(ctr-log read --tail 1 log) $(echo log*)" '1000 log log.1'
    run -137 ctr-log run log -- sh -c 'kill -9 $$'
}

@test "run: other descriptors, beside the command's own; options that are the command's" {
    echo in | ctr-log run log --stdout-fd 7 --stderr-fd 8 -- sh -c 'cat; echo out >&7; echo err >&8; ls /proc/self/fd' > own 2> own_err 3>&-
    run -0 --separate-stderr timeout 10 ctr-log read --follow log
    assert_equal "$output $stderr" 'out err'
    [[ ! -s own_err ]]
    # ls itself has opened 3. What this shell has open from bats is passed on as it is.
    ls /proc/self/fd > here 3>&-
    assert_equal "$(sort -n own | uniq | xargs)" "$({ echo in; cat here; echo 7; echo 8; } | sort -n | uniq | xargs)"
    run -0 ctr-log run log sh -c 'echo "$@"' - --max-size -- --nonsense
    timeout 10 ctr-log read --follow log > out
    assert_equal "$(tail -n 1 out)" '--max-size -- --nonsense'
}

@test "run: the writer is detached, and has open only what it needs" {
    mkfifo go
    setsid --fork bash -c 'ctr-log run log -- sh -c "trap \"\" HUP; echo \$\$ > leader; read x < go; echo late" < /dev/null' 3>&- 5< /etc/passwd
    poll 10 is_written log
    poll 10 test -s leader
    writer=$(writer_of log)
    read -r leader < leader
    # Nobody's child that knows us, in a session of its own, holding on to no directory.
    read -r _ _ _ parent group session _ < "/proc/$writer/stat"
    assert_equal "$group $session" "$writer $writer"
    [[ $parent != "$leader" && ! $(< "/proc/$leader/task/$leader/children") ]]
    assert_equal "$(readlink "/proc/$writer/cwd")" /
    for fd in 0 1 2; do assert_equal "$(readlink "/proc/$writer/fd/$fd")" /dev/null; done
    cd "/proc/$writer/fd"
    assert_equal "$(for fd in *; do ((fd < 3)) || readlink "$fd"; done | sed 's/pipe:.*/pipe/' | xargs)" \
        "pipe pipe $T $T/log"
    cd "$T"
    # The whole session of who started it is hung up.
    kill -HUP -- "-$(cut -d ' ' -f 6 "/proc/$leader/stat")"
    timeout 10 ctr-log read --follow log > out 3>&- &
    echo > go
    wait $!
    assert_equal "$(< out)" late
    poll 10 test ! -e "/proc/$writer"
}

@test "run: the writer ends with the last that can write, not with the command" {
    mkfifo go
    ctr-log run log -- sh -c '{ read x < go; echo last; } & echo first' 3>&-
    poll 10 grep -q first log
    writer=$(writer_of log)
    echo > go
    poll 10 test ! -e "/proc/$writer"
    assert_equal "$(ctr-log read log)" $'first\nlast'
}

@test "run: what fails is told to the caller, and leaves no log" {
    run -127 ctr-log run log -- no-such-command
    assert_output 'ctr-log: no-such-command: exec: No such file or directory'
    run -126 ctr-log run log -- /etc/passwd
    assert_output 'ctr-log: /etc/passwd: exec: Permission denied'
    [[ ! -e log ]]
    echo before | ctr-log write log
    run -127 ctr-log run log -- no-such-command
    assert_equal "$(ctr-log read log)" before
    run -125 ctr-log run no/log -- touch ran
    assert_output 'ctr-log: no/log: open its directory: No such file or directory'
    echo text > file
    run -125 ctr-log run file -- touch ran
    assert_output 'ctr-log: file: holds something else than a log'
    run -125 sh -c 'ulimit -n 20; ctr-log run log --stdout-fd 50 -- touch ran'
    assert_equal "${#lines[@]}" 1
    [[ ! -e ran ]]
}

# bats test_tags=vm
@test "run --console-fd: a terminal that the command makes; a prompt is there at once" {
    PATH=$BUILD/test:$PATH
    mkfifo go
    ctr-log run --console-fd 6 log -- pty-send 6 sh -c 'tty; stty size; printf "prompt> "; exec 6>&-; read -r x < go; echo; exit 5' < /dev/null 3>&- &
    poll 10 grep -q 'P prompt> $' log
    # 3 is the terminal's master, by which others find it; the socket is closed.
    cd "/proc/$(writer_of "$T/log")/fd"
    assert_equal "$(for fd in *; do ((fd < 3)) || readlink "$fd"; done | xargs)" "/dev/ptmx $T $T/log"
    cd "$T"
    echo > go
    wait $! || assert_equal $? 5
    timeout 10 ctr-log read --follow log > out
    assert_equal "$(sed 1d out)" $'24 80\r\nprompt> \r'
    grep -q '^/dev/pts/[0-9]*.$' out
}

@test "run --console-fd: all that was written before the end; a command that sends nothing, or something else" {
    PATH=$BUILD/test:$PATH
    ctr-log run --console-fd 6 log -- pty-send 6 seq 20000 < /dev/null
    timeout 10 ctr-log read --follow log | tr -d '\r' | cmp - <(seq 20000)
    for command in true 'exec 6>&-; sleep 0.2' 'exit 3' 'kill -9 $$' 'echo word >&6'; do
        ctr-log run --console-fd 6 none -- sh -c "$command" 3>&- || :
        timeout 10 ctr-log wait none
        [[ ! -s none ]]
    done
    ctr-log run --console-fd 6 none -- pty-send --file 6 true || assert_equal $? 129 # its terminal is gone
    timeout 10 ctr-log wait none
    run -127 ctr-log run --console-fd 6 new -- no-such-command
    [[ ! -e new ]]
}

@test "run --tee: passed on as it is, and logged" {
    head -c 3000000 /dev/urandom > random
    ctr-log run --tee log -- cat random | cmp - random
    ctr-log read log | cmp - random
    rm log
    ctr-log run --tee log -- sh -c 'printf out; printf err >&2' > out 2> err
    timeout 10 ctr-log wait log
    assert_equal "$(< out)|$(< err)" 'out|err'
    { ctr-log run --tee log2 -- seq 100000; timeout 10 ctr-log wait log2; } | { sleep 0.3; cat; } | cmp - <(seq 100000)
    ctr-log run --tee --stdout-fd 7 --stderr-fd 8 log3 -- sh -c 'echo own; echo seven >&7; echo eight >&8' > out 2> err
    timeout 10 ctr-log wait log3
    assert_equal "$(sort out | xargs)|$(< err)" 'own seven|eight'
    assert_equal "$(ctr-log read --merge log3 | sort | xargs)" 'eight seven'
}

@test "run --tee: a caller that takes no more, is slow, or does not block" {
    ctr-log run --tee log -- seq 100000 | head -n 1
    timeout 10 ctr-log wait log
    ctr-log read log | cmp - <(seq 100000)
    ctr-log run --tee closed -- echo word >&- 2>&-
    timeout 10 ctr-log wait closed
    assert_equal "$(ctr-log read closed)" word
    ctr-log run --tee full -- echo word > /dev/full
    timeout 10 ctr-log wait full
    assert_equal "$(ctr-log read full)" word
    # What the caller does not take yet is in the log.
    mkfifo slow
    exec 9<> slow
    ctr-log run --tee held -- seq 60000 > slow 9>&- 3>&- &
    poll 10 grep -q 'F 1000$' held
    head -c 338894 <&9 | cmp - <(seq 60000 | head -c 338894)
    exec 9>&-
    timeout 10 ctr-log wait held
    wait $!
}

@test "mark, and read --from it: over rotations, in the middle of a line, from before the beginning" {
    assert_equal "$(ctr-log mark log)" 0:0
    open_log --max-size 1k
    run -0 ctr-log read --from 0:0 log
    assert_output ''
    printf 'one\nprompt> ' >&9
    poll 10 grep -q 'P prompt> $' log
    mark=$(ctr-log mark log)
    echo typed >&9
    poll 10 grep -q typed log
    assert_equal "$(ctr-log read --from "$mark" log)" typed
    seq 40 >&9
    poll 10 test -e log.1
    poll 10 grep -q 'F 40$' log
    assert_equal "$(ctr-log read --from "$mark" log)" "$(echo typed; seq 40)"
    assert_equal "$(ctr-log read --from 0:0 log | head -n 1)" one
    mark=$(ctr-log mark log)
    timeout 10 ctr-log read --follow --from "$mark" log > out 3>&- 9>&- &
    echo last >&9
    exec 9>&-
    wait "$writer"
    wait $!
    assert_equal "$(tail -n 1 out)" last
    assert_equal "$(ctr-log read --from "$(ctr-log mark log)" log)" ''
    run -1 --separate-stderr ctr-log read --from 1:5 log
    assert_equal "$stderr" 'ctr-log: log: files were removed before they could be read'
    assert_equal "${lines[0]}" one
    run -1 ctr-log mark /dev/null
}

@test "wait: until nobody writes it, over rotations; what waits is no writer" {
    timeout 5 ctr-log wait nowhere
    echo text | ctr-log write log
    timeout 5 ctr-log wait log
    open_log --max-size 1k
    ctr-log wait log 3>&- 9>&- &
    waiting=$!
    PIDS+=("$waiting")
    ctr-log read --follow log > out 3>&- 9>&- &
    reading=$!
    PIDS+=("$reading")
    seq 100 >&9
    poll 10 test -e log.2
    kill -0 "$waiting"
    exec 9>&-
    wait "$waiting"
    wait "$reading"
    ctr-log write log < /dev/null
}

@test "standard streams that are closed are not mistaken for what is opened" {
    ctr-log run log -- sh -c 'echo text' <&- >&- 2>&-
    timeout 10 ctr-log read --follow log > out
    assert_equal "$(< out)" text
    run -1 timeout 10 sh -c 'ctr-log write empty <&-'
    assert_output 'ctr-log: standard input: read: Bad file descriptor'
    run -1 sh -c 'ctr-log read log >&-'
    assert_output 'ctr-log: standard output: write: Bad file descriptor'
    ctr-log write log <&- 2>&- && status=0 || status=$?
    assert_equal "$status" 1
    is_whole log
}

@test "a writer that rests needs little memory, also after it had much to do" {
    [[ ! ${SANITIZE-} ]] || skip "a sanitized build is larger"
    open_log
    pss() { sed -n 's/^Pss: *\([0-9]*\) kB/\1/p' "/proc/$writer/smaps_rollup"; }
    is_small() { (($(pss) <= 150)); }
    is_small
    head -c 3000000 /dev/zero | tr '\0' x >&9
    poll 10 is_small
    exec 9>&-
    wait "$writer"
}

@test "wrong command lines: one line, and the status of the verb" {
    echo text | ctr-log write log
    check() { # STATUS MESSAGE ARG...
        run -"$1" --separate-stderr ctr-log "${@:3}" < /dev/null
        [[ ! $output && $stderr == "ctr-log: $2 (try 'ctr-log --help')" ]] || fail "$stderr"
    }
    check 2 'what to do is missing'
    check 2 'nonsense: no such verb' nonsense
    check 2 'write: needs FILE' write
    check 2 'write: more: one operand too many' write log more
    check 2 '--max-size: 1023: less than 1k' write --max-size 1023 log
    check 2 '--max-size: x: not a size (such as 512k, 100m, 1.5g)' write --max-size x log
    for n in 0 1001 x -1; do
        check 2 "--max-file: $n: not a number of files from 1 to 1000" write --max-file "$n" log
    done
    check 2 '--stderr-fd: 99: no such file descriptor is open' write --stderr-fd 99 log
    check 2 '--tail: x: not a number' read --tail x log
    for time in x '' 10 11-25 2026-13-01 2026-02-30T00:00:00Z 2026-11-25T10:00 2026-11-25T10:00:00+2 1h30 h -1h 1d; do
        [[ $time != 10 ]] || continue # 10 seconds after the epoch
        check 2 "--since: $time: not a time (such as 2026-11-25T15:00:00Z, 1795618800.5, 1h30m)" read --since "$time" log
    done
    check 2 '--json has the times anyway' read --json -t log
    check 125 'run: needs FILE [--] COMMAND...' run log
    check 125 '--nonsense: unknown option' run --nonsense log true
    check 125 '--stdout-fd and --stderr-fd are the same' run --stdout-fd 7 --stderr-fd 7 log true
    check 125 "--stdout-fd: x: not a descriptor's number" run --stdout-fd x log true
    check 125 '--console-fd excludes --stdout-fd, --stderr-fd and --tee' run --console-fd 6 --tee log true
    check 125 '--console-fd excludes --stdout-fd, --stderr-fd and --tee' run --console-fd 6 --stdout-fd 7 log true
    check 2 '--from and --tail exclude each other' read --from 0:0 --tail 1 log
    for mark in x 1 1:x :1 1: -1:2; do
        check 2 "--from: $mark: not what ctr-log mark prints" read --from "$mark" log
    done
}
