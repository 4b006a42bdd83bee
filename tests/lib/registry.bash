# A registry for tests: Debian's docker-registry on localhost:5000, in a network namespace of the test's
# own, whose loopback is all that it has. A file loads this behind lib/common or lib/run; its teardown
# calls registry_end first.
# shellcheck shell=bash disable=SC2034 # variables are for the tests

# registry_begin [USER PASSWORD]: credentials are kept in the test's directory
registry_begin() {
    need_root
    need_command docker-registry skopeo curl
    export REGISTRY_AUTH_FILE=$T/auth.json
    REGISTRY_PIDS=() REGISTRY=localhost:5000 registry_auth=''
    unshare --net sleep infinity < /dev/null > /dev/null 2>&1 3>&- &
    registry_holder=$!
    REGISTRY_PIDS+=("$registry_holder")
    poll 20 registry_apart
    in_net ip link set lo up
    if (($# == 2)); then
        printf '%s:%s\n' "$1" "$(perl -e 'print crypt($ARGV[0], q($2y$04$abcdefghijklmnopqrstuu))' "$2")" > "$T/htpasswd"
        registry_auth="auth: {htpasswd: {realm: test, path: $T/htpasswd}}"
    fi
    # It takes variables named REGISTRY_... for parts of its config.
    cat > "$T/registry.yml" << END
version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $T/registry}, delete: {enabled: true}}
http: {addr: localhost:5000}
$registry_auth
END
    nsenter --net="/proc/$registry_holder/ns/net" env -u REGISTRY_AUTH_FILE docker-registry serve "$T/registry.yml" < /dev/null > "$T/registry.log" 2>&1 3>&- &
    registry_server=$!
    REGISTRY_PIDS+=("$registry_server")
    poll 30 in_net curl -s -o /dev/null http://localhost:5000/v2/ || {
        cat "$T/registry.log"
        return 1
    }
}

registry_apart() {
    [[ $(readlink "/proc/$registry_holder/ns/net") != "$(readlink /proc/self/ns/net)" ]]
}

# in_net COMMAND...: where the registry is
in_net() {
    nsenter --net="/proc/$registry_holder/ns/net" "$@"
}

registry_end() {
    local pid
    for pid in "${REGISTRY_PIDS[@]-}"; do
        [[ ! $pid ]] || kill -KILL "$pid" 2> /dev/null || :
    done
    wait "${REGISTRY_PIDS[@]}" 2> /dev/null || :
}
