#!/usr/bin/env bats
# img-store: images, by the files of the store and what other programs read there.

load lib/common

setup() {
    common_setup
    need_root
    cd "$T"
    images=$MINI_DOCKER_ROOT/images layers=$MINI_DOCKER_ROOT/layers
    export me=$BASHPID # who owns what is staged
}
teardown() { common_teardown; }

# layer TEXT [FILTER]: a staged layer with one file that holds the text, in $dir
layer() {
    rm -rf tree
    mkdir tree
    printf '%s' "$1" > tree/file
    touch -d @1 tree/file tree
    dir=$(img-store stage --owner "$me")
    img-layer pack tree | ${2:-cat} | img-layer unpack --blob "$dir/blob" "$dir/tree" > "$dir/facts"
}

# fake NUMBER: the same in less time, with digests that nobody looks at
fake() {
    dir=$(img-store stage --owner "$me")
    mkdir "$dir/tree"
    echo "layer $1" > "$dir/tree/file"
    echo "blob $1" > "$dir/blob"
    printf '%s\tsha256:%064d\n' diff_id "$1" digest "$1" > "$dir/facts"
    printf 'media_type\tapplication/vnd.oci.image.layer.v1.tar\nsize\t9\n' >> "$dir/facts"
}

# image TEXT [ARG...]: an image of one such layer; prints its id
image() {
    layer "$1"
    img-store add "${@:2}" -- "$dir"
}

names() { # what images there are, as NAME:TAG, sorted
    img-store list | cut -f 1,2 | tr '\t' : | sort | xargs
}

# The store has so many layers and blobs, and nothing that is on its way in or out.
store_holds() { # LAYERS BLOBS
    assert_equal "$(ls -A "$layers" | wc -l) $(ls -A "$images/blobs/sha256" | wc -l)" "$*"
    assert_equal "$(ls -A "$images" | xargs)" 'blobs index.json oci-layout'
}

state() { # everything in the store
    find "$MINI_DOCKER_ROOT" -printf '%P %y %m %s\n' | sort
    [[ ! -e $images/index.json ]] || cat "$images/index.json"
}

sweep() {
    img-store sweep --owner "$me" "$@" && img-store sweep --owner "$me" --delete "$@"
}

# bats test_tags=vm
@test "stage, add, show, list, tag, untag, sweep" {
    run -0 img-store stage
    dir=$output
    [[ $dir == "$layers"/.new-* && -d $dir ]]
    mkdir tree && echo hello > tree/file
    img-layer pack tree | img-layer unpack --blob "$dir/blob" "$dir/tree" > "$dir/facts"
    diff_id=$(sed -n 's/^diff_id\t//p' "$dir/facts")
    run -0 img-store add --name web --change 'CMD ["sh"]' --message hi --created-by me "$dir"
    id=$output
    [[ $id =~ ^sha256:[0-9a-f]{64}$ && ! -e $dir ]]
    run -0 img-store show web
    assert_output "$(printf 'id\t%s\nname\tweb:latest\nlayers\t%s\ncmd\tsh' "$id" "$layers/${diff_id#*:}/tree")"
    assert_equal "$(cat "$layers/${diff_id#*:}/tree/file")" hello
    run -0 img-store list
    [[ $output =~ ^web$'\t'latest$'\t'"$id"$'\t'sha256:[0-9a-f]{64}$'\t'([0-9]+)$'\t'6$ ]]
    ((BASH_REMATCH[1] <= EPOCHSECONDS && BASH_REMATCH[1] > EPOCHSECONDS - 60))
    img-store tag web other:1
    assert_equal "$(names)" 'other:1 web:latest'
    run -0 img-store untag web
    assert_output $'untagged\tweb:latest'
    run -0 img-store untag other:1
    assert_output $'untagged\tother:1\ndeleted\t'"$id"
    store_holds 1 3
    run -0 img-store sweep --owner "$me"
    refute_output
    run -0 compgen -G "$layers/.gone-${diff_id#*:}-$me-*"
    run -0 img-store sweep --owner "$me" --delete
    assert_output $'layer\t'"$diff_id"
    store_holds 0 0
}

@test "an OCI layout: digests, sizes and media types are true" {
    need_command jq gzip zstd bzip2
    while read -r filter type expand; do
        layer "$filter" "$filter"
        id=$(img-store add --name "$filter" "$dir")
        run -0 img-store show --json "$filter"
        manifest=$images/blobs/sha256/$(jq -r '.digest[7:]' <<< "$output")
        assert_equal "$(jq -r .config.digest "$manifest")" "$id"
        blob=$images/blobs/sha256/$(jq -r '.layers[0].digest[7:]' "$manifest")
        assert_equal "$(jq -r '.layers[0] | "\(.mediaType) \(.size)"' "$manifest")" \
            "application/vnd.oci.image.layer.v1.$type $(stat -c %s "$blob")"
        assert_equal "$($expand < "$blob" | sha256sum)" "$(jq -r '.image.rootfs.diff_ids[0][7:]' <<< "$output")  -"
    done << 'END'
cat tar cat
gzip tar+gzip gzip -dc
zstd tar+zstd zstd -dc
bzip2 tar cat
END
    for file in "$images"/blobs/sha256/*; do
        assert_equal "$(sha256sum < "$file")" "${file##*/}  -"
    done
    assert_equal "$(jq -c '[.schemaVersion, .mediaType, (.manifests | length)]' "$images/index.json")" \
        '[2,"application/vnd.oci.image.index.v1+json",4]'
    assert_equal "$(jq -c . "$images/oci-layout")" '{"imageLayoutVersion":"1.0.0"}'
}

@test "skopeo and umoci read it, and what they write is read" {
    need_command skopeo umoci jq
    id=$(image one --name localhost:5000/a/web:1 -c 'ENV A=1')
    run -0 skopeo inspect "oci:$images:localhost:5000/a/web:1"
    assert_equal "$(jq -c '[.Digest, .Env]' <<< "$output")" "[\"$(img-store list | cut -f 4)\",[\"A=1\"]]"
    skopeo copy "oci:$images:localhost:5000/a/web:1" "dir:$T/copy" > /dev/null
    assert_file_exist copy/manifest.json
    img-store tag "$id" web
    run -0 umoci ls --layout "$images"
    assert_line web:latest
    umoci unpack --rootless --image "$images:web:latest" bundle 2> /dev/null
    assert_equal "$(cat bundle/rootfs/file)" one
    # names as others write them
    umoci tag --image "$images:web:latest" new
    skopeo copy "oci:$images:web:latest" "oci:$images:docker.io/library/copied:2" > /dev/null
    assert_equal "$(names)" 'copied:2 localhost:5000/a/web:1 new:latest web:latest'
    assert_equal "$(img-store show new | grep -v ^name)" "$(img-store show web | grep -v ^name)"
    for name in copied:2 new web localhost:5000/a/web:1; do img-store untag "$name"; done > told
    assert_equal "$(grep -c ^untagged told) $(grep -c ^deleted told)" '4 1'
    sweep > /dev/null
    # an image that nobody has unpacked
    skopeo copy "dir:$T/copy" "oci:$images:new" > /dev/null
    sweep > /dev/null
    assert_equal "$(names)" new:latest
    run -1 img-store show new
    assert_output --regexp "^img-store: $layers/[0-9a-f]{64}/tree: layer of new:latest: No such file or directory$"
}

@test "names: Docker's grammar, in their short form" {
    image x --name x > id
    tag128=$(printf 't%.0s' {1..128}) name255=$(printf 'n%.0s' {1..127})/$(printf 'm%.0s' {1..127})
    all=(x:latest)
    while read -r given kept; do
        img-store tag x "$given" || fail "$given"
        run -0 img-store show "$given"
        assert_line --index 1 "name"$'\t'"$kept"
        all+=("$kept")
    done << END
busybox busybox:latest
busybox:1 busybox:1
a:_Tag.1-x a:_Tag.1-x
docker.io/library/busybox busybox:latest
docker.io/busybox:1 busybox:1
index.docker.io/library/busybox busybox:latest
library/busybox busybox:latest
library/a/b library/a/b:latest
docker.io/me/tool me/tool:latest
quay.io/library/tool quay.io/library/tool:latest
localhost/a localhost/a:latest
localhost:5000/a/b:tag localhost:5000/a/b:tag
localhost:5000 localhost:5000
192.168.0.1:80/a 192.168.0.1:80/a:latest
Upper/a Upper/a:latest
xn--bcher-kva.example/a xn--bcher-kva.example/a:latest
[::1]:5000/a:1 [::1]:5000/a:1
[2001:db8::1]/a [2001:db8::1]/a:latest
a__b/c.d/e---f/g_h a__b/c.d/e---f/g_h:latest
a:$tag128 a:$tag128
$name255 $name255:latest
cafe cafe:latest
END
    all=$(printf '%s\n' "${all[@]}" | sort -u | xargs)
    assert_equal "$(names)" "$all"
    hex=$(printf 'a%.0s' {1..64})
    for bad in '' A a/B a:B/c : a: :a a:-x a:.x a:x:y 'a b' ' a' /a a/ a//b -a a- _a a_ .a a. a..b a._b a___b \
        a@b "a@sha256:$hex" a@sha256:abc "$hex" "docker.io/library/$hex" sha256 "sha256:$hex" "a:${tag128}t" \
        "${name255}n" é a:é $'a\n' 'a*' ../a a/../b .host.x/a host./a -h.x/a h-.x/a ho_st.x/a h:x/a h:/a [::1/a []/a \
        '[::1]x/a' http://a/b; do
        run -1 img-store check --name "$bad"
        [[ ${lines[0]} == "img-store: ${bad%$'\n'}"* ]]
    done
    run -1 img-store tag x A
    run -1 img-store show A
    run -1 img-store check --name Busybox
    assert_output 'img-store: Busybox: the name of an image must be in lower case'
    run -1 img-store check --name "$hex"
    assert_output "img-store: $hex: 64 hexadecimal digits are an id, not a name"
    assert_equal "$(names)" "$all"
}

@test "an image is found by name, digest, id, beginning of the id" {
    layer one
    for i in {1..17}; do # two ids of these begin alike
        copy=$(img-store stage --owner "$me")
        cp -a "$dir/." "$copy"
        img-store add --name "n$i" "$copy"
    done > ids
    id=$(head -n 1 ids) hex=${id#sha256:}
    shown=$(img-store show n1)
    digest=$(img-store list | awk '$1 == "n1" { print $4 }')
    for text in n1 n1:latest docker.io/library/n1 "n1@$digest" "n1:any@$digest" "$digest" "$id" "$hex" "${hex:0:12}" "sha256:${hex:0:12}"; do
        run -0 img-store show "$text"
        assert_output "$shown"
    done
    same=$(cut -c 8 ids | sort | uniq -d | head -n 1)
    run -1 img-store show "$same"
    assert_output "img-store: $same: the ids of several images begin so"
    for text in n2@"$digest" nope "n1:2" "sha256:$(printf %064d 0)" "${hex}0" 'sha256:' g; do
        run -1 img-store show "$text"
        [[ $output == "img-store: $text: "* ]]
    done
    run -1 img-store show nope
    assert_output 'img-store: nope: no such image'
    img-store tag n2 "${hex:0:6}" # a name comes first
    assert_equal "$(img-store show "${hex:0:6}" | sed -n 's/^id\t//p')" "$(sed -n 2p ids)"
    img-store tag n1 again # several names are still one image
    run -0 img-store show "$hex"
}

@test "a name belongs to one image: who loses it is dangling, or has others" {
    one=$(image one --name web)
    two=$(image two --name web)
    run -0 img-store list
    assert_equal "$(cut -f 1-3 <<< "$output" | sort)" "$(printf -- '-\t-\t%s\nweb\tlatest\t%s' "$one" "$two")"
    img-store tag "$one" web # and back
    assert_equal "$(img-store list | cut -f 1-3 | sort)" "$(printf -- '-\t-\t%s\nweb\tlatest\t%s' "$two" "$one")"
    img-store tag web web
    img-store tag web other
    img-store tag "$two" web # which has another name, and does not dangle
    assert_equal "$(img-store list | cut -f 1-3 | sort)" "$(printf 'other\tlatest\t%s\nweb\tlatest\t%s' "$one" "$two")"
    layer three
    img-store add --name a --name b:2 --name a "$dir"
    assert_equal "$(names)" 'a:latest b:2 other:latest web:latest'
    run -0 img-store untag "$two"
    assert_output $'untagged\tweb:latest\ndeleted\t'"$two"
    run -1 img-store untag --keep "$one" other a nope
    assert_output 'img-store: other: a container uses this image (--force to take the name away)' ||
        assert_output 'img-store: other:latest: a container uses this image (--force to take the name away)'
    run -1 img-store untag a nope # none of them
    assert_output 'img-store: nope: no such image'
    assert_equal "$(names)" 'a:latest b:2 other:latest'
    run -0 img-store untag --keep "$one" --force other
    assert_output $'untagged\tother:latest'
    run -1 img-store untag --keep "$one" --force "$one"
    assert_output "img-store: $one: a container uses this image"
    run -0 img-store untag "$one"
    assert_output $'deleted\t'"$one"
    id=$(img-store list | head -n 1 | cut -f 3)
    run -1 img-store untag "$id"
    assert_output "img-store: $id: the image has several names (--force to take all away)"
    run -0 img-store untag --force "${id:7:12}"
    assert_equal "$(sort <<< "$output")" "$(printf 'deleted\t%s\nuntagged\ta:latest\nuntagged\tb:2' "$id")"
}

@test "show: every byte of a value, through the shell, lines, JSON" {
    need_command jq
    odd=$'a  b\'"$(touch x)`touch y`\\n\n*\t;é -'
    json=$(jq -nc --arg odd "$odd" '[$odd, "", "-x", "{}"]')
    image x --name web -c "CMD $json" -c "ENTRYPOINT [\"/bin/e\"]" -c "ENV E='${odd//\'/\'\\\'\'}' B=" -c 'USER u:g' -c 'WORKDIR /w' \
        -c 'VOLUME ["/v 1"]' -c 'EXPOSE 80' -c 'STOPSIGNAL INT' -c 'LABEL l="1 2"' > id
    eval "$(img-store show --shell web)"
    assert_equal "$image_id $image_name $image_user $image_workdir $image_stop_signal" "$(< id) web:latest u:g /w INT"
    eval "set -- $image_cmd"
    [[ $# == 4 && $1 == "$odd" && $2 == '' && $3 == -x && $4 == '{}' ]]
    eval "set -- $image_entrypoint" && [[ $# == 1 && $1 == /bin/e ]]
    eval "set -- $image_env" && [[ $# == 2 && $1 == "E=$odd" && $2 == B= ]]
    eval "set -- $image_volumes $image_exposed $image_labels" && [[ $# == 3 && "$*" == '/v 1 80/tcp l=1 2' ]]
    eval "set -- $image_layers" && [[ $# == 1 && -e $1/file ]]
    run -0 dash -euc 'eval "$(img-store show --shell web)"; eval "set -- $image_cmd"; printf "%s\0" "$@" > bytes; echo $#'
    assert_output 4
    printf '%s\0' "$odd" '' -x '{}' | cmp - bytes
    [[ ! -e x && ! -e y ]]
    run -0 img-store show web
    assert_equal "$(sed -n 's/^cmd\t//p' <<< "$output" | head -n 1 | { read -r line; printf %b "$line."; })" "$odd."
    assert_equal "$(img-store show --json web | jq -c .image.config.Cmd)" "$json"
    image y --name bare > id # all keys are there, and empty
    (
        image_cmd=left image_user=left
        eval "$(img-store show --shell bare)"
        [[ ! $image_cmd$image_user$image_env$image_entrypoint$image_workdir$image_volumes$image_exposed$image_stop_signal$image_labels ]]
    )
    run -2 img-store show --json --shell web
    run -1 img-store show nope
}

@test "--change: each instruction" {
    need_command jq
    image x -c 'cmd echo "a  b" $X' -c 'ENTRYPOINT ["/e", "a b"]' -c 'ENV A=1 B="2 3" C=4\ 5' -c "ENV A='\$x' D=\"a\\\\nb\\\$\\\"\"" \
        -c 'ENV OLD one  "two" three' -c 'EXPOSE 80 53/udp 8000-8002/TCP 8001' -c 'LABEL a=1 "b c"="d e"' -c 'LABEL a two words' \
        -c 'ONBUILD RUN x' -c 'ONBUILD RUN y' -c 'STOPSIGNAL SIGINT' -c 'STOPSIGNAL 9' -c 'USER 1000:5' -c 'VOLUME /a "/b c"' \
        -c 'VOLUME ["/d", "/e f"]' -c 'WORKDIR /w' -c 'WORKDIR sub' -c $'  CMD\t["last"]  \n' --name x > id
    assert_equal "$(img-store show --json x | jq -Sc .image.config)" \
        "$(jq -nSc '{Cmd: ["last"], Entrypoint: ["/e", "a b"],
            Env: ["A=$x", "B=2 3", "C=4 5", "D=a\\nb$\"", "OLD=one  two three"],
            ExposedPorts: {"80/tcp": {}, "53/udp": {}, "8000/tcp": {}, "8001/tcp": {}, "8002/tcp": {}}, Labels: {a: "two words", "b c": "d e"},
            OnBuild: ["RUN x", "RUN y"], StopSignal: "9", User: "1000:5", Volumes: {"/a": {}, "/b c": {}, "/d": {}, "/e f": {}},
            WorkingDir: "/w/sub"}')"
    # As many as there may be, for who runs it a few words.
    assert_equal "$(img-store show x | grep ^exposed | cut -f 2 | xargs)" '80/tcp 8000-8002/tcp 53/udp'
    image all --name all -c 'EXPOSE 1-65535 1-65535/udp' -c 'EXPOSE 80/sctp' > id
    assert_equal "$(img-store show all | grep ^exposed | cut -f 2 | xargs)" '1-65535/tcp 1-65535/udp 80/sctp'
    image y --name y -c 'CMD echo "a  b" $X' -c 'ENTRYPOINT ["unclosed"' -c 'WORKDIR a' -c 'ENTRYPOINT []' -c 'CMD [1]' > id
    assert_equal "$(img-store show --json y | jq -Sc .image.config)" '{"Cmd":["/bin/sh","-c","[1]"],"WorkingDir":"/a"}'
    health() { # EXPECTED INSTRUCTION
        image health --name health -c "HEALTHCHECK $2" > id
        assert_equal "$(img-store show --json health | jq -Sc .image.config.Healthcheck)" "$1"
    }
    health '{"Test":["NONE"]}' none
    health '{"Test":["CMD-SHELL","a  b | c"]}' 'CMD a  b | c'
    health '{"Interval":90500000000,"Retries":3,"StartInterval":1000000,"StartPeriod":0,"Test":["CMD","a b"],"Timeout":86400000000000}' \
        '--interval=1m30.5s  --timeout=24h --start-period=0 --start-interval=1000us --retries=3 cmd ["a b"]'
    before=$(state)
    while IFS='|' read -r bad why; do
        bad=$(printf '%b.' "$bad") && bad=${bad%.}
        run -1 img-store check --change "$bad"
        assert_output "img-store: $bad: $why"
        [[ $(state) == "$before" ]]
    done << 'END'
|not an instruction that changes a config
RUN x|not an instruction that changes a config
FROM x|not an instruction that changes a config
CMD|says nothing
CMD \n|says nothing
ENV A|not NAME=VALUE
ENV =x|not NAME=VALUE
ENV A=1 B|not NAME=VALUE
ENV A="1|a quote is not closed
LABEL it's x|a quote is not closed
EXPOSE 0|not PORT[-PORT][/tcp|udp|sctp]
EXPOSE 65536|not PORT[-PORT][/tcp|udp|sctp]
EXPOSE 9-8|not PORT[-PORT][/tcp|udp|sctp]
EXPOSE 80/icmp|not PORT[-PORT][/tcp|udp|sctp]
EXPOSE ["80"]|not PORT[-PORT][/tcp|udp|sctp]
STOPSIGNAL NOPE|no such signal
VOLUME []|a volume has no name
VOLUME ""|a volume has no name
CMD \0377|not UTF-8, which a config has to be
ENV A=\0377|not UTF-8, which a config has to be
HEALTHCHECK \0377|neither NONE nor CMD with a command
HEALTHCHECK CMD|neither NONE nor CMD with a command
HEALTHCHECK --retries=1|neither NONE nor CMD with a command
HEALTHCHECK --retries=1 NONE|neither NONE nor CMD with a command
HEALTHCHECK --nonsense=1 CMD x|an option is unknown
HEALTHCHECK --retries=x CMD x|not a time such as 1m30s, or a number of retries
HEALTHCHECK --interval=5 CMD x|not a time such as 1m30s, or a number of retries
HEALTHCHECK --interval=1us CMD x|not a time such as 1m30s, or a number of retries
HEALTHCHECK --interval= CMD x|not a time such as 1m30s, or a number of retries
HEALTHCHECK --interval=1s2 CMD x|not a time such as 1m30s, or a number of retries
HEALTHCHECK CMD \0377|not UTF-8, which a config has to be
ONBUILD \0377|not UTF-8, which a config has to be
USER \0377|not UTF-8, which a config has to be
END
    layer z
    run -1 img-store add -c 'RUN x' "$dir"
    assert_dir_exist "$dir" # what was staged is there for another try
    img-store add --name z --message $'\xff' --created-by $'import \xe9.tar' "$dir"
    assert_equal "$(img-store show --json z | jq -c '.image.history[0] | [.comment, .created_by]')" '["�","import �.tar"]'
}

@test "add --base: over the layers of another image, with its config and history" {
    need_command jq
    image below --name below -c 'ENV A=1' -c 'CMD ["old"]' -c 'ENTRYPOINT ["e"]' -c 'LABEL a=1' -c 'ONBUILD RUN x' -m first --author one > base
    layer above
    printf '%s\0' e 'f g' c $'d\n' '' > args
    printf '%s\0' A=2 $'B=x\ny' C= > env
    img-store add --base below --args-from args --entrypoint 2 --env-from env -c 'USER 7' --author 'me <x>' -m why --name new "$dir" > id
    img-store show --json new > json
    assert_equal "$(jq -c '.image | [.config, .author, (.history | map([.author, .comment, .created_by])), (.rootfs.diff_ids | length), .architecture]' json)" \
        "$(jq -nc --arg machine "$(img-store show --json below | jq -r .image.architecture)" '[{Env: ["A=2", "B=x\ny", "C="],
            Cmd: ["c", "d\n", ""], Entrypoint: ["e", "f g"], Labels: {a: "1"}, User: "7"}, "me <x>",
            [["one", "first", null], ["me <x>", "why", "e f g c d\n "]], 2, $machine]')"
    assert_equal "$(jq -c .image.rootfs.diff_ids[0] json)" "$(img-store show --json below | jq -c .image.rootfs.diff_ids[0])"
    assert_equal "$(img-store show new | sed -n 's/^layers\t//p' | while read -r tree; do cat "$tree/file"; echo; done | xargs)" 'above below'
    for name in below new; do skopeo inspect "oci:$images:$name:latest" | jq -c '.Layers | length'; done > count
    assert_equal "$(xargs < count)" '1 2'
    # By its id; nothing but an entrypoint, or no command at all.
    layer again
    printf 'only\0' > args
    img-store add --base "$(cat base)" --args-from args --entrypoint 1 --name only "$dir" > id
    assert_equal "$(img-store show --json only | jq -c '.image.config | [.Entrypoint, .Cmd, .Env, .OnBuild]')" '[["only"],null,["A=1"],null]'
    before=$(state)
    layer third
    run -1 img-store add --base nowhere "$dir"
    assert_output --partial 'nowhere: '
    run -1 img-store add --base below --args-from args --entrypoint 2 "$dir"
    assert_output 'img-store: args: has no 2 words of an entrypoint'
    run -1 img-store add --base below --env-from nowhere "$dir"
    assert_output 'img-store: nowhere: read: No such file or directory'
    printf 'A=\xff\0' > env
    run -1 img-store add --base below --env-from env "$dir"
    assert_output --partial 'not UTF-8, which a config has to be'
    layers_of_below=$(img-store show below | sed -n 's/^layers\t//p')
    mv "$layers_of_below" moved
    run -1 img-store add --base below "$dir"
    assert_output "img-store: $layers_of_below: find a layer of below: No such file or directory"
    mv moved "$layers_of_below"
    rm -r "$dir"
    [[ $(state) == "$before" ]]
    # What other programs write where there is nothing.
    layer nulls
    jq -c '.config += {Env: null, Labels: null, Volumes: null, Cmd: null}' "$images/blobs/sha256/$(sed s/sha256:// base)" > config
    sum=$(sha256sum < config | cut -d ' ' -f 1)
    cp config "$images/blobs/sha256/$sum"
    manifest=$(img-store show --json below | jq -r .digest)
    jq -c --arg d "sha256:$sum" --arg s "$(stat -c %s config)" '.config.digest = $d | .config.size = ($s | tonumber)' "$images/blobs/sha256/${manifest#*:}" > manifest
    sum=$(sha256sum < manifest | cut -d ' ' -f 1)
    cp manifest "$images/blobs/sha256/$sum"
    jq --arg d "sha256:$sum" '.manifests += [{mediaType: "application/vnd.oci.image.manifest.v1+json", digest: $d, size: 1, annotations: {"org.opencontainers.image.ref.name": "nulls:latest"}}]' \
        "$images/index.json" > index && cp index "$images/index.json"
    img-store add --base nulls -c 'ENV A=1' -c 'LABEL b=2' -c 'VOLUME /v' --name filled "$dir" > id
    assert_equal "$(img-store show --json filled | jq -Sc '.image.config | [.Env, .Labels, .Volumes]')" '[["A=1"],{"b":"2"},{"/v":{}}]'
}

@test "add: only what was staged here, and whole" {
    run -1 img-store add "$T"
    assert_output "img-store: $T: not a directory that 'stage' has made in this store"
    layer x
    before=$(state)
    for bad in "$dir/" "$dir/tree" "${dir#"$T"/}" "$layers/.new-1-1-x" "$layers"; do
        run -1 img-store add "$bad"
        [[ $output == "img-store: $bad"* ]]
    done
    mv "$dir/facts" kept
    for facts in '' nonsense 'diff_id\tsha256:../../x' "$(sed 's/^size.*/size x/; s/\t/\\t/; s/$/\\n/' kept)"; do
        printf '%b' "$facts" > "$dir/facts"
        run -1 img-store add "$dir"
        [[ $output == "img-store: $dir: facts: "* ]]
    done
    mv kept "$dir/facts"
    for part in tree blob; do
        mv "$dir/$part" "$dir/away"
        run -1 img-store add "$dir"
        [[ $output == "img-store: $dir/$part: "*': No such file or directory' ]]
        mv "$dir/away" "$dir/$part"
    done
    assert_equal "$(state)" "$before"
    img-store add "$dir"
}

@test "the same layer again is kept once; an image of 70 layers" {
    image same --name one > /dev/null
    image same --name two > /dev/null
    store_holds 1 5
    dirs=()
    for i in {1..70}; do
        fake "$i"
        dirs+=("$dir")
    done
    img-store add --name many "${dirs[@]}"
    eval "$(img-store show --shell many)"
    eval "set -- $image_layers"
    assert_equal "$# $(cat "$1/file"), $(cat "${70}/file")" '70 layer 70, layer 1' # the topmost first
    store_holds 71 77
}

@test "a damaged blob is refused by its name; the others stay, and it can be removed" {
    good=$(image good --name good)
    image bad --name bad > id
    digest=$(img-store list | awk '$1 == "bad" { print $4 }')
    for blob in "${digest#*:}" "$(cut -d : -f 2 id)"; do
        blob=$images/blobs/sha256/$blob
        cp "$blob" kept
        for damage in ': > "$blob"' 'echo >> "$blob"' 'rm "$blob"'; do
            eval "$damage"
            before=$(state)
            run -1 img-store show bad
            [[ $output == "img-store: bad: $blob: "* ]]
            run -1 --separate-stderr img-store list
            assert_output --partial $'good\tlatest\t'"$good"
            assert_equal "${#lines[@]}" 1
            [[ $stderr == "img-store: bad:latest: $blob: "* ]]
            run -0 img-store show "$good"
            for verb in sweep 'untag bad'; do
                # shellcheck disable=SC2086
                run -1 img-store $verb
                [[ $output == *"$blob: "* ]]
            done
            assert_equal "$(state)" "$before"
            cp kept "$blob"
        done
    done
    : > "$blob"
    run -0 img-store untag good
    image good --name good > /dev/null
    run -0 img-store untag --force bad
    assert_output $'untagged\tbad:latest'
    sweep
    store_holds 1 3
    run -0 img-store show good
}

@test "a damaged index is refused by its name, and left alone" {
    image x --name web > /dev/null
    layer y
    for text in '' '{' '[]' '{"manifests": {}}' '{"manifests": "x"}' '{"manifests": [], "manifests": []}' $'{"a": "\xff"}'; do
        printf '%s' "$text" > "$images/index.json"
        before=$(state)
        for verb in list 'show web' 'tag web b' 'untag web' sweep stage "add $dir"; do
            # shellcheck disable=SC2086
            run -1 img-store $verb
            [[ $output == "img-store: $images/index.json: "* ]]
        done
        assert_equal "$(state)" "$before"
    done
    for text in '[1]' '[{}]' '[{"digest": 1}]' '[{"digest": "sha256:../../x"}]' '[{"digest": "sha512:abc"}]'; do
        printf '{"manifests": %s}' "$text" > "$images/index.json"
        for verb in list sweep; do
            # shellcheck disable=SC2086
            run -1 img-store $verb
            [[ $output == "img-store: "*"$images/index.json: "*': not a digest that is known here'* ]]
        done
    done
    echo '{"manifests": null}' > "$images/index.json"
    run -0 img-store list
    refute_output
}

# blob TEXT: a blob of somebody else's; prints a descriptor without its braces
blob() {
    local hex
    hex=$(printf %s "$1" | sha256sum | cut -d ' ' -f 1)
    printf %s "$1" > "$images/blobs/sha256/$hex"
    printf '"digest":"sha256:%s","size":%d,"mediaType":"%s"' "$hex" "${#1}" "${2:-application/vnd.oci.image.manifest.v1+json}"
}

edit_index() { # JQ FILTER
    jq "$@" "$images/index.json" > index && cp index "$images/index.json"
}

@test "what other programs keep in the index stays" {
    need_command jq
    image x --name web > id
    edit_index '.annotations.theirs = "1" | .other = [1.5, null] |
        .manifests[0] += {"artifactType": "x"} | .manifests[0].annotations.theirs = "2"'
    want=$(jq -c '[.annotations, .other]' "$images/index.json")
    img-store tag web b
    image y --name web > /dev/null
    assert_equal "$(jq -c '[.annotations, .other]' "$images/index.json")" "$want"
    assert_equal "$(jq -c '.manifests[] | select(.artifactType) | .annotations' "$images/index.json" | sort)" \
        '{"org.opencontainers.image.ref.name":"b:latest","theirs":"2"}'
    img-store untag --keep "$(< id)" --force b > /dev/null
    assert_equal "$(jq -c '.manifests[] | select(.artifactType) | .annotations' "$images/index.json")" '{"theirs":"2"}'
}

@test "names that are none, and images for other machines" {
    need_command jq
    id=$(image x --name web)
    ours=$(jq -c '.manifests[0] | .platform.os = "linux"' "$images/index.json")
    config=$(blob '{"architecture":"none","rootfs":{"type":"layers","diff_ids":[]}}' application/vnd.oci.image.config.v1+json)
    theirs=$(blob "{\"config\":{$config},\"layers\":[{$(blob data text/plain)}]}")
    several=$(blob "{\"manifests\":[{$theirs,\"platform\":{\"architecture\":\"none\",\"os\":\"linux\"}},$ours,{\"digest\":\"sha256:$(printf %064d 0)\"}]}" application/vnd.oci.image.index.v1+json)
    foreign=$(blob "{\"manifests\":[{$theirs,\"platform\":{\"architecture\":\"none\",\"os\":\"linux\"}}]}" application/vnd.oci.image.index.v1+json)
    artifact=$(blob "{\"config\":{$(blob 'no JSON' application/x)},\"layers\":[]}")
    for pair in "multi|$several" "none:1|$foreign" "Odd name|$artifact" $'a\tb\nc:d|'"$theirs"; do
        edit_index --arg name "${pair%%|*}" '.manifests += [{'"${pair#*|}"', annotations: {"org.opencontainers.image.ref.name": $name}}]'
    done
    run -1 --separate-stderr img-store list
    assert_equal "$(cut -f 1,2 <<< "$output" | tr '\t' ' ')" $'web latest\nmulti latest\na\\011b\\012c d'
    assert_regex "$stderr" "^img-store: none:1: $images/[^:]*: there is no image for linux/.*"$'\n'"img-store: Odd name: $images/"
    run -0 img-store show multi
    assert_line "id"$'\t'"$id"
    run -1 img-store show none:1
    # What is for others is needed, too.
    before=$(state)
    sweep && assert_equal "$(state)" "$before"
    img-store untag --force none:1 > /dev/null
    sweep && [[ $(ls "$images/blobs/sha256" | wc -l) == 9 ]]
    img-store untag web > /dev/null
    run -0 img-store untag --force multi
    assert_output $'untagged\tmulti:latest\ndeleted\t'"$id"
    sweep
    store_holds 0 5 # theirs
}

@test "20 parallel adds, of different names and of one: none is lost" {
    for i in {1..40}; do
        fake "$i"
        dirs[i]=$dir
    done
    for i in {1..20}; do img-store add --name "n$i" "${dirs[i]}" > "id$i" 2>&1 & done
    for i in {21..40}; do img-store add --name same "${dirs[i]}" > "id$i" 2>&1 & done
    for _ in {1..10}; do img-store list > /dev/null 2>> err & done
    wait
    assert_equal "$(cat err)" ''
    assert_equal "$(img-store list | cut -f 3 | sort)" "$(cat id* | sort)"
    assert_equal "$(names)" "$(printf '%s\n' -:-{,,,,,,,,,,,,,,,,,,} n{1..20}:latest same:latest | sort | xargs)"
    store_holds 40 120
}

@test "who reads meanwhile always sees whole images" {
    need_command jq
    image stays --name stays > /dev/null
    writer() {
        for i in 1 2 3 4 5 6 7 8; do
            image "$i" --name comes && img-store tag comes too && img-store untag comes too && sweep || echo failed
        done
    }
    writer > written 2> err &
    while kill -0 $! 2> /dev/null; do
        img-store list > list && img-store show stays > /dev/null && jq -e .manifests "$images/index.json" > /dev/null
        grep -q ^stays list
    done
    assert_equal "$(cat err)$(grep failed written)" ''
    store_holds 1 3
}

@test "what was staged goes when its owner is gone, not before" {
    sleep 1000 &
    owner=$!
    theirs=$(img-store stage --owner "$owner")
    ours=$(img-store stage --owner "$me")
    mkdir -p "$theirs/tree/a/b" && echo > "$theirs/tree/a/b/c"
    img-store stage --owner "$me" > /dev/null
    img-store sweep --owner "$me"
    [[ -d $theirs && -d $ours ]]
    kill -9 "$owner" && wait "$owner" || :
    mkdir -p "$layers/.dead-.new-1-1-1/x"  # somebody was killed while removing it
    mkdir "$layers/.new-$$-1-00000000" # of a process that had the pid before
    img-store stage --owner "$me" > /dev/null
    [[ ! -e $theirs && -d $ours ]]
    assert_equal "$(ls -A "$layers" | grep -c "^\.new-$me-")" 3
    assert_equal "$(ls -A "$layers" | wc -l)" 3
    # the caller's is the caller's
    run -0 sh -c 'img-store stage && img-store sweep && ls -A "$MINI_DOCKER_ROOT/layers" | wc -l'
    assert_equal "${lines[1]}" 4
    img-store sweep --owner "$me"
    assert_equal "$(ls -A "$layers" | wc -l)" 3
    for bad in 0 x -1 99999999999; do run -2 img-store stage --owner "$bad"; done
    run -1 img-store stage --owner 2147483647
    assert_output 'img-store: --owner: 2147483647: there is no such process'
    run -1 sh -c 'img-store stage > /dev/full'
    assert_equal "$(ls -A "$layers" | wc -l)" 3
}

# orphan: what was staged is nobody's any more
orphan() {
    mv "$dir" "$layers/.new-1-1-x"
    dir=$layers/.new-1-1-x
}

# The images are whole, and a sweep leaves nothing but them.
whole() {
    local count
    count=$(img-store list | wc -l)
    for name in $(names); do img-store show -- "$name" > /dev/null; done
    sweep > /dev/null
    store_holds "$count" $((3 * count))
}

add_web() {
    fake 1
    img-store add --name web "$dir" > /dev/null
}

# killed CALL N COMMAND...: at the Nth of these system calls; false: there are not so many
killed() {
    local status=0
    strace -o /dev/null -e "inject=$1:signal=KILL:when=$2" "${@:3}" > /dev/null 2>&1 || status=$?
    ((status == 137))
}

@test "killed at each system call that changes something: an image or none, and a sweep clears the rest" {
    need_command strace
    image stays --name stays > /dev/null
    for call in renameat fdatasync flock unlinkat; do
        for n in 1 2 3 4 5 6; do
            fake 1
            orphan
            killed "$call" "$n" img-store add --name web "$dir" || n=''
            whole
            [[ $n ]] || break
            img-store untag web > /dev/null || :
        done
        for verb in 'untag web' "sweep --owner $me" "sweep --owner $me --delete"; do
            for n in 1 2 3 4; do
                [[ $verb != untag* ]] || img-store show web > /dev/null || add_web
                [[ $verb != *delete ]] || img-store sweep --owner "$me"
                # shellcheck disable=SC2086
                killed "$call" "$n" img-store $verb || n=''
                [[ $verb == *"$me" ]] || whole
                [[ $n ]] || break
            done
        done
    done 2> /dev/null
    run -0 img-store show stays
}

@test "killed at odd moments" {
    image stays --name stays > /dev/null
    for i in {1..10}; do
        fake 1
        orphan
        img-store add --name web "$dir" > /dev/null 2>&1 &
        pid=$!
        read -rt "0.00$((i / 2))" <> <(:) || :
        kill -9 "$pid" || :
        wait "$pid" || :
        whole
        img-store untag web > /dev/null || :
    done 2> /dev/null
    run -0 img-store show stays
}

@test "each step that fails says what, and the images are as they were" {
    need_command strace
    image stays --name stays > /dev/null
    for verb in add 'tag stays web' 'untag stays'; do
        for call in renameat fdatasync write openat; do
            failed=0
            for n in 1 2 3 4 5; do
                [[ $verb != add ]] || fake 1
                [[ $call != openat ]] || n=.new # by its name, for libraries open files, too
                before=$(state | grep -v layers/.new-)
                # shellcheck disable=SC2086
                strace -o trace $([[ $n == .new ]] && echo -P .new) \
                    -e "inject=$call:error=ENOSPC$([[ $n == .new ]] || echo ":when=$n")" \
                    img-store ${verb/#add/add --name web "$dir"} > out 2> err && break
                assert_regex "$(cat err)" '^img-store: [^:]*: .*: No space left on device$'
                assert_equal "$verb $call $n $(state | grep -v layers/.new-)" "$verb $call $n $before"
                [[ ! -s out || $call == renameat ]] # the last step
                ((++failed))
                rm -rf "$dir"
                [[ $n != .new ]] || break
            done
            ((failed))
            img-store untag web > /dev/null || image stays --name stays > /dev/null
            sweep > /dev/null
        done
    done
}

@test "a full disk, a read-only one, no permission, a full stdout" {
    mkdir disk
    export -f layer
    run -0 unshare -m bash -euo pipefail -c '
        mount -t tmpfs -o size=256k none disk
        export MINI_DOCKER_ROOT=$PWD/disk/store
        layer one
        img-store add --name one "$dir"
        layer two
        head -c 1m /dev/zero > disk/filler 2> /dev/null || :
        state() { find disk/store | sort; cat disk/store/images/index.json; }
        before=$(state)
        fails() {
            if "$@" > out 2> err; then echo "succeeded: $*"; exit 1; fi
            cat err
            [[ ! -s out && $(state) == "$before" ]]
        }
        fails img-store tag one two
        fails img-store untag one
        mv disk/store/layers/.new* disk/store/kept
        cp -r disk/store/kept "$dir" || :
        rm -rf disk/store/layers/.new*
        mv disk/store/kept "$dir"
        if img-store add "$dir"; then exit 1; fi
        img-store list
        rm -rf "$dir" disk/filler
        mount -o remount,ro disk
        before=$(state)
        for verb in stage "tag one two" "untag one" sweep; do
            [[ $verb == sweep ]] || fails img-store $verb
        done
        img-store show one'
    assert_equal "$(grep -c "^img-store: $T/disk/store/images/.*: write: No space left on device$" <<< "$output")" 3
    assert_equal "$(grep -c "^img-store: $T/disk/store.*: Read-only file system$" <<< "$output")" 3
    assert_line name$'\t'one:latest
    image x --name web > id
    before=$(state)
    run -1 setpriv --reuid 65534 --regid 65534 --clear-groups img-store tag web b
    assert_output "img-store: $MINI_DOCKER_ROOT: open layers: Permission denied"
    layer y
    before=$(state | grep -v layers/.new-)
    for verb in list 'show web' 'untag web' "add $dir"; do
        # shellcheck disable=SC2086
        run -1 sh -c "img-store $verb > /dev/full"
        assert_output 'img-store: standard output: write: No space left on device'
        assert_equal "$(state | grep -v layers/.new-)" "$before"
    done
}

@test "sweep: what is kept stays, is put back, and goes when it is not" {
    id=$(image one --name web)
    tree=$(img-store show web | sed -n 's/^layers\t//p')
    image shared --name a > /dev/null
    image shared --name b > /dev/null
    img-store untag --force --keep "$id" web > /dev/null # dangling, in use
    img-store untag a > /dev/null
    sweep --keep "$id" > told
    assert_equal "$(cat told)" '' # the other image has the same layer
    store_holds 2 6
    img-store untag "$id" > /dev/null
    # A container came between untag and the look at the containers
    run -0 img-store sweep --owner "$me" --keep "$id"
    assert_file_exist "$tree/file"
    # or after it, when its layer was mounted already
    img-store sweep --owner "$me"
    assert_file_not_exist "$tree"
    run -0 img-store sweep --owner "$me" --delete --keep "$id"
    refute_output
    assert_file_exist "$tree/file"
    # or its layer has come again: both stay, as long as a container may use either
    img-store sweep --owner "$me"
    image one --name web > id2
    run -0 img-store sweep --owner "$me" --delete --keep "$id"
    refute_output
    assert_equal "$(find "$layers" -maxdepth 1 -name "*$(basename "${tree%/tree}")*" | wc -l)" 2
    run -0 img-store sweep --owner "$me" --delete
    refute_output # what has come again is there still
    assert_equal "$(find "$layers" -maxdepth 1 -name "*$(basename "${tree%/tree}")*")" "${tree%/tree}"
    img-store untag web > /dev/null
    run -0 img-store sweep --owner "$me" --keep nonsense --keep "sha256:$(printf %064d 0)"
    run -0 img-store sweep --owner "$me" --delete
    assert_equal "${#lines[@]}" 1
    store_holds 1 3
}

@test "several sweep at once: each deletes what it has set aside before its own look" {
    image one --name one > /dev/null
    id=$(image two --name two)
    tree=$(img-store show two | sed -n 's/^layers\t//p')
    sleep 1000 3>&- &
    other=$!
    img-store untag one > /dev/null
    img-store sweep --owner "$me"
    # we have looked; now a container starts, and the other one sets aside what it uses
    img-store untag two > /dev/null
    img-store sweep --owner "$other"
    run -0 img-store sweep --owner "$me" --delete
    assert_equal "${#lines[@]}" 1
    run -0 img-store sweep --owner "$other" --delete --keep "$id"
    refute_output
    assert_equal "$(< "$tree/file")" two
    # the other one dies before its second step: there is another look before anything goes
    img-store sweep --owner "$other"
    kill "$other" && wait "$other" || :
    run -0 img-store sweep --owner "$me" --delete
    refute_output
    img-store sweep --owner "$me" --keep "$id"
    run -0 img-store sweep --owner "$me" --delete --keep "$id"
    refute_output
    assert_equal "$(< "$tree/file")" two
    sweep > /dev/null
    store_holds 0 0
    run -1 img-store sweep --owner 2147483647
    assert_output 'img-store: --owner: 2147483647: there is no such process'
}

@test "sweep: an index that leads to the same a billion times, and one that is too deep" {
    need_command jq
    image x --name web > /dev/null
    index=application/vnd.oci.image.index.v1+json
    one=$(blob '{"layers":[]}')
    for _ in {1..7}; do
        many=$(for _ in {1..39}; do printf '{%s},' "$one"; done)
        one=$(blob "{\"manifests\":[$many{$one}]}" $index)
    done
    edit_index ".manifests += [{$one}]"
    run -0 timeout 10 img-store sweep
    one=$(blob '{"layers":[ ]}')
    for _ in {1..9}; do one=$(blob "{\"manifests\":[{$one}]}" $index); done
    edit_index ".manifests += [{$one}]"
    before=$(state)
    run -1 img-store sweep
    assert_output --regexp "^img-store: sha256:[0-9a-f]*: $images/.*: too many indexes lead to each other \(nothing"
    assert_equal "$(state)" "$before"
}

@test "add: what a power failure has left in the store is replaced" {
    image x --name web > id
    eval "$(img-store show --shell web)"
    eval "set -- $image_layers"
    blob=$images/blobs/sha256/$(sed -n 's/^digest\tsha256://p' "${1%/tree}/facts")
    for damage in ': > "$blob"' ': > "${1%/tree}/facts"' 'rm -r "$1"' 'rm -r "${1%/tree}"'; do
        eval "$damage"
        image x --name web > id
        img-store show web > /dev/null
        assert_equal "$(< "$1/file")" x
        assert_equal "$(sha256sum < "$blob")" "${blob##*/}  -"
        assert_equal "$(img-store list | cut -f 1,6)" $'-\t1\nweb\t1' || assert_equal "$(img-store list | cut -f 1,6 | sort -u)" $'-\t1\nweb\t1'
        sweep --keep "$(< id)" > /dev/null
    done
    # what was there may be in use, and stays as long as a container needs the layer
    assert_equal "$(find "$layers" -maxdepth 1 -name '.gone-*' | wc -l)" 2
    run -0 sweep
    refute_output # the layer itself is there
    assert_equal "$(find "$layers" -maxdepth 1 -name '.gone-*')" ''
    img-store list | cut -f 3 | xargs img-store untag > /dev/null
    sweep > /dev/null
    store_holds 0 0
}

@test "who is told goes away: nothing is done" {
    image x --name web > /dev/null
    layer y
    before=$(state | grep -v layers/.new-)
    exec 7> >(:)
    wait $!
    for verb in "add $dir" 'untag web' list; do
        # shellcheck disable=SC2086
        run -1 env --default-signal=PIPE sh -c "exec img-store $verb >&7"
        assert_output 'img-store: standard output: write: Broken pipe'
        assert_equal "$(state | grep -v layers/.new-)" "$before"
    done
    exec 7>&-
}

@test "whatever the umask is, others see the layout and nobody else the layers" {
    for mask in 000 077; do
        (
            umask "$mask"
            MINI_DOCKER_ROOT=$T/store$mask layers=$T/store$mask/layers
            image x --name x > /dev/null
        )
        assert_equal "$(stat -c %a "store$mask" "store$mask"/images{,/blobs,/index.json,/oci-layout} "store$mask/layers" "store$mask"/layers/* | xargs)" \
            '711 755 755 644 644 700 700'
        assert_equal "$(stat -c %a "store$mask"/images/blobs/sha256/* | sort -u)" 644
    done
}

@test "without privilege, in a directory of one's own" {
    mkdir own
    chown 65534:65534 own
    export -f layer
    run -0 setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all bash -euc '
        cd own
        export MINI_DOCKER_ROOT=$PWD/store
        mkdir -p t/closed/deep && echo > t/closed/deep/file && chmod 555 t/closed/deep t/closed
        dir=$(img-store stage --owner "$me")
        img-layer pack t | img-layer unpack --blob "$dir/blob" "$dir/tree" > "$dir/facts"
        img-store add --name web "$dir"
        img-store tag web b
        img-store show web
        img-store untag web b
        img-store sweep
        img-store sweep --delete
        ls -A store/layers store/images/blobs/sha256
        chmod -R u+w t && rm -rf t'
    assert_output --partial $'untagged\tb:latest'
    assert_equal "$(find own/store/layers own/store/images/blobs/sha256 -mindepth 1)" ''
}

@test "a store that does not exist has no images, and is not made by looking" {
    for verb in list 'list --json' sweep 'sweep --delete'; do
        # shellcheck disable=SC2086
        run -0 img-store $verb
        refute_output
    done
    for verb in 'show web' 'tag web b' 'untag web'; do
        # shellcheck disable=SC2086
        run -1 img-store $verb
        assert_output 'img-store: web: no such image'
    done
    [[ ! -e $MINI_DOCKER_ROOT ]]
    run -0 img-store --root rel/store stage
    [[ $output == "$T/rel/store/layers/.new-"* ]]
    : > file
    run -1 img-store --root file list
    assert_output "img-store: $T/file: open: Not a directory"
    # a layout alone, without layers
    mkdir -p "$images"
    run -0 img-store list
    refute_output
    run -0 img-store sweep --owner "$me"
}

@test "list --json" {
    need_command jq
    id=$(image x --name web:1)
    image y > /dev/null
    run -0 img-store list --json
    assert_equal "$(jq -c '[.name, .tag, .id, .size, .digest[0:7]]' <<< "${lines[0]}")" "[\"web\",\"1\",\"$id\",1,\"sha256:\"]"
    assert_equal "$(jq -c '[has("name"), has("tag"), .size]' <<< "${lines[1]}")" '[false,false,1]'
}

@test "a wrong command line: 2, one line" {
    while read -r args; do
        # shellcheck disable=SC2086
        run -2 img-store $args
        assert_equal "${#lines[@]}" 1
        assert_output --partial "try 'img-store --help'"
    done << 'ARGS'

nonsense
list x
list --nonsense
show
show a b
add
check x
stage x
tag
cached
cached --parent x y
uncache x
untag
sweep x
ARGS
    [[ ! -e $MINI_DOCKER_ROOT ]]
}
