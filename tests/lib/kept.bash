# What the tests of commands share that look at containers which have ended, or run: as lib/run, with
#     load lib/kept
#     setup() { kept_setup; }
#     teardown() { kept_teardown; }
# shellcheck shell=bash disable=SC2034 # variables are for the tests

load lib/run

kept_setup() {
    run_setup
    names=() # of containers to be removed at the end
}

kept_teardown() {
    ((${#names[@]} == 0)) || mini-docker rm -f "${names[@]}" > /dev/null
    run_teardown
}

# stopped NAME ARG...: a container that has ended, with what its command has changed
stopped() {
    names+=("$1")
    mini-docker run --name "$@" < /dev/null
}

# running NAME ARG...: one in the background, which says `ready`
running() {
    begin --name "$@"
    says ready
}

directory() { # NAME
    ctr-state show --shell "$1" | sed -n "s/^ctr_dir='\(.*\)'$/\1/p"
}

# end NAME: of one that was begun last
end() {
    kill -KILL "$(ctr-state get "$1" pid)"
    ends 137
}
