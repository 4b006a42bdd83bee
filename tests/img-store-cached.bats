#!/usr/bin/env bats
# img-store: cached steps of builds, which are found by a key and are no images to who lists these.

load lib/common

setup() {
    common_setup
    need_root
    cd "$T"
    layers=$MINI_DOCKER_ROOT/layers
    export me=$BASHPID # who owns what is staged
}
teardown() { common_teardown; }

# add TEXT [ARG...]: an image with a layer of one file that holds the text, over those of --base; its id
add() {
    rm -rf tree
    mkdir tree
    printf '%s' "$1" > tree/file
    dir=$(img-store stage --owner "$me")
    img-layer pack tree | img-layer unpack --blob "$dir/blob" "$dir/tree" > "$dir/facts"
    img-store add "${@:2}" -- "$dir"
}

# cached PARENT TEXT...
cached() {
    printf '%s\0' "${@:2}" | img-store cached --parent "$1"
}

# key PARENT TEXT...: of the last one
key() {
    cached "$@" | tail -n 1 | cut -f 1
}

sweep() {
    img-store sweep --owner "$me" "$@" && img-store sweep --owner "$me" --delete "$@"
}

@test "the key of a step is the digest of what is before it, and of its text" {
    want=$(printf 'start\0RUN a\n\tb\0' | sha256sum | cut -d ' ' -f 1)
    next=$(printf '%s\0\0' "$want" | sha256sum | cut -d ' ' -f 1)
    run -0 cached start $'RUN a\n\tb' ''
    assert_output "$want"$'\t-\n'"$next"$'\t-'
    run -0 cached "$want" ''
    assert_output "$next"$'\t-'
    run -0 img-store cached --parent x < /dev/null
    refute_output
}

@test "the last step that is there is told, whole, and none behind one that is not" {
    base=$(add base --name base)
    one=$(add one --base base --cache "$(key "$base" 1)")
    two=$(add two --base "$one" --cache "$(key "$base" 1 ENV 2)")
    run -0 cached "$base" 1 ENV 2 3
    assert_equal "$(cut -f 2 <<< "$output" | xargs)" "- - $two -"
    run -0 cached "$base" 1 other 2
    assert_equal "$(cut -f 2 <<< "$output" | xargs)" "$one - -"
    run -0 cached "$base" other 1
    assert_equal "$(cut -f 2 <<< "$output" | xargs)" "- -"
    # One whose layer is gone, or whose config is damaged, is not there.
    layer=$(img-store show --json "$two" | jq -r '.image.rootfs.diff_ids[-1][7:]')
    mv "$layers/$layer/tree" away
    run -0 cached "$base" 1 ENV 2
    assert_equal "$(cut -f 2 <<< "$output" | xargs)" "$one - -"
    mv away "$layers/$layer/tree"
    echo >> "$MINI_DOCKER_ROOT/images/blobs/sha256/${one#sha256:}"
    run -0 cached "$base" 1
    assert_equal "$(cut -f 2 <<< "$output")" -
    # Nor does that one stand in the way of a sweep, in which it goes.
    sweep
    run -0 cached "$base" 1 ENV 2
    assert_equal "$(cut -f 2 <<< "$output" | xargs)" "- - $two"
}

@test "a step made anew takes the place of the one before" {
    base=$(add base --name base) key=$(key "$base" 1)
    add one --base base --cache "$key"
    two=$(add two --base base --cache "$key")
    run -0 cached "$base" 1
    assert_output "$key"$'\t'"$two"
    # Who builds the same may go on from the old one, which is there to the next sweep.
    assert_equal "$(img-store list --all | wc -l)" 3
    sweep
    assert_equal "$(img-store list --all | wc -l)" 2
    run -0 cached "$base" 1
    assert_output "$key"$'\t'"$two"
}

@test "a step is no image until it is tagged, and stays a step then" {
    base=$(add base --name base) key=$(key "$base" 1)
    one=$(add one --base base --cache "$key")
    run -0 img-store list
    assert_equal "$(cut -f 1 <<< "$output")" base
    assert_equal "$(img-store list --all | cut -f 1,3 | tail -n 1)" $'-\t'"$one"
    img-store tag "$one"
    img-store tag "$one"
    assert_equal "$(img-store list | cut -f 1 | xargs)" 'base -'
    img-store tag "$one" a b:2
    assert_equal "$(img-store list | cut -f 1,2 | xargs)" 'base latest a latest b 2'
    assert_equal "$(img-store show "$one" | grep ^name)" $'name\ta:latest'
    run -1 img-store untag "$one"
    img-store untag a
    run -0 img-store untag "$one"
    assert_output "untagged"$'\tb:2\ndeleted\t'"$one"
    sweep
    assert_equal "$(cached "$base" 1)" "$key"$'\t'"$one"
    img-store show "$one" > /dev/null
    # By its id a step goes, too; not if a container uses it.
    run -1 img-store untag --keep "$one" "$one"
    run -0 img-store untag "$one"
    assert_output $'deleted\t'"$one"
    assert_equal "$(cached "$base" 1)" "$key"$'\t-'
}

@test "made with a name, an image is a step, too" {
    key=$(key x 1)
    id=$(add one --cache "$key" --name one)
    assert_equal "$(img-store list | cut -f 1,3)" $'one\t'"$id"
    assert_equal "$(cached x 1)" "$key"$'\t'"$id"
    # Who loses the name to another is a dangling image, as ever.
    add two --name one
    assert_equal "$(img-store list | cut -f 1 | sort | xargs)" '- one'
}

@test "uncache forgets what no image was built on, or all" {
    base=$(add base --name base)
    one=$(add one --base base --cache "$(key "$base" 1)")
    img-store tag "$(add two --base "$one" --cache "$(key "$base" 1 2)")" image
    other=$(add other --base "$one" --cache "$(key "$base" 1 other)")
    run -0 img-store uncache --before 1
    refute_output
    run -0 img-store uncache
    assert_output $'deleted\t'"$other"
    assert_equal "$(cached "$base" 1 2 | cut -f 2 | grep -c sha256)" 1
    run -0 img-store uncache --all
    assert_equal "${#lines[@]}" 2
    assert_equal "$(cached "$base" 1 2 | cut -f 2 | xargs)" '- -'
    sweep
    img-store show image > /dev/null
    assert_equal "$(ls "$layers" | wc -l)" 3
}

@test "the history has what made no layer; a change alone makes none" {
    add base --name base --created-by base > /dev/null
    add one --base base --name one --step 'ENV A=b' --step 'USER x' --change 'ENV A=b' --created-by 'RUN one' > /dev/null
    history='[.image.history[] | [.created_by, .empty_layer]]'
    assert_equal "$(img-store show --json one | jq -c "$history")" \
        '[["base",null],["ENV A=b",true],["USER x",true],["RUN one",null]]'
    img-store add --base one --name two --step 'CMD x' --change 'CMD x' > id
    assert_equal "$(img-store show --json two | jq -c "$history | .[4:]")" '[["CMD x",true]]'
    assert_equal "$(img-store show --json two | jq -c '.image.rootfs.diff_ids | length')" 2
    run -1 img-store add --base one --cache "${one:-x}"
    assert_output --partial 'not a key'
}

@test "show --change tells, and changes nothing; ONBUILD and SHELL are told" {
    add one --name one --change 'ENV A=b' --change 'ONBUILD RUN x' --change 'SHELL ["/bin/ash", "-c"]' > /dev/null
    run -0 img-store show --change 'ENV C=d' --change 'CMD echo hi' one
    assert_equal "$(grep -E '^(env|cmd|onbuild|shell)' <<< "$output" | tr '\t' ' ' | tr '\n' ';')" \
        'env A=b;env C=d;cmd /bin/ash;cmd -c;cmd echo hi;onbuild RUN x;shell /bin/ash;shell -c;'
    run -0 img-store show one
    refute_line --partial C=d
}

@test "steps are no part of the index, and nobody reads them who knows an image by its name" {
    images=$MINI_DOCKER_ROOT/images
    base=$(add base --name base) key=$(key "$base" 1)
    one=$(add one --base base --cache "$key")
    assert_equal "$(jq '.manifests | length' "$images/index.json")" 1
    manifest=$(img-store show --json "$one" | jq -r .digest)
    assert_equal "$(cat "$images/steps")" "$key ${one#*:} ${manifest#*:}"
    # What is no line of a step is none; the others are.
    cp "$images/steps" steps
    { echo && cat steps && echo "$key" && head -c 200 /dev/zero && echo && head -c 100 steps; } > "$images/steps"
    img-store show "$one" > /dev/null
    assert_equal "$(cached "$base" 1)" "$key"$'\t'"$one"
    # One that leads to another image, or out of the store, is not there.
    sed "s/^\\([^ ]* [^ ]* \\).*/\\1$(img-store show --json base | jq -r '.digest[7:]')/" steps > "$images/steps"
    assert_equal "$(cached "$base" 1)" "$key"$'\t-'
    sed 's/[^ ]*$/..\/..\/..\/..\/..\/..\/..\/..\/..\/..\/..\/..\/..\/..\/..\/..\/..\/..\/..\/..\/..\/x/' steps > "$images/steps"
    assert_equal "$(wc -c < "$images/steps")" 195
    assert_equal "$(cached "$base" 1)" "$key"$'\t-'
    rm "$images/steps" && mkdir "$images/steps"
    for verb in 'show base' "show $base" list 'tag base again' 'history base'; do
        # shellcheck disable=SC2086
        run -0 img-store $verb
    done
    run -1 img-store show "$one"
    assert_output "img-store: $images/steps: read: Is a directory"
    for verb in sweep uncache; do
        run -1 img-store $verb
        assert_output "img-store: $images/steps: read: Is a directory"
    done
}

@test "steps that are entries of the index, as they were once, are steps" {
    images=$MINI_DOCKER_ROOT/images
    base=$(add base --name base) key=$(key "$base" 1)
    one=$(add one --base base --cache "$key")
    two=$(add two --base "$one" --cache "$(key "$base" 1 2)")
    cp "$images/steps" want
    while read -r step _ digest; do
        jq --arg key "$step" --arg digest "sha256:$digest" \
            '.manifests += [.manifests[0] | .digest = $digest | .annotations = {"io.mini-docker.cache.key": $key}]' "$images/index.json" > index
        cp index "$images/index.json"
    done < want
    rm "$images/steps"
    assert_equal "$(img-store list | wc -l)" 1
    assert_equal "$(cached "$base" 1 2 | cut -f 2 | xargs)" "- $two"
    img-store show "$one" > /dev/null
    sweep
    img-store show "$two" > /dev/null
    assert_equal "$(jq '.manifests | length' "$images/index.json")" 3
    img-store tag base more
    assert_equal "$(jq '.manifests | length' "$images/index.json")" 2
    diff want "$images/steps"
}
