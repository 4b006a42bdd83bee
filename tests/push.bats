#!/usr/bin/env bats
# mini-docker push, login, logout: what a registry has then.

load lib/common
load lib/registry
load lib/tree

setup() {
    common_setup
    need_root
    PATH=$BUILD/test:$PATH
    cd "$T"
}
teardown() {
    registry_end
    common_teardown
}

# import TEXT [NAME]: an image of a layer with one file; prints its id
import() {
    tarmake f file "$1" e - - | mini-docker import - "${@:2}"
}

# there NAME[:TAG|@DIGEST]: the manifest that the registry has
there() {
    in_net skopeo inspect --raw --tls-verify=false "docker://$REGISTRY/$1"
}

@test "an image, its tags, and what was said" {
    need_command jq
    registry_begin
    id=$(import one localhost:5000/a/web:1)
    run -0 --separate-stderr in_net mini-docker push localhost:5000/a/web:1
    [[ ! $stderr ]]
    there a/web:1 > manifest
    digest=sha256:$(sha256sum < manifest | cut -d ' ' -f 1) blob=$(img-store save localhost:5000/a/web:1 | tar -xOf - manifest.json | jq -r '.[0].Layers[0]')
    assert_output "The push refers to repository [localhost:5000/a/web]
${blob:13:12}: Pushed
1: digest: $digest size: $(stat -c %s manifest)"
    assert_equal "$(jq -r .config.digest manifest)" "$id"
    # The tree that it had, in the layer that is there.
    in_net curl -s "http://$REGISTRY/v2/a/web/blobs/$(jq -r '.layers[0].digest' manifest)" > layer
    assert_equal "$(gzip -cd layer | tar -xOf - file)" one
    # It is known here by the name that it has there.
    assert_equal "$(mini-docker image inspect -f '{{.RepoDigests}}' "$id")" "[localhost:5000/a/web@$digest]"
    run -0 mini-docker images -q --no-trunc "localhost:5000/a/web"
    assert_output "$id"
    assert_equal "$(img-store show "localhost:5000/a/web@$digest" | head -n 1)" "id"$'\t'"$id"
    # Others of the same repository
    mini-docker tag "$id" localhost:5000/a/web
    import two localhost:5000/a/web:2 > /dev/null
    run -0 in_net mini-docker push localhost:5000/a/web
    assert_line --index 0 'Using default tag: latest'
    assert_line --partial "latest: digest: $digest size: "
    run -1 there a/web:2
    run -0 in_net mini-docker push --all-tags localhost:5000/a/web
    assert_equal "$(grep -o '^[^ ]*: digest' <<< "$output" | sort | xargs)" '1: digest 2: digest latest: digest'
    there a/web:2 > /dev/null
    run -0 --separate-stderr in_net mini-docker push -q localhost:5000/a/web:2
    assert_output localhost:5000/a/web:2
    assert_equal "$(ls -A "$MINI_DOCKER_ROOT/layers" | grep -c '^[.]')" 0
}

@test "what is pushed comes back as it was, and nothing is sent twice" {
    registry_begin
    mkdir tree && cp "$(type -P bash)" tree/bash && chmod 4755 tree/bash && ln tree/bash tree/hard && setfattr -n user.a -v 1 tree/bash
    id=$(mini-docker import -c 'CMD ["x"]' tree localhost:5000/web)
    in_net mini-docker push -q localhost:5000/web
    blobs=$(find registry -name data -size +100k -printf '%p %i\n')
    assert_equal "$(wc -l <<< "$blobs")" 1
    mini-docker tag "$id" localhost:5000/web:again
    in_net mini-docker push -q localhost:5000/web:again
    assert_equal "$(find registry -name data -size +100k -printf '%p %i\n')" "$blobs"
    run -0 in_net mini-docker --root other pull -q localhost:5000/web
    assert_equal "$(img-store --root other show localhost:5000/web | head -n 1)" "id"$'\t'"$id"
    diff <(tree tree) <(tree "$(img-store --root other show localhost:5000/web | sed -n 's/^layers\t//p')")
    assert_equal "$(mini-docker --root other image inspect -f '{{.RepoDigests}}' localhost:5000/web)" \
        "[$(mini-docker image inspect -f '{{index .RepoDigests 0}}' localhost:5000/web)]"
}

@test "credentials: login, logout" {
    need_command perl jq
    registry_begin me 'pass "word'
    import one localhost:5000/web > /dev/null
    run -1 in_net mini-docker push localhost:5000/web
    assert_line --regexp '^mini-docker: push: localhost:5000/web:latest: .*(unauthorized|authentication required)'
    run -1 in_net mini-docker login -u me --password-stdin localhost:5000 <<< wrong
    assert_output --regexp '^mini-docker: login: localhost:5000: .*invalid username/password$'
    [[ ! -s auth.json || $(jq -c .auths auth.json) == '{}' ]]
    run -0 --separate-stderr in_net mini-docker --trace login --username me --password-stdin http://localhost:5000/ <<< 'pass "word'
    assert_output 'Login Succeeded'
    [[ $stderr != *'pass "word'* ]]
    assert_equal "$(jq -r '.auths["localhost:5000"].auth' auth.json | base64 -d)" 'me:pass "word'
    run -0 in_net mini-docker push -q localhost:5000/web
    run -0 mini-docker logout localhost:5000
    assert_output 'Removing login credentials for localhost:5000'
    run -0 mini-docker logout localhost:5000
    assert_output $'Removing login credentials for localhost:5000\nNot logged in to localhost:5000'
    run -1 in_net mini-docker push -q localhost:5000/web
    run -0 --separate-stderr in_net mini-docker --trace login -u me -p 'pass "word' localhost:5000
    assert_output 'Login Succeeded'
    [[ $stderr == *'WARNING! Using --password via the CLI is insecure'* && $stderr != *'pass "word'* ]]
    run -0 in_net mini-docker push -q localhost:5000/web
    # On a terminal it asks.
    mini-docker logout localhost:5000
    run -0 in_net pty-drive expect=Username send='me\r' expect=Password send='pass "word\r' -- mini-docker login localhost:5000
    assert_output --partial 'Login Succeeded'
    run -1 in_net mini-docker login localhost:5000 < /dev/null
    assert_output --partial 'no terminal to ask at'
    run -1 in_net mini-docker login --password-stdin localhost:5000 < /dev/null
    assert_output --partial 'needs --username'
}

@test "what cannot be pushed: exit 1, and why" {
    registry_begin
    import one localhost:5001/web > /dev/null
    import one localhost:5000/web > /dev/null
    run -1 in_net mini-docker push localhost:5001/web
    assert_line --regexp '^mini-docker: push: localhost:5001/web:latest: .*connection refused$'
    while IFS='|' read -r args want; do
        # shellcheck disable=SC2086
        run -1 in_net mini-docker push $args
        assert_line --partial "$want"
    done << 'END'
localhost:5000/nope|img-store: localhost:5000/nope:latest: no such image
-a localhost:5000/nope|no such image
localhost:5000/web:2|img-store: localhost:5000/web:2: no such image
localhost:5000/web@sha256:aa|a digest is none that can be given
-a localhost:5000/web:latest|with --all-tags there is no tag to choose
localhost:5000/WEB|must be in lower case
END
    for args in '' 'a b' '-x a'; do
        # shellcheck disable=SC2086
        run -125 mini-docker push $args
    done
    assert_equal "$(ls -A "$MINI_DOCKER_ROOT/layers" | grep -c '^[.]')" 0
    run -1 in_net env PATH="$BIN:$T/none" "$BIN/mini-docker" push localhost:5000/web
    assert_output 'mini-docker: push: needs skopeo'
}

# skopeo_of PID: print its process, which has another one between
skopeo_of() {
    pgrep -x -P "$(pgrep -d , -P "$1")" skopeo
}

@test "a store with a colon in its path; the image goes from the store meanwhile; an end by a signal" {
    registry_begin
    export MINI_DOCKER_ROOT="$T/a:b/c d" REGISTRY_AUTH_FILE=auth.json
    mkdir a:b
    import one localhost:5000/web > /dev/null
    run -0 in_net mini-docker push -q localhost:5000/web
    kill -STOP "$registry_server"
    nsenter --net="/proc/$registry_holder/ns/net" "$BIN/mini-docker" push -q localhost:5000/web > out 2>&1 3>&- &
    pusher=$!
    poll 20 skopeo_of "$pusher"
    mini-docker rmi localhost:5000/web > /dev/null
    kill -CONT "$registry_server"
    wait "$pusher"
    assert_equal "$(< out)" localhost:5000/web:latest
    kill -STOP "$registry_server"
    import one localhost:5000/web > /dev/null
    nsenter --net="/proc/$registry_holder/ns/net" "$BIN/mini-docker" push -q localhost:5000/web > out 2>&1 3>&- &
    pusher=$!
    poll 20 skopeo_of "$pusher"
    kill -TERM "$pusher"
    status=0
    wait "$pusher" || status=$?
    assert_equal "$status" 143
    assert_equal "$(skopeo_of "$pusher"; ls -A "$MINI_DOCKER_ROOT/layers" | grep -c '^[.]')" 0
}
