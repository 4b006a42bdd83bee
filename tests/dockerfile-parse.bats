#!/usr/bin/env bats
# dockerfile-parse: what comes out of Dockerfiles, plain, odd and wrong.

load lib/common

setup() {
    common_setup
    need_command jq
    cd "$T"
    nl=$'\n'
}
teardown() { common_teardown; }

# file LINE...: a Dockerfile
file() {
    printf '%s\n' "$@" > Dockerfile
}

# shown FILTER: of the instructions, as one JSON array
shown() {
    dockerfile-parse show Dockerfile > out || return
    jq -s -c "$1" out
}

# steps FILTER [OPTION...]: the same of steps
steps() {
    dockerfile-parse steps "${@:2}" Dockerfile > out || return
    jq -s -c "$1" out
}

# wrong MESSAGE LINE...: refused, with one line, and nothing on stdout
wrong() {
    file "${@:2}"
    run -1 --separate-stderr dockerfile-parse steps Dockerfile
    assert_equal "$stderr" "dockerfile-parse: Dockerfile$1"
    [[ ! $output ]]
}

@test "show: an instruction a line, with its place, stage and form" {
    file '# comment' '' 'ARG v=1' 'from a AS b' 'Run echo "x"  y' 'RUN ["a", "b c"]' 'HEALTHCHECK --interval=1s CMD x y' 'healthcheck none' \
        'FROM c' 'COPY --link --exclude=1 --exclude=2 --from=b a b\' '  c /' 'ENV a=1 b="2 3"' 'ENV a  old form ' 'MAINTAINER  me <x@y> '
    shown 'map([.line, .end, .stage, .instruction])' > got
    assert_equal "$(< got)" '[[3,3,null,"ARG"],[4,4,0,"FROM"],[5,5,0,"RUN"],[6,6,0,"RUN"],[7,7,0,"HEALTHCHECK"],[8,8,0,"HEALTHCHECK"],[9,9,1,"FROM"],[10,11,1,"COPY"],[12,12,1,"ENV"],[13,13,1,"ENV"],[14,14,1,"MAINTAINER"]]'
    assert_equal "$(shown '.[2:6] | map([.form, .args])')" '[["shell",["echo \"x\"  y"]],["exec",["a","b c"]],["shell",["x y"]],[null,[]]]'
    assert_equal "$(shown '[.[4,7].flags]')" '[{"interval":"1s"},{"link":true,"exclude":["1","2"],"from":"b"}]'
    assert_equal "$(shown '.[7:11] | map(.args)')" '[["a","b","c","/"],["a","1","b","\"2 3\""],["a","old form"],["me <x@y>"]]'
    assert_equal "$(shown '.[7].text')" '"a b  c /"'
    # From stdin, in both ways; and what is no file.
    run -0 dockerfile-parse show < Dockerfile
    assert_output "$(< out)"
    run -0 dockerfile-parse show - < Dockerfile
    assert_output "$(< out)"
    run -1 dockerfile-parse show nope
    assert_output 'dockerfile-parse: nope: open: No such file or directory'
    run -1 dockerfile-parse show .
    assert_output 'dockerfile-parse: .: read: Is a directory'
}

@test "lines: continued ones, comments and empty lines within, other systems' ends, a mark of byte order" {
    file 'FROM a' 'RUN a \' '# one' '   # two' '' ' \' 'b \  ' '  #three' '   c # no comment' 'RUN d\\' 'RUN \' 'e'
    assert_equal "$(shown 'map([.line, .end, .text])')" '[[1,1,"a"],[2,9,"a  b    c # no comment"],[10,10,"d\\\\"],[11,12,"e"]]'
    printf '\xef\xbb\xbfFROM a\r\nRUN a \\\r\n  b\r\nCOPY <<E /\r\nx\r\nE\r\nRUN last \\' > Dockerfile
    assert_equal "$(shown 'map(.text)')" '["a","a   b","<<E /","last"]'
    assert_equal "$(shown '.[2].heredocs[0].content')" '"x\r\n"'
    printf '\\\nFROM a' > Dockerfile
    assert_equal "$(shown 'map([.line, .text])')" '[[1,"a"]]'
    # Long lines, and bytes that are nobody's language.
    printf 'FROM a\nRUN %0100000d\xff\x01' 7 > Dockerfile
    assert_equal "$(shown '.[1].text | length')" 100002
    printf 'FROM a\nRUN a\0b' > Dockerfile
    run -1 dockerfile-parse show Dockerfile
    assert_output 'dockerfile-parse: Dockerfile: a NUL is in it'
    for text in '' '\n \n' '# only this' '\\\n'; do
        printf "$text" > Dockerfile
        run -1 dockerfile-parse show Dockerfile
        assert_output --regexp '^dockerfile-parse: Dockerfile(:[0-9])?: there is no instruction$'
    done
}

@test "directives: before all else, each once" {
    file '#  Escape = `  ' '# syntax=docker/dockerfile:1' 'FROM a' 'RUN a `' ' b' 'RUN c:\' 'ENV d=e` f="g`"h" i=\'
    assert_equal "$(shown '.[1:3] | map(.text)')" '["a  b","c:\\"]'
    assert_equal "$(steps '.[2].changes')" '["ENV '\''d=e f=g\"h'\'' '\''i=\\'\''"]'
    for late in '' '# comment' 'ARG x' '# other=1' '#'; do
        file "$late" '# escape=`' 'FROM a' 'RUN b \' ' c'
        assert_equal "$(shown 'map(select(.instruction == "RUN").text)')" '["b  c"]'
    done
    wrong ':2: a parser directive is there twice' '# escape=\' '#ESCAPE=`' 'FROM a'
    wrong ':1: the escape is neither \ nor `' '# escape=x' 'FROM a'
}

@test "heredocs: several, quoted, with tabs, in what other instructions do" {
    cat > Dockerfile << 'END'
FROM a
ARG v=V w
COPY <<A <<-"B" file 3<<C /to/
$v \$v ${w:-"x"} 'y' \\
A
		$v
	 b
	B
C
RUN <<E
  echo $v
 E
E
RUN cat <<E > "/a b" && <<-'F' cat
e
E
	f $v
	F
RUN <<-S
	#!/usr/bin/env x
	y
	S
RUN echo "<<A" <<<here << B $((1<<2)) <<
RUN ["cat", "<<E"]
ONBUILD COPY <<G /
g
G
END
    assert_equal "$(steps '.[0] | [.args, .heredocs]')" '[["file","/to/"],["A","V $v \"x\" '\''y'\'' \\\n","B","$v\n b\n","C",""]]'
    assert_equal "$(steps '.[1:6] | map([.form, .args, .heredocs])' | jq -c '.[]')" '["shell",["/bin/sh","-c","  echo $v\n E\n"],[]]
["shell",["/bin/sh","-c","cat <<E > \"/a b\" && <<-'\''F'\'' cat\ne\nE\nf $v\nF"],[]]
["script",[],["S","#!/usr/bin/env x\ny\n"]]
["shell",["/bin/sh","-c","echo \"<<A\" <<<here << B $((1<<2)) <<"],[]]
["exec",["cat","<<E"],[]]'
    assert_equal "$(steps '.[6].changes')" '["ONBUILD COPY <<G /\ng\nG"]'
    assert_equal "$(shown 'map([.line, .end])')" '[[1,1],[2,2],[3,9],[10,13],[14,18],[19,22],[23,23],[24,24],[25,27]]'
    assert_equal "$(shown '.[2].heredocs | map([.name, .expand, .chomp])')" '[["A",true,false],["B",false,true],["C",true,false]]'
    wrong ':2: RUN: the heredoc is not ended: E' 'FROM a' 'RUN <<E' 'x' ' E'
    wrong ':2: COPY: the destination cannot be a heredoc' 'FROM a' 'COPY a <<E' 'E'
    wrong ':2: COPY: <<../../x: not the name of a file' 'FROM a' 'COPY <<../../x a' '../../x'
    wrong ':2: RUN: <<a/../x: not the name of a file' 'FROM a' 'RUN <<a/../x' '#!/bin/sh' 'a/../x'
    wrong ':2: COPY: in a heredoc: an operator in ${} is unknown' 'FROM a' 'COPY <<E a' '${x~}' 'E'
}

# Left the text, right what it stands for, with a=A, b= (empty), p=x/y/z.c, q="it's"
@test "variables: each operator, quotes and escapes" {
    while IFS='|' read -r text value; do
        file 'FROM a' 'ARG a=A b= p=x/y/z.c' "ARG q=\"it's\" m=x" "ENV r=$text"
        echo "$text" # for who reads the failure
        assert_equal "$(steps '.[-1].changes[0]')" "$(jq -nc --arg value "$value" '"ENV '\''r=\($value)'\''"')"
    done << 'END'
$a|A
${a}b|Ab
$ab|
"$a $b."|A .
'$a'|$a
\$a|$a
"\$a"|$a
"\a\\"|\a\
\a\\|a\
a\ b|a b
a"b c"'d e'f|ab cd ef
""|
$|$
a$|a$
$.|$.
$$|
$1x|x
${a:-w}${b:-w}${n:-w}|Aww
${a-w}${b-w}${n-w}|Aw
${a:+w}${b:+w}${n:+w}|w
${a+w}${b+w}${n+w}|ww
${a:?w}${b?w}|A
${n:-${b:-${a}}}|A
${n:-"$a }"}|A }
${n:-'}'}|}
${n:-\}}|}
"${n:-a b}"|a b
${p#*/}|y/z.c
${p##*/}|z.c
${p%/*}|x/y
${p%%/*}|x
${p%.?}|x/y/z
${p#q}|x/y/z.c
${p/y/w}|x/w/z.c
${p//\//-}|x-y-z.c
${p//?c/}|x/y/z
${m#\*}|x
$a$a|AA
END
}

@test "variables that are wrong say where" {
    set_up=('FROM x' 'ARG a=A b=')
    while IFS='|' read -r text why; do
        wrong ":3: USER: $text: $why" "${set_up[@]}" "USER $text"
    done << 'END'
${a|a } is missing
${|a } is missing
${}|${ without a name
${{a}}|${ without a name
${:a}|${ without a name
${a:-${b}|a } is missing
${a~b}|an operator in ${} is unknown
${a:=b}|an operator in ${} is unknown
${a/b}|a / is missing in ${}
${a#\x}|in a pattern only * ? and \ are escaped
${n?}|n: is not allowed to be unset
${b:?}|b: is not allowed to be empty
${n:?told to}|n: told to
"a|a quote is not closed
'a|a quote is not closed
"${a:-"}"|a } is missing
END
    # What grows by itself, and what is deep.
    text=x
    for ((i = 0; i < 150; i++)); do text="\${n:-$text}"; done
    file "${set_up[@]}" "USER $text"
    run -1 dockerfile-parse steps Dockerfile
    assert_output --partial ': ${} is nested too deeply'
    { echo FROM a; echo ENV a=xxxxxxxxxxxxxxxx; for ((i = 0; i < 40; i++)); do echo 'ENV a=$a$a'; done; } > Dockerfile
    run -1 timeout 10 dockerfile-parse steps Dockerfile
    assert_output --regexp '^dockerfile-parse: Dockerfile:[0-9]+: ENV: .*too long$'
}

@test "variables are replaced where Docker does so, and nowhere else" {
    file 'FROM a' 'ENV v=V' 'ADD --chown=$v --chmod=$v --checksum=$v $v /$v' 'COPY --chown=$v --exclude=$v [ "$v", "/$v" ]' 'ENV $v=$v' \
        'EXPOSE 1$n 8${v:+0}' 'LABEL $v="a $v" b=${v}' 'STOPSIGNAL ${n:-TERM}' 'USER $v' 'VOLUME $v ["$v"]' 'VOLUME [ "$v" ]' 'WORKDIR $v' \
        'RUN --mount=type=cache,target=$v --network=none echo $v' 'RUN [ "$v" ]' 'CMD $v' 'ENTRYPOINT [ "$v" ]' 'HEALTHCHECK CMD $v' 'SHELL [ "$v" ]' \
        'ONBUILD USER $v' 'MAINTAINER $v'
    steps '.[1:][] | [.instruction] + .flags + .args + .changes + [.author]' > got
    cat > expected << 'END'
["ADD","chown=V","chmod=V","checksum=V","V","/V",""]
["COPY","chown=V","exclude=V","V","/V",""]
["ENV","ENV 'V=V'",""]
["EXPOSE","EXPOSE 1 80",""]
["LABEL","LABEL 'V=a V' 'b=V'",""]
["STOPSIGNAL","STOPSIGNAL TERM",""]
["USER","USER V",""]
["VOLUME","VOLUME [\"V\",\"[V]\"]",""]
["VOLUME","VOLUME [\"V\"]",""]
["WORKDIR","/V","WORKDIR /V",""]
["RUN","mount=type=cache,target=/V/V","network=none","/bin/sh","-c","echo $v",""]
["RUN","$v",""]
["CMD","CMD [\"/bin/sh\",\"-c\",\"$v\"]",""]
["ENTRYPOINT","ENTRYPOINT [\"$v\"]",""]
["HEALTHCHECK","HEALTHCHECK CMD $v",""]
["SHELL","SHELL [\"$v\"]",""]
["ONBUILD","ONBUILD USER $v",""]
["MAINTAINER","$v"]
END
    diff expected got
}

@test "ARG: before FROM, in a stage, given, inherited; ENV goes before it" {
    file 'ARG g=G' 'ARG h=$g$g' 'FROM a:$h AS one' 'ENV seen=$g' 'ARG g' 'ARG l=L$g m' 'ENV e=$g$l${m-none}' 'RUN x' 'FROM one AS two' 'RUN x' 'ARG l=new' 'ENV l=env' \
        'ARG l=late' 'USER $l' 'RUN x' 'FROM a' 'ENV e=$g$l'
    config() { steps '[.[] | .changes[], (select(.instruction == "RUN").env | tojson)]' "$@"; }
    assert_equal "$(config --stage one)" '["ENV '\''seen='\''","ENV '\''e=GLGnone'\''","[\"g=G\",\"l=LG\"]"]'
    assert_equal "$(config --stage one --build-arg g=1 --build-arg m=2)" '["ENV '\''seen='\''","ENV '\''e=1L12'\''","[\"g=1\",\"l=L1\",\"m=2\"]"]'
    assert_equal "$(config --stage two)" '["[\"g=G\",\"l=LG\"]","ENV '\''l=env'\''","USER env","[\"g=G\"]"]'
    assert_equal "$(config)" '["ENV '\''e='\''"]'
    run -0 dockerfile-parse stages --build-arg g=9 Dockerfile
    assert_line --index 0 $'0\tone\ta:99\t-\t-\tunneeded'
    # The value is in the key of what runs with it, and only of that.
    file 'FROM a' 'ARG v=1' 'COPY a b' 'RUN x'
    steps 'map(.key)' > one
    steps 'map(.key)' --build-arg v=2 > other
    assert_equal "$(jq -c -n '[inputs] | transpose | map(.[0] == .[1])' one other)" '[true,false]'
}

@test "ARG: proxies need none and are not in the key; platforms; the environment's; what nobody asked for" {
    file 'FROM --platform=$BUILDPLATFORM a:$TARGETARCH' 'RUN x' 'ARG TARGETPLATFORM TARGETOS TARGETARCH TARGETVARIANT HTTP_PROXY' 'RUN y'
    steps 'map(.key)' > one
    steps 'map(.key)' --build-arg https_proxy=p > other
    cmp one other
    assert_equal "$(steps 'map(.env)' --build-arg https_proxy=p --build-arg HTTP_PROXY=q --platform linux/arm/v7)" \
        '[["HTTP_PROXY=q","https_proxy=p"],["TARGETPLATFORM=linux/arm/v7","TARGETOS=linux","TARGETARCH=arm","TARGETVARIANT=v7","HTTP_PROXY=q","https_proxy=p"]]'
    here=$(case $(uname -m) in x86_64) echo amd64 ;; aarch64) echo arm64 ;; *) uname -m ;; esac)
    assert_equal "$(steps '.[1].env' --platform aarch64)" '["TARGETPLATFORM=linux/arm64","TARGETOS=linux","TARGETARCH=arm64","TARGETVARIANT="]'
    run -1 dockerfile-parse stages --platform 'x/y/z/0' Dockerfile
    assert_output 'dockerfile-parse: --platform: x/y/z/0: not OS/ARCHITECTURE[/VARIANT]'
    run -0 --separate-stderr dockerfile-parse stages --platform linux/s390x --build-arg x=1 --build-arg http_proxy=1 --build-arg y= Dockerfile
    assert_output $'0\t-\ta:s390x\tlinux/'"$here"$'\t-\tneeded'
    assert_equal "$stderr" 'dockerfile-parse: [Warning] One or more build-args [x y] were not consumed'
    file 'FROM a' 'ARG FROM_HERE=no OTHER=yes' 'RUN x'
    assert_equal "$(FROM_HERE='a  b' steps '.[0].env' --build-arg FROM_HERE --build-arg OTHER)" '["FROM_HERE=a  b","OTHER=yes"]'
}

@test "stages: names, bases, what they need, what is needed" {
    file 'ARG v=1' 'FROM busybox:$v AS One' 'FROM one' 'FROM scratch AS three' 'COPY --from=ONE a /' 'COPY --from=1 a /' 'COPY --from=nginx a /' \
        'RUN --mount=type=cache,from=one,target=/x --mount=from=other/image,target=/y z' 'FROM debian AS four' 'ONBUILD COPY --from=three a b' 'FROM two AS two'
    run -0 dockerfile-parse stages --target three Dockerfile
    assert_output $'0\tone\tbusybox:1\t-\t-\tneeded\n1\t-\t0\t-\t0\tneeded\n2\tthree\tscratch\t-\t0,1\tneeded\n3\tfour\tdebian\t-\t2\tunneeded\n4\ttwo\ttwo\t-\t-\tunneeded'
    assert_equal "$(dockerfile-parse stages --json Dockerfile | jq -c '[.number, .line, .name, .base, .base_stage, .root, .needs, .images, .needed]')" \
        '[0,2,"one","busybox:1","","busybox:1",[],[],""]
[1,3,"","","0","busybox:1",["0"],[],""]
[2,4,"three","scratch","","scratch",["0","1"],["nginx","other/image"],""]
[3,9,"four","debian","","debian",["2"],[],""]
[4,11,"two","two","","two",[],[],"yes"]'
    assert_equal "$(steps 'map(.flags)' --stage 2)" '[["from=0"],["from=1"],["from=nginx"],["mount=type=cache,from=0,target=/x","mount=from=other/image,target=/y"]]'
    run -1 dockerfile-parse stages --target 5 Dockerfile
    assert_output 'dockerfile-parse: Dockerfile: 5: no such stage'
    run -1 dockerfile-parse steps --stage nope Dockerfile
    assert_output 'dockerfile-parse: Dockerfile: nope: no such stage'
    wrong ':2: COPY: 0: not a stage before this one' 'FROM a AS b' 'COPY --from=0 a b'
    wrong ':2: COPY: B: not a stage before this one' 'FROM a AS b' 'COPY --from=B a b'
    wrong ':2: RUN: 7: not a stage before this one' 'FROM a AS b' 'RUN --mount=from=7,target=/x b'
    { for ((i = 0; i < 1001; i++)); do echo FROM a; done; } > Dockerfile
    run -1 dockerfile-parse stages Dockerfile
    assert_output 'dockerfile-parse: Dockerfile:1001: FROM: too many stages'
}

@test "instructions that are wrong: file, line, what and why" {
    wrong ':2: RNU: no such instruction' 'FROM a' 'RNU x'
    wrong ':1: RUN: stands before the first FROM' 'RUN x' 'FROM a'
    wrong ': there is no FROM' 'ARG x'
    wrong ':1: FROM: says nothing' 'FROM'
    wrong ':1: FROM: not IMAGE [AS NAME]' 'FROM a b'
    wrong ':1: FROM: not IMAGE [AS NAME]' 'FROM a is b'
    wrong ':1: FROM: has too many arguments' 'FROM a AS b c'
    wrong ':1: FROM: 1x: no name for a stage' 'FROM a AS 1x'
    wrong ':1: FROM: $x: stands for nothing' 'FROM $x'
    wrong ':2: COPY: needs two arguments' 'FROM a' 'COPY a'
    wrong ':2: ADD: says nothing' 'FROM a' 'ADD'
    wrong ':2: COPY: --form: no such flag' 'FROM a' 'COPY --form=x a b'
    wrong ':2: COPY: --link: neither true nor false' 'FROM a' 'COPY --link=maybe a b'
    wrong ':2: COPY: --from: has no value' 'FROM a' 'COPY --from a b'
    wrong ':2: COPY: --chown: is there twice' 'FROM a' 'COPY --chown=a --chown=b a b'
    wrong ":2: COPY: \$x: variables are not replaced in 'from'" 'FROM a' 'COPY --from=$x a b'
    wrong ":2: RUN: \$x: variables are not replaced in 'from'" 'FROM a' 'RUN --mount=from=$x,target=/y b'
    wrong ':2: CMD: --x: no such flag' 'FROM a' 'CMD --x'
    wrong ':2: CMD: says nothing' 'FROM a' 'CMD '
    wrong ':2: RUN: says nothing' 'FROM a' 'RUN []'
    wrong ':2: RUN: not all in the JSON array are strings' 'FROM a' 'RUN ["a", 1]'
    wrong ':2: SHELL: needs a JSON array, such as ["/bin/sh", "-c"]' 'FROM a' 'SHELL /bin/sh -c'
    wrong ':2: SHELL: says nothing' 'FROM a' 'SHELL []'
    wrong ':2: ENV: a: has no value' 'FROM a' 'ENV a'
    wrong ':2: ENV: b: not NAME=VALUE' 'FROM a' 'ENV a=1 b'
    wrong ':2: LABEL: =x: not NAME=VALUE' 'FROM a' 'LABEL a=1 =x'
    wrong ':2: ENV: "": the name is empty' 'FROM a' 'ENV ""=x'
    wrong ':2: ARG: =x: has no name' 'FROM a' 'ARG =x'
    wrong ':2: HEALTHCHECK: neither NONE nor CMD' 'FROM a' 'HEALTHCHECK x'
    wrong ':2: HEALTHCHECK: CMD has no command' 'FROM a' 'HEALTHCHECK CMD'
    wrong ':2: HEALTHCHECK: nothing goes with NONE' 'FROM a' 'HEALTHCHECK NONE x'
    wrong ':2: HEALTHCHECK --interval=soon CMD x: not a time such as 1m30s, or a number of retries' 'FROM a' 'HEALTHCHECK --interval=soon CMD x'
    wrong ':2: EXPOSE 80x: not PORT[-PORT][/tcp|udp|sctp]' 'FROM a' 'EXPOSE 80x'
    wrong ':2: STOPSIGNAL SIGNAL: no such signal' 'FROM a' 'STOPSIGNAL SIGNAL'
    wrong ':2: ONBUILD: has no instruction' 'FROM a' 'ONBUILD'
    wrong ':2: FROM: not with ONBUILD' 'FROM a' 'ONBUILD FROM b'
    wrong ':2: ONBUILD: not with ONBUILD' 'FROM a' 'ONBUILD ONBUILD RUN x'
    wrong ':2: COPY: needs two arguments' 'FROM a' 'ONBUILD COPY x'
    wrong ':2: RUN: --mount: tpye=bind: no such field' 'FROM a' 'RUN --mount=tpye=bind x'
    wrong ':2: RUN: --mount: dir: no such type' 'FROM a' 'RUN --mount=type=dir x'
    wrong ':2: RUN: --network: none of default, none, host' 'FROM a' 'RUN --network=x x'
    wrong ':3: USER: "x: a quote is not closed' 'FROM a' 'RUN fine' 'USER "x'
}

@test "JSON or not: what is no array of strings is a line for the shell" {
    file 'FROM a' 'RUN ["a", "b"' 'RUN [ -f x ] && y' "RUN ['a']" 'RUN ["a",]' 'RUN ["\u00e9\n"]' 'COPY ["a b","c"]' 'COPY [x] "y"' 'CMD []' 'VOLUME [] x'
    assert_equal "$(steps 'map([.form, .args[-1]])')" '[["shell","[\"a\", \"b\""],["shell","[ -f x ] && y"],["shell","['\''a'\'']"],["shell","[\"a\",]"],["exec","é\n"],["","c"],["","y"],["exec",null],["",null]]'
    assert_equal "$(steps '.[-2:] | map(.changes[0])')" '["CMD []","VOLUME [\"[]\",\"x\"]"]'
}

@test "commands: SHELL counts, also that of the base; an ENTRYPOINT takes away the CMD of the base" {
    file 'FROM a' 'RUN one' 'ENTRYPOINT two' 'SHELL ["/b sh", "-x"]' 'RUN three' 'CMD four' 'ENTRYPOINT ["five"]'
    assert_equal "$(steps 'map(.args + .changes)')" '[["/bin/sh","-c","one"],["CMD []","ENTRYPOINT [\"/bin/sh\",\"-c\",\"two\"]"],["SHELL [\"/b sh\",\"-x\"]"],["/b sh","-x","three"],["CMD [\"/b sh\",\"-x\",\"four\"]"],["ENTRYPOINT [\"five\"]"]]'
    file 'FROM a' 'RUN x'
    assert_equal "$(steps '.[0].args' --config-fd 5 5<<< '{"image": {"config": {"Shell": ["/s"]}}}')" '["/s","x"]'
}

@test "the image that a stage begins with: environment, directory, user, triggers" {
    config='{"Env": ["A=1", "B=x y", "broken"], "WorkingDir": "/w", "User": "u", "OnBuild": ["ENV A=2$A", "COPY <<E /\n$A\nE"], "Other": [1]}'
    file 'FROM a AS one' 'ENV C=$A$B' 'WORKDIR s/../t/./' 'RUN x' 'ONBUILD USER ${C}x' 'FROM one' 'WORKDIR v' 'RUN y'
    assert_equal "$(steps 'map([.line, .instruction] + .changes + .heredocs)' --stage one --config-fd 5 5<<< "$config")" \
        '[[1,"ENV","ENV '\''A=21'\''"],[1,"COPY","E","21\n"],[2,"ENV","ENV '\''C=21x y'\''"],[3,"WORKDIR","WORKDIR /w/t"],[4,"RUN"],[5,"ONBUILD","ONBUILD USER ${C}x"]]'
    assert_equal "$(steps '.[4] | [.workdir, .user, .environment]' --stage one --config-fd 5 5<<< "$config")" '["/w/t","u",["A=21","B=x y","C=21x y"]]'
    # Triggers are there once; those of a stage are for who is FROM it.
    assert_equal "$(steps 'map([.line, .instruction, .user, .workdir])' --config-fd 5 5<<< "$config")" '[[6,"USER","21x yx","/w/t"],[7,"WORKDIR","21x yx","/w/t/v"],[8,"RUN","21x yx","/w/t/v"]]'
    file 'FROM a' 'RUN $PATH' 'ENV PATH=$PATH:/x Q=$Z'
    assert_equal "$(steps '[.[0].environment, .[1].changes]' --env-fd 5 5< <(printf 'Z=a\nb\0'))" '[["Z=a\nb"],["ENV '\''PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/x'\'' '\''Q=a\nb'\''"]]'
    assert_equal "$(steps '[.[] | .instruction, .workdir, .user]' --workdir /d --user w --onbuild 'ARG x=1' --onbuild 'USER $x')" '["USER","/d","1","RUN","/d","1","ENV","/d","1"]'
    file 'FROM a' 'ARG PATH=/p' 'RUN x'
    assert_equal "$(steps '.[0].env')" '["PATH=/p"]'
    run -1 dockerfile-parse steps --config-fd 5 Dockerfile 5<<< 'no'
    assert_output --partial '--config-fd: no JSON object'
    run -1 dockerfile-parse steps --onbuild 'RUN' Dockerfile
    assert_output 'dockerfile-parse: ONBUILD:1: RUN: says nothing'
}

@test "paths of WORKDIR are absolute and clean" {
    while read -r from to; do
        file 'FROM a' 'WORKDIR /b/c' "WORKDIR $from"
        assert_equal "$(steps '.[1].args[0]')" "\"$to\""
    done << 'END'
/x/ /x
x /b/c/x
. /b/c
.. /b
../../../.. /
/a//b/./c/../d /a/b/d
/ /
"with${n}in" /b/c/within
END
}

# Each byte that a Dockerfile can have, on each way to the shell: eval, and eval of the words within.
@test "steps --shell: a line each, and every byte comes out of eval as it went in" {
    odd=$'a\'b"c $(touch ran) `touch ran` \\ * ; & | < > ~ # !x \t\r\x01\x7f\xc3\xa9 $v ${v} %s -n'
    python=$(printf '%s' "$odd" | jq -Rs .)
    file 'FROM a' "RUN $odd" "RUN [$python, \"\", \"-n\", \"a\\n\\nb\\n\"]" 'COPY <<"E" --x /' "$odd" '' "'\"" E
    dockerfile-parse steps --shell Dockerfile > rows
    assert_equal "$(wc -l < rows)" 3
    cat > check.sh << 'END'
set -eu
nl='
'
while IFS= read -r row; do
    eval "$row"
    eval "set -- $step_args"
    printf '%s\0' "$step_number" "$step_line" "$step_instruction" "$step_form" "$step_text" "$step_key$step_author$step_flags" "$#" "$@"
    eval "set -- $step_heredocs"
    printf '%s\0' "$#" "$@"
done < rows
END
    for shell in dash bash; do
        "$shell" check.sh > got
        {
            printf '%s\0' 1 2 RUN shell "RUN $odd"
            dockerfile-parse steps Dockerfile | jq -j 'select(.number == 1).key + "\u0000"'
            printf '%s\0' 3 /bin/sh -c "$odd" 0 2 3 RUN exec "RUN [$python, \"\", \"-n\", \"a\\n\\nb\\n\"]"
            dockerfile-parse steps Dockerfile | jq -j 'select(.number == 2).key + "\u0000"'
            printf '%s\0' 4 "$odd" '' -n $'a\n\nb\n' 0 3 4 COPY '' 'COPY <<E --x /'
            dockerfile-parse steps Dockerfile | jq -j 'select(.number == 3).key + "\u0000"'
            printf '%s\0' 2 --x / 2 E "$odd"$'\n\n\'"\n'
        } > expected
        cmp expected got
    done
    [[ ! -e ran ]]
    # Stages are told in the same way.
    file $'FROM a AS b' 'FROM b'
    while IFS= read -r row; do
        eval "$row"
        printf '%s ' "$stage_number" "$stage_name" "$stage_base" "$stage_base_stage" "$stage_root" "$stage_needs" "$stage_needed"
    done < <(dockerfile-parse stages --shell Dockerfile) > got
    assert_equal "$(< got)" "0 b a  a  yes 1   0 a '0' yes "
}

@test "keys: the same for what is written in another way, another one for what does something else" {
    key() {
        file 'FROM a' 'ENV v=V' "$@"
        dockerfile-parse steps Dockerfile | jq -r 'select(.number == 2).key'
    }
    base=$(key 'RUN --network=none a')
    assert_equal "$(key '# comment' '' 'run   --network=none \' '  a')" "$base"
    for other in 'RUN a' 'RUN ["a"]' 'RUN --network=none a b' 'RUN ["/bin/sh -c a"]' 'COPY a b' 'ADD a b' 'COPY --chown=1 a b' 'COPY "a" b c/' 'COPY <<E b' 'ENV a=b' 'LABEL a=b' \
        'ENV a=b c=d' $'ENV a="b\' \'c=d"' 'MAINTAINER a' 'MAINTAINER b' 'USER a'; do
        case $other in *'<<E'*) key "$other" E ;; *) key "$other" ;; esac
    done > keys
    assert_equal "$(sort -u keys | wc -l)" 16
    assert_equal "$(key 'COPY $v c')" "$(key 'COPY "V"   c')"
    assert_equal "$(key 'COPY <<E c' x E)" "$(key 'COPY <<-F c' $'\tx' F | sed 's/<F/<E/')"
}

@test "changes are what img-store makes a config of" {
    file 'FROM scratch' 'ENV A="it'\''s  \"q\" \\ $" B=$A' "ENV C \$A  x" 'LABEL a.b="c'\''d" "x y"=$A' 'EXPOSE 80 53/UDP' 'VOLUME ["/a b", "/cd"]' 'VOLUME /e' 'WORKDIR /w x' \
        'USER a:b' 'CMD ["a b", "it'\''s", "é"]' 'ENTRYPOINT echo "x  y" '\''z'\' 'STOPSIGNAL 9' 'HEALTHCHECK --retries=2 CMD ["a b"]' 'ONBUILD RUN a  "b"' 'SHELL ["/bin/x y"]'
    mkdir tree && dir=$(img-store stage --owner $$)
    img-layer pack tree | img-layer unpack --blob "$dir/blob" "$dir/tree" > "$dir/facts"
    dockerfile-parse steps Dockerfile | jq -j '.changes[] + "\u0000"' > changes
    mapfile -d '' -t changes < changes
    img-store add --name x "${changes[@]/#/--change=}" "$dir" > id
    assert_equal "$(img-store show --json x | jq -Sc .image.config)" "$(jq -nSc '{Cmd: ["a b", "it'\''s", "é"], Entrypoint: ["/bin/sh", "-c", "echo \"x  y\" '\''z'\''"],
        Env: ["A=it'\''s  \"q\" \\ $", "B=", "C=it'\''s  \"q\" \\ $  x"], ExposedPorts: {"53/udp": {}, "80/tcp": {}}, Healthcheck: {Retries: 2, Test: ["CMD", "a b"]},
        Labels: {"a.b": "c'\''d", "x y": "it'\''s  \"q\" \\ $"}, OnBuild: ["RUN a  \"b\""], Shell: ["/bin/x y"], StopSignal: "9", User: "a:b",
        Volumes: {"/a b": {}, "/cd": {}, "/e": {}}, WorkingDir: "/w x"}')"
}

@test "a wrong command line: 2; a full stdout: 1" {
    file 'FROM a' 'RUN x'
    run -2 dockerfile-parse
    run -2 dockerfile-parse show Dockerfile Dockerfile
    run -2 dockerfile-parse steps --json --shell Dockerfile
    run -2 dockerfile-parse steps --build-arg =x Dockerfile
    for verb in show stages steps; do
        run -1 bash -c "dockerfile-parse $verb Dockerfile > /dev/full"
        assert_output 'dockerfile-parse: standard output: write: No space left on device'
    done
}

@test "ENV and LABEL without =: a warning, and the directive check" {
    file 'FROM a' 'ENV a b' 'LABEL a=b' 'ONBUILD LABEL a b' 'ENV a="b c" d="e f"'
    run -0 --separate-stderr dockerfile-parse stages Dockerfile
    assert_equal "$(wc -l <<< "$output")" 1
    assert_equal "$stderr" 'dockerfile-parse: Dockerfile:2: LegacyKeyValueFormat: "ENV key=value" should be used instead of "ENV key value"
dockerfile-parse: Dockerfile:4: LegacyKeyValueFormat: "LABEL key=value" should be used instead of "LABEL key value"'
    for check in skip=all 'error=true; skip = Other, legacykeyvalueformat' 'skip=ALL;experimental=x'; do
        file "#check=$check" 'FROM a' 'ENV a b'
        run -0 --separate-stderr dockerfile-parse stages Dockerfile
        [[ ! $stderr ]]
    done
    for check in error=true 'skip=Other;error=1'; do
        file "# Check = $check" 'FROM a' 'ENV a b'
        run -1 --separate-stderr dockerfile-parse stages Dockerfile
        [[ ! $output && $stderr == *'the directive check says that this is an error' ]]
    done
    file '# check=error=true' 'FROM a' 'ENV a=b'
    run -0 --separate-stderr dockerfile-parse stages Dockerfile
    [[ ! $stderr ]]
}
