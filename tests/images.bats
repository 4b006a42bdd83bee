#!/usr/bin/env bats
# mini-docker images: what it says of the images there are.

load lib/common

setup() {
    common_setup
    need_root
    PATH=$BUILD/test:$PATH
    cd "$T"
    tarmake f file contents e - - > small.tar
}
teardown() { common_teardown; }

next_second() {
    local now=$EPOCHSECONDS
    while ((EPOCHSECONDS == now)); do sleep 0.02; done
}

# pretend LINE...: what `img-store list` says from now on, for $T/md; it is the second 2000000000
pretend() {
    mkdir -p bin
    printf '%s\n' "$@" > said
    printf '#!/bin/sh\ncat "%s/said"\n' "$T" > bin/img-store
    printf '#!/bin/sh\necho 2000000000\n' > bin/date
    chmod 755 bin/*
    sed "s,^BINDIR=.*,BINDIR='$T/bin:$BIN'," "$BIN/mini-docker" > md
}

@test "a table: headings, columns that line up, the youngest first" {
    run -0 --separate-stderr mini-docker images
    assert_output 'REPOSITORY   TAG       IMAGE ID   CREATED   SIZE'
    [[ ! -e $MINI_DOCKER_ROOT && ! $stderr ]]
    old=$(mini-docker import small.tar short)
    next_second
    new=$(mini-docker import "$(busybox_tar)" localhost:5000/a/longer:tag)
    next_second
    dangling=$(mini-docker import small.tar)
    run -0 mini-docker images
    assert_line --index 0 --regexp '^REPOSITORY                TAG       IMAGE ID       CREATED +SIZE$'
    assert_line --index 1 --regexp "^<none> +<none> +${dangling:7:12} +[0-9A-Z].* ago +8B$"
    assert_line --index 2 --regexp "^localhost:5000/a/longer   tag       ${new:7:12}   .* ago +1.98MB$"
    assert_line --index 3 --regexp "^short +latest +${old:7:12}   .* ago +8B$"
    # each column begins below its heading
    for heading in TAG 'IMAGE ID' CREATED SIZE; do
        at=${lines[0]%%"$heading"*}
        for line in "${lines[@]}"; do [[ ${line:${#at}-3:3} == '   ' && ${line:${#at}:1} != ' ' ]]; done
    done
}

@test "-q, --no-trunc, --digests, -a" {
    id=$(mini-docker import small.tar web)
    mini-docker tag web other
    digest=$(img-store list | head -n 1 | cut -f 4)
    run -0 mini-docker images -q
    assert_output "${id:7:12}"$'\n'"${id:7:12}"
    run -0 mini-docker images -qa --no-trunc web
    assert_output "$id"
    run -0 mini-docker images --no-trunc web
    assert_output --partial "   $id   "
    run -0 mini-docker images --digests web
    assert_line --index 0 --regexp '^REPOSITORY   TAG       DIGEST +IMAGE ID +CREATED +SIZE$'
    assert_output --partial "   $digest   ${id:7:12}   "
    run -0 mini-docker images -q=false --no-trunc=true web
    assert_output --partial REPOSITORY
}

@test "--format: table, json, templates" {
    need_command jq
    id=$(mini-docker import small.tar web:1)
    run -0 mini-docker images --format json
    assert_equal "$(jq -c '[keys, .Repository, .Tag, .ID, .Size]' <<< "$output")" \
        "[[\"CreatedAt\",\"CreatedSince\",\"Digest\",\"ID\",\"Repository\",\"Size\",\"Tag\"],\"web\",\"1\",\"${id:7:12}\",\"8B\"]"
    assert_equal "$(mini-docker images --format '{{json .}}' | jq -c 'del(.CreatedSince)')" "$(jq -c 'del(.CreatedSince)' <<< "$output")"
    while IFS='|' read -r format want; do
        run -0 mini-docker images --format "$format"
        assert_output "$(printf '%b' "$want")"
    done << END
{{.Repository}}:{{.Tag}}|web:1
{{ .ID }}|${id:7:12}
{{.Repository}}\t{{.Tag}}\n.|web\t1\n.
a"b'c \$(x) * {{json .Repository}} &|a"b'c \$(x) * "web" &
table {{.Tag}}\t{{.Repository}}|TAG       REPOSITORY\n1         web
table {{.Size}} {{.ID}}|SIZE IMAGE ID\n8B ${id:7:12}
plain|plain
\d|\\\\d
END
    assert_equal "$(mini-docker images --format table | head -n 1 | tr -s " ")" "$(mini-docker images | head -n 1 | tr -s " ")"
    run -0 mini-docker images --format '{{.CreatedAt}}'
    assert_output --regexp '^20[0-9-]{8} [0-9:]{8} \+0000 UTC$'
    assert_equal "$(date -d "${output% UTC}" +%s)" "$(img-store list | cut -f 5)"
    for bad in '{{.Nope}}' '{{Repository}}' '{{json .nope}}' 'table {{.Nope}}' '{{.ID' '{{}}' '{{.ID}} {{'; do
        run -125 mini-docker images --format "$bad"
        assert_output --partial 'mini-docker: --format: '
        assert_equal "${#lines[@]}" 1
    done
    run -125 mini-docker images --format '{{.Nope}}'
    assert_output --partial 'there are: .Repository .Tag .Digest .ID '
}

@test "NAME and --filter choose" {
    for name in busybox:1 busybox:2 me/busybox yes-box localhost:5000/busybox no; do mini-docker import small.tar "$name"; done > ids
    mini-docker import small.tar > /dev/null
    while IFS='|' read -r line want; do
        IFS=' ' read -ra args <<< "$line"
        run -0 mini-docker images --format '{{.Repository}}:{{.Tag}}' "${args[@]}"
        assert_equal "$(sort <<< "$output" | xargs)" "$want"
    done << 'END'
|<none>:<none> busybox:1 busybox:2 localhost:5000/busybox:latest me/busybox:latest no:latest yes-box:latest
busybox|busybox:1 busybox:2
busybox:2|busybox:2
busybox:nope|
nope|
localhost|
b*|busybox:1 busybox:2
*box|busybox:1 busybox:2 yes-box:latest
*|<none>:<none> busybox:1 busybox:2 no:latest yes-box:latest
*/*|localhost:5000/busybox:latest me/busybox:latest
*:1|busybox:1
[bn]*|busybox:1 busybox:2 no:latest
--filter reference=busybox:* -f reference=no|busybox:1 busybox:2 no:latest
-f dangling=true|<none>:<none>
--filter=dangling=1|<none>:<none>
-f dangling=false me/busybox|me/busybox:latest
-f dangling=false -f reference=*|busybox:1 busybox:2 no:latest yes-box:latest
END
    run -125 mini-docker images -f nope=1
    assert_output --partial 'none of dangling=true|false, reference=, label=, '
    touch busybox # patterns are for images, not for files
    cd / && run -0 mini-docker images -q '*'
    assert_equal "${#lines[@]}" 5
}

@test "--filter by labels, and by when they were made" {
    mini-docker import small.tar one -c 'LABEL a=1 b=2' > /dev/null
    next_second
    mini-docker import small.tar two -c 'LABEL a=2' > /dev/null
    next_second
    mini-docker import small.tar three > id
    while IFS='|' read -r args want; do
        # shellcheck disable=SC2086
        run -0 mini-docker images --format '{{.Repository}}' $args
        assert_equal "$(sort <<< "$output" | xargs)" "$want"
    done << END
-f label=a|one two
-f label=a=1|one
-f label=a -f label=b|one
-f label=a -f label!=b|two
-f label!=a|three
-f label=nope|
-f before=two|one
-f since=two|three
-f since=one -f before=$(< id)|two
-f since=three|
-f until=1h|
-f until=$((EPOCHSECONDS + 100))|one three two
-f until=$(img-store list | awk -F '\t' '$1 == "two" { print $5 }')|one
-f label=a -f reference=*o|two
END
    run -1 mini-docker images -f before=nope
    assert_output 'img-store: nope: no such image'
    run -125 mini-docker images -f until=nonsense
    run -125 mini-docker images -f label=
}

@test "CREATED and SIZE as Docker writes them" {
    hex=$(printf %064d 0)
    rows=() wants=()
    while IFS='|' read -r age bytes want; do
        rows+=("n"$'\t'"${#rows[@]}"$'\t'"sha256:$hex"$'\t'"sha256:$hex"$'\t'$((2000000000 - age))$'\t'"$bytes")
        wants+=("${#wants[@]} $want")
    done << 'END'
-5|0|Less than a second ago 2033-05-18 03:33:25 +0000 UTC 0B
0|1|Less than a second ago 2033-05-18 03:33:20 +0000 UTC 1B
1|999|1 second ago 2033-05-18 03:33:19 +0000 UTC 999B
59|1000|59 seconds ago 2033-05-18 03:32:21 +0000 UTC 1kB
60|1234|About a minute ago 2033-05-18 03:32:20 +0000 UTC 1.23kB
119|12345678|About a minute ago 2033-05-18 03:31:21 +0000 UTC 12.3MB
600|999499999|10 minutes ago 2033-05-18 03:23:20 +0000 UTC 999MB
3600|999500000|About an hour ago 2033-05-18 02:33:20 +0000 UTC 1GB
5400|1000000000|2 hours ago 2033-05-18 02:03:20 +0000 UTC 1GB
90000|1234567890123|25 hours ago 2033-05-17 02:33:20 +0000 UTC 1.23TB
172800|5|2 days ago 2033-05-16 03:33:20 +0000 UTC 5B
1209600|5|2 weeks ago 2033-05-04 03:33:20 +0000 UTC 5B
5184000|5|2 months ago 2033-03-19 03:33:20 +0000 UTC 5B
63072000|5|2 years ago 2031-05-19 03:33:20 +0000 UTC 5B
2000000000|5|N/A N/A 5B
END
    pretend "${rows[@]}"
    run -0 sh md images --format '{{.Tag}} {{.CreatedSince}} {{.CreatedAt}} {{.Size}}'
    assert_output "$(printf '%s\n' "${wants[@]}")"
    # leap days, ends of years and of centuries
    rows=()
    for time in 951782399 951782400 951868800 978307199 1709164800 1709251199 4107542400 4133980799 68169599 1; do
        rows+=("n"$'\t'1$'\t'"sha256:$hex"$'\t'"sha256:$hex"$'\t'"$time"$'\t'1)
    done
    pretend "${rows[@]}"
    run -0 sh md images --format '{{.CreatedAt}}'
    assert_output "$(cut -f 5 said | sort -nr | sed 's/^/@/' | TZ=UTC date -f - '+%F %T %z %Z')"
}

@test "what other programs have named oddly is no harm" {
    hex=$(printf %064d 0)
    pretend 'a\011b\012$(touch ran)'$'\t'"x\\134'\"{{.ID}}"$'\t'"sha256:$hex"$'\t'"sha256:$hex"$'\t1\t1' '*'$'\t-\t'"sha256:$hex"$'\t'"sha256:$hex"$'\t1\t1'
    run -0 sh md images --format '{{.Repository}} {{.Tag}}'
    assert_output "$(printf '%s\n' '* <none>' 'a\011b\012$(touch ran) x\134'\''"{{.ID}}')"
    run -0 sh md images --format json
    assert_equal "$(jq -c '[.Repository, .Tag]' <<< "${lines[1]}")" '["a\tb\n$(touch ran)","x\\'\''\"{{.ID}}"]'
    [[ ! -e ran ]]
}

@test "the time does not grow by a process for each image" {
    need_command strace
    mini-docker import small.tar one > /dev/null
    processes() { strace -f -o trace -e trace=execve "$@" > /dev/null && grep -c 'execve.*= 0' trace; }
    few=$(processes mini-docker images)
    few_json=$(processes mini-docker images --format json)
    for i in {1..20}; do mini-docker tag one "n$i"; done
    assert_equal "$(processes mini-docker images) $(processes mini-docker images --format json)" "$few $few_json"
}

@test "a damaged image: the others are shown, exit 1" {
    mini-docker import small.tar good > /dev/null
    mini-docker import small.tar bad > /dev/null
    : > "$MINI_DOCKER_ROOT/images/blobs/sha256/$(img-store list | awk '$1 == "bad" { print substr($4, 8) }')"
    run -1 --separate-stderr mini-docker images --format '{{.Repository}}'
    assert_output good
    assert_equal "$(grep -c '^img-store: bad:latest: .*damaged' <<< "$stderr")" 1
}

@test "a wrong command line: 125, one line; a full stdout" {
    for args in 'a b' --nope '--format' '-f dangling=maybe' '-f x'; do
        # shellcheck disable=SC2086
        run -125 mini-docker images $args
        assert_equal "${#lines[@]}" 1
        [[ $output == "mini-docker: images: "*" (try 'mini-docker images --help')" ]]
    done
    mini-docker import small.tar web > /dev/null
    run ! sh -c 'mini-docker images > /dev/full'
    [[ $output ]]
    run -0 --separate-stderr mini-docker --trace images -q
    assert_equal "${stderr_lines[*]}" "+ export MINI_DOCKER_ROOT=$MINI_DOCKER_ROOT + img-store list"
}
