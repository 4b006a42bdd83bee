#!/usr/bin/env bats
# mini-docker tag and rmi: names come and go, and with the last one what nobody else needs.

load lib/store

setup() { store_setup; }
teardown() { common_teardown; }

# import TEXT [NAME]: an image of a layer with one file; prints its id
import() {
    tarmake f file "$1" e - - | mini-docker import - "${@:2}"
}

# uses ID [NAME]: a container does
uses() {
    ctr-state create --set image="$1" ${2:+--name "$2"} > /dev/null
}

layer_of() { # IMAGE
    img-store show "$1" | sed -n 's/^layers\t.*\/\([0-9a-f]*\)\/tree/sha256:\1/p'
}

names() {
    img-store list | cut -f 1,2 | tr '\t' : | sort | xargs
}

store_holds() { # LAYERS BLOBS
    assert_equal "$(ls -A "$layers" | wc -l) $(ls -A "$images/blobs/sha256" | wc -l)" "$*"
}

# bats test_tags=vm
@test "tag, and rmi as Docker says it" {
    id=$(import one web)
    layer=$(layer_of web)
    run -0 mini-docker tag web me/other:2
    refute_output
    assert_equal "$(names)" 'me/other:2 web:latest'
    run -0 mini-docker rmi web
    assert_output 'Untagged: web:latest'
    store_holds 1 3
    run -0 mini-docker rmi me/other:2
    assert_output "$(printf 'Untagged: me/other:2\nDeleted: %s\nDeleted: %s' "$id" "$layer")"
    store_holds 0 0
    run -1 mini-docker rmi web
    assert_output 'img-store: web: no such image'
}

@test "tag by id and by name; the name may be another image's" {
    one=$(import one web) two=$(import two other)
    mini-docker tag "${one:7:12}" other
    assert_equal "$(img-store list | cut -f 1,3 | sort)" "$(printf -- '-\t%s\nother\t%s\nweb\t%s' "$two" "$one" "$one")"
    mini-docker tag web web
    mini-docker tag -- web docker.io/library/web:latest
    assert_equal "$(names)" '-:- other:latest web:latest'
    run -1 mini-docker tag nope x
    assert_output 'img-store: nope: no such image'
    run -1 mini-docker tag web Bad
    assert_output 'img-store: Bad: the name of an image must be in lower case'
    for args in '' web 'a b c' '--nope a b'; do
        # shellcheck disable=SC2086
        run -125 mini-docker tag $args
        assert_output --partial "(try 'mini-docker tag --help')"
    done
}

@test "by id, its beginning, several at once; what cannot be removed is told, the rest goes" {
    one=$(import one a) two=$(import two b) three=$(import three c)
    mini-docker tag c d
    run -1 mini-docker rmi -- "${one:7:12}" nope "$two" "$three" -x
    assert_line "img-store: nope: no such image"
    assert_line "img-store: $three: the image has several names (--force to take all away)"
    assert_line "Untagged: a:latest"
    assert_line "Deleted: $one"
    assert_line "Untagged: b:latest"
    assert_equal "$(names)" 'c:latest d:latest'
    store_holds 1 3
    run -0 mini-docker rmi -f "$three"
    assert_line 'Untagged: c:latest'
    assert_line 'Untagged: d:latest'
    store_holds 0 0
}

@test "an image in use: only the last name needs force, and what is in use stays" {
    id=$(import one web)
    layer=$(layer_of web)
    mini-docker tag web other
    uses "$id" user
    run -0 mini-docker rmi other
    assert_output 'Untagged: other:latest'
    run -1 mini-docker rmi web
    assert_output 'img-store: web:latest: a container uses this image (--force to take the name away)'
    run -1 mini-docker rmi "$id"
    assert_equal "$(names)" web:latest
    run -0 mini-docker rmi --force web
    assert_output 'Untagged: web:latest'
    assert_equal "$(names)" -:-
    store_holds 1 3
    assert_file_exist "$layers/${layer#*:}/tree/file"
    run -1 mini-docker rmi -f "$id"
    assert_output "img-store: $id: a container uses this image"
    ctr-state remove user
    run -0 mini-docker rmi "$id"
    assert_output "$(printf 'Deleted: %s\nDeleted: %s' "$id" "$layer")"
    store_holds 0 0
}

@test "a container that started while its image went: its layers come back" {
    id=$(import one web)
    layer=$(layer_of web)
    # between the first look at the containers and the second one
    mkdir bin
    cat > bin/img-store << 'END'
#!/bin/sh
"$BIN/img-store" "$@" || exit
case $1:$* in sweep:*--delete*) ;; sweep:*) ctr-state create --name late --set image="$ID" > /dev/null ;; esac
END
    chmod 755 bin/img-store
    sed "s,^BINDIR=.*,BINDIR='$T/bin:$BIN'," "$BIN/mini-docker" > md
    ID=$id run -0 sh md rmi web
    assert_output "$(printf 'Untagged: web:latest\nDeleted: %s' "$id")"
    assert_file_exist "$layers/${layer#*:}/tree/file"
    ctr-state remove late
    import two web > /dev/null
    run -0 mini-docker rmi web
    assert_line "Deleted: $layer"
    store_holds 0 0
}

@test "layers that two images share stay until the last one goes" {
    tarmake f base x e - - > base.tar
    one=$(mini-docker import base.tar one)
    two=$(mini-docker import -c 'CMD ["x"]' base.tar two)
    layer=$(layer_of one)
    [[ $one != "$two" && $(layer_of two) == "$layer" ]]
    run -0 mini-docker rmi one
    assert_output "$(printf 'Untagged: one:latest\nDeleted: %s' "$one")"
    assert_equal "$(cat "$layers/${layer#*:}/tree/base")" x
    run -0 mini-docker rmi two
    assert_output "$(printf 'Untagged: two:latest\nDeleted: %s\nDeleted: %s' "$two" "$layer")"
    store_holds 0 0
}

@test "a deep tree, one with odd names and modes, attributes: all goes" {
    need_command setfattr
    steps=$(printf 'd/%.0s' {1..300})
    mkdir -p "tree/$steps" $'tree/new\nline' tree/closed
    touch "tree/$steps/file" $'tree/new\nline/\xff' tree/closed/file
    ln -s / tree/root
    mknod tree/zero c 1 5
    setfattr -n trusted.x -v y tree
    chmod 000 tree/closed
    mini-docker import tree web > /dev/null
    run -0 bash -c 'ulimit -n 100; mini-docker rmi web'
    assert_equal "${#lines[@]}" 3
    store_holds 0 0
}

@test "a damaged image goes by force, alone" {
    import good good > /dev/null
    import bad bad > /dev/null
    blob=$images/blobs/sha256/$(img-store list | awk '$1 == "bad" { print substr($4, 8) }')
    echo >> "$blob"
    run -1 mini-docker rmi bad
    assert_line --index 0 --regexp "^img-store: bad: $blob: damaged: .*\(--force to remove it all the same\)$"
    # another one's name goes, and nothing that the damaged one may need
    import other other > /dev/null
    before=$(find "$MINI_DOCKER_ROOT"/*/ | sort)
    run -0 --separate-stderr mini-docker rmi other
    assert_output --regexp '^Untagged: other:latest'$'\n''Deleted: sha256:[0-9a-f]*$'
    assert_regex "$stderr" "^img-store: bad:latest: $blob: damaged: [^"$'\n'"]*\(nothing is swept before it is gone: rmi -f\)$"
    assert_equal "$(find "$MINI_DOCKER_ROOT"/*/ | sort)" "$before"
    run -0 mini-docker rmi -f bad
    assert_line 'Untagged: bad:latest'
    assert_equal "$(names)" good:latest
    store_holds 1 3
}

@test "nothing is said that is not so: the index cannot be written" {
    need_command strace
    import one web > /dev/null
    before=$(cat "$images/index.json")
    run -1 strace -f -qq -o /dev/null -P .new -e inject=openat:error=ENOSPC mini-docker rmi web
    refute_output --partial Untagged
    refute_output --partial Deleted
    assert_output --partial "index.json: write: No space left on device"
    assert_equal "$(cat "$images/index.json")" "$before"
}

@test "rmi while others import and remove: each has what it made" {
    worker() {
        local i
        for i in 1 2 3; do
            import "$1 $i" "n$1" && [[ -e $layers/$(layer_of "n$1" | cut -d : -f 2)/tree/file ]] && mini-docker rmi "n$1" || echo failed
        done
    }
    for i in 1 2 3 4; do worker "$i" > "out$i" 2> "err$i" & done
    wait
    assert_equal "$(cat err*)$(grep -h failed out*)" ''
    store_holds 0 0
}

@test "--trace, a wrong command line, no store" {
    run -1 mini-docker rmi web
    assert_output 'img-store: web: no such image'
    [[ ! -e $MINI_DOCKER_ROOT ]]
    id=$(import one "a")
    uses "$id"
    uses "$id" # told once
    run -0 --separate-stderr mini-docker --trace rmi -f a
    assert_equal "$(printf '%s\n' "${stderr_lines[@]}" | sed 's/--owner [0-9]*/--owner PID/')" "+ export MINI_DOCKER_ROOT=$MINI_DOCKER_ROOT
+ ctr-state list --all
+ img-store untag --force --keep $id -- a
+ img-store sweep --owner PID --keep $id
+ ctr-state list --all
+ img-store sweep --owner PID --keep $id --delete"
    for args in '' --nope '-fx a'; do
        # shellcheck disable=SC2086
        run -125 mini-docker rmi $args
        assert_equal "${#lines[@]}" 1
        assert_output --partial "(try 'mini-docker rmi --help')"
    done
}

@test "what is wrong is said once, and nothing goes" {
    import one a > /dev/null
    import two b > /dev/null
    cp -a "$images" kept
    head -c 300 kept/index.json > "$images/index.json"
    run -1 mini-docker rmi -f a
    assert_equal "${#lines[@]}" 1
    [[ $output == "img-store: $images/index.json: line "* ]]
    cp kept/index.json "$images/index.json"
    manifest=$(img-store list | awk '$1 == "a" { print substr($4, 8) }')
    rm "$images/blobs/sha256/$manifest"
    run -1 mini-docker rmi a
    assert_output "img-store: a: $images/blobs/sha256/$manifest: read: No such file or directory (--force to remove it all the same)"
    cp "kept/blobs/sha256/$manifest" "$images/blobs/sha256/"
    diff -r kept "$images"
    store_holds 2 6
    run -0 mini-docker rmi a b
    store_holds 0 0
}
