#!/usr/bin/env bats
# mini-docker inspect: what it says of containers, images and volumes, against the kernel and Docker's names.

load lib/run

setup_file() { run_setup_file; }
setup() {
    run_setup
    need_command jq
}
teardown() {
    mini-docker rm -f "${CONTAINERS[@]}" > /dev/null 2>&1 || :
    run_teardown
}
CONTAINERS=(web other)

# field NAME FILTER: of the first object, in a line
field() {
    mini-docker inspect "$1" | jq -c ".[0] | $2"
}

# bats test_tags=vm
@test "a container that runs, and then does not" {
    id=$(mini-docker run -d --name web busybox sleep 1000)
    pid=$(ctr-state get web pid)
    run -0 --separate-stderr mini-docker inspect -f '{{.State.Pid}} {{.State.Status}} {{.State.Running}} {{.Name}} {{.Id}} {{.State.FinishedAt}}' web
    assert_output "$pid running true /web $id 0001-01-01T00:00:00Z"
    [[ ! $stderr && $(readlink "/proc/$pid/exe") == */busybox ]]
    started=$(mini-docker inspect -f '{{.State.StartedAt}}' "${id:0:12}")
    [[ $started =~ ^20[0-9-]{8}T[0-9:]{8}(\.[0-9]{1,9})?Z$ ]]
    ((EPOCHSECONDS - $(date -d "$started" +%s) < 60))
    assert_equal "$(readlink "$(mini-docker inspect -f '{{.NetworkSettings.SandboxKey}}' web)")" "$(readlink "/proc/$pid/ns/net")"
    mini-docker kill web > /dev/null
    poll 10 sh -c '[ "$(mini-docker inspect -f "{{.State.Status}}" web)" = exited ]'
    run -0 mini-docker inspect -f '{{.State.Pid}} {{.State.ExitCode}} {{.State.Running}} {{.State.Dead}}' web
    assert_output '0 137 false false'
}

@test "one whose supervisor was killed with it has exited" {
    mini-docker run -d --name web busybox sleep 1000 > /dev/null
    pid=$(ctr-state get web pid)
    supervisor=$(ps -o ppid= "$pid" | tr -d ' ')
    kill -9 "$supervisor" "$pid"
    poll 10 sh -c "[ \"\$(ctr-state get web status)\" != running ]"
    run -0 mini-docker inspect -f '{{.State.Status}} {{.State.ExitCode}} {{.State.Running}}' web
    assert_output 'exited 137 false'
}

@test "all that the options said" {
    mini-docker import "$(busybox_tar)" full -c 'ENV A=1' -c 'CMD ["x", "y"]' -c 'ENTRYPOINT ["sh", "-c"]' -c 'EXPOSE 80' -c 'LABEL a=b c=d' \
        -c 'VOLUME /data' -c 'WORKDIR /tmp' -c 'STOPSIGNAL SIGINT' -c 'USER 5' > /dev/null
    id=$(mini-docker create --name web -e 'B=2 é=3' -l 'c=é=1' -l x -v "$T:/t:ro" -v vol:/vol -m 100m --cpus 1.5 --pids-limit 99 -c 512 \
        --ulimit nofile=10:20 --tmpfs /run:size=1m --tmpfs /x --restart on-failure:3 --cap-add net_admin --cap-drop all --read-only --shm-size 1m \
        --security-opt no-new-privileges --stop-timeout 7 -h host -i --log-opt max-size=1m full 'echo "$1"' 'a  b')
    run -0 mini-docker inspect web
    printf '%s\n' "$output" > out
    while read -r line; do
        filter=${line%% => *} want=${line#* => }
        assert_equal "$filter: $(jq -c ".[0] | $filter" out)" "$filter: $want"
    done << END
.Id => "$id"
[.Path, .Args] => ["sh",["-c","echo \"\$1\"","a  b"]]
[.State.Status, .State.StartedAt, .State.Pid] => ["created","0001-01-01T00:00:00Z",0]
.Config.Entrypoint => ["sh","-c"]
.Config.Cmd => ["echo \"\$1\"","a  b"]
.Config.Env => ["A=1","B=2 é=3"]
.Config.Labels => {"a":"b","c":"é=1","x":""}
[.Config.Hostname, .Config.User, .Config.WorkingDir, .Config.StopSignal, .Config.StopTimeout, .Config.Image] => ["host","5","/tmp","SIGINT",7,"full"]
[.Config.Volumes, .Config.ExposedPorts] => [{"/data":{}},{"80/tcp":{}}]
.HostConfig.Binds => ["$T:/t:ro","vol:/vol"]
[.HostConfig.Memory, .HostConfig.MemorySwap, .HostConfig.NanoCpus, .HostConfig.CpuShares, .HostConfig.PidsLimit] => [104857600,209715200,1500000000,512,99]
[.HostConfig.RestartPolicy, .HostConfig.Ulimits] => [{"Name":"on-failure","MaximumRetryCount":3},[{"Name":"nofile","Hard":20,"Soft":10}]]
[.HostConfig.CapAdd, .HostConfig.CapDrop, .HostConfig.SecurityOpt] => [["net_admin"],["all"],["no-new-privileges"]]
[.HostConfig.ReadonlyRootfs, .HostConfig.Privileged, .HostConfig.ShmSize, .HostConfig.Tmpfs] => [true,false,1048576,{"/run":"size=1m","/x":""}]
[.HostConfig.LogConfig, .HostConfig.NetworkMode, .HostConfig.AutoRemove] => [{"Type":"json-file","Config":{"max-size":"1m"}},"none",false]
[.Mounts[] | [.Type, .Destination, .RW, .Mode]] | sort => [["bind","/t",false,"ro"],["volume","/data",true,""],["volume","/vol",true,""]]
.Mounts[] | select(.Destination == "/vol") | [.Name, .Source] => ["vol","$MINI_DOCKER_ROOT/volumes/vol/_data"]
[.GraphDriver.Data.UpperDir, .LogPath] => ["$MINI_DOCKER_ROOT/containers/$id/upper","$MINI_DOCKER_ROOT/containers/$id/log"]
END
    mini-docker update -m 50m --pids-limit 5 web > /dev/null
    assert_equal "$(field web '[.HostConfig.Memory, .HostConfig.PidsLimit, .HostConfig.NanoCpus]')" '[52428800,5,1500000000]'
}

@test "every byte of a name, a label or an argument is data" {
    odd=('' ' ' "it's" '"' '\' '$(touch bad)' $'a\nb' 'x:y' 'é' '-f')
    mkdir "o'd d"
    mini-docker create --name web -l "k'\"=v'\"\\" -e "E=\$(touch bad) 'x'" -v "$T/o'd d:/m n" busybox sh "${odd[@]}" > /dev/null
    assert_equal "$(field web '.Mounts[0] | [.Source, .Destination]')" "[\"$T/o'd d\",\"/m n\"]"
    assert_equal "$(field web .Args)" "$(jq -nc '$ARGS.positional' --args -- "${odd[@]}")"
    assert_equal "$(field web '[.Config.Labels, .Config.Env]')" '[{"k'\''\"":"v'\''\"\\"},["E=$(touch bad) '\''x'\''"]]'
    [[ ! -e bad ]]
}

@test "images and volumes; what there is under one name, and by type" {
    id=$(mini-docker import "$(busybox_tar)" web:1 -c 'LABEL a=b' -m 'said so')
    mini-docker tag web:1 second
    mini-docker create --name web -v web:/x busybox true > /dev/null
    mkdir -p "$MINI_DOCKER_ROOT/volumes/web/_data"
    assert_equal "$(field web:1 '[.Id, .RepoTags, .Comment, .Config.Labels, .Config.Entrypoint, .Architecture, .Os, .RootFS.Type]')" \
        "[\"$id\",[\"web:1\",\"second:latest\"],\"said so\",{\"a\":\"b\"},null,\"$(img-store show --json second | jq -r .image.architecture)\",\"linux\",\"layers\"]"
    assert_equal "$(mini-docker inspect -f '{{.Size}} {{.RepoDigests}} {{index .RootFS.Layers 0}}' "${id:7:12}")" \
        "$(img-store list | awk -F '\t' '$1 == "second" { print $6, "[second@" $4 " web@" $4 "]" }') $(img-store show --json second | jq -r '.image.rootfs.diff_ids[0]')"
    run -0 mini-docker inspect --type volume -f '{{.Name}} {{.Driver}} {{.Scope}} {{.Mountpoint}}' web
    assert_output "web local local $MINI_DOCKER_ROOT/volumes/web/_data"
    run -0 mini-docker inspect -f '{{.Name}}' web # the container comes first
    assert_output /web
    run -0 mini-docker inspect --type image -f '{{.Os}}' web:1
    assert_output linux
    mini-docker rm web > /dev/null
    run -0 mini-docker inspect -f '{{.Name}}' web
    assert_output web
}

@test "what is not there: the others are shown, exit 1" {
    mini-docker create --name web busybox true > /dev/null
    run -1 --separate-stderr mini-docker inspect nope
    assert_equal "$output/$stderr" '[]/mini-docker: inspect: nope: no such object'
    run -1 --separate-stderr mini-docker inspect nope -f '{{.Name}}' web 'No such' ../x '*'
    assert_output /web
    assert_equal "${#stderr_lines[@]}" 4
    for type in container image volume; do
        run -1 --separate-stderr mini-docker inspect --type "$type" nope
        assert_equal "$output/$stderr" "[]/mini-docker: inspect: nope: no such $type"
    done
    run -1 --separate-stderr mini-docker inspect --type image web
    assert_equal "$stderr" 'mini-docker: inspect: web: no such image'
    rm "$MINI_DOCKER_ROOT/images/index.json"
    : > "$MINI_DOCKER_ROOT/images/index.json" # of one that is damaged it is said so
    run -1 --separate-stderr mini-docker inspect nope
    assert_equal "$output" '[]'
    [[ $stderr == 'img-store: '* && $stderr != *'no such'* ]]
    assert_equal "$(field web .Name)" '"/web"'
}

@test "templates, as people have them in scripts" {
    mini-docker import "$(busybox_tar)" lab -c 'LABEL org.x=1' -c 'ENTRYPOINT []' > /dev/null
    mini-docker create --name web -v vol:/vol -l a=b lab sh -c x > /dev/null
    while IFS='|' read -r template want; do
        run -0 mini-docker inspect -f "$template" web
        assert_equal "$template: $output" "$template: $want"
    done << END
{{.Config.Labels.a}} {{.Config.Labels.nope}} {{index .Config.Labels "org.x"}}{{index .Config.Labels "nope"}}|b <no value> 1
{{json .Config.Cmd}} {{.Config.Cmd}} {{join .Config.Cmd " "}}|["sh","-c","x"] [sh -c x] sh -c x
{{range .Mounts}}{{.Type}}:{{.Destination}} {{end}}|volume:/vol 
{{range \$k, \$v := .Config.Labels}}{{\$k}}={{\$v}};{{end}}|a=b;org.x=1;
{{if .State.Health}}{{.State.Health.Status}}{{else}}none{{end}}|none
{{.Config.Entrypoint}} {{len .HostConfig.CapAdd}} {{.HostConfig.PidsLimit}}|[] 0 <nil>
{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}.{{range \$p, \$c := .NetworkSettings.Ports}}{{\$p}}{{end}}.|..
{{.HostConfig.RestartPolicy.Name}} {{.State.ExitCode}} {{eq .State.Running false}}|no 0 true
a\tb\n{{printf "%.12s" .Image}}|a\tb\nsha256:$(img-store show lab | awk '$1 == "id" { print substr($2, 8, 5) }')
END
    run -0 mini-docker inspect -f json web
    assert_equal "$(jq -c '[.Name, .Config.Image]' <<< "$output")" '["/web","lab"]'
    for bad in '{{.Nope}}' '{{.State.nope}}' '{{.State.Health.Status}}' '{{.Name' '{{nope .Name}}'; do
        run -1 mini-docker inspect -f "$bad" web
        [[ ${#lines[@]} == 1 && $output == 'mini-docker: inspect: --format: '*', at 1:'* ]]
    done
}

@test "-s: the sizes of a container's own files, and of all" {
    mini-docker run --name web busybox sh -c 'head -c 12345 /dev/zero > /file; mkdir /d; echo abc > /d/f'
    assert_equal "$(mini-docker inspect -s -f '{{.SizeRw}}' web)" 12349
    total=$(img-store list | cut -f 6)
    assert_equal "$(mini-docker inspect --size web | jq '.[0].SizeRootFs')" $((12349 + total))
    assert_equal "$(field web '[.SizeRw, .State.ExitCode, .State.Error]')" '[null,0,""]'
    finished=$(mini-docker inspect -f '{{.State.FinishedAt}}' web)
    ((EPOCHSECONDS - $(date -d "$finished" +%s) < 60))
}

@test "a wrong command line: 125, one line" {
    for args in '' '--nope web' '--type nope web' '--type'; do
        # shellcheck disable=SC2086
        run -125 mini-docker inspect $args
        [[ ${#lines[@]} == 1 && $output == 'mini-docker: inspect: '* ]]
    done
}
