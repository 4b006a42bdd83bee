#!/usr/bin/env bats
# mini-docker info, version, help, and what is common to all commands: options, --root, --trace.

load lib/common

setup() {
    common_setup
    need_root
    PATH=$BUILD/test:$PATH
    cd "$T"
}
teardown() { common_teardown; }

field() { # HEADING
    sed -n "s/^ *$1: //p" <<< "$output"
}

# bats test_tags=vm
@test "info: what is true of this machine" {
    run -0 --separate-stderr mini-docker info
    [[ ! $stderr && ! -e $MINI_DOCKER_ROOT ]]
    assert_equal "$(field Containers) $(field Running) $(field Stopped) $(field Images)" '0 0 0 0'
    assert_equal "$(field 'Kernel Version')" "$(uname -r)"
    assert_equal "$(field CPUs)" "$(nproc)"
    assert_equal "$(field Name)" "$(uname -n)"
    assert_equal "$(field 'Root Dir')" "$MINI_DOCKER_ROOT"
    assert_equal "$(field 'Run Dir')" "$MINI_DOCKER_RUN"
    case $(cgroup_kind) in v1) want=1 ;; v2) want=2 ;; hybrid) want='1 (hybrid)' ;; esac
    assert_equal "$(field 'Cgroup Version')" "$want"
    assert_equal "$(field 'Cgroup Controllers')" "$(awk '$4 == 1 { print $1 }' /proc/cgroups | xargs)"
    assert_equal "$(field 'Total Memory')" "$(awk '$1 == "MemTotal:" { printf "%.4gGiB", $2 / 1048576 }' /proc/meminfo)"
}

@test "info counts containers and images" {
    tarmake f file x e - - > small.tar
    mini-docker import small.tar a > /dev/null
    mini-docker tag a b
    mini-docker import small.tar > /dev/null
    sleep 1000 &
    dir=$(ctr-state create)
    printf 'pid\t%s\nstart\t%s\n' $! "$(cut -d ' ' -f 22 /proc/$!/stat)" > "$dir/run"
    ctr-state create > /dev/null
    ctr-state create > /dev/null
    run -0 mini-docker info
    assert_equal "$(field Containers) $(field Running) $(field Stopped) $(field Images)" '3 1 2 2'
    run -0 --separate-stderr mini-docker --trace info
    assert_equal "${stderr_lines[*]:1}" '+ ctr-state list --all + img-store list'
    kill $!
    wait $! || :
}

@test "info: cgroups of each kind" {
    while IFS='|' read -r mounts want; do
        printf '%b' "$mounts" > mountinfo
        run -0 unshare -m sh -c 'mount --bind mountinfo /proc/self/mountinfo 2> /dev/null; mount --bind mountinfo "/proc/$$/mountinfo" && exec mini-docker info'
        assert_equal "$(field 'Cgroup Version')" "$want"
    done << 'END'
1 1 0:1 / /sys/fs/cgroup rw - cgroup2 cgroup rw\n|2
1 1 0:1 / /a rw - cgroup cgroup rw,cpu\n2 1 0:1 / /b rw shared:1 - cgroup cgroup rw,pids\n|1
1 1 0:1 / /a rw - cgroup cgroup rw,cpu\n2 1 0:1 / /b rw shared:1 - cgroup2 cgroup rw\n|1 (hybrid)
1 1 0:1 / /b rw - cgroup2 cgroup rw\n2 1 0:1 / /a rw - cgroup cgroup rw,cpu\n|1 (hybrid)
1 1 0:1 / / rw - tmpfs cgroup rw\n|none
END
}

@test "info and version --format: JSON and templates, every byte of a value" {
    need_command jq
    export MINI_DOCKER_ROOT=$T/$'a "b\\c\n\td\x7f'"é'"
    run -0 mini-docker info --format json
    assert_equal "$(jq -r '.DockerRootDir + "."' <<< "$output")" "$MINI_DOCKER_ROOT."
    assert_equal "$(jq -c '[.Containers, .Images, .NCPU, .Driver, (.MemTotal > 1000000)]' <<< "$output")" "[0,0,$(nproc),\"overlay\",true]"
    assert_equal "$(mini-docker info -f '{{json .}}')" "$output"
    assert_equal "$(mini-docker info -f '{{.KernelVersion}} {{.Images}}')" "$(uname -r) 0"
    assert_equal "$(printf '%b.' "$(mini-docker info -f '{{.DockerRootDir}}')")" "$MINI_DOCKER_ROOT."
    assert_equal "$(mini-docker version -f json | jq -r .Version)" "$(mini-docker version -f '{{.Version}}')"
    for command in info version; do
        run -125 mini-docker "$command" --format '{{.Nope}}'
        assert_output --partial 'mini-docker: --format: {{.Nope}}: there is no such field'
    done
}

@test "info: a damaged store is told, and the rest is shown" {
    mkdir -p "$MINI_DOCKER_ROOT/images"
    echo nonsense > "$MINI_DOCKER_ROOT/images/index.json"
    run -1 --separate-stderr mini-docker info
    assert_equal "$(field Images) $(field 'Kernel Version')" "0 $(uname -r)"
    [[ $stderr == "img-store: $MINI_DOCKER_ROOT/images/index.json: "* ]]
}

@test "version" {
    run -0 mini-docker version
    version=$(sed -n 's/^VERSION := //p' "$TOP/Makefile")
    assert_output "$(printf 'Version: %s\nKernel:  %s\nMachine: %s' "$version" "$(uname -r)" "$(uname -m)")"
    assert_equal "$(mini-docker --version)" "mini-docker $version"
}

@test "help: all commands, and each one's options, three ways" {
    run -0 mini-docker help
    shown=$output
    for command in images import info rmi run tag version help; do
        assert_line --regexp "^  $command +[A-Z]"
        page=$(mini-docker help "$command")
        assert_equal "$(mini-docker "$command" --help)" "$page"
        [[ $page == "Usage: mini-docker $command"* ]]
        while IFS=$'\t' read -r _ long letter _; do
            [[ $long == - ]] || grep -qE -- "^ +$([[ $letter == ' -' ]] || echo "$letter, +")$long( |\$)" <<< "$page" || fail "$command $long $letter"
        done < <(mini-docker --list-options | grep "^$command"$'\t')
    done
    assert_equal "$(mini-docker)" "$shown"
    assert_equal "$(mini-docker --help)" "$shown"
    assert_equal "$(mini-docker help --list-options)" "$(mini-docker --list-options)"
    run -0 mini-docker rmi web --help # behind an operand
    assert_output --partial 'Usage: mini-docker rmi'
    for args in 'help nope' nope 'help import x' 'help --nope' ../import lib completion mini-docker lib/table -; do
        # shellcheck disable=SC2086
        run -125 mini-docker $args
        assert_equal "${#lines[@]}" 1
        [[ $output == mini-docker:* ]]
    done
}

@test "options: in every form that Docker takes" {
    tarmake f file x e - - > small.tar
    mini-docker import small.tar web > /dev/null
    id=$(mini-docker images -q)
    for args in '-q --no-trunc=false' '--quiet' '--quiet=true' '-qa' '-aq' '--filter reference=web -q' '--filter=reference=web -q' \
        '-freference=web -q' '-f=reference=web -q' '-qf reference=web' '-q --' '-q -- web' 'web -q' 'web -f reference=web -q' '-q=1' '--quiet=T'; do
        # shellcheck disable=SC2086
        run -0 mini-docker images $args
        assert_output "$id"
    done
    for args in --quie -z '--quiet=' '--quiet=x' '-qz' --format -f '--filter a --nope' '--QUIET'; do
        # shellcheck disable=SC2086
        run -125 mini-docker images $args
        assert_equal "${#lines[@]}" 1
    done
    run -0 mini-docker --root "$T/else where" --runroot run info
    assert_line "Root Dir: $T/else where"
    assert_line "Run Dir: $T/run"
    run -125 mini-docker --root
    assert_output "mini-docker: --root: needs an argument (try 'mini-docker --help')"
}
