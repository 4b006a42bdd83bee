#!/usr/bin/env bats
# mini-docker history: what was done to make an image.

load lib/common

setup() {
    common_setup
    need_root
    PATH=$BUILD/test:$PATH
    cd "$T"
}
teardown() { common_teardown; }

# import TEXT [ARG...]: an image of a layer with one file; prints its id
import() {
    tarmake f file "$1" e - - | mini-docker import - "${@:2}"
}

# step TEXT OPTION...: the image `web` with one layer more
step() {
    dir=$(img-store stage --owner "$BASHPID")
    tarmake f more "$1" e - - | img-layer unpack --blob "$dir/blob" "$dir/tree" > "$dir/facts"
    img-store add --base web --name web "${@:2}" "$dir"
}

# config JQ: the image `made`, with a config that is that of `web` after this filter
config() {
    local id digest
    img-store show --json web | jq -c ".image | $1" > config
    id=$(sha256sum < config | cut -d ' ' -f 1)
    cp config "$MINI_DOCKER_ROOT/images/blobs/sha256/$id"
    img-store save web | tar -xOf - "blobs/sha256/$(img-store list | awk -F '\t' '$1 == "web" { print substr($4, 8) }')" |
        jq -c ".config.digest = \"sha256:$id\" | .config.size = $(stat -c %s config)" > manifest
    digest=$(sha256sum < manifest | cut -d ' ' -f 1)
    cp manifest "$MINI_DOCKER_ROOT/images/blobs/sha256/$digest"
    jq -c ".manifests += [.manifests[0] | .digest = \"sha256:$digest\" | .size = $(stat -c %s manifest) | .annotations = {\"org.opencontainers.image.ref.name\": \"made:latest\"}]" \
        "$MINI_DOCKER_ROOT/images/index.json" > index
    cp index "$MINI_DOCKER_ROOT/images/index.json"
}

@test "as Docker shows it: a table, whole, for programs" {
    need_command jq
    import 12345 web -m 'said so' > /dev/null
    id=$(step 1 --created-by $'RUN /bin/sh -c echo\tthis is a line with ünïcöde in it that goes on\nand on')
    run -0 --separate-stderr mini-docker history web
    [[ ! $stderr ]]
    assert_line --index 0 --regexp '^IMAGE +CREATED +CREATED BY +SIZE +COMMENT$'
    assert_line --index 1 --regexp "^${id:7:12}   .* ago +RUN /bin/sh -c echo this is a line with ünïc…   1B +$"
    assert_line --index 2 --regexp '^<missing>      .* ago +import - +5B +said so$'
    assert_equal "${#lines[@]}" 3
    run -0 mini-docker history --no-trunc "${id:7:9}"
    assert_line --index 1 --regexp "^$id   .* ago +RUN /bin/sh -c echo this is a line with ünïcöde in it that goes on\\\\012and on   1B"
    run -0 mini-docker history -q web
    assert_output "${id:7:12}"$'\n<missing>'
    run -0 mini-docker history -q --no-trunc web
    assert_output "$id"$'\n<missing>'
    run -0 mini-docker history --human=false web
    assert_line --index 0 --regexp '^IMAGE +CREATED AT +CREATED BY +SIZE +COMMENT$'
    assert_line --index 2 --regexp '^<missing>      20[0-9-]{8}T[0-9:]{8}Z +import - +5 +said so$'
    run -0 mini-docker history -H=false --format '{{.CreatedAt}}' web
    assert_equal "$(date -d "${lines[0]}" +%s)" "$(img-store list | awk -F '\t' '$1 == "web" { print $5 }')"
    run -0 mini-docker history --format json web
    assert_equal "$(jq -c '[keys, .ID, .CreatedBy, .Size, .Comment]' <<< "${lines[1]}")" \
        '[["Comment","CreatedAt","CreatedBy","CreatedSince","ID","Size"],"<missing>","import -","5B","said so"]'
    run -0 mini-docker image history --format '{{.Size}} {{.ID}}' web
    assert_line --index 0 "1B ${id:7:12}"
}

@test "what is shortened: characters, not bytes; exactly where" {
    long=$(printf 'é%.0s' {1..45})
    import 1 web > /dev/null
    while IFS='|' read -r text want; do
        step 1 --created-by "$text" > /dev/null
        run -0 mini-docker history --format '{{.CreatedBy}}' web
        assert_line --index 0 "$want"
    done << END
$long|$long
${long}x|${long%é}…
x$long|x${long%éé}…
short|short
END
    step 1 --created-by $'\xff\x80'"$long" > /dev/null # no UTF-8: what JSON makes of it
    run -0 mini-docker history --format '{{.CreatedBy}}' web
    assert_equal "${#lines[0]}" 45
}

@test "steps without a layer, layers without a step, times that are none" {
    need_command jq
    import 12345 web > /dev/null
    step 1 --created-by two > /dev/null
    run -0 mini-docker history --format '{{.CreatedBy}}|{{.Size}}|{{.CreatedSince}}|{{.Comment}}' web
    while IFS='~' read -r filter want; do
        config "$filter"
        run -0 mini-docker history --format '{{.ID}}|{{.CreatedBy}}|{{.Size}}|{{.CreatedAt}}' made
        assert_output "$(printf '%b' "$want" | sed "s/ID/$(sha256sum < config | cut -c 1-12)/")"
        mini-docker rmi made > /dev/null
    done << 'END'
.history = [{created: "2001-02-03T04:05:06Z", created_by: "a"}, {created_by: "CMD", empty_layer: true}, {created: "2001-02-03T04:05:06.7+01:00", created_by: "b"}, {created_by: "ENV", empty_layer: true}]~ID|ENV|0B|N/A\n<missing>|b|1B|2001-02-03T03:05:06Z\n<missing>|CMD|0B|N/A\n<missing>|a|5B|2001-02-03T04:05:06Z
del(.history)~ID||1B|N/A\n<missing>||5B|N/A
.history = [{created_by: "b"}]~ID||1B|N/A\n<missing>|b|5B|N/A
.history = [{created_by: "a"}, {created_by: "b"}, {created_by: "c"}]~ID|c|1B|N/A\n<missing>|b|5B|N/A\n<missing>|a|0B|N/A
END
    config '.history = "x"'
    run -1 mini-docker history made
    assert_output --partial 'history: '
    config '.history = [1]'
    run -1 mini-docker history made
}

@test "no such image, a wrong command line" {
    run -1 mini-docker history nope
    assert_output 'img-store: nope: no such image'
    import 1 web > /dev/null
    for args in '' 'web x' '-x web' '--format {{.Nope}} web'; do
        # shellcheck disable=SC2086
        run -125 mini-docker history $args
    done
    run -1 bash -c 'exec img-store history web > /dev/full'
    assert_output 'img-store: standard output: write: No space left on device'
}
