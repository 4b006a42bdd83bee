#!/usr/bin/env bats
# scripts/lib/context: the directory and the Dockerfile of a build, out of what its command line names;
# nothing of what comes from elsewhere leads out of it, and nothing of it stays.

load lib/common
load lib/net

setup() {
    common_setup
    cd "$T" || return
    mkdir d && echo 'FROM d' > d/Dockerfile && echo x > d/x
    # The driver with a command that opens a context and shows it.
    sed 's/^main "\$@"$//' "$BIN/mini-docker" > show
    cat >> show << 'END'
command=build
. "$LIBEXECDIR/lib/attend"
. "$LIBEXECDIR/lib/context"
trap close_context EXIT
opt_file=$1
open_context "$2"
printf 'from=%s\nignore=%s\n' "$(cat "$dockerfile")" "${ignore_file:+$(cat "$ignore_file")}"
printf 'files=%s\n' "$(cd "$context" && find . ! -type d -printf '%P\n' | LC_ALL=C sort | xargs)"
eval "set -- $copy_options"
img-copy digest "$@" -- "$context" . > /dev/null || exit 9
printf '%s\n' "$context" "$dockerfile" > where
END
}
teardown() {
    [[ ! ${servers-} ]] || kill $servers 2> /dev/null || :
    end_hosts
    common_teardown
}

# shows FROM IGNORE FILES... < input: with $ARG and $FILE; nothing is left in the store
shows() {
    local in=()
    [[ ! ${HOST-} ]] || in=(on "$HOST")
    run "${in[@]}" timeout 60 sh show "${FILE-}" "$ARG"
    assert_output "from=$1
ignore=$2
files=${*:3}"
    nothing_left
}

# refuses WHY < input
refuses() {
    local in=()
    [[ ! ${HOST-} ]] || in=(on "$HOST")
    run -1 "${in[@]}" timeout 60 sh show "${FILE-}" "$ARG"
    assert_line "mini-docker: build: $1"
    nothing_left
}

nothing_left() {
    [[ ! -e root/layers ]] || assert_equal "$(ls -A root/layers)" ''
}

@test "a directory: its Dockerfile, that of -f, that of standard input; .dockerignore" {
    ARG=d shows 'FROM d' '' Dockerfile x
    assert_equal "$(xargs < where)" "$T/d $T/d/Dockerfile"
    ARG=d/../d/ shows 'FROM d' '' Dockerfile x
    mv d/Dockerfile d/dockerfile
    ARG=d shows 'FROM d' '' dockerfile x
    echo 'FROM other' > other
    ARG=d FILE=other shows 'FROM other' '' dockerfile x
    ARG=d FILE=- shows 'FROM input' '' dockerfile x <<< 'FROM input'
    echo b > d/.dockerignore
    ARG=d FILE=other shows 'FROM other' b .dockerignore dockerfile x
    echo special > other.dockerignore
    ARG=d FILE=other shows 'FROM other' special .dockerignore dockerfile x
    ARG=d FILE=- shows 'FROM input' b .dockerignore dockerfile x <<< 'FROM input'
    ARG=nosuch refuses 'nosuch: no such directory'
    ARG=d FILE=nosuch refuses "$T/nosuch: No such file or directory"
    ARG=d FILE=d refuses "$T/d: not a regular file"
    mkfifo pipe
    ARG=d FILE=pipe refuses "$T/pipe: not a regular file"
    rm d/dockerfile
    ARG=d refuses "$T/d/Dockerfile: No such file or directory"
    ARG='' refuses 'the name of the context is empty'
    ARG=- FILE=- refuses '-f -: standard input cannot be both the context and the Dockerfile'
    mkdir -- $'-q * \n$(x)' && cp -- d/x $'-q * \n$(x)/' && echo 'FROM odd' > $'-q * \n$(x)/Dockerfile'
    ARG=$'-q * \n$(x)' shows 'FROM odd' '' Dockerfile x
}

@test "standard input: a Dockerfile, or an archive of any kind" {
    need_root
    ARG=- shows 'FROM input' '' '' <<< 'FROM input'
    echo '*.o' > d/.dockerignore
    mkdir d/sub && echo 'FROM sub' > d/sub/Other && echo f > d/sub/Other.dockerignore
    for kind in -p -z -j -J --zstd; do
        tar c $kind -C d . > archive
        ARG=- shows 'FROM d' '*.o' .dockerignore Dockerfile sub/Other sub/Other.dockerignore x < archive
    done
    tar c -C d sub > archive
    ARG=- FILE=sub/Other shows 'FROM sub' f sub/Other sub/Other.dockerignore < archive
    ARG=- FILE=/sub/../sub/Other shows 'FROM sub' f sub/Other sub/Other.dockerignore < archive
    ARG=- refuses 'Dockerfile: no such file in the context' < archive
    ARG=- FILE=nosuch refuses 'nosuch: no such file in the context' < archive
    ARG=- FILE=sub refuses 'sub: no such file in the context' < archive
    ARG=- FILE=x refuses '-f x: - is a Dockerfile already' <<< 'FROM input'
    ARG=- refuses 'standard input is empty' < /dev/null
}

@test "an archive leads nowhere: links for Dockerfile and .dockerignore, names with .., whiteouts, what is cut off" {
    need_root
    echo secret > secret
    ln -sf "$T/secret" d/Dockerfile
    tar c -C d . > archive
    ARG=- refuses 'Dockerfile: no such file in the context' < archive
    echo in > d/secret
    ln -sf ../../../../../secret d/Dockerfile
    ln -s /etc/passwd d/.dockerignore
    touch d/.wh.x
    tar c -C d . > archive
    ARG=- shows in '' .dockerignore .wh.x Dockerfile secret x < archive
    rm d/Dockerfile && mkfifo d/Dockerfile
    tar c -C d . > archive
    ARG=- refuses 'Dockerfile: no such file in the context' < archive
    tar cP --transform 's,^,../up/,' secret > archive
    run -1 timeout 20 sh show '' - < archive
    assert_output --partial "the name leaves the root by '..'"
    nothing_left
    tar c -C d x | head -c 600 > archive
    run -1 timeout 20 sh show '' - < archive
    assert_output --partial damaged
    nothing_left
    [[ ! -e up && ! -e root/up && ! -e root/layers/up ]]
}

serve() {
    need_command git python3 curl
    make_host host
    HOST=host HOME=$T
    export HOME
    mkdir -p srv
    nsenter --net="/proc/${host_pid[host]}/ns/net" python3 -m http.server -b 127.0.0.1 -d srv 8000 > /dev/null 2>&1 3>&- &
    servers=$!
    nsenter --net="/proc/${host_pid[host]}/ns/net" "$(git --exec-path)/git-daemon" --export-all --base-path="$T/srv" --listen=127.0.0.1 > /dev/null 2>&1 3>&- &
    servers+=" $!"
    poll 20 on host curl -s http://127.0.0.1:8000/
    poll 20 on host bash -c ': < /dev/tcp/127.0.0.1/9418'
}

@test "a URL: of a Dockerfile, of an archive; a file and its checksum" {
    serve
    cp d/Dockerfile srv/
    tar czf srv/d.tar.gz -C d .
    ARG=http://127.0.0.1:8000/Dockerfile shows 'FROM d' '' ''
    ARG=http://127.0.0.1:8000/d.tar.gz shows 'FROM d' '' Dockerfile x
    ARG=http://127.0.0.1:8000/nosuch refuses 'http://127.0.0.1:8000/nosuch: cannot be fetched'
    ARG=ftp://127.0.0.1/x refuses 'ftp://127.0.0.1/x: no such directory'
    echo 'url_name "$1"; printf "%s\n" "$url_name"; fetch_url "$1" "$2" "$3"' > tail
    sed '/^trap/q' show | cat - tail > fetch
    touch -d @86400 srv/Dockerfile
    sum=$(sha256sum < srv/Dockerfile)
    run -0 on host sh fetch 'http://127.0.0.1:8000/Dockerfile?a=/b#c' got "sha256:${sum%% *}"
    assert_output Dockerfile
    cmp got d/Dockerfile
    assert_equal "$(stat -c %Y got)" 86400
    run -1 on host sh fetch http://127.0.0.1:8000/Dockerfile got sha256:0
    assert_line "mini-docker: build: http://127.0.0.1:8000/Dockerfile: its checksum is sha256:${sum%% *}, and not sha256:0"
    for url in http://127.0.0.1:8000 http://127.0.0.1:8000/ http://127.0.0.1:8000/a/?b; do
        run -1 sh fetch "$url" got ''
        assert_output "mini-docker: build: $url: the URL ends in no name of a file"
    done
}

@test "a git repository: branches, tags, commits, directories, submodules; over git and plain http" {
    serve
    git init -q -b main repo
    cd repo
    commit() { git add . && git -c user.name=n -c user.email=e commit -qm m; }
    mkdir sub && echo 'FROM main' > Dockerfile && echo 'FROM sub' > sub/Dockerfile
    ln -s /etc sub/etc && ln -s "$T" out && ln -s sub in
    commit
    git tag v1
    first=$(git rev-parse HEAD)
    git checkout -qb dev && echo 'FROM dev' > Dockerfile && commit
    git checkout -q main && echo 'FROM newer' > Dockerfile && commit
    cd ..
    git clone -q --bare repo srv/x.git && git -C srv/x.git update-server-info
    for url in git://127.0.0.1/x.git http://127.0.0.1:8000/x.git; do
        ARG=$url#$first shows 'FROM main' '' Dockerfile in out sub/Dockerfile sub/etc
        ARG=$url#dev shows 'FROM dev' '' Dockerfile in out sub/Dockerfile sub/etc
        ARG=$url#v1:sub shows 'FROM sub' '' Dockerfile etc
        ARG=$url#nosuch refuses "$url: nosuch: no such branch, tag or commit"
    done
    ARG=git://127.0.0.1/x.git shows 'FROM newer' '' Dockerfile in out sub/Dockerfile sub/etc
    for opt_build_arg in "'BUILDKIT_CONTEXT_KEEP_GIT_DIR=1'" "A=b BUILDKIT_CONTEXT_KEEP_GIT_DIR"; do
        run -0 on "$HOST" env BUILDKIT_CONTEXT_KEEP_GIT_DIR=true opt_build_arg="$opt_build_arg" sh show '' git://127.0.0.1/x.git
        assert_line --partial 'files=.git/HEAD '
        nothing_left
    done
    export opt_build_arg=BUILDKIT_CONTEXT_KEEP_GIT_DIR=0
    ARG=git://127.0.0.1/x.git#:in shows 'FROM sub' '' Dockerfile etc
    for directory in out sub/etc ..; do
        ARG=git://127.0.0.1/x.git#:$directory refuses "git://127.0.0.1/x.git: $directory: no such directory in it"
    done
    ARG=http://127.0.0.1:8000/x.git#-u refuses 'http://127.0.0.1:8000/x.git#-u: -u: not the name of a branch, a tag or a commit'
    ARG=git://127.0.0.1/y.git refuses 'git://127.0.0.1/y.git: cannot be fetched'
    git -C repo -c protocol.allow=always submodule --quiet add "$T/srv/x.git" module
    git -C repo config -f .gitmodules submodule.module.url git://127.0.0.1/x.git
    (cd repo && commit)
    git clone -q --bare repo srv/y.git
    ARG=git://127.0.0.1/y.git shows 'FROM newer' '' .gitmodules Dockerfile in \
        module/Dockerfile module/in module/out module/sub/Dockerfile module/sub/etc out sub/Dockerfile sub/etc
}
