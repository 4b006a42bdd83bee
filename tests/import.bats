#!/usr/bin/env bats
# mini-docker import: what comes out is what went in, or nothing does.

load lib/store

setup() { store_setup; }
teardown() { common_teardown; }

store_holds() { # LAYERS BLOBS
    assert_equal "$(ls -A "$layers" | wc -l) $(ls -A "$images/blobs/sha256" | wc -l)" "$*"
}

tree_of() { # IMAGE
    img-store show "$1" | sed -n 's/^layers\t//p'
}

# Everything about every entry of a tree, but for inode numbers and change times.
entries() { # DIR
    (
        cd "$1" || return
        find . -printf '%P %y %m %U:%G %s %n %T@ %l\0' | sed -z 's/^\(.* d [0-7]* [0-9:]*\) [0-9]* [0-9]*/\1/' | sort -z | tr '\0\n' '\n\1'
        find . \( -type c -o -type b \) -exec stat -c '%n %t:%T' {} + | sort
        find . -links +1 -type f -printf '%i %P\n' | sort | awk '{ n = $1; $1 = ""; print (n == last ? "same" : "new"), $0; last = n }'
        find . -print0 | sort -z | xargs -0 getfattr -h -d -m - -e hex 2> /dev/null
        find . -type f -print0 | sort -z | xargs -0 sha256sum
    )
}

# A small tree with one of everything.
make_tree() { # DIR
    mkdir -p "$1/dir/empty" "$1/sticky" "$1/closed"
    (
        cd "$1" || return
        echo plain > plain && echo owned > owned && chown 1234:65533 owned
        echo suid > suid && chmod 4755 suid && echo sgid > sgid && chmod 2711 sgid
        : > empty && chmod 000 empty
        chmod 1777 sticky && chmod 500 closed && chown 7:8 dir
        ln plain dir/hard && ln plain 'dir/a third'
        ln -s plain link && ln -s /nowhere/at/all dangling && chown -h 5:6 link
        mkfifo fifo && mknod null c 1 3 && mknod loop b 7 9 && chmod 666 null
        truncate -s 3M sparse && printf x | dd of=sparse bs=1 seek=1M conv=notrunc status=none
        printf 'dev\n' > $'new\nline' && : > $'bytes\xff\xfe' && : > 'sp ace*?' && : > é && : > -dash && : > "$(printf 'n%.0s' {1..255})"
        setfattr -n user.one -v "v 1" plain && setfattr -n trusted.two -v 2 dir && setfattr -n user.bytes -v 0x00ff0a owned
        cp "$(type -P true)" capable && setcap cap_net_raw,cap_sys_ptrace=ep capable
        setfacl -m u:12345:rw,g:34567:r plain && setfacl -d -m u:12345:rx dir
        touch -d '2001-02-03 04:05:06.123456789' plain && touch -h -d '1969-12-31 23:59:58' link
        touch -d '2030-01-01 00:00:00.000000001' dir dir/empty closed
    )
    touch -d '2010-10-10 10:10:10.101010101' "$1"
}

make_tar() { # DIR; the archive on stdout, with all there is
    tar -C "$1" --format=posix --numeric-owner --pax-option=delete=atime,delete=ctime --xattrs --xattrs-include='*' --acls --sort=name -cf - .
}

# bats test_tags=vm
@test "a file, a directory, a pipe: an image of it" {
    tar=$(busybox_tar)
    run -0 --separate-stderr mini-docker import "$tar" busybox
    [[ $output =~ ^sha256:[0-9a-f]{64}$ && ! $stderr ]]
    assert_equal "$(img-store show busybox | head -n 1)" "id"$'\t'"$output"
    mkdir tree && tar -xpf "$tar" -C tree
    run -0 --separate-stderr mini-docker import tree from/dir:1
    [[ ! $stderr ]]
    run -0 --separate-stderr mini-docker import - pipe < <(cat "$tar")
    [[ ! $stderr ]]
    run -0 --separate-stderr mini-docker import - file < "$tar"
    [[ ! $stderr ]]
    for name in busybox from/dir:1 pipe file; do
        diff <(entries tree) <(entries "$(tree_of "$name")")
    done
    run -0 mini-docker import "$tar"
    run -0 mini-docker import "$tar" ''
    assert_equal "$(img-store list | cut -f 1 | sort | xargs)" '- - busybox file from/dir pipe'
    store_holds 2 14 # the archive is one layer, however often it comes
}

@test "owners, modes, times, links, devices, attributes, capabilities, names: as they were" {
    need_command setfattr setfacl setcap
    make_tree tree
    entries tree > want
    make_tar tree > tree.tar
    mini-docker import tree dir > /dev/null
    mini-docker import tree.tar tar > /dev/null
    for name in dir tar; do
        diff want <(entries "$(tree_of "$name")")
        assert_equal "$(getcap -r "$(tree_of "$name")" | sed 's/.* //')" 'cap_net_raw,cap_sys_ptrace=ep'
    done
    diff want <(entries tree) # the source, too
    assert_equal "$(grep -c 'security.capability=0x' want) $(grep -c ^same want)" '1 2'
}

@test "compressed in every way that img-layer knows" {
    need_command gzip zstd bzip2 xz skopeo
    tarmake f file x d dir 755 e - - > plain.tar
    mini-docker import plain.tar plain > /dev/null
    for with in gzip zstd bzip2 xz; do
        "$with" -c plain.tar > "$with.tar"
        mini-docker import "$with.tar" "$with" > /dev/null
        assert_equal "$(tree_of "$with")" "$(tree_of plain)" # the same layer
        skopeo copy "oci:$images:$with:latest" "dir:$T/$with" > /dev/null
    done
}

@test "strange names of files and directories" {
    tarmake f file x e - - > plain.tar
    for name in -x.tar --help 'a  b' '$(touch ran)' '`touch ran`' "it's" '"' '*' $'new\nline' $'\xff\xc3' é '\' 'a;b' - '(' '!' =; do
        cp plain.tar "./$name"
        operand=$name
        [[ $name != - ]] || operand=./-
        mini-docker import -- "$operand" file > /dev/null
        assert_file_exist "$(tree_of file)/file"
        rm "./$name"
        mkdir "./$name" && : > "./$name/of dir"
        mini-docker import -- "$operand" dir > /dev/null
        assert_file_exist "$(tree_of dir)/of dir"
        rm -r "./$name"
    done
    [[ ! -e ran ]]
    run -0 img-store show --json dir
    assert_equal "$(jq -r '.image.history[0].created_by' <<< "$output")" 'import ='
}

@test "what is no good archive: exit 1, told, and nothing is left" {
    tar=$(busybox_tar)
    mini-docker import "$tar" stays > /dev/null
    before=$(find "$MINI_DOCKER_ROOT" | sort; cat "$images/index.json")
    head -c 1000000 "$tar" > cut.tar
    gzip -c "$tar" | head -c 100000 > cut.tar.gz
    { gzip -c "$tar"; echo more; } > more.tar.gz
    : > empty.tar
    head -c 100k /dev/urandom > noise.tar
    tarmake f ../out x e - - > up.tar
    tarmake f a/../../out x e - - > up2.tar
    tarmake f /out x e - - > absolute.tar
    tarmake s link "$T" f link/out x e - - > through.tar
    tarmake s link .. f link/out x e - - > through2.tar
    tarmake f a x l b ../../../etc/passwd e - - > hard.tar
    tarmake f a x l b nowhere e - - > nowhere.tar
    tarmake f a x b - - e - - > header.tar
    tarmake f a x > unended.tar
    for file in *.tar *.gz; do
        run -1 --separate-stderr mini-docker import "$file" bad
        [[ ! $output && $stderr == "img-layer: "* ]] || fail "$file: $output $stderr"
        case $file in
            cut.tar | empty.tar | up.tar | more.tar.gz)
                run -1 --separate-stderr mini-docker import - bad < "$file"
                [[ ! $output && $stderr == "img-layer: "* ]] || fail "$file: $output $stderr"
                ;;
        esac
        assert_equal "$(find "$MINI_DOCKER_ROOT" | sort; cat "$images/index.json")" "$before"
    done
    for missing in nowhere /dev/null/x; do
        run -1 mini-docker import "$missing" bad
        assert_output --partial "img-layer: $missing: open: "
    done
    run -1 mini-docker import /dev/null bad
    assert_equal "$(find "$MINI_DOCKER_ROOT" | sort; cat "$images/index.json")" "$before"
    [[ ! -e out && ! -e ../out ]]
}

@test "names and instructions are looked at before the archive is" {
    mkfifo never
    exec 7<> never # reading it would wait
    for bad in 'Name' 'a b' '-a' 'a@sha256:x' $'a\nb'; do
        run -1 timeout 10 mini-docker import -- never "$bad"
        assert_line --partial "img-store: "
        run -1 timeout 10 mini-docker import - "./$bad" < never
    done
    for bad in RUN 'CMD' 'ENV A' $'USER \xff'; do
        run -1 timeout 10 mini-docker import --change 'CMD x' -c "$bad" never name
        [[ $output == "img-store: $bad: "* ]]
    done
    exec 7<&-
    [[ ! -e $MINI_DOCKER_ROOT ]]
}

@test "--change and --message, each byte of them" {
    need_command jq
    tarmake f file x e - - > small.tar
    mini-docker import -c 'CMD ["a  b", "it'\''s", "$(touch ran)", "*"]' --change $'ENV A="1\n2"' -c 'USER 5' --change='WORKDIR /x y' \
        -m $'a "message"\n*' small.tar web > /dev/null
    run -0 img-store show --json web
    assert_equal "$(jq -c '[.image.config.Cmd, .image.config.Env, .image.config.User, .image.config.WorkingDir]' <<< "$output")" \
        '[["a  b","it'\''s","$(touch ran)","*"],["A=1\n2"],"5","/x y"]'
    assert_equal "$(jq -c '.image.history[0] | [.comment, .created_by]' <<< "$output")" '["a \"message\"\n*","import small.tar"]'
    [[ ! -e ran ]]
    assert_equal "$(jq -r '.image | .os, .architecture' <<< "$output" | xargs)" "linux $(dpkg --print-architecture)"
}

@test "progress is shown on a terminal, and only there" {
    tar=$(busybox_tar)
    run -0 pty-drive expect=MB -- mini-docker import "$tar" web
    assert_output --regexp $'\r[0-9]+ of [0-9]+ MB \\([0-9]+%\\).*\r\e\\[K.*sha256:'
    run -0 pty-drive -- mini-docker import -q "$tar" web
    refute_output --partial MB
    run -0 pty-drive -- sh -c "mini-docker import '$tar' web 2> err"
    refute_output --partial MB
    [[ ! -s err ]]
}

# start: an import from a pipe that has come half-way, in $pid. fd 7 is its input; whatever runs for it
# has `ended` open.
start() {
    mkfifo pipe ended
    env --default-signal mini-docker import - web < pipe > out 2> err 3>&- 8> ended &
    pid=$!
    exec 7> pipe 9< ended
    head -c 1500000 "$(busybox_tar)" >&7 # more than img-layer reads at once
    poll 10 bash -c 'test -e "$1"/.new-*/tree/bin/busybox' sh "$layers"
}

# wait_for_all: until the last one has gone
wait_for_all() {
    timeout 10 cat <&9
    exec 9<&-
    rm -f pipe ended
}

@test "ended by a signal: at once, and nothing is left" {
    for signal in HUP INT QUIT TERM; do
        start
        kill -s "$signal" "$pid"
        wait "$pid" && status=0 || status=$?
        assert_equal "$status" $((128 + $(kill -l "$signal")))
        store_holds 0 0
        wait_for_all # while there is still input
        exec 7>&-
        assert_equal "$(cat out err)" ''
    done
}

@test "killed: what it was making is gone after the next import" {
    start
    kill -9 "$pid"
    wait "$pid" || :
    [[ $(ls -A "$layers") == .new-"$pid"-* ]]
    exec 7>&- # which ends img-layer
    wait_for_all
    tarmake f file x e - - | mini-docker import - web > /dev/null
    store_holds 1 3
}

@test "killed at odd moments: the image is there whole, or is not" {
    tarmake f file x d dir 755 e - - > small.tar
    for i in {1..10}; do
        mkfifo ended
        mini-docker import small.tar web > out 2>&1 3>&- 8> ended &
        pid=$!
        exec 9< ended
        read -rt "0.$(printf %03d $((i * 3)))" <> <(:) || :
        kill -9 "$pid" 2> /dev/null || :
        wait "$pid" || :
        wait_for_all
        if [[ $(img-store list) ]]; then
            assert_equal "$(cat "$(tree_of web)/file")" x
            mini-docker rmi web > /dev/null
        else
            img-store sweep && img-store sweep --delete > /dev/null
        fi
        [[ ! -d $layers ]] || store_holds 0 0
    done 2> /dev/null
}

@test "a directory that the store lies in is refused; one in the store is not" {
    mkdir -p "$MINI_DOCKER_ROOT"
    for dir in . / "$T" ../t "$MINI_DOCKER_ROOT" "$MINI_DOCKER_ROOT/layers"; do
        run -1 timeout 20 mini-docker import "$dir" all
        assert_output "mini-docker: $dir: the images are kept in there ($MINI_DOCKER_ROOT)"
        store_holds 0 0
    done
    ln -s . link
    run -1 mini-docker import link/. all
    tarmake f file x e - - | mini-docker import - web > /dev/null
    mini-docker import "$(tree_of web)" again > /dev/null
    mkdir -p "${T}2/x" && run -0 mini-docker import "${T}2" beside && rm -r "${T}2"
    assert_equal "$(entries "$(tree_of again)")" "$(entries "$(tree_of web)")"
}

@test "what --trace prints makes the same when pasted" {
    make_tree "a tree's"
    make_tar "a tree's" > "the tar's"
    for source in "a tree's" "the tar's" -; do
        run -0 --separate-stderr mini-docker --trace import -c 'CMD ["it'\''s"]' -m 'x  y' "$source" web:1 < "the tar's"
        assert_equal "$(grep -vc '^+ ' <<< "$stderr")" 0
        sed 's/^+ //' <<< "$stderr" > lines
        first=$(img-store show web:1 | grep -v ^id)
        mini-docker rmi web:1 > /dev/null
        run -0 env -u MINI_DOCKER_ROOT bash -euc '. ./lines' < "the tar's"
        assert_equal "$(img-store show web:1 | grep -v ^id)" "$first"
        mini-docker rmi web:1 > /dev/null
    done
    store_holds 0 0
    run -0 --separate-stderr env MINI_DOCKER_ROOT="$T/o 'r" mini-docker --trace import -q "the tar's" x
    assert_equal "${stderr_lines[0]}" "+ export 'MINI_DOCKER_ROOT=$T/o '\\''r'"
}

@test "parallel imports of one archive, under one name and several" {
    tar=$(busybox_tar)
    for i in {1..6}; do mini-docker import "$tar" "n$((i % 3))" > "out$i" 2> "err$i" & done
    wait
    assert_equal "$(cat err*)" ''
    assert_equal "$(cat out* | sort)" "$(img-store list | cut -f 3 | sort)"
    store_holds 1 13
}

@test "a full disk: exit 1, and nothing is left" {
    mkdir disk
    tar=$(busybox_tar)
    run -1 unshare -m bash -c '
        mount -t tmpfs -o size=3m none disk
        export MINI_DOCKER_ROOT=$PWD/disk/store
        mini-docker import "$1" web
        status=$?
        find disk/store -type f -o -path "*/layers/*"
        exit $status' sh "$tar"
    assert_line --index 0 --regexp '^img-layer: .*/disk/store/layers/\.new-.*: No space left on device$'
    assert_equal "${#lines[@]} ${lines[1]}" '2 disk/store/images/oci-layout'
}

@test "options of ours in the environment, relative roots" {
    tarmake f file x e - - > small.tar
    opt_root=/nonexistent opt_quiet=1 opt_change="'RUN x'" opt_message=m opt_trace=1 name=x source=y stage=/etc worker=1 \
        run -0 --separate-stderr mini-docker import small.tar web
    [[ ! $stderr ]]
    assert_equal "$(img-store show --json web | jq -c '.image.history[0].comment')" null
    assert_file_exist /etc/passwd
    run -0 mini-docker --root rel/root import small.tar web
    assert_dir_exist rel/root/images
    MINI_DOCKER_ROOT=rel2 run -0 --separate-stderr mini-docker --trace import small.tar web
    assert_equal "${stderr_lines[0]}" "+ export MINI_DOCKER_ROOT=$T/rel2"
}

@test "a wrong command line: 125, one line" {
    while IFS='|' read -r args why; do
        # shellcheck disable=SC2086
        run -125 mini-docker $args
        assert_output "mini-docker: $why (try 'mini-docker import --help')"
    done << 'END'
import|import: needs FILE|DIR|- [NAME[:TAG]]
import a b c|import: c: one operand too many
import --nope a|import: --nope: unknown option
import -x a|import: -x: unknown option
import -c|import: -c: needs an argument
import --message|import: --message: needs an argument
import --quiet=maybe a|import: --quiet: maybe: neither true nor false
END
    run -125 mini-docker import ''
    [[ ! -e $MINI_DOCKER_ROOT ]]
}
