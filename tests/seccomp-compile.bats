# seccomp-compile: what the programs that it makes do to a process.

load lib/common

setup() {
    common_setup
    PROFILE=$TOP/tools/seccomp-default.json
    PROBE=$BUILD/test/seccomp-probe
}
teardown() { common_teardown; }

# probe FILTER CALL=RESULT...: each call must end so
probe() {
    local filter=$1 case calls=()
    shift
    for case; do calls+=("${case%=*}"); done
    run -0 "$PROBE" "$filter" "${calls[@]}"
    assert_output "$(for case; do echo "${case%=*} ${case##*=}"; done)"
}

# compile [OPTION...]: the profile on stdin, to $T/filter
compile() {
    seccomp-compile -o "$T/filter" "$@"
}

# bats test_tags=vm
@test "the default filter denies what Docker's does" {
    need_root # else the kernel itself would deny these
    probe - mount=EFAULT umount2=EFAULT unshare=ok setns=EINVAL chroot=EFAULT bpf,-1=EINVAL \
        clone,0x10000200=EINVAL clone3=EINVAL keyctl,0=EINVAL reboot=EINVAL personality,1=ok
    compile "$PROFILE"
    probe "$T/filter" mount=EPERM umount2=EPERM unshare=EPERM setns=EPERM bpf,-1=EPERM \
        clone,0x10000200=EPERM keyctl,0=EPERM add_key=EPERM request_key=EPERM reboot=EPERM \
        syslog,99=EPERM perf_event_open=EPERM userfaultfd,99=EPERM io_uring_setup=EPERM \
        swapon,0=EPERM init_module=EPERM kexec_load=EPERM kcmp=EPERM mbind=EPERM fsopen=EPERM \
        pivot_root=EPERM settimeofday,1=EPERM acct,1=EPERM open_by_handle_at=EPERM
}

@test "the default filter allows what programs need, and what goes with Docker's capabilities" {
    need_root
    compile "$PROFILE"
    probe "$T/filter" getpid=ok chroot=EFAULT ptrace,99=ESRCH socket,1,1=ok socket,2,1=ok \
        socket,16,3=ok
}

@test "arguments are looked at: personality, families of sockets" {
    compile "$PROFILE"
    probe "$T/filter" personality,0xffffffff=ok personality,0x20000=ok personality,0x20008=ok \
        personality,8=ok personality,0=ok personality,1=EPERM personality,0x40000=EPERM \
        socket,38,5=EPERM socket,40,1=EPERM socket,0x100000002,1=EPERM
}

@test "clone3 is not there, so that libc falls back to clone" {
    compile "$PROFILE"
    probe "$T/filter" clone3=ENOSYS
    run -0 "$PROBE" "$T/filter" clone,17,0,0,0,0 # SIGCHLD: an ordinary fork
    assert_line "clone,17,0,0,0,0 ok"
}

@test "with CAP_SYS_ADMIN more is allowed" {
    need_root
    for caps in --cap={CAP_SYS_ADMIN,sys_admin,ALL} --caps={all,default\,SYS_ADMIN}; do
        compile "$caps" "$PROFILE"
        probe "$T/filter" mount=EFAULT unshare=ok clone3=EINVAL bpf,-1=EINVAL chroot=EFAULT \
            keyctl,0=EPERM
    done
}

@test "capabilities are one by one what rules include" {
    need_root
    compile --caps none "$PROFILE"
    probe "$T/filter" chroot=EPERM open_by_handle_at=EPERM syslog,99=EPERM reboot=EPERM
    compile --caps none --cap SYS_CHROOT --cap CAP_SYSLOG "$PROFILE"
    probe "$T/filter" chroot=EFAULT open_by_handle_at=EPERM syslog,99=EINVAL reboot=EPERM
    compile --caps CAP_DAC_READ_SEARCH,sys_boot "$PROFILE"
    probe "$T/filter" chroot=EPERM open_by_handle_at=EFAULT syslog,99=EPERM reboot=EINVAL
}

@test "includes wants all of its capabilities, excludes takes any" {
    compile --caps SYSLOG <<- 'END'
	{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
	    {"names": ["mount"], "action": "SCMP_ACT_ERRNO", "errnoRet": 33,
	        "includes": {"caps": ["CAP_SYSLOG", "CAP_SYS_ADMIN"]}},
	    {"names": ["umount2"], "action": "SCMP_ACT_ERRNO", "errnoRet": 33,
	        "includes": {"caps": ["CAP_SYSLOG"]}},
	    {"names": ["setns"], "action": "SCMP_ACT_ERRNO", "errnoRet": 33,
	        "excludes": {"caps": ["CAP_SYSLOG", "CAP_SYS_ADMIN"]}},
	    {"names": ["bpf"], "action": "SCMP_ACT_ERRNO", "errnoRet": 33,
	        "excludes": {"caps": ["CAP_SYS_ADMIN"]}}]}
	END
    run -0 "$PROBE" "$T/filter" mount umount2 setns bpf,-1
    refute_line "mount EDOM"
    assert_line "umount2 EDOM"
    refute_line "setns EDOM"
    assert_line "bpf,-1 EDOM"
}

@test "rules can depend on the machine and on the kernel" {
    [[ $(uname -m) == x86_64 ]] || skip "is written for x86_64"
    compile <<- 'END'
	{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
	    {"names": ["mount"], "action": "SCMP_ACT_ERRNO", "errnoRet": 33,
	        "includes": {"arches": ["arm64", "amd64"]}},
	    {"names": ["umount2"], "action": "SCMP_ACT_ERRNO", "errnoRet": 33,
	        "includes": {"arches": ["arm64"]}},
	    {"names": ["setns"], "action": "SCMP_ACT_ERRNO", "errnoRet": 33,
	        "excludes": {"arches": ["amd64"]}},
	    {"names": ["acct"], "action": "SCMP_ACT_ERRNO", "errnoRet": 33,
	        "includes": {"minKernel": "3.2"}},
	    {"names": ["reboot"], "action": "SCMP_ACT_ERRNO", "errnoRet": 33,
	        "includes": {"minKernel": "99.0"}},
	    {"names": ["swapon"], "action": "SCMP_ACT_ERRNO", "errnoRet": 33,
	        "excludes": {"minKernel": "3.2"}}]}
	END
    run -0 "$PROBE" "$T/filter" mount umount2 setns acct,1 reboot swapon,0
    assert_line "mount EDOM"
    refute_line "umount2 EDOM"
    refute_line "setns EDOM"
    assert_line "acct,1 EDOM"
    refute_line "reboot EDOM"
    refute_line "swapon,0 EDOM"
}

@test "other entries to the kernel are filtered as well: i386 and x32" {
    [[ $(uname -m) == x86_64 ]] || skip "is written for x86_64"
    compile "$PROFILE"
    probe "$T/filter" x32:165=EPERM x32:272=EPERM # mount, unshare: numbers as of x86_64
    run "$PROBE" - i386:20
    [[ $output == "i386:20 ok" ]] || cannot "the kernel runs no 32-bit programs"
    probe "$T/filter" i386:20=ok i386:21=EPERM i386:310=EPERM # getpid, mount, unshare
}

@test "an architecture that the profile does not name is killed" {
    [[ $(uname -m) == x86_64 ]] || skip "is written for x86_64"
    run "$PROBE" - i386:20
    [[ $output == "i386:20 ok" ]] || cannot "the kernel runs no 32-bit programs"
    compile <<< '{"defaultAction": "SCMP_ACT_ALLOW",
        "syscalls": [{"name": "mount", "action": "SCMP_ACT_ERRNO"}]}'
    run -0 "$PROBE" "$T/filter" getpid
    run -159 "$PROBE" "$T/filter" i386:20 # SIGSYS
}

@test "calls that are too new for the profile are not there, rather than denied" {
    [[ $(uname -m) == x86_64 ]] || skip "is written for x86_64"
    local allowed='{"action": "SCMP_ACT_ALLOW",
        "names": ["write", "writev", "exit_group", "brk", "mmap", "munmap", "newfstatat"]}'
    compile <<< "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": [$allowed]}"
    probe "$T/filter" mount=EPERM bpf,-1=ENOSYS 9999=ENOSYS getpid=EPERM # newfstatat is 262
    compile <<< "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"defaultErrnoRet\": 33,
        \"syscalls\": [$allowed]}"
    probe "$T/filter" mount=EDOM bpf,-1=ENOSYS
    compile <<< '{"defaultAction": "SCMP_ACT_ALLOW",
        "syscalls": [{"names": ["mount"], "action": "SCMP_ACT_ERRNO"}]}'
    run -0 "$PROBE" "$T/filter" getpid bpf,-1
    refute_output --partial ENOSYS
}

@test "operators" {
    local op value
    for case in EQ:0,1,0 NE:1,0,1 LT:1,0,0 LE:1,1,0 GT:0,0,1 GE:0,1,1; do
        IFS=:, read -r op below same above <<< "$case"
        compile <<< '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["bpf"],
            "action": "SCMP_ACT_ERRNO", "errnoRet": 33,
            "args": [{"index": 0, "value": 4096, "op": "SCMP_CMP_'"$op"'"}]}]}'
        for value in 4095:$below 4096:$same 4097:$above; do
            run -0 "$PROBE" "$T/filter" "bpf,${value%:*}"
            case ${value#*:} in
                0) refute_output --partial EDOM ;;
                1) assert_output --partial EDOM ;;
            esac
        done
    done
    compile <<< '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["bpf"],
        "action": "SCMP_ACT_ERRNO", "errnoRet": 33, "args": [
        {"index": 0, "value": 61440, "valueTwo": 8192, "op": "SCMP_CMP_MASKED_EQ"}]}]}'
    run -0 "$PROBE" "$T/filter" bpf,0x2fff bpf,0x1fff
    assert_line "bpf,0x2fff EDOM"
    refute_line "bpf,0x1fff EDOM"
}

@test "all conditions of a rule, but any of two on one argument" {
    compile <<- 'END'
	{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
	    {"names": ["bpf"], "action": "SCMP_ACT_ERRNO", "errnoRet": 33, "args": [
	        {"index": 0, "value": 4096, "op": "SCMP_CMP_EQ"},
	        {"index": 1, "value": 1, "op": "SCMP_CMP_EQ"}]},
	    {"names": ["ptrace"], "action": "SCMP_ACT_ERRNO", "errnoRet": 33, "args": [
	        {"index": 0, "value": 4096, "op": "SCMP_CMP_EQ"},
	        {"index": 0, "value": 4097, "op": "SCMP_CMP_EQ"}]}]}
	END
    run -0 "$PROBE" "$T/filter" bpf,4096,1 bpf,4096,2 ptrace,4096 ptrace,4097 ptrace,4098
    assert_line "bpf,4096,1 EDOM"
    refute_line "bpf,4096,2 EDOM"
    assert_line "ptrace,4096 EDOM"
    assert_line "ptrace,4097 EDOM"
    refute_line "ptrace,4098 EDOM"
}

@test "the build's filter is the default profile's" {
    compile "$PROFILE"
    cmp "$T/filter" "$BUILD/share/seccomp.bpf"
}

@test "stdin and stdout will do" {
    compile "$PROFILE"
    seccomp-compile < "$PROFILE" | cmp - "$T/filter"
    seccomp-compile - < "$PROFILE" | cmp - "$T/filter"
}

@test "podman's profile compiles too" {
    [[ -f /usr/share/containers/seccomp.json ]] || cannot "needs /usr/share/containers/seccomp.json"
    compile /usr/share/containers/seccomp.json
    probe "$T/filter" getpid=ok bpf,-1=EPERM personality,1=ENOSYS
}

@test "a filter for another machine is another filter" {
    compile "$PROFILE"
    seccomp-compile --arch aarch64 -o "$T/arm" "$PROFILE"
    assert_file_exist "$T/arm"
    run ! cmp -s "$T/filter" "$T/arm"
}

@test "unknown system calls are left out, or refused if so asked" {
    local profile='{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
        {"names": ["mount", "no_such_call"], "action": "SCMP_ACT_ERRNO", "errnoRet": 33}]}'
    compile <<< "$profile"
    probe "$T/filter" mount=EDOM
    run -1 seccomp-compile --strict <<< "$profile"
    assert_output "seccomp-compile: standard input: syscalls[0].names: no_such_call: no such system call"
}

@test "what is wrong in a profile is named with its place, and leaves no file" {
    local want profile
    while IFS='|' read -r want profile; do
        echo "$profile" > "$T/profile.json"
        run -1 seccomp-compile -o "$T/out" "$T/profile.json"
        assert_output "seccomp-compile: $T/profile.json: $want"
        assert_equal "$(find "$T" -name 'out*')" ''
    done <<- 'END'
	not a JSON object|[]
	defaultAction: missing|{}
	defaultAction: not a string|{"defaultAction": 1}
	defaultAction: SCMP_ACT_FOO: unknown|{"defaultAction": "SCMP_ACT_FOO"}
	defaultAction: SCMP_ACT_NOTIFY: unknown|{"defaultAction": "SCMP_ACT_NOTIFY"}
	defaultErrnoRet: out of range|{"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 4096}
	syscalls: not an array|{"defaultAction": "SCMP_ACT_LOG", "syscalls": {}}
	syscalls[0]: not an object|{"defaultAction": "SCMP_ACT_LOG", "syscalls": ["mount"]}
	syscalls[0].names: missing|{"defaultAction": "SCMP_ACT_LOG", "syscalls": [{}]}
	syscalls[0].action: missing|{"defaultAction": "SCMP_ACT_LOG", "syscalls": [{"name": "mount"}]}
	syscalls[0].names[1]: not a string|{"defaultAction": "SCMP_ACT_LOG", "syscalls": [{"names": ["mount", 2], "action": "SCMP_ACT_KILL"}]}
	syscalls[0].args[0].op: FOO: unknown|{"defaultAction": "SCMP_ACT_LOG", "syscalls": [{"name": "mount", "action": "SCMP_ACT_KILL", "args": [{"index": 0, "value": 0, "op": "FOO"}]}]}
	syscalls[0].args[0].index: out of range|{"defaultAction": "SCMP_ACT_LOG", "syscalls": [{"name": "mount", "action": "SCMP_ACT_KILL", "args": [{"index": 6, "op": "SCMP_CMP_EQ"}]}]}
	syscalls[0].includes.minKernel: new: not a version|{"defaultAction": "SCMP_ACT_LOG", "syscalls": [{"name": "mount", "action": "SCMP_ACT_KILL", "includes": {"minKernel": "new"}}]}
	architectures[0]: SCMP_ARCH_FOO: unknown|{"defaultAction": "SCMP_ACT_LOG", "architectures": ["SCMP_ARCH_FOO"]}
	architectures: there is archMap as well|{"defaultAction": "SCMP_ACT_LOG", "architectures": [], "archMap": []}
	END
    echo '{"defaultAction": ' > "$T/profile.json"
    run -1 seccomp-compile -o "$T/out" "$T/profile.json"
    assert_output --partial "seccomp-compile: $T/profile.json: line 2, column 0: "
    assert_file_not_exist "$T/out"
}

@test "files that cannot be read or written" {
    run -1 seccomp-compile "$T/none.json"
    assert_output "seccomp-compile: $T/none.json: open: No such file or directory"
    run -1 seccomp-compile "$T"
    assert_output "seccomp-compile: $T: read: Is a directory"
    run -1 seccomp-compile -o "$T/none/filter" "$PROFILE"
    assert_output "seccomp-compile: $T/none/filter: write: No such file or directory"
    mkdir "$T/dir"
    run -1 seccomp-compile -o "$T/dir" "$PROFILE"
    assert_output "seccomp-compile: $T/dir: write: Is a directory"
    assert_equal "$(find "$T" -name 'dir?*')" ''
    run -1 bash -c 'seccomp-compile "$1" > /dev/full' - "$PROFILE"
    assert_output "seccomp-compile: standard output: write: No space left on device"
}

@test "an output file is replaced" {
    echo old > "$T/filter"
    ln "$T/filter" "$T/link"
    compile "$PROFILE"
    cmp "$T/filter" "$BUILD/share/seccomp.bpf"
    assert_equal "$(cat "$T/link")" old
}

@test "wrong command lines" {
    run -2 seccomp-compile --no-such-option
    assert_output "seccomp-compile: --no-such-option: unknown option (try 'seccomp-compile --help')"
    run -2 seccomp-compile one two
    assert_output "seccomp-compile: two: one operand too many (try 'seccomp-compile --help')"
    run -2 seccomp-compile --cap FLY "$PROFILE"
    assert_output "seccomp-compile: --cap: FLY: no such capability (try 'seccomp-compile --help')"
    run -2 seccomp-compile --caps default,FLY "$PROFILE"
    run -2 seccomp-compile --arch pdp11 "$PROFILE"
    assert_output "seccomp-compile: --arch: pdp11: no such architecture (try 'seccomp-compile --help')"
    run -0 --separate-stderr seccomp-compile --help
    assert_line --index 0 "Usage: seccomp-compile [options] [FILE]"
    assert_equal "$stderr" ''
}
