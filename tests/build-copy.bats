#!/usr/bin/env bats
# mini-docker build: COPY and ADD, as far as that is not img-copy's: from where, and as whom.

load lib/build

setup_file() { run_setup_file; }
setup() { build_setup; }
teardown() { build_teardown; }

# bats test_tags=vm
@test "from the context, a stage, an image; --chown by the names of the image, --chmod" {
    mkdir context/dir && echo 1 > context/dir/one && echo 2 > context/two && chown 7:8 context/two
    build -t source << 'END' 2> /dev/null
FROM busybox
RUN echo image > /file; chown 5:6 /file
END
    build << 'END' 2> /dev/null
FROM busybox AS stage
RUN mkdir /out; echo stage > /out/file; chown -R 3:4 /out
FROM busybox
WORKDIR /w
COPY two d*/ ./
COPY --chown=user --chmod=640 two /other/name
COPY --from=stage /out/ /from-stage/
COPY --from=source --chown=user:0 /file /from-image
COPY --from=stage /out/file relative
END
    run -0 box image stat -c '%n %a %u:%g' /w/one /w/two /w/relative /other /other/name /from-stage/file /from-image
    assert_output '/w/one 644 0:0
/w/two 644 0:0
/w/relative 644 3:4
/other 755 1000:1000
/other/name 640 1000:1000
/from-stage/file 644 3:4
/from-image 644 1000:0' || {
        getent passwd user
        false
    }
}

@test "heredocs are files, with variables or without" {
    echo x > context/file
    build << 'END' 2> /dev/null
FROM busybox
ENV NAME=value
COPY <<one <<"two" file /dir/
$NAME
one
$NAME
two
COPY --chmod=755 <<EOF /bin/script
#!/bin/sh
echo "it's $NAME" '*'
EOF
RUN script > /said
END
    run -0 box image sh -c 'cat /dir/one /dir/two /dir/file /said'
    assert_output $'value\n$NAME\nx\nit\'s value *'
}

@test "ADD unpacks an archive, COPY does not; .dockerignore, DOCKERFILE.dockerignore" {
    mkdir -p context/dir && echo 1 > context/dir/file && tar -C context -czf context/a.tgz dir
    echo 2 > context/secret && echo 3 > context/kept
    printf '*\n!a.tgz\n!kept\n' > context/.dockerignore
    build << 'END' 2> /dev/null
FROM busybox
ADD a.tgz /added/
COPY a.tgz /copied/
COPY . /all/
END
    run -0 box image find /added /copied /all -type f
    assert_output $'/added/dir/file\n/copied/a.tgz\n/all/a.tgz\n/all/kept'
    printf 'FROM busybox\nCOPY . /all/\n' > context/Other
    printf 'secret\nOther*\n.dockerignore\nDockerfile\n*.tgz\ndir\n' > context/Other.dockerignore
    mini-docker build -q -t image -f context/Other context > /dev/null
    run -0 box image find /all -type f
    assert_output /all/kept
}

@test "RUN --mount=type=bind shows nothing that .dockerignore hides; a directory, or a file" {
    mkdir -p context/dir context/hidden && echo 1 > context/dir/file && echo 2 > context/dir/secret && ln -s file context/dir/link
    printf '**/secret\nhidden\n' > context/.dockerignore
    build << 'END' 2> /dev/null
FROM busybox
RUN --mount=target=/c --mount=target=/d,source=dir,rw --mount=target=/f,source=dir/file \
    (cd /c && find . ! -type d | sort; ls /d; cat /f; rm /d/file; ! touch /c/x) > /seen 2>/dev/null
END
    run -0 box image cat /seen
    assert_output './.dockerignore
./Dockerfile
./dir/file
./dir/link
file
link
1'
    assert_exists context/dir/file
    none "$MINI_DOCKER_ROOT/layers" -mindepth 1 -maxdepth 1 -name '.*'
    for source in dir/secret hidden nothing; do
        run -1 build <<< $'FROM busybox\nRUN --mount=target=/x,source='$source' true'
        assert_line --partial "img-copy: $source: no such file in the context"
    done
    # A hidden one does not count for the cache.
    cat > context/Dockerfile <<< $'FROM busybox\nRUN --mount=target=/c,source=dir true'
    mini-docker build -t image context 2> /dev/null
    echo 3 > context/dir/secret
    run -0 mini-docker build -t image context
    assert_equal "$(ran)" ''
}

@test "names are no patterns: of heredocs, of what is mounted, of -f in an archive" {
    touch context/ab
    echo mounted > 'context/m[x]'
    build << 'END' 2> /dev/null
FROM busybox
COPY <<"a[b]" <<"*" /x/
1
a[b]
2
*
RUN --mount=target=/f,source=m[x] cp /f /copy
END
    run -0 box image sh -c 'cd /x && ls && cat * /copy'
    assert_output $'*\na[b]\n2\n1\nmounted'
    echo $'FROM busybox\nCOPY m[[]x] /' > 'context/D[x]' && echo FROM nothing > context/Dx
    tar c -C context . | mini-docker build -q -t image -f 'D[x]' - > /dev/null
    run -0 box image cat '/m[x]'
    assert_output mounted
}

@test "a base whose directory is relative, as the images of others may have" {
    echo x > context/file
    mkdir base && busybox_rootfs base && mini-docker import base plain > /dev/null
    mini-docker save plain | tar x -C "$(mkdir saved && echo saved)"
    cd saved
    config=$(jq -r '.[0].Config' manifest.json)
    jq -c '.config.WorkingDir = "a/../rel"' "$config" > new && name=$(sha256sum < new) && name=${name%% *}.json && mv new "$name"
    jq -c '[{Config: $c, RepoTags: ["relative:latest"], Layers: .[0].Layers}]' --arg c "$name" manifest.json > m
    tar c --transform 's,^m$,manifest.json,' m "$name" $(jq -r '.[0].Layers[]' manifest.json) | mini-docker load > /dev/null
    cd ..
    build << 'END' 2> /dev/null
FROM relative
COPY file one
RUN pwd > two
WORKDIR below
COPY file one
END
    run -0 box image sh -c 'cat /rel/one /rel/two /rel/below/one'
    assert_output $'x\n/rel\nx'
}

@test "what is not there is named; nothing outside of the context is copied" {
    run -1 build <<< $'FROM busybox\nRUN true\nCOPY nothing /'
    assert_line --partial 'nothing: no such file'
    assert_line 'mini-docker: build: Dockerfile:3: COPY: failed'
    echo secret > secret
    ln -s ../secret context/link
    run -1 build <<< $'FROM busybox\nCOPY link /x'
    run -1 build <<< $'FROM busybox\nCOPY ../secret /x'
    run -1 build <<< $'FROM busybox\nCOPY Dockerfile <<a /x\na'
    assert_line --partial '/Dockerfile:2: COPY: several files go into a directory: it needs a slash at its end'
    run -1 build <<< $'FROM busybox\nCOPY --from=nowhere /x /x'
    assert_output --partial 'nowhere: no such image'
    # The image cannot lead it out either.
    echo x > context/file
    run -0 build << END
FROM busybox
RUN mkdir -p $T && ln -s $T/out /way
COPY file /way/
END
    [[ ! -e out ]]
}

@test "the store may be in the context" {
    cat > Dockerfile <<< $'FROM busybox\nCOPY . /all/'
    mini-docker build -q -t image . > /dev/null
    run -0 box image ls /all
    assert_line context
    refute_line root
}

@test "ADD --checksum is refused for what it does not look at" {
    run -1 build << END
FROM busybox
ADD --checksum=sha256:$(printf '%064d' 0) file /x
END
    assert_line 'mini-docker: build: Dockerfile:2: ADD: --checksum is of what comes from a URL, not of what lies in the context'
}

@test "ADD from a URL and from a git repository" {
    need_command git curl python3 unshare
    mkdir web && echo second > web/second && echo web > web/file.txt && touch -d @1000000000 web/file.txt
    git init -q -b main web/repo
    git -C web/repo -c user.name=x -c user.email=x@y commit -q --allow-empty -m 1
    echo git > web/repo/in-git && git -C web/repo add in-git
    git -C web/repo -c user.name=x -c user.email=x@y commit -q -m 2
    git clone -q --bare web/repo web/repo.git && git -C web/repo.git update-server-info
    sum=$(sha256sum < web/file.txt) commit=$(git -C web/repo rev-parse HEAD)
    tar c -C web file.txt | gzip > web/a.tgz
    cat > context/Dockerfile << 'END'
FROM busybox
ARG AT SUM COMMIT
ADD --checksum=$SUM $AT/file.txt /dir/
ADD --chmod=644 $AT/file.txt /named
ADD $AT/repo.git#main /git/
ADD --keep-git-dir=true $AT/repo.git#main /kept/
ADD --keep-git-dir=false --link --checksum=$COMMIT $AT/repo.git /without/
ADD --exclude=in-git $AT/repo.git /excluded/
ADD $AT/a.tgz /packed/
ADD --unpack=true --chown=3 $AT/a.tgz /unpacked/
COPY <<x /heredoc
x
ADD $AT/file.txt $AT/second /both/
END
    cat > in-netns << 'END'
ip link set lo up
python3 -u -m http.server 8000 --bind 127.0.0.1 -d web > log 2>&1 3>&- &
server=$!
until curl -sf http://127.0.0.1:8000/ > /dev/null; do kill -0 $server || exit 99; done
status=0
mini-docker build -t image --build-arg AT=http://127.0.0.1:8000 --build-arg "SUM=sha256:$1" --build-arg "COMMIT=$2" context || status=$?
kill $server
wait $server
exit $status
END
    umask 077 # makes no difference
    run -0 unshare -n sh in-netns "${sum%% *}" "${commit:0:7}"
    umask 022
    run -0 box image sh -c 'cd / && stat -c "%a %n" git/in-git heredoc && find excluded packed unpacked ! -type d'
    assert_output $'644 git/in-git\n644 heredoc\npacked/a.tgz\nunpacked/file.txt'
    run -0 box image sh -c 'cat /dir/file.txt /named /git/in-git /both/file.txt /both/second; stat -c "%a %Y" /dir/file.txt /named; ls -A /git'
    assert_output $'web\nweb\ngit\nweb\nsecond\n600 1000000000\n644 1000000000\nin-git'
    id=$(mini-docker create image true) && mini-docker export "$id" | tar x kept without
    mini-docker rm "$id" > /dev/null
    assert_equal "$(git -C kept log --format=%s | xargs; git -C kept status --short; ls -A without)" $'2 1\nin-git'
    run -0 unshare -n sh in-netns "${sum%% *}" "${commit:0:7}" # the same commit is the same files
    refute_line --regexp '^\[[^F]*\] ADD'
    run -1 unshare -n sh in-netns "${sum%% *}" 0123
    assert_output --partial "its commit is $commit, and not 0123"
    echo other > web/file.txt
    run -1 unshare -n sh in-netns "${sum%% *}"
    assert_output --partial 'its checksum is sha256:'
}
