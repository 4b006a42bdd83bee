#!/usr/bin/env bats
# mini-docker image: the group, image inspect, image prune, and cached steps of builds, which are no images.

load lib/common

setup() {
    common_setup
    need_root
    need_command jq
    PATH=$BUILD/test:$PATH
    cd "$T"
}
teardown() { common_teardown; }

# import TEXT [ARG...]: an image of a layer with one file; prints its id
import() {
    tarmake f file "$1" e - - | mini-docker import "${@:3}" - ${2:+"$2"}
}

# add TEXT OPTION...: the same by img-store
add() {
    dir=$(img-store stage --owner "$BASHPID")
    tarmake f more "$1" e - - | img-layer unpack --blob "$dir/blob" "$dir/tree" > "$dir/facts"
    img-store add "${@:2}" "$dir"
}

# members JQ: of the first object of $output
members() {
    jq -c ".[0] | $1" <<< "$output"
}

@test "the commands of the group are those without it" {
    id=$(import one web)
    assert_equal "$(mini-docker image ls -q)" "$(mini-docker images -q)"
    assert_equal "$(mini-docker image list -q)" "$(mini-docker images -q)"
    assert_equal "$(mini-docker image history --format json web | jq -c 'del(.CreatedSince)')" \
        "$(mini-docker history --format json web | jq -c 'del(.CreatedSince)')"
    assert_equal "$(mini-docker image inspect web)" "$(mini-docker inspect --type image web)"
    mini-docker image save web | cmp - <(mini-docker save web)
    mini-docker image tag web other
    mini-docker image import <(tarmake f x x e - -) third > /dev/null
    run -0 mini-docker image rm other
    assert_output 'Untagged: other:latest'
    run -0 mini-docker image remove web
    assert_line --index 0 'Untagged: web:latest'
    assert_line --index 1 "Deleted: $id"
    run -0 mini-docker image
    assert_output --partial 'mini-docker image COMMAND'
    run -125 mini-docker image nope
    assert_output --partial 'nope: no such command'
    run -1 mini-docker image rm web
    for command in $(mini-docker image --help | sed -n '/^Commands:/,/^$/p' | tail -n +2 | tr -d ,); do
        run -0 mini-docker image "$command" --help
        assert_output --partial 'Usage: mini-docker '
    done
}

@test "inspect: every member that Docker has, of the kind that it has" {
    id=$(import 12345 web:1 -m 'said so' -c 'ENV A=1' -c 'EXPOSE 80' -c 'LABEL a=b' -c 'VOLUME /v' -c 'CMD ["x"]' -c 'HEALTHCHECK CMD y')
    mini-docker tag web:1 localhost:5000/web
    run -0 mini-docker image inspect web:1
    assert_equal "$(members 'map_values(type)')" "$(jq -c . << 'END'
{"Id": "string", "RepoTags": "array", "RepoDigests": "array", "Parent": "string", "Comment": "string", "Created": "string",
 "DockerVersion": "string", "Author": "string", "Config": "object", "Architecture": "string", "Os": "string", "Size": "number",
 "GraphDriver": "object", "RootFS": "object", "Metadata": "object"}
END
)"
    diff_id=sha256:$(tarmake f file 12345 e - - | sha256sum | cut -d ' ' -f 1)
    digest=$(img-store list | head -n 1 | cut -f 4)
    assert_equal "$(members '[.Id, .RepoTags, .RepoDigests, .Comment, .Size, .RootFS, .Config.Env, .Config.ExposedPorts, .Config.Labels, .Config.Volumes, .Config.Cmd, .Config.Healthcheck.Test]')" \
        "[\"$id\",[\"web:1\",\"localhost:5000/web:latest\"],[\"localhost:5000/web@$digest\",\"web@$digest\"],\"said so\",5,{\"Type\":\"layers\",\"Layers\":[\"$diff_id\"]},[\"A=1\"],{\"80/tcp\":{}},{\"a\":\"b\"},{\"/v\":{}},[\"x\"],[\"CMD-SHELL\",\"y\"]]"
    assert_equal "$(date -d "$(members .Created | tr -d '"')" +%s)" "$(img-store list | head -n 1 | cut -f 5)"
    assert_equal "$(cat "$(members .GraphDriver.Data.UpperDir | tr -d '"')/file")" 12345
    # Layers, the lowest first; the variant of a machine
    add 1 --base web:1 --name two > /dev/null
    run -0 mini-docker image inspect two
    assert_equal "$(members '[.RootFS.Layers[0], (.RootFS.Layers | length), .Size]')" "[\"$diff_id\",2,6]"
    assert_equal "$(cat "$(members .GraphDriver.Data.LowerDir | tr -d '"')/file")" 12345
    run -0 mini-docker image inspect --format '{{.Os}} {{len .RootFS.Layers}} {{index .RepoTags 0}}' web:1 two
    assert_output $'linux 1 web:1\nlinux 2 two:latest'
    # Those that there are, are shown.
    run -1 --separate-stderr mini-docker image inspect nope web:1
    assert_equal "$(members .Id)" "\"$id\""
    assert_equal "$stderr" 'mini-docker: inspect: nope: no such image'
    run -1 --separate-stderr mini-docker image inspect nope
    assert_output '[]'
    ctr-state create --name box > /dev/null
    run -1 mini-docker image inspect box
    ctr-state remove box
    run -125 mini-docker image inspect
}

@test "prune: what has no name; with -a what no container uses; by label and time; after a question" {
    import 1 web > /dev/null
    old=$(import 2 '' -c 'LABEL keep=1') new=$(import 3 '')
    run -1 mini-docker image prune <<< n
    assert_output --partial 'WARNING! This will remove all dangling images.'
    run -1 mini-docker image prune < /dev/null
    run -0 mini-docker image prune -f --filter label=nope
    run -0 mini-docker image prune -f --filter until=1h
    run -0 mini-docker image prune -f --filter 'until=2001-01-01'
    assert_output 'Total reclaimed space: 0B'
    assert_equal "$(img-store list | wc -l)" 3
    run -0 mini-docker image prune -f --filter 'label!=keep'
    assert_line "deleted: $new"
    refute_output --partial "$old"
    run -0 mini-docker image prune --filter label=keep=1 <<< y
    assert_line "deleted: $old"
    assert_equal "$(mini-docker images --format '{{.Repository}}')" web
    import 4 used > /dev/null
    ctr-state create --name box --set image="$(img-store show used | sed -n 's/^id\t//p')" > /dev/null
    run -0 mini-docker image prune -a <<< yes
    assert_line --partial 'WARNING! This will remove all images without at least one container associated to them.'
    assert_line 'untagged: web:latest'
    assert_equal "$(mini-docker images --format '{{.Repository}}')" used
    ctr-state remove box
    run -0 mini-docker image prune -af
    assert_equal "$(find "$MINI_DOCKER_ROOT/layers" "$MINI_DOCKER_ROOT/images/blobs/sha256" -mindepth 1)" ''
    for args in 'x' '--filter nope=1' '--filter until=nonsense'; do
        # shellcheck disable=SC2086
        run -125 mini-docker image prune -f $args
    done
}

@test "prune, rmi: an image with two manifests, one of which has no name, keeps its name, which is one" {
    id=$(import 1 web)
    cd "$MINI_DOCKER_ROOT/images"
    other() { # the layers packed in another way, which lost the name to this one
        old=$(jq -r '.manifests[0].digest' index.json)
        jq '.annotations = {"is": "another"}' "blobs/sha256/${old#*:}" > other
        new=$(sha256sum < other) new=${new%% *}
        jq --arg new "sha256:$new" --argjson size "$(stat -c %s other)" \
            '.manifests += [.manifests[0] | .digest = $new | .size = $size | del(.annotations)]' index.json > index
        mv other "blobs/sha256/$new" && mv index index.json
        assert_equal "$(img-store list | cut -f 1,3 | sort)" "-"$'\t'"$id"$'\n'"web"$'\t'"$id"
    }
    other
    run -0 mini-docker image prune -f
    refute_output --partial web
    assert_equal "$(img-store list | cut -f 1,3)" "web"$'\t'"$id"
    run -0 mini-docker images -q --no-trunc web
    assert_output "$id"
    run -0 img-store untag --force --dangling "$id" # has got a name meanwhile, or is gone: nothing to do
    assert_output ''
    other
    run -0 mini-docker rmi "$id"
    assert_line 'Untagged: web:latest'
    id=$(import 1 web)
    other
    run -0 mini-docker image prune -af
    assert_line 'untagged: web:latest'
    assert_equal "$(img-store list)" ''
}

@test "images -a shows a step once that is an image without a name" {
    import 12345 web > /dev/null
    step=$(add 1234567 --base web --cache "$(printf %064d 1)")
    img-store tag "$step"
    run -0 mini-docker images -a --no-trunc --format '{{.Repository}} {{.ID}}'
    assert_equal "$(grep -cF "<none> $step" <<< "$output")" 1
}

@test "cached steps of builds: shown with -a alone, kept by image prune, counted by themselves" {
    import 12345 web > /dev/null
    key=$(printf %064d 1)
    step=$(add 1234567 --base web --cache "$key")
    run -0 mini-docker images -q --no-trunc
    refute_output --partial "$step"
    run -0 mini-docker images -a --no-trunc --format '{{.Repository}} {{.Tag}} {{.ID}}'
    assert_line "<none> <none> $step"
    run -0 mini-docker system df --format '{{.Type}} {{.TotalCount}} {{.Active}} {{.Size}} {{.Reclaimable}}'
    assert_line 'Images 1 0 5B 5B (100%)'
    assert_line 'Build Cache 1 0 7B 7B'
    run -0 mini-docker system df -v
    assert_line 'Build cache usage: 7B'
    assert_line --regexp '^CACHE ID +CACHE TYPE +SIZE +SHARED$'
    short=${step#sha256:}
    assert_line --regexp "^${short:0:12} +regular +7B +false\$"
    mini-docker image prune -f > /dev/null
    run -0 mini-docker image prune -f
    assert_output 'Total reclaimed space: 0B'
    # The image that it was built on goes, its layers stay as long as the step does.
    run -0 mini-docker image prune -af
    assert_line 'untagged: web:latest'
    assert_equal "$(img-store list --all | cut -f 3)" "$step"
    assert_equal "$(img-store show "$step" | grep -c ^layers)" 2
    run -0 mini-docker system df --format '{{.Type}} {{.TotalCount}} {{.Size}}'
    assert_line 'Build Cache 1 12B'
    # An image of just these layers has all that they take.
    img-store tag "$step" built
    run -0 mini-docker system df --format '{{.Type}} {{.TotalCount}} {{.Size}}'
    assert_line 'Images 1 12B'
    assert_line 'Build Cache 1 0B'
    run -0 mini-docker system df -v
    assert_line --regexp "^${short:0:12} +regular +7B +true\$"
    run -0 mini-docker system df --format '{{.Type}} {{.Active}}'
    assert_line 'Build Cache 1'
    run -0 mini-docker images -a --no-trunc --format '{{.Repository}} {{.ID}}'
    assert_output "built $step"
}

@test "system df: layers are counted once, whoever has them" {
    import 12345 web > /dev/null
    mini-docker tag web again
    add 1 --base web --name two > /dev/null
    run -0 mini-docker system df --format '{{.Type}} {{.TotalCount}} {{.Active}} {{.Size}} {{.Reclaimable}}'
    assert_line 'Images 2 0 6B 6B (100%)'
    ctr-state create --name box --set image="$(img-store show web | sed -n 's/^id\t//p')" > /dev/null
    run -0 mini-docker system df --format '{{.Type}} {{.TotalCount}} {{.Active}} {{.Size}} {{.Reclaimable}}'
    assert_line 'Images 2 1 6B 1B (16%)'
    run -0 mini-docker system df -v
    assert_line --regexp '^two +latest +[0-9a-f]{12} +.* ago +6B +5B +1B +0$'
    assert_line --regexp '^web +latest +[0-9a-f]{12} +.* ago +5B +5B +0B +1$'
    ctr-state remove box
    run -0 img-store usage
    assert_equal "$(cut -f 2,4 <<< "$output" | sort | uniq -c | tr -s ' \t' ' ' | tr '\n' ,)" ' 1 image 1, 3 image 5,'
}
