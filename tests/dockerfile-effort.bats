#!/usr/bin/env bats
# dockerfile-parse: a short Dockerfile that asks for work, memory or output without end is refused soon, and
# one that is only long is not.

load lib/common

setup() {
    common_setup
    cd "$T" || return
}
teardown() { common_teardown; }

# lines COUNT LINE: so often; many COUNT TEXT: without the newline
lines() { yes -- "$2" | head -n "$1"; }
many() { lines "$@" | tr -d '\n'; }

# parse < Dockerfile
parse() { timeout 60 dockerfile-parse steps --shell -; }

# too_much < Dockerfile: nothing is printed but why
too_much() {
    run -1 parse
    assert_output 'dockerfile-parse: -: is too much work: its variables are too many, or stand for too much'
}

@test "patterns: in one go, however they are made" {
    x=$(many 60000 a)
    printf 'FROM scratch\nENV x=%s\nENV y=${x//%sb/c} z=${x%%a*a*b*} u=${x//*a*b/} w=${x#*a?}\nENV n=$y\n' "$x" "$(many 1000 a)" > file
    parse < file > out
    grep -q 'n=aaa' out
    { printf 'FROM scratch\nENV x=%s p=%sb\n' "$x" "$(many 3000 'a*')" && lines 9999 'ENV y=${x//$p/c}'; } > file
    too_much < file
}

@test "variables: that stand for much, that are many, that RUN has all of" {
    x=$(many 500000 a)
    { printf 'FROM scratch\nENV x=%s\n' "$x" && lines 9000 'ENV y=$x'; } > file
    too_much < file
    { printf 'FROM scratch\nENV x=%s\n' "$x" && lines 9000 'RUN y'; } > file
    too_much < file
    { echo 'FROM scratch' && seq -f 'ENV v%.0f=a' 9999 && echo "ENV z=$(many 100000 '$q')"; } > file
    too_much < file
    { echo 'FROM scratch' && seq -f 'ARG v%.0f=a' 30000 && lines 9000 'RUN y'; } > file
    too_much < file
}

@test "steps: not without end" {
    { echo 'FROM scratch' && lines 10000 'LABEL a=b'; } > file
    parse < file > out
    assert_equal "$(wc -l < out)" 10000
    echo LABEL a=b >> file
    run -1 parse < file
    assert_output 'dockerfile-parse: -:10002: LABEL: too many steps'
}

@test "what is long is no matter: heredocs and their names, flags, words, comments" {
    name=$(many 200000 n)
    {
        echo 'FROM scratch'
        echo "RUN <<$name" && lines 200000 b && echo "$name"
        echo "COPY $(seq -f '<<a%.0f' 20000 | tr '\n' ' ') /" && seq -f 'a%.0f' 20000
        echo "RUN $(many 20000 '--mount=type=tmpfs,target=/a ') x"
        echo "LABEL $(many 100000 ' a=b')"
        echo "CMD [$(many 100000 '"a",')\"b\"]"
        echo 'RUN \' && lines 200000 '# c' && echo b
    } > file
    parse < file > out
    assert_equal "$(wc -l < out)" 6
}

@test "what a shell evaluates has all its quotes, or is not there" {
    # Each ' takes 13 bytes in a list of words: it may be too much while what the cache goes by is not.
    for instruction in 'COPY <<E /x' 'RUN <<E'; do
        { printf 'FROM scratch\n%s\n' "$instruction" && many 400000 \' && printf '\nE\n'; } > file
        run -1 parse < file
        assert_output 'dockerfile-parse: -: what comes of one of its instructions is too long'
    done
    # Nor is a heredoc that has no room left away.
    { echo 'FROM scratch' && echo 'RUN cat <<A <<B' && lines 150 "$(many 20000 a)" && echo A && lines 150 "$(many 20000 b)" && echo B; } > file
    run -1 parse < file
    assert_output 'dockerfile-parse: -: what comes of one of its instructions is too long'
    { echo 'FROM scratch' && echo 'COPY <<E /x' && many 200000 \' && printf '\nE\n'; } > file
    parse < file > out
    dash -c 'nl="
"; read -r row < out; eval "$row"; eval "set -- $step_heredocs"; echo "${#2}"' > length
    assert_equal "$(cat length)" 200001
}
