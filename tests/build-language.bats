#!/usr/bin/env bats
# mini-docker build: forms of instructions that Docker's reference of the Dockerfile has.

load lib/build

setup_file() { run_setup_file; }
setup() { build_setup; }
teardown() { build_teardown; }

@test "EXPOSE, STOPSIGNAL, VOLUME, LABEL, HEALTHCHECK, ENV, ARG in all their forms" {
    build << 'END' 2> err
# check=skip=all
FROM busybox
ARG one two=2 three="a b" signal=SIGRTMIN+3
EXPOSE 8000-8002/tcp 53/udp 8001
EXPOSE ${two}1/UDP
STOPSIGNAL $signal
VOLUME ["/a b", "/c"]
VOLUME /d /e$two
LABEL old form  here
LABEL "a b"="c d" e=f\ g h='i "j"' k= \
    l=m
HEALTHCHECK --start-interval=2s --start-period=1m30s --interval=5s --timeout=500ms --retries=3 CMD ["x", "$y"]
ENV OLD b  "c"
ENV A="x y" B='z $w' C=$two$OLD
RUN echo "$one-$two-$three"
END
    grep -qx -- '-2-a b' err
    refute grep -q Legacy err
    assert_equal "$(config '.ExposedPorts | keys')" '["21/udp","53/udp","8000/tcp","8001/tcp","8002/tcp"]'
    assert_equal "$(config '[.StopSignal, (.Volumes | keys)]')" '["SIGRTMIN+3",["/a b","/c","/d","/e2"]]'
    assert_equal "$(config .Labels)" '{"a b":"c d","e":"f g","h":"i \"j\"","k":"","l":"m","old":"form  here"}'
    assert_equal "$(config .Healthcheck)" \
        '{"Interval":5000000000,"Retries":3,"StartInterval":2000000000,"StartPeriod":90000000000,"Test":["CMD","x","$y"],"Timeout":500000000}'
    assert_equal "$(config '.Env[1:]')" '["OLD=b  c","A=x y","B=z $w","C=2b  c"]'
}

@test "RUN: heredocs alone, several, quoted, for a shell of one's own; COPY --link" {
    echo content > context/file
    build << 'OUTER' 2> /dev/null
FROM busybox
ENV v=value
RUN <<EOF
echo "$v" > /alone
false
echo on > /on
EOF
RUN cat > /first <<FIRST && cat > /second <<"SECOND"
$v
FIRST
$v
SECOND
RUN 3<<EOF cat <&3 > /third
three
EOF
RUN <<-EOF
	echo tabs > /tabs
EOF
SHELL ["/bin/sh", "-ec"]
RUN <<EOF
echo e > /e
false || echo $- > /flags
EOF
COPY --link file /linked/
COPY --link=false <<"EOF" <<EOF2 /docs/
$v
EOF
$v
EOF2
OUTER
    run -0 box image sh -c 'cat /alone /on /first /second /third /tabs /e /flags /linked/file /docs/EOF /docs/EOF2'
    assert_output --regexp $'^value\non\nvalue\n\\$v\nthree\ntabs\ne\n.*e.*\ncontent\n\\$v\nvalue$'
    run -1 build <<< $'FROM busybox\nSHELL ["/bin/sh", "-ec"]\nRUN <<X\nfalse\ntrue\nX'
    assert_output --partial 'Dockerfile:3: RUN: exited with 1'
}
