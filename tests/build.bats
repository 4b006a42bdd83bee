#!/usr/bin/env bats
# mini-docker build: a Dockerfile becomes an image, or the build fails and says where.

load lib/build

setup_file() { run_setup_file; }
setup() { build_setup; }
teardown() { build_teardown; }

# bats test_tags=vm
@test "RUN, COPY, ENV, CMD: the image runs" {
    echo content > context/file
    run -0 --separate-stderr build << 'END'
FROM busybox
RUN echo said; echo made > /made
COPY file /copied/
ENV GREETING=hello
CMD cat /made /copied/file; echo "$GREETING"
END
    refute_output
    [[ $stderr == *'[2/5] RUN echo said; echo made > /made'$'\nsaid\n[3/5] COPY file /copied/'* ]]
    [[ $stderr == *"built sha256:"*" named image" ]]
    run -0 box image
    assert_output $'made\ncontent\nhello'
    nothing
    # -q tells the id alone, and nothing is done twice.
    run -0 --separate-stderr mini-docker build -q context
    assert_equal "$output" "$(img-store show image | sed -n 's/^id\t//p')"
    [[ ! $stderr ]]
}

@test "each instruction that changes the config, and its history" {
    build << 'END' 2> /dev/null
FROM busybox
ARG WHO=me
MAINTAINER $WHO
ENV A=1 B="two words"
ENV C=${A}-${NONE:-none}
LABEL one="$B" two=2
EXPOSE 80 53/udp
VOLUME ["/data"]
USER user
WORKDIR /home
WORKDIR user
STOPSIGNAL INT
HEALTHCHECK --interval=5s CMD true
SHELL ["/bin/ash", "-ec"]
ENTRYPOINT ["echo", "it's"]
CMD $HOME
ONBUILD RUN true
END
    assert_equal "$(config '.Env[1:]')" '["A=1","B=two words","C=1-none"]'
    assert_equal "$(config .Labels)" '{"one":"two words","two":"2"}'
    assert_equal "$(config '[.ExposedPorts, .Volumes] | map(keys)')" '[["53/udp","80/tcp"],["/data"]]'
    assert_equal "$(config '[.User, .WorkingDir, .StopSignal]')" '["user","/home/user","INT"]'
    assert_equal "$(config .Healthcheck)" '{"Interval":5000000000,"Test":["CMD-SHELL","true"]}'
    assert_equal "$(config '[.Shell, .Entrypoint, .Cmd, .OnBuild]')" \
        '[["/bin/ash","-ec"],["echo","it'"'"'s"],["/bin/ash","-ec","$HOME"],["RUN true"]]'
    assert_equal "$(img-store show --json image | jq -r .image.author)" '$WHO'
    assert_equal "$(img-store show --json image | jq -c '[.image.history[1:][].empty_layer] | unique')" '[true]'
    assert_equal "$(history | wc -l)" 15
}

@test "a new ENTRYPOINT takes the CMD of the base away" {
    build << 'END' 2> /dev/null
FROM busybox
CMD ["base"]
END
    build -t next << 'END' 2> /dev/null
FROM image
ENTRYPOINT ["echo"]
END
    run -0 box next
    refute_output
    assert_equal "$(config '[.Entrypoint, has("Cmd")]' next)" '[["echo"],false]'
    build -t none <<< $'FROM image\nENTRYPOINT ["x"]\nCMD []\nENTRYPOINT []' 2> /dev/null
    assert_equal "$(config '[has("Entrypoint"), has("Cmd")]' none)" '[false,false]'
    # To a stage, one below is a base like any other.
    build -t own << 'END' 2> /dev/null
FROM image AS first
CMD ["own"]
ENTRYPOINT ["echo"]
FROM first
ENTRYPOINT ["printf"]
END
    assert_equal "$(config .Cmd own)" null
}

@test "stages: only those that are needed, by name and number; --target" {
    cat > context/Dockerfile << 'END'
ARG BASE=nothing
FROM $BASE AS first
RUN echo 1 > /one
FROM $BASE
RUN exit 3
FROM first AS Second
RUN cat /one; echo 2 > /two
FROM busybox
COPY --from=second /one /two /
COPY --from=0 /one /again
END
    run -1 mini-docker build context
    assert_output --partial 'nothing: no such image'
    run -0 mini-docker build --build-arg BASE=busybox -t image context
    assert_line '[first 1/2] FROM busybox'
    assert_line '[second 1/2] FROM first'
    assert_line '[stage-3 2/3] COPY --from=second /one /two /'
    refute_output --partial 'exit 3'
    run -0 box image cat one two again
    assert_output $'1\n2\n1'
    run -0 mini-docker build --build-arg BASE=busybox --target first -t target context
    run -0 box target ls /one
    run -1 mini-docker build --build-arg BASE=busybox --target 1 context
    assert_output --partial 'RUN: exited with 3'
    run -1 mini-docker build --target nowhere context
    assert_output --partial 'nowhere: no such stage'
}

@test "FROM --platform, --platform: an image for another kind of machine is not taken" {
    other=s390x
    [[ $(uname -m) != s390x ]] || other=riscv64
    for from in "FROM --platform=linux/$other busybox" "FROM --platform=$other busybox"; do
        run -1 mini-docker build - <<< "$from"
        assert_output --partial "build: busybox: no such image for"
    done
    run -1 mini-docker build --platform "linux/$other" - <<< 'FROM busybox'
    assert_output "mini-docker: build: busybox: no such image for linux/$other"
    run -0 mini-docker build -q --platform "linux/$(uname -m)" - <<< 'FROM --platform=$BUILDPLATFORM busybox'
    run -0 mini-docker build -q - <<< 'FROM --platform=linux busybox'
}

@test "FROM scratch is for the machine of FROM --platform, or of --platform; and so is what the cache has" {
    printf 'FROM scratch\nENV A=b\n' > context/Dockerfile
    for platform in linux/arm64 linux/arm/v6 linux/riscv64; do
        for again in 1 2; do mini-docker build -q -t image --platform "$platform" context > /dev/null; done
        assert_equal "$(img-store show --json image | jq -r '.image | [.os, .architecture, .variant // empty] | join("/")')" "$platform"
    done
    mini-docker build -q -t image - <<< $'FROM --platform=arm64 scratch AS one\nENV A=b\nFROM one\nENV C=d' > /dev/null
    assert_equal "$(img-store show --json image | jq -r .image.architecture)" arm64
    here=$(img-store show --json busybox | jq -r .image.architecture)
    for from in 'FROM scratch' 'FROM --platform=linux scratch'; do
        mini-docker build -q -t image - <<< "$from"$'\nENV A=b' > /dev/null
        assert_equal "$(img-store show --json image | jq -r .image.architecture)" "$here"
    done
    run -1 mini-docker build - <<< $'FROM --platform=a/b/c/d scratch\nENV A=b'
    assert_output --partial -- '--platform: a/b/c/d: not OS/ARCHITECTURE[/VARIANT]'
}

@test "FROM scratch; images that have no layer" {
    echo x > context/file
    build << 'END' 2> /dev/null
FROM scratch
ENV A=b
END
    run -125 box image true
    assert_output --partial 'the image has no layer'
    build -t second << 'END' 2> /dev/null
FROM image
WORKDIR /dir
COPY file .
END
    assert_equal "$(config '[.Env, .WorkingDir]' second)" '[["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin","A=b"],"/dir"]'
    eval "layers=($(img-store show --shell second | sed -n "s/^image_layers='\(.*\)'/\1/p" | sed "s/'\\\\''//g"))"
    assert_equal "$(cat "${layers[0]}/dir/file")" x
    run -1 build <<< 'FROM scratch'
    assert_output --partial 'FROM scratch, which is no image'
}

@test "ONBUILD: what the base says is done first, once" {
    echo x > context/file
    build << 'END' 2> /dev/null
FROM busybox
ONBUILD COPY file /from-base
ONBUILD RUN cat /from-base && echo done > /done
RUN [ ! -e /done ]
END
    assert_equal "$(config .OnBuild)" '["COPY file /from-base","RUN cat /from-base && echo done > /done"]'
    build -t second << 'END' 2> /dev/null
FROM image
RUN cat /done; rm /done
END
    assert_equal "$(config .OnBuild second)" null
    build -t third << 'END' 2> /dev/null
FROM second
RUN [ ! -e /done ] && [ -e /from-base ]
END
}

@test "a step that fails: its output, its line, status 1, no image; what was before is cached" {
    run -1 --separate-stderr build << 'END'
FROM busybox
RUN echo first
RUN echo oh no; \
    exit 7
RUN true
END
    refute_output
    [[ $stderr == *$'oh no\nmini-docker: build: Dockerfile:3: RUN: exited with 7' ]]
    run -1 --separate-stderr mini-docker build -q -t image context
    refute_output
    [[ $stderr == $'oh no\nmini-docker: build: Dockerfile:3: RUN: exited with 7' ]]
    run -1 img-store show image
    assert_equal "$(img-store list | wc -l)" 1
    nothing
    run -1 mini-docker build -t image context
    assert_line 'CACHED [2/4] RUN echo first'
    assert_equal "$(ran)" 3
}

@test "what is wrong with the Dockerfile is said before anything is done" {
    run -1 build <<< $'FROM busybox\nRUN touch /x\nNONSENSE x'
    assert_line --partial 'Dockerfile:3: NONSENSE: no such instruction'
    refute_output --partial '[2/'
    run -1 build < /dev/null
    assert_output --partial 'there is no instruction'
    rm context/Dockerfile
    run -1 mini-docker build context
    assert_output --partial 'Dockerfile: No such file'
    run -1 mini-docker build nowhere
    assert_output --partial 'nowhere: no such directory'
    run -125 mini-docker build
    assert_output --partial 'needs DIR|URL|-'
    run -125 mini-docker build context context
    run -1 mini-docker build -t UPPER context
    assert_output --partial 'must be in lower case'
    run -125 mini-docker build --label =x context
    for argument in '' =x; do
        run -125 mini-docker build --build-arg "$argument" context
        assert_output "mini-docker: build: --build-arg: $argument: has no name (try 'mini-docker build --help')"
    done
}

@test "-t several, --label, --iidfile; without a name it is a dangling image" {
    cat > context/Dockerfile <<< $'FROM busybox\nRUN true'
    mini-docker build -t one -t two:2 --label "a=b \"c\" \$d 'e'" --label lone --iidfile id context 2> /dev/null
    assert_equal "$(cat id)" "$(img-store show two:2 | sed -n 's/^id\t//p')"
    assert_equal "$(cat id)" "$(img-store show one | sed -n 's/^id\t//p')"
    assert_equal "$(config .Labels one)" '{"a":"b \"c\" $d '"'e'"'","lone":""}'
    mini-docker build -q context > plain
    run -0 img-store list
    assert_line --partial $'-\t-\t'"$(cat plain)"
    mini-docker build -q context | diff plain -
    assert_equal "$(img-store list | grep -c "$(cat plain)")" 1
    # Of a build that fails there is no file with an id.
    echo 'RUN false' >> context/Dockerfile
    run -1 mini-docker build --iidfile id context
    [[ ! -e id ]]
}

@test "an id that cannot be told: exit 1, and the image stays" {
    build <<< $'FROM busybox\nRUN true' 2> /dev/null
    id=$(img-store show image | sed -n 's/^id\t//p')
    mkdir dir
    for file in /dev/full nowhere/id dir; do
        mini-docker rmi image > /dev/null
        run -1 --separate-stderr mini-docker build -q -t image --iidfile "$file" context
        assert_equal "$output $stderr" " mini-docker: build: --iidfile: $file: the id cannot be written there: $id"
        img-store show image > /dev/null
    done
    for to in '> /dev/full' '>&-'; do
        mini-docker rmi image > /dev/null
        run -1 bash -c "mini-docker build -q -t image context $to"
        assert_output "mini-docker: build: standard output: the id cannot be written there: $id"
        img-store show image > /dev/null
    done
    run -0 bash -c 'mini-docker build context 2>&-' # what it does is nobody's need
}

@test "-f, from elsewhere and from standard input; a Dockerfile or an archive on standard input" {
    printf 'FROM busybox\nCOPY file /\n' > elsewhere
    echo x > context/file
    mini-docker build -q -t one -f elsewhere context > /dev/null
    mini-docker build -q -t two -f - context < elsewhere > /dev/null
    printf 'FROM busybox\nRUN echo x > /file\n' | mini-docker build -q -t three - > /dev/null
    cp elsewhere context/Dockerfile
    tar -C context -cz . | mini-docker build -q -t four - > /dev/null
    for image in one two three four; do
        run -0 box "$image" cat /file
        assert_output x
    done
}

@test "--build-arg: given, from the environment, or not at all" {
    cat > context/Dockerfile <<< $'FROM busybox\nARG A=1\nARG B\nARG C=3\nRUN echo "$A-$B-$C-${D-none}" > /args'
    B=2 mini-docker build -q -t image --build-arg "A=it's \$x" --build-arg B --build-arg C= context > /dev/null
    run -0 box image cat /args
    assert_output "it's \$x-2--none"
    run -0 box image sh -c 'echo ${A-none}'
    assert_output none
}

@test "a build that is interrupted, or killed, leaves nothing" {
    cat > context/Dockerfile <<< $'FROM busybox\nRUN trap "" TERM; echo begun; sleep 1000'
    for signal in INT TERM KILL; do
        env --default-signal mini-docker build context < /dev/null > out 2> err 3>&- &
        runner=$!
        PIDS+=("$runner")
        poll 30 grep -qx begun err
        kill "-$signal" "$runner"
        case $signal in INT) ends 130 ;; TERM) ends 143 ;; *) ends 137 ;; esac
        poll 30 no_container
        poll 30 no_cgroup
        if [[ $signal == KILL ]]; then mini-docker system prune -f; fi
        none "$MINI_DOCKER_ROOT/layers" -mindepth 1 -maxdepth 1 -name '.*'
    done
}

@test "when all that a build has is killed at once, the next command clears it away" {
    cat > context/Dockerfile <<< $'FROM busybox\nRUN echo begun; sleep 1000'
    mini-docker build context < /dev/null > out 2> err 3>&- &
    runner=$!
    PIDS+=("$runner")
    poll 30 grep -qx begun err
    mapfile -t children < <(pgrep -P "$runner")
    ((${#children[@]} >= 2)) # the supervisor of RUN, and who looks after it
    kill -KILL "$runner" "${children[@]}"
    ends 137
    pruned() { mini-docker system prune -f && no_container; } # once the kernel has ended them
    poll 30 pruned
    poll 30 no_cgroup
    none "$MINI_DOCKER_ROOT/layers" -mindepth 1 -maxdepth 1 -name '.*'
}

@test "--trace prints what is done" {
    cat > context/Dockerfile <<< $'FROM busybox\nRUN true\nCOPY Dockerfile /'
    run -0 mini-docker --trace build -t image context
    assert_line --regexp '^\+ dockerfile-parse stages '
    assert_line --regexp '^\+ ctr-state create '
    assert_line --regexp '^\+ ns-spawn .* img-copy copy '
    assert_line --regexp '^\+ img-store add --base '
}

@test "a Dockerfile that is a pipe; one that is a copy is called Dockerfile in errors" {
    echo file > context/file
    mini-docker build -q -t piped -f <(printf 'FROM busybox\nCOPY file /\n') context > /dev/null
    run -0 box piped cat /file
    assert_output file
    printf 'FROM busybox\nRUN exit 3\n' > context/Dockerfile
    run -1 mini-docker build - < <(tar -C context -c .)
    assert_line 'mini-docker: build: Dockerfile:2: RUN: exited with 3'
    run -1 mini-docker build -f - context < context/Dockerfile
    assert_line 'mini-docker: build: Dockerfile:2: RUN: exited with 3'
}

@test "a base without a PATH gets the usual one, whatever else of it has that text" {
    mini-docker import "$(busybox_tar)" bare -c 'LABEL x="\"PATH=/nowhere" y="PATH=/nowhere"' -c 'ENV A="x PATH=y" PATHS=/nowhere' \
        -c 'CMD ["PATH=/x"]' > /dev/null
    build <<< $'FROM bare\nRUN echo x > /x' 2> /dev/null
    assert_equal "$(config '.Env | map(select(startswith("PATH=")))')" \
        '["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]'
    mini-docker import "$(busybox_tar)" bare -c 'ENV B=1 PATH=/bin' > /dev/null
    build <<< $'FROM bare\nRUN echo x > /x' 2> /dev/null
    assert_equal "$(config .Env)" '["B=1","PATH=/bin"]'
}
