#!/usr/bin/env bats
# make install, uninstall: what is there afterwards works by itself, and goes without a trace.
load lib/common

setup() { common_setup; }
teardown() { common_teardown; }

# The build is there already, and other tests are using it: nothing may be made anew.
make_it() {
    make -C "$TOP" --no-print-directory -s ${SANITIZE:+SANITIZE=$SANITIZE} -o all "$@"
}

@test "installed, the driver finds its parts" {
    need_root
    make_it install PREFIX="$T/usr"
    PATH=$T/usr/bin:/usr/bin:/bin
    [[ $(type -P mini-docker) == "$T/usr/bin/mini-docker" ]]
    busybox_image
    run -0 mini-docker run --rm busybox echo inside
    assert_output inside
    run -0 mini-docker help
    assert_line --partial 'Run a command in a new container'
    for tool in "$T"/usr/bin/*; do
        assert_file_exist "$T/usr/share/man/man1/${tool##*/}.1"
        assert_file_exist "$T/usr/share/bash-completion/completions/${tool##*/}"
        assert_equal "$(stat -c %a "$tool")" 755
    done
}

@test "DESTDIR comes before PREFIX and is in no file" {
    make_it install DESTDIR="$T/stage" PREFIX=/usr
    run -1 grep -rF "$T/stage" "$T/stage/usr/bin/mini-docker" "$T/stage/usr/libexec" "$T/stage/usr/share"
    run -0 grep -c '/usr/libexec/mini-docker' "$T/stage/usr/bin/mini-docker"
    assert_equal "$(ls "$T/stage")" usr
}

@test "uninstall removes all that install put there, and nothing else" {
    mkdir -p "$T/usr/bin" "$T/usr/share/man/man1"
    touch "$T/usr/bin/other" "$T/usr/share/man/man1/other.1"
    make_it install PREFIX="$T/usr"
    make_it uninstall PREFIX="$T/usr"
    run -0 find "$T/usr" ! -type d
    assert_equal "$(sort <<< "$output")" "$(printf '%s\n' "$T/usr/bin/other" "$T/usr/share/man/man1/other.1")"
}
