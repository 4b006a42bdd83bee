#!/usr/bin/env bats
# ufs-mount, by what the kernel shows of the mounts. Each test mounts in a namespace of its own.

load lib/common

setup() {
    common_setup
    need_root
    cd "$T"
    mkdir low top
    echo low > low/file
    echo low > low/below
    echo top > top/file
    echo top > top/new
}
teardown() { common_teardown; }

# inside SCRIPT [ARG...]: bash in a new mount namespace; there, `fails STATUS COMMAND...`
inside() {
    unshare -m "${INSIDE[@]}" bash -euo pipefail -c "$FAILS; $1" inside "${@:2}"
}
INSIDE=()
FAILS='fails() {
    local want=$1 status=0
    shift
    "$@" 2> stderr || status=$?
    [[ $status == "$want" ]] || { echo "status $status: $*"; cat stderr; exit 1; }
}'

# Linux 6.13 and later show layers by their names, whatever those are.
kernel_takes_descriptors() {
    local major minor
    IFS=. read -r major minor _ < /proc/sys/kernel/osrelease
    ((major > 6 || (major == 6 && minor >= 15)))
}

tree() { # DIR: all there is to a tree, one line per entry
    (cd "$1" && find . -printf '%p %y %m %U:%G %T@ %s %l\n' | sort && find . -type f -exec sha256sum {} +)
}

@test "a new upper directory is as the root below; one that was used stays as it is" {
    mkdir base
    chown 3:4 base && chmod 1711 base
    run -0 unshare -m ufs-mount --lower base --upper up --work wk merged -- stat -c %a:%u:%g merged
    assert_output 1711:3:4
    unshare -m ufs-mount --lower base --upper up --work wk merged -- chmod 700 merged
    run -0 unshare -m ufs-mount --lower base --upper up --work wk merged -- stat -c %a:%u:%g merged
    assert_output 700:3:4
    # Also where somebody else has made it.
    mkdir up2 wk2
    run -0 unshare -m ufs-mount --lower base --upper up2 --work wk2 merged -- stat -c %a:%u:%g merged
    assert_output 1711:3:4
}

# bats test_tags=vm
@test "layers, the first on top, and changes in upper alone" {
    before=$(tree low && tree top)
    run -0 inside '
        ufs-mount --lower top --lower low --upper upper --work work merged -- \
            sh -c "cat merged/file merged/new merged/below"
        echo changed > merged/below
        rm merged/file
        [[ ! -e merged/file && $(cat merged/below) == changed ]]'
    assert_output "$(printf 'top\ntop\nlow')"
    assert_equal "$(tree low && tree top)" "$before"
    assert_equal "$(cat upper/below)" changed
    [[ -c upper/file ]] # a whiteout
}

# bats test_tags=vm
@test "--root-of: what a process has as its root, without what is mounted there" {
    cp "$(type -P busybox)" low/busybox
    mkdir low/mnt
    ns-spawn --pid --mnt --info-fd 5 -- ufs-mount --lower low --upper upper --work work merged -- bash -euc '
        mount --bind merged merged && cd merged && mkdir old && pivot_root . old && cd / && exec /busybox sh -c "
            /busybox umount -l /old
            /busybox mount -t tmpfs none /mnt; echo x > /mnt/hidden; echo x > /changed; echo x > /ready; exec /busybox sleep 1000"' \
        5> facts > log 2>&1 3>&- &
    poll 10 test -e upper/ready
    pid=$(sed -n 's/^pid[\t=]//p' facts) start=$(sed -n 's/^start[\t=]//p' facts)
    inside '
        ufs-mount --root-of "$1" --start "$2" target -- sh -c "
            cd target && [ \$(cat changed) = x ] && [ \$(cat file) = low ] && ! [ -e mnt/hidden ]"
        fails 1 touch target/new
        env --ignore-signal=CHLD ufs-mount --root-of "$1" target4 -- test -e target4/changed
        cd "$3" && ufs-mount --root-of "$1" target2 -- sh -c "[ \$PWD = \"$3\" ]" # we are where we were
        fails 125 ufs-mount --root-of "$1" --start 1 target3
        grep -q "there is no such process any more$" stderr && [[ ! -e target3 ]]
        fails 125 ufs-mount --root-of 2147483647 target3
        fails 125 ufs-mount --root-of 1 --lower low target3' "$pid" "$start" "$T"
    [[ ! -e upper/new ]]
    kill -KILL "$pid"
    wait $! || :
}

# bats test_tags=vm
@test "without --upper the tree is read-only" {
    inside '
        ufs-mount --lower top --lower low merged
        [[ $(cat merged/file) == top && $(cat merged/below) == low ]]
        fails 1 touch merged/x
        grep -q "Read-only file system" stderr'
    [[ ! -e low/x && ! -e top/x ]]
}

@test "one layer alone is bound, read-only" {
    inside '
        ufs-mount --lower low merged
        [[ $(cat merged/file) == low ]]
        fails 1 touch merged/x
        touch low/y
        [[ -e merged/y ]]'
    [[ ! -e low/x ]]
    run -125 ufs-mount --lower low --option index=off merged
    assert_output --partial 'takes none'
}

@test "--read-only with --upper" {
    inside '
        ufs-mount --lower low --upper upper --work work --read-only merged
        [[ $(cat merged/file) == low ]]
        fails 1 touch merged/x'
    [[ ! -e upper/x ]]
}

@test "missing directories are made, for all users whatever the umask is" {
    inside 'umask 077; ufs-mount --lower low --upper upper --work work merged'
    assert_equal "$(stat -c %a upper work merged | xargs)" '755 700 755'
    inside 'umask 027; ufs-mount --lower low --upper u2 --work w2 m2 -- sh -c "umask > mask"'
    assert_equal "$(cat mask)" 0027
}

@test "the parents of missing directories are not made" {
    run -125 ufs-mount --lower low --upper no/upper --work work merged
    assert_output 'ufs-mount: no/upper: mkdir: No such file or directory'
    [[ ! -e merged && ! -e work ]]
}

@test "two containers of one image do not see each other's changes" {
    before=$(tree low && tree top)
    inside '
        for i in 1 2; do
            ufs-mount --lower top --lower low --upper u$i --work w$i m$i
            echo $i > m$i/file
            echo $i > m$i/only$i
        done
        [[ $(cat m1/file m2/file | xargs) == "1 2" && ! -e m1/only2 && ! -e m2/only1 ]]'
    assert_equal "$(tree low && tree top)" "$before"
}

make_odd() { # layers with odd names, as options in args
    local name
    args=()
    for name in 'a,b' 'c:d' 'e\f' 'g h' $'i\nj' 'k=v' , : '\' 'ro,x' 'é'; do
        mkdir "$name"
        : > "$name/in ${name//[\\$'\n']/-}"
        args+=(--lower "$name")
    done
}

mount_odd() {
    inside '
        ufs-mount "$@" --upper "up,:\\ p" --work "wo,:\\ k" "me,:\\ d"
        ls "me,:\\ d" | sort > seen
        touch "me,:\\ d/x"
        [[ -e "up,:\\ p/x" ]]' "${args[@]}"
    assert_equal "$(cat seen)" "$(printf 'in %s\n' a,b c:d e-f 'g h' i-j k=v , : - ro,x é | sort)"
}

make_many() { # 64 layers with long names
    local i long
    long=$(printf 'n%.0s' {1..197})
    args=()
    for i in {101..164}; do
        mkdir "$long$i"
        echo "$i" > "$long$i/file$i"
        echo "$i" > "$long$i/all"
        args+=(--lower "$long$i")
    done
}

mount_many() {
    local upper
    for upper in '' '--upper u --work w'; do
        # shellcheck disable=SC2086
        run -0 unshare -m "$@" ufs-mount $upper "${args[@]}" m -- \
            sh -c 'cat m/file* | wc -l; cat m/all; /bin/pwd'
        assert_output "$(printf '64\n101\n%s' "$T")"
    done
}

@test "names with , : \\ = spaces and newlines" {
    make_odd
    mount_odd
    if kernel_takes_descriptors; then
        inside '
            ufs-mount "$@" merged
            shown=$(tail -n 1 /proc/self/mountinfo)
            [[ $shown == *"/a\\054b,"* && $shown == *"/c:d,"* && $shown == *"/i\\012j,"* ]]' "${args[@]}"
    fi
}

# bats test_tags=vm
@test "64 layers with names of 200 characters; the current directory stays" {
    make_many
    mount_many
}

@test "on a kernel that takes no descriptors: odd names, many layers, plain ones by their paths" {
    need_command strace
    old=(strace -f -o /dev/null -e trace=fsopen,fsconfig -e 'inject=fsconfig:error=EINVAL')
    make_odd
    INSIDE=("${old[@]}")
    mount_odd
    make_many
    mount_many "${old[@]}"
    run -0 unshare -m "${old[@]}" ufs-mount --lower low --lower top merged -- tail -n 1 /proc/self/mountinfo
    assert_output --partial "lowerdir=$T/low:$T/top"
    run -125 unshare -m "${old[@]}" ufs-mount --lower low --lower top -o nonsense fresh
    assert_output --partial 'ufs-mount: fresh: mount: '
    [[ ! -e fresh ]]
}

@test "500 layers, as many as the kernel takes; 501 are an error" {
    args=()
    for i in {1..500}; do
        mkdir "layer$i"
        : > "layer$i/$i"
        args+=(-l "layer$i")
    done
    run -0 unshare -m ufs-mount "${args[@]}" merged -- ls merged
    assert_equal "${#lines[@]}" 500
    mkdir layer501
    run -125 unshare -m ufs-mount "${args[@]}" -l layer501 m2 -- ls m2
    assert_output --partial 'ufs-mount: '
    [[ ! -e m2 ]]
}

@test "the missing layer is named" {
    run -125 ufs-mount --lower low --lower nope --upper upper --work work merged
    assert_output 'ufs-mount: nope: open: No such file or directory'
    [[ ! -e upper && ! -e work && ! -e merged ]]
    run -125 ufs-mount --lower low --lower low/file merged
    assert_output 'ufs-mount: low/file: open: Not a directory'
}

# bats test_tags=vm
@test "what fails is undone: mount and directories" {
    inside '
        mounts=$(cat /proc/self/mountinfo)
        undone() { # STATUS MESSAGE ARG...
            fails "$1" ufs-mount "${@:3}"
            grep -q "$2" stderr || { cat stderr; exit 1; }
            [[ ! -e upper && ! -e work && ! -e merged ]] || { ls; exit 1; }
            [[ $(cat /proc/self/mountinfo) == "$mounts" ]]
        }
        both=(--upper upper --work work)
        undone 127 "no-such: exec: No such file" --lower low "${both[@]}" merged -- no-such
        undone 126 "low/file: exec: Permission denied" --lower low "${both[@]}" merged -- low/file
        undone 127 no-such --lower low merged -- no-such
        undone 125 "nonsense\|options" --lower low "${both[@]}" --option nonsense merged
        undone 125 "twice" --lower low --lower low merged
        mkdir kept && touch kept/file
        fails 127 ufs-mount --lower low --upper kept --work work merged -- no-such
        [[ -e kept/file && ! -e work && ! -e merged ]]'
}

@test "a layer inside another, work on another file system, no privilege" {
    mkdir low/inner
    run -125 unshare -m ufs-mount --lower low --lower low/inner merged
    assert_output 'ufs-mount: merged: mount: a layer is given twice, or lies inside another'
    run -125 unshare -m sh -c 'mkdir other && mount -t tmpfs none other &&
        ufs-mount --lower low --upper upper --work other/work merged'
    assert_output --partial 'its log says why'
    [[ ! -e upper && ! -e merged ]]
    chmod 755 "$T"
    run -125 setpriv --reuid 65534 --regid 65534 --clear-groups ufs-mount --lower low --lower top top
    assert_output --partial 'Operation not permitted'
}

# bats test_tags=vm
@test "in a user namespace: changes, whiteouts, opaque directories" {
    mkdir low/dir
    echo low > low/dir/inner
    chmod 755 "$T"
    run -0 unshare -Ur -m bash -euc '
        ufs-mount --lower top --lower low --upper upper --work work merged
        echo x > merged/below && rm merged/file && rm -r merged/dir && mkdir merged/dir
        [[ $(ls merged/dir | wc -l) == 0 && ! -e merged/file && $(cat merged/below) == x ]]
        grep " merged\| $PWD/merged " /proc/self/mountinfo'
    assert_output --partial userxattr
    [[ $(cat low/dir/inner) == low ]]
    # one layer alone, too
    INSIDE=(unshare -Ur -m)
    inside 'ufs-mount --lower low merged; [[ -e merged/dir ]]; fails 1 touch merged/x'
}

# bats test_tags=vm
@test "--unmount; gone already is success" {
    inside '
        ufs-mount --lower top --lower low --upper upper --work work merged
        [[ -e merged/file ]]
        ufs-mount --unmount merged
        [[ ! -e merged/file ]]
        ufs-mount --unmount merged
        ufs-mount --unmount not-there
        ufs-mount --lower low --upper upper --work work merged
        cd merged
        exec 9> file
        cd ..
        fails 125 ufs-mount --unmount merged
        grep -q "merged: unmount: .*busy" stderr'
}

@test "--unmount of a mount that belongs to a namespace above is no success" {
    mkdir merged
    run -125 unshare -m sh -c 'mount -t tmpfs none merged && unshare -Ur -m ufs-mount --unmount merged'
    assert_output 'ufs-mount: merged: unmount: Operation not permitted'
}

@test "the command: arguments as they are, its status, and no descriptor more" {
    run -7 unshare -m ufs-mount --lower low --lower top merged -- sh -c 'printf "<%s>" "$@"; exit 7' \
        sh 'a b' '' -- --lower '*' $'x\ny'
    assert_output $'<a b><><--><--lower><*><x\ny>'
    run -0 unshare -m ufs-mount --lower low --upper u --work w merged -- ls /proc/self/fd
    assert_output "$(ls /proc/self/fd)"
}

@test "the default options: plain differences" {
    inside '
        mkdir low/dir && ufs-mount --lower low --upper upper --work work merged
        mv merged/dir merged/moved # by copying, since rename is refused
        [[ -d upper/moved && -z $(getfattr -d -m redirect upper/moved 2> /dev/null) ]]
        chown 1 merged/below
        [[ $(cat upper/below) == low ]]'
}

@test "--option wins over the defaults, and may have several" {
    inside '
        ufs-mount --lower low --upper upper --work work -o redirect_dir=on,volatile merged
        shown=$(tail -n 1 /proc/self/mountinfo)
        [[ $shown == *redirect_dir=on* && $shown == *volatile* && $shown != *nofollow* ]]'
}

@test "a wrong command line: 125, one line, nothing done" {
    while read -r args; do
        # shellcheck disable=SC2086
        run -125 ufs-mount $args
        assert_equal "${#lines[@]}" 1
        assert_output --partial "try 'ufs-mount --help'"
    done << 'ARGS'

--lower low
--nonsense --lower low merged
--upper u --work w merged
--lower low --upper u merged
--lower low --work w merged
--lower low merged true
--lower low merged --
--unmount --lower low merged
--unmount merged -- true
--unmount
--lower
ARGS
    [[ ! -e merged && ! -e u ]]
}
