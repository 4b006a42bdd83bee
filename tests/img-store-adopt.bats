#!/usr/bin/env bats
# img-store contents, parts, layers, adopt: images of other layouts, which may be anything.

load lib/common
load lib/layouts

setup() {
    common_setup
    need_root
    cd "$T"
    images=$MINI_DOCKER_ROOT/images layers=$MINI_DOCKER_ROOT/layers
    export me=$BASHPID # who owns what is staged
}
teardown() { common_teardown; }

# stage_needed LAYOUT [IMAGE [OPTION...]]: unpack what it needs, the directories in $staged
stage_needed() {
    local file state dir
    staged=()
    img-store layers "${@:3}" -- "$1" ${2:+"$2"} > rows
    while IFS=$'\t' read -r _ file _ _ state; do
        [[ $state == need ]] || continue
        dir=$(img-store stage --owner "$me")
        img-layer unpack --overlay --from "$1/$file" --blob "$dir/blob" "$dir/tree" > "$dir/facts"
        staged+=("$dir")
    done < rows
}

# adopt LAYOUT [IMAGE [OPTION...]]: all of it
adopt() {
    stage_needed "$1" "${2-}"
    img-store adopt "${@:3}" -- "$1" ${2:+"$2"} "${staged[@]}"
}

state() { # everything in the store but stages
    find "$MINI_DOCKER_ROOT" -path '*/.new-*' -prune -o -printf '%P %y %m %s\n' | sort
    [[ ! -e $images/index.json ]] || cat "$images/index.json"
}

names() { # what images there are, as NAME:TAG, sorted
    img-store list | cut -f 1,2 | tr '\t' : | sort | xargs
}

hex_of() { sha256sum < "$1" | cut -c 1-64; }

@test "an OCI layout: manifest, config and layers as they are, whatever the compression" {
    need_command zstd
    layer_tar one > 1.tar
    layer_tar two other > 2.tar
    for filter in cat 'gzip -n' zstd; do
        rm -rf other "$MINI_DOCKER_ROOT"
        layout other web:1 1.tar 2.tar
        manifest=$(jq -r '.manifests[0].digest' other/index.json)
        run -0 img-store contents other
        assert_output "@$manifest"$'\t'web:1
        run -0 img-store layers other web:1
        assert_equal "$(cut -f 1,5 <<< "$output" | xargs)" "sha256:$(hex_of 1.tar) need sha256:$(hex_of 2.tar) need"
        [[ ! -e $MINI_DOCKER_ROOT ]]
        id=$(adopt other web:1 --name web:1 --name again)
        assert_equal "$id" "$(jq -r .config.digest "other/blobs/sha256/${manifest#sha256:}")"
        assert_equal "$(names)" 'again:latest web:1'
        assert_equal "$(img-store list | cut -f 3,4 | sort -u)" "$id"$'\t'"$manifest"
        diff -r other/blobs/sha256 "$images/blobs/sha256"
        assert_equal "$(cat "$layers/$(hex_of 1.tar)/tree/file" "$layers/$(hex_of 2.tar)/tree/other")" onetwo
        assert_equal "$(ls -A "$layers" | wc -l)" 2
        assert_equal "$(img-store layers other | cut -f 5 | xargs)" 'have have'
        skopeo inspect --raw "oci:$images:again:latest" | cmp - "other/blobs/sha256/${manifest#sha256:}"
    done
}

@test "Docker's old layout: the id is that of the config; links within it lead to layers" {
    layer_tar one > 1.tar
    layer_tar two other > 2.tar
    docker_layout other '["web:1","docker.io/library/web:2"]' 1.tar 2.tar
    mv other/1/layer.tar other/one.tar && ln -s ../one.tar other/1/layer.tar
    mkdir other/deep && mv other/2/layer.tar $'other/deep/two\n\\' && ln -s $'/deep/../../../deep/two\n\\' other/2/layer.tar
    run -0 img-store contents other
    assert_output "@sha256:$(hex_of other/config.json)"$'\tweb:1\tweb:2'
    run -0 img-store layers other
    assert_line --index 0 "sha256:$(hex_of 1.tar)"$'\tone.tar\t-\t'"$(stat -c %s 1.tar)"$'\tneed'
    assert_line --index 1 --partial $'\tdeep/two\\012\\134\t-\t'
    mv $'other/deep/two\n\\' other/two && ln -sf /two other/2/layer.tar
    id=$(adopt other web:2 --name web)
    assert_equal "$id" "sha256:$(hex_of other/config.json)"
    assert_equal "$(skopeo inspect "oci:$images:web:latest" | jq -c .Layers)" "[\"sha256:$(hex_of 1.tar)\",\"sha256:$(hex_of 2.tar)\"]"
    skopeo inspect --config --raw "oci:$images:web:latest" | cmp - other/config.json
    # The same layers, compressed, are others to an OCI layout, and unpacked once.
    filter='gzip -n' layout oci web 1.tar 2.tar
    assert_equal "$(img-store layers oci | cut -f 5 | xargs)" 'need need'
    assert_equal "$(adopt oci '' --name b)" "$(jq -r '.config.digest' "oci/blobs/sha256/$(jq -r '.manifests[0].digest' oci/index.json | cut -d : -f 2)")"
    assert_equal "$(ls -A "$layers" | wc -l)" 2
    # And to Docker's any blob is good.
    assert_equal "$(img-store layers other | cut -f 5 | xargs)" 'have have'
}

@test "names: Docker's annotation, OCI's, tags; what is no name is none" {
    layer_tar one > 1.tar
    m=$(image_manifest other 1.tar)
    entry() { descriptor other "$OCI.manifest.v1+json" "$m" "\"annotations\":{$1}"; }
    image_index other "$(entry '"io.containerd.image.name":"docker.io/library/a:1","org.opencontainers.image.ref.name":"1"')" \
        "$(entry '"org.opencontainers.image.ref.name":"localhost:5000/b/c:2"')" "$(entry '"org.opencontainers.image.ref.name":"not A name"')" \
        "$(entry '"vnd.docker.reference.type":"attestation-manifest","org.opencontainers.image.ref.name":"no"')" \
        "$(entry '"org.opencontainers.image.ref.name":"a:1"')" "$(entry '')"
    run -0 img-store contents other
    assert_output "@sha256:$m"$'\ta:1\tlocalhost:5000/b/c:2'
    for name in a:1 docker.io/a:1 localhost:5000/b/c:2 "@sha256:$m"; do run -0 img-store layers other "$name"; done
    for name in a 1 no "@sha256:$(printf %064d 1)" @ ''; do
        run -1 img-store layers other "$name"
        assert_output "img-store: other: $name: no such image"
    done
    docker_layout tags 'null' 1.tar
    run -0 img-store contents tags
    assert_output "@sha256:$(hex_of tags/config.json)"
    docker_layout tags '["Bad name"]' 1.tar
    run -1 img-store contents tags
    assert_output 'img-store: tags/manifest.json: RepoTags: Bad name: the name of an image must be in lower case'
}

@test "several images: each for itself, layers once; which one has to be said" {
    layer_tar base > 1.tar
    layer_tar one > 2.tar
    layer_tar two > 3.tar
    a=$(image_manifest other 1.tar 2.tar) b=$(image_manifest other 1.tar 3.tar)
    image_index other "$(descriptor other "$OCI.manifest.v1+json" "$a")" "$(descriptor other "$OCI.manifest.v1+json" "$b")"
    run -1 img-store layers other
    assert_output 'img-store: other: has 2 images: which one?'
    adopt other "@sha256:$a" --name a > /dev/null
    assert_equal "$(img-store layers other "@sha256:$b" | cut -f 5 | xargs)" 'have need'
    adopt other "@sha256:$b" > /dev/null
    assert_equal "$(names)" '-:- a:latest'
    assert_equal "$(ls -A "$layers" | wc -l)" 3
}

@test "a layer that is in an image twice, and no layer at all" {
    layer_tar one > 1.tar
    layer_tar two other > 2.tar
    layout other web 1.tar 2.tar 1.tar
    assert_equal "$(img-store layers other | cut -f 5 | xargs)" 'need need have'
    adopt other '' --name web > /dev/null
    run -0 img-store show web
    assert_equal "$(grep -c ^layers <<< "$output")" 2
    layout none none
    [[ ! $(img-store layers none) ]]
    adopt none '' --name none > /dev/null
    assert_equal "$(names)" 'none:latest web:latest'
}

@test "of an index, the image for this machine, or for another, with its variant" {
    layer_tar one > 1.tar
    list=()
    for platform in amd64/ arm64/v8 arm/v5 arm/v6 arm/v8 riscv64/ unknown/; do
        arch=${platform%/*} variant=${platform#*/}
        m[${#list[@]}]=$(config_members="\"author\":\"$platform\"" image_manifest other 1.tar)
        list+=("$(descriptor other "$OCI.manifest.v1+json" "${m[-1]}" "\"platform\":{\"os\":\"linux\",\"architecture\":\"$arch\"${variant:+,\"variant\":\"$variant\"}}")")
    done
    index=$(printf '{"manifests":[%s]}' "$(commas "${list[@]}")" | blob other)
    image_index other "$(descriptor other "$OCI.index.v1+json" "$index")"
    chosen() { jq -r .author "other/blobs/sha256/$(img-store parts "$@" other | sed -n 's/^config\tsha256:\([^\t]*\).*/\1/p')"; }
    run -0 img-store contents other
    assert_output "@sha256:$index"
    for pair in linux/amd64=amd64/ linux/arm64=arm64/v8 linux/arm64/v8=arm64/v8 linux/arm/v7=arm/v6 linux/arm=arm/v6 linux/arm/v6=arm/v6 linux/arm/v5=arm/v5 \
        linux/arm/v8=arm/v8 riscv64=riscv64/ linux/aarch64=arm64/v8 x86_64=amd64/; do
        run -0 chosen --platform "${pair%%=*}"
        assert_output "${pair#*=}"
    done
    for bad in linux/s390x windows/amd64 linux/amd64/v3; do
        run -1 img-store layers --platform "$bad" other
        assert_output "img-store: other/blobs/sha256/$index: there is no image for $bad"
    done
    for bad in '' / linux/ a/b/c/d linux//v7 'a b' /amd64 linux/amd64/; do
        run -2 img-store layers --platform "$bad" other
        assert_output --partial "--platform: $bad: not OS/ARCHITECTURE[/VARIANT]"
    done
    stage_needed other '' --platform linux/arm/v7
    img-store adopt --platform linux/arm/v7 --name arm --pulled "sha256:$index" other "${staged[@]}" > /dev/null
    # It stays what it is, whatever machine this is.
    assert_equal "$(img-store show --json arm | jq -r .image.author)" arm/v6
    assert_equal "$(img-store list | cut -f 4)" "sha256:$index"
    # An index of indexes, and one of an image that was not fetched.
    outer=$(printf '{"manifests":[%s]}' "$(descriptor other "$OCI.index.v1+json" "$index" '"platform":{"os":"linux","architecture":"riscv64"}')" | blob other)
    image_index other "$(descriptor other "$OCI.index.v1+json" "$outer")"
    run -0 img-store layers --platform linux/riscv64 other
    rm "other/blobs/sha256/${m[5]}"
    run -0 img-store parts --platform linux/riscv64 other
    assert_equal "$(cut -f 1,2,4 <<< "$output" | xargs)" "manifest sha256:$outer here manifest sha256:$index here manifest sha256:${m[5]} missing"
    run -1 img-store layers --platform linux/riscv64 other
    assert_output "img-store: other/blobs/sha256/${m[5]}: open: No such file or directory"
}

@test "one that was pulled is found by the digest that the registry has; names with a digest" {
    layer_tar one > 1.tar
    layout other web 1.tar
    digest=sha256:$(printf %064d 7)
    id=$(adopt other '' --name localhost:5000/a/web:1 --name "localhost:5000/a/web@$digest" --pulled "$digest")
    for name in localhost:5000/a/web:1 "localhost:5000/a/web@$digest" "localhost:5000/a/web:x@$digest" "$digest"; do
        assert_equal "$(img-store show --json "$name" | jq -r .id)" "$id"
    done
    run -1 img-store show "web@$digest"
    assert_equal "$(img-store list | cut -f 1,2,4 | sort | tr '\t' ' ')" "localhost:5000/a/web - $digest"$'\n'"localhost:5000/a/web 1 $digest"
    # Under another name nobody has pulled it.
    img-store tag localhost:5000/a/web:1 mine
    [[ $(img-store list | grep ^mine | cut -f 4) != "$digest" ]]
    run -0 img-store untag "localhost:5000/a/web@$digest"
    assert_output $'untagged\tlocalhost:5000/a/web@'"$digest"
    assert_equal "$(names)" 'localhost:5000/a/web:1 mine:latest'
    for bad in "a@sha256:1" 'A' ''; do run -1 img-store adopt --name "$bad" other; done
    for bad in "$digest"0 sha256: x; do run -2 img-store adopt --pulled "$bad" other; done
}

@test "adopted again, and under another's name: one entry for each name" {
    layer_tar one > 1.tar
    layer_tar two > 2.tar
    layout a web 1.tar
    layout b web 2.tar
    adopt a > /dev/null
    adopt a > /dev/null
    assert_equal "$(names)" -:-
    adopt a '' --name web > /dev/null
    adopt a '' --name web > /dev/null
    assert_equal "$(names)" web:latest
    adopt b '' --name web --name two > /dev/null
    assert_equal "$(names)" '-:- two:latest web:latest'
    adopt a '' --name two > /dev/null
    adopt a '' --name web > /dev/null
    assert_equal "$(names)" '-:- two:latest web:latest'
}

# refused LAYOUT MESSAGE: by `layers`, and by `adopt`, which leaves all as it was
refused() {
    local before
    run -1 img-store layers "$1"
    assert_output --partial "$2"
    before=$(state)
    run -1 img-store adopt --name web "$1"
    assert_output --partial "$2"
    assert_equal "${#lines[@]}" 1
    assert_equal "$(state)" "$before"
}

@test "a layout that is hostile: links out, no files, wrong digests, sizes that lie" {
    layer_tar one > 1.tar
    layout good web 1.tar
    adopt good > /dev/null
    index=good/index.json
    manifest=$(jq -r '.manifests[0].digest' $index | cut -d : -f 2)
    config=$(jq -r .config.digest "good/blobs/sha256/$manifest" | cut -d : -f 2)
    tar=$(hex_of 1.tar)
    changed() { rm -rf bad && cp -a good bad; } # a copy to spoil
    secret=$T/secret && cp good/index.json "$secret"
    for file in index.json "blobs/sha256/$manifest" "blobs/sha256/$config" "blobs/sha256/$tar"; do
        for way in absolute relative; do
            changed
            cp "bad/$file" "$T/outside"
            if [[ $way == absolute ]]; then ln -sf "$T/outside" "bad/$file"; else ln -sf ../../../../outside "bad/$file"; fi
            case $file in
                index.json) refused bad 'img-store: bad: has neither index.json nor manifest.json: no images' ;;
                *"$tar") # as if it were not there
                    assert_equal "$(img-store layers bad)" "$(img-store layers good)" ;;
                *) refused bad "img-store: bad/$file: open: No such file or directory" ;;
            esac
        done
        changed
        rm "bad/$file" && mkfifo "bad/$file"
        refused bad "img-store: bad/$file: "
        rm "bad/$file" && mkdir "bad/$file"
        refused bad ": Is a directory"
        rmdir "bad/$file" && mknod "bad/$file" c 1 3
        refused bad "img-store: bad/$file: "
        rm "bad/$file" && ln -s "/proc/self/fd/0" "bad/$file"
        run img-store layers bad < "$secret"
        case $file in *"$tar") ;; *) assert_equal "$status" 1 ;; esac
        changed
        rm "bad/$file" && ln -s loop "bad/$file" && ln -s "${file##*/}" "bad/${file%"${file##*/}"}loop"
        refused bad "Too many levels of symbolic links"
    done
    for file in "$manifest" "$config"; do
        changed
        printf ' ' >> "bad/blobs/sha256/$file"
        refused bad "img-store: bad/blobs/sha256/$file: its digest is sha256:"
        changed
        : > "bad/blobs/sha256/$file"
        refused bad "img-store: bad/blobs/sha256/$file: line 1, column "
        changed
        rm "bad/blobs/sha256/$file"
        refused bad "img-store: bad/blobs/sha256/$file: open: No such file or directory"
    done
    changed
    echo >> "bad/blobs/sha256/$tar"
    refused bad "img-store: bad/blobs/sha256/$tar: has $(($(stat -c %s 1.tar) + 1)) bytes, not the $(stat -c %s 1.tar) that its manifest says"
    changed
    sed -i 's/"size":[0-9]*/"size":9/' bad/index.json
    refused bad "img-store: bad/blobs/sha256/$manifest: has $(stat -c %s "good/blobs/sha256/$manifest") bytes, not the 9 that index.json says"
    for text in '' '[]' '{}' '{"manifests":{}}' '{"manifests":[1]}' '{"manifests":[{"digest":1}]}' '{"manifests":[{"digest":"sha256:../../../etc/passwd"}]}' \
        '{"manifests":[{"digest":"md5:0"}]}' '{"manifests":' '{"manifests":[],"manifests":[]}' "{\"manifests\":[{\"digest\":\"sha256:$(printf %064d 1)\"}]}" \
        '{"manifests":[]}'; do
        printf '%s' "$text" > bad/index.json
        refused bad 'img-store: bad'
    done
    head -c 17M /dev/zero | tr '\0' ' ' > bad/index.json
    refused bad 'img-store: bad/index.json: read: File too large'
    assert_equal "$(img-store list | wc -l)" 1
}

# respelled MEMBER JQ: the layout `bad`, whose manifest, or config, is another, with digests that are right
respelled() {
    local manifest config
    rm -rf bad && cp -a good bad
    manifest=bad/blobs/sha256/$(jq -r '.manifests[0].digest' good/index.json | cut -d : -f 2)
    if [[ $1 == config ]]; then
        config=$(jq -c "$2" "bad/blobs/sha256/$(jq -r .config.digest "$manifest" | cut -d : -f 2)" | blob bad)
        manifest=$(jq -c ".config=$(descriptor bad "$OCI.config.v1+json" "$config")" "$manifest" | blob bad)
    else
        manifest=$(jq -c "$2" "$manifest" | blob bad)
    fi
    image_index bad "$(descriptor bad "$OCI.manifest.v1+json" "$manifest")"
}

@test "a manifest or config that is hostile" {
    need_command jq
    layer_tar one > 1.tar
    layout good web 1.tar
    adopt good > /dev/null
    while IFS='|' read -r what change why; do
        respelled "$what" "$change"
        refused bad "$why"
    done << 'END'
config|.rootfs.diff_ids=[]|rootfs.diff_ids: 0 of them, for 1 layers
config|.rootfs.diff_ids+=.rootfs.diff_ids|rootfs.diff_ids: 2 of them, for 1 layers
config|.rootfs.diff_ids=["sha256:../../x"]|rootfs.diff_ids[0]: not a digest that is known here
config|.rootfs.diff_ids=[7]|rootfs.diff_ids[0]: not a digest that is known here
config|.rootfs="x"|rootfs.diff_ids: 0 of them, for 1 layers
config|[.]|not a JSON object
manifest|.layers[0].digest="sha256:/etc/passwd"|sha256:/etc/passwd: not a digest that is known here
manifest|.layers[0].digest=null|none: not a digest that is known here
manifest|.layers[0].size=-1|of a negative size
manifest|.layers[0].size=1|bytes, not the 1 that its manifest says
manifest|.layers={}|not the manifest of an image
manifest|del(.config)|none: not a digest that is known here
manifest|.config.size=3|bytes, not the 3 that blobs/sha256/
manifest|.config.digest="x"|x: not a digest that is known here
manifest|.manifests=[]|there is no image for linux/
END
}

@test "a layer that is not what manifest or config say is refused, and nothing is taken" {
    need_command jq
    layer_tar one > 1.tar
    layer_tar two > 2.tar
    layout good web 1.tar
    # The config speaks of another layer.
    respelled config ".rootfs.diff_ids=[\"sha256:$(hex_of 2.tar)\"]"
    stage_needed bad
    run -1 img-store adopt bad "${staged[@]}"
    assert_output "img-store: ${staged[0]}: sha256:$(hex_of 1.tar): none of the layers that its config has"
    # The manifest speaks of another blob, of the same size.
    other=$(gzip -nc 1.tar | blob good)
    respelled manifest ".layers[0]=$(descriptor good x "$other")"
    cp 1.tar "bad/blobs/sha256/$other" && truncate -s "$(stat -c %s "good/blobs/sha256/$other")" "bad/blobs/sha256/$other" || :
    cp -f "good/blobs/sha256/$other" keep && stage_needed good
    run -1 img-store adopt bad "${staged[@]}"
    assert_output "img-store: ${staged[0]}: the digest of this layer is sha256:$(hex_of 1.tar), its manifest says sha256:$other"
    # Of the right digest, but not of the size that was promised: of what came by itself
    respelled manifest '.layers[0].size=1'
    rm "bad/blobs/sha256/$(hex_of 1.tar)"
    run -1 img-store adopt bad "${staged[@]}"
    assert_output "img-store: ${staged[0]}: this layer has $(stat -c %s 1.tar) bytes, its manifest says 1"
    # Not staged, not there: ask again
    run -3 img-store adopt good
    assert_output "img-store: sha256:$(hex_of 1.tar): the store has not got this layer"
    # Facts of something else, parts missing
    mv "${staged[0]}/blob" b && run -1 img-store adopt good "${staged[@]}" && mv b "${staged[0]}/blob"
    mv "${staged[0]}/tree" b && run -1 img-store adopt good "${staged[@]}" && mv b "${staged[0]}/tree"
    for bad in / "$T" "$layers" "${staged[0]}/" nowhere; do run -1 img-store adopt good @sha256:x "$bad"; done
    assert_equal "$(ls "$images/blobs/sha256" | wc -l) $(img-store list)" '0 '
    img-store adopt good "${staged[@]}"
    assert_equal "$(ls "$layers")" "$(hex_of 1.tar)"
}

@test "what cannot be told is not done: stdout is full" {
    layer_tar one > 1.tar
    layout other web 1.tar
    stage_needed other
    run -1 bash -c 'img-store adopt other "$1" > /dev/full' sh "${staged[0]}"
    assert_output "img-store: standard output: write: No space left on device"
    assert_equal "$(ls "$images/blobs/sha256" | wc -l) $(img-store list)" '0 '
    [[ ! -e $layers/$(hex_of 1.tar) ]]
}

@test "several at once, of one image and of others that share layers, while there is a sweep" {
    layer_tar base > 0.tar
    for i in 1 2; do
        layer_tar "$i" > "$i.tar"
        layout "l$i" "n$i" 0.tar "$i.tar"
    done
    one() {
        local i dirs row
        for i in {1..6}; do
            cd "$T" && mkdir -p "w$1" && cd "w$1"
            rm -rf ./* && cp -a "../l$((i % 2 + 1))" l
            adopt l '' --name "n$((i % 2 + 1))" > out 2>&1 || [[ $? -eq 3 ]] || { cat out; return 1; }
            ((i % 3)) || { img-store untag "n$((i % 2 + 1))"; img-store sweep --owner "$BASHPID"; img-store sweep --owner "$BASHPID" --delete; } > /dev/null 2>&1 || :
        done
    }
    for n in 1 2 3; do one "$n" > "out$n" 2>&1 & done
    wait
    cat out?
    [[ ! -s out1 && ! -s out2 && ! -s out3 ]]
    adopt l1 '' --name n1 > /dev/null
    adopt l2 '' --name n2 > /dev/null
    for n in n1 n2; do img-store show "$n" > /dev/null; done
    img-store sweep --owner "$me" && img-store sweep --owner "$me" --delete
    assert_equal "$(names) $(ls -A "$layers" | grep -vc '^.new')" 'n1:latest n2:latest 3'
}

@test "name: its parts" {
    while read -r name parts; do
        run -0 img-store name "$name"
        assert_equal "$(tr '\t' ' ' <<< "$output")" "$parts"
    done << END
busybox busybox latest -
docker.io/library/busybox:1 busybox 1 -
localhost:5000/a/b localhost:5000/a/b latest -
a@sha256:$(printf %064d 1) a - sha256:$(printf %064d 1)
a:b@sha256:$(printf %064d 1) a b sha256:$(printf %064d 1)
END
    run -1 img-store name 'A b'
    run -2 img-store name
}
