# What every test loads: a place of its own, what it may need, and the check that nothing is left.
# shellcheck shell=bash disable=SC2034 # variables are for the tests
#
# A test file begins with
#     load lib/common
#     setup() { common_setup; }
#     teardown() { common_teardown; }
# and finds then:
#     $T     its own directory, empty at first, removed at the end. TMPDIR is another one, which has
#            to be empty again at the end: what tools put there, they clean up.
#     $BIN   the tools and mini-docker, first in PATH; $TOP: the checkout
#     MINI_DOCKER_ROOT, MINI_DOCKER_RUN, MINI_DOCKER_CGROUP_PARENT: of this test alone
# Everything that a test starts or makes carries the test's name ($CTR_TEST_ID) in its environment,
# command line, mounts or cgroup; that is how the check tells it from what other tests do meanwhile.

bats_require_minimum_version 1.5.0
bats_load_library bats-support
bats_load_library bats-assert
bats_load_library bats-file

TOP=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd -P)
BUILD=$TOP/build${SANITIZE:+-sanitize}
BIN=$BUILD/bin
PATH=$BIN:$PATH:/usr/sbin:/sbin
# LeakSanitizer traces the process, which inside a container it may not. A report is told from the
# exit status of any tool by its number.
export ASAN_OPTIONS=detect_leaks=0:exitcode=99 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1

common_setup() {
    CTR_TEST_DIR=$(mktemp -d /tmp/mini-docker-test.XXXXXX)
    CTR_TEST_ID=${CTR_TEST_DIR##*/}
    T=$CTR_TEST_DIR/t TMPDIR=$CTR_TEST_DIR/tmp
    MINI_DOCKER_ROOT=$CTR_TEST_DIR/t/root MINI_DOCKER_RUN=$CTR_TEST_DIR/t/run
    MINI_DOCKER_CGROUP_PARENT=$CTR_TEST_ID
    MINI_DOCKER_NETWORK=none # the machine's own network is left alone
    MINI_DOCKER_PULL=never   # and nobody beyond it is asked
    export CTR_TEST_ID CTR_TEST_DIR T BIN TMPDIR MINI_DOCKER_ROOT MINI_DOCKER_RUN MINI_DOCKER_CGROUP_PARENT MINI_DOCKER_NETWORK MINI_DOCKER_PULL
    mkdir "$T" "$TMPDIR"
    chmod 755 "$CTR_TEST_DIR" # tests that drop privileges have to get through
    TRACES=$BUILD/test/traces "$TOP/tests/lib/leaks" snapshot "$BASHPID"
}

common_teardown() {
    [[ ${CTR_TEST_DIR-} ]] || return 0
    cd / || return
    TRACES=$BUILD/test/traces LEAK_SECONDS=${LEAK_SECONDS-} "$TOP/tests/lib/leaks" check "$BASHPID"
}

# cannot REASON: the test cannot run here
cannot() {
    [[ ! ${STRICT-} || $STRICT == 0 ]] || fail "cannot run here: $1"
    skip "$1"
}

need_root() {
    ((EUID == 0)) || cannot "needs root"
}

need_command() { # NAME...
    local name
    for name; do
        type -P "$name" > /dev/null || cannot "needs the command $name"
    done
}

# The other kind of cgroups is tested in another run (make test-vm), so this is no failure.
need_v1() {
    [[ $(cgroup_kind) != v2 ]] || skip "needs cgroup v1"
}

need_v2() {
    [[ $(cgroup_kind) == v2 ]] || skip "needs cgroup v2"
}

need_debian() { # a root file system of real Debian; see debian_rootfs
    need_root
    [[ -f $TOP/build/debian.tar ]] || cannot "needs build/debian.tar (make build/debian.tar)"
}

# v1: controllers on hierarchies of their own; hybrid: that, and a v2 hierarchy beside; v2: only that
cgroup_kind() {
    local line v1='' v2=''
    while read -r line; do
        case $line in
            *' - cgroup2 '*) v2=1 ;;
            *' - cgroup '*) v1=1 ;;
        esac
    done < /proc/self/mountinfo
    if [[ ! $v1 ]]; then
        echo v2
    elif [[ $v2 ]]; then
        echo hybrid
    else
        echo v1
    fi
}

# poll SECONDS COMMAND...: until it succeeds; what it says the last time is shown when it never does.
# A machine may be twenty times as slow as who wrote the number thought: it is 20 at least.
poll() {
    local deadline=$((${EPOCHREALTIME/[.,]/} + ($1 < 20 ? 20 : $1) * 1000000)) output
    shift
    until output=$("$@" 2>&1); do
        if ((${EPOCHREALTIME/[.,]/} > deadline)); then
            printf 'gave up waiting for: %s\n%s\n' "$*" "$output" >&2
            return 1
        fi
        sleep 0.02
    done
}

busybox_tar() { # prints the name of a tar archive of a small root file system
    local file=$TOP/build/busybox.tar
    if [[ ! -f $file && ! -w $TOP/build ]]; then
        file=$CTR_TEST_DIR/busybox.tar
    fi
    [[ -f $file ]] || "$TOP/tests/lib/busybox-tar" "$file" || return
    echo "$file"
}

busybox_rootfs() { # DIR
    local file
    file=$(busybox_tar) && mkdir -p "$1" && tar -xpf "$file" -C "$1"
}

busybox_image() { # [NAME[:TAG]]
    local file
    file=$(busybox_tar) && mini-docker import "$file" "${1:-busybox:latest}" > /dev/null
}

debian_rootfs() { # DIR
    mkdir -p "$1" && tar -xpf "$TOP/build/debian.tar" -C "$1"
}

# interrupt MICROSECONDS WHO COMMAND...: start it in a process group of its own; after that time kill the
# whole group, or a random process of it
interrupt() {
    local pid victims
    setsid "${@:3}" < /dev/null > /dev/null 2>&1 3>&- &
    pid=$!
    printf -v pause '0.%06d' "$1"
    read -rt "$pause" <> <(:) || :
    if [[ $2 == all ]]; then
        kill -KILL -- "$pid" "-$pid" 2> /dev/null || : # it may not have its group yet
    else
        mapfile -t victims < <(pgrep -g "$pid")
        ((${#victims[@]} == 0)) || kill -KILL "${victims[RANDOM % ${#victims[@]}]}" 2> /dev/null || :
    fi
    wait "$pid" 2> /dev/null || :
}
