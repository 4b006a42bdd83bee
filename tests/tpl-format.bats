#!/usr/bin/env bats
# tpl-format: templates as Go and Docker have them. What is expected here is what they print.

load lib/common

setup() {
    common_setup
    cd "$T"
}
teardown() { common_teardown; }

# same [OPTION...]: the templates of a table on stdin, TEMPLATE => OUTPUT, filled in with $data
same() {
    local template want failed='' got
    while IFS= read -r line; do
        template=${line%% => *} want=$(printf '%b.' "${line#* => }")
        got=$(tpl-format "$@" -- "$template" <<< "$data" 2>&1; echo .)
        [[ $got == "${want%.}"$'\n.' ]] || failed+="$template: ${got%??}"$'\n'
    done
    [[ ! $failed ]] || fail "$failed"
}

# refused [OPTION...]: the same of messages
refused() {
    local template failed='' got status
    while IFS= read -r line; do
        template=${line%% => *} status=0
        got=$(tpl-format "$@" -- "$template" <<< "$data" 2>&1) || status=$?
        [[ $status == 1 && $got == "tpl-format: template: ${line#* => }" ]] || failed+="$template: $status $got"$'\n'
    done
    [[ ! $failed ]] || fail "$failed"
}

data='{"A":{"b":1,"a":"x y","n":null,"f":1.5,"t":true},"L":["p","q",3],"S":"hello","E":[],"M":{"z":{"k":"v"},"y":[1]},"N":null,"Q":"a,b,,c","Z":"","U":"é","O":{},"I":3}'

@test "values are printed as Go prints them" {
    same << 'END'
plain => plain
{{.S}} {{ .S }} => hello hello
{{.A.a}} {{(.A).a}} => x y x y
{{.A}} => map[a:x y b:1 f:1.5 n:<nil> t:true]
{{.L}} {{.E}} {{.O}} {{.M}} => [p q 3] [] map[] map[y:[1] z:map[k:v]]
{{.N}} {{.nope}} {{.nope.x}} {{.A.n}} => <no value> <no value> <no value> <no value>
{{print .N .nope}} {{printf "%v" .N}} => <nil> <nil> <nil>
{{1}} {{-2}} {{0x1f}} {{1.50}} {{1e3}} {{'a'}} {{'é'}} {{'\n'}} => 1 -2 31 1.5 1000 97 233 10
{{1000000.0}} {{123456789.5}} {{100000.0}} {{0.00001}} {{1e20}} {{0.1}} => 1e+06 1.234567895e+08 100000 1e-05 1e+20 0.1
{{true}} {{false}} => true false
{{"a\tb\"\\\u00e9\x41\101"}}{{`r"a\w`}} => a\tb"\\éAAr"a\\w
{{json .A}} {{.A.a | json}} {{json .N}} {{json .nope}} => {"b":1,"a":"x y","n":null,"f":1.5,"t":true} "x y" null null
{{json "<a&\"b\n"}} {{json 1000000.0}} {{json 1e21}} => "<a&\\"b\\n" 1000000 1e+21
END
    run -0 tpl-format json <<< "$data"
    assert_output "$data"
    run -0 tpl-format '{{.}}' <<< '1 "two" [3] null {"a":true} -0.5'
    assert_output $'1\ntwo\n[3]\n<no value>\nmap[a:true]\n-0.5'
}

@test "blocks, variables, white space" {
    same << 'END'
{{if .S}}yes{{end}}{{if .Z}}no{{else}}empty{{end}} => yesempty
{{if 0}}a{{else if .E}}b{{else if eq .S "hello"}}c{{else}}d{{end}} => c
{{if .O}}a{{else if .N}}b{{else}}c{{end}}{{if 0.0}}a{{else}}b{{end}} => cb
{{with .A}}{{.a}} {{$.S}}{{end}}{{with .N}}x{{else}}-{{.S}}{{end}} => x y hello-hello
{{with .N}}x{{else with .M.z}}{{.k}}{{end}} => v
{{with $x := .A}}{{$x.b}}{{end}} => 1
{{range .L}}<{{.}}>{{end}}{{range .E}}x{{else}}none{{end}} => <p><q><3>none
{{range $i, $e := .L}}{{$i}}={{$e}} {{end}} => 0=p 1=q 2=3 
{{range $k, $v := .M}}{{$k}}={{$v}};{{end}} => y=[1];z=map[k:v];
{{range $v := .M}}{{$v}}{{end}}{{range .N}}x{{else}}-{{end}} => [1]map[k:v]-
{{range $i := 3}}{{$i}}{{end}}{{range 0}}x{{else}}-{{end}} => 012-
{{range .L}}{{if eq . "q"}}{{break}}{{end}}{{.}}{{end}}. => p.
{{range $i, $e := .L}}{{if eq $i 1}}{{continue}}{{end}}{{.}}{{end}} => p3
{{range .L}}{{range $.L}}{{break}}{{end}}{{.}}{{end}} => pq3
{{$x := 1}}{{if true}}{{$x = 2}}{{$x := 3}}{{end}}{{$x}} => 2
{{$x := .S}}{{$x := upper $x}}{{$x}} => HELLO
a  {{- .S -}}   b {{- " c " -}} d => ahellob c d
a {{/* no {{ end */}} b {{- /* x */ -}} c => a  bc
{{- 3 -}} => 3
}} { {{"}}"}} %d \t\n => }} { }} %d \\t\\n
END
}

@test "functions and pipelines" {
    same << 'END'
{{and 1 0}} {{and 1 "x"}} {{or 0 ""}} {{or "" "x" 1}} {{not .Z}} => 0 x  x true
{{or .S (index .L 99)}} {{and .Z (index .L 99)}} => hello 
{{eq .S "hello"}} {{eq .S "a" "hello"}} {{ne .S "a"}} {{eq .A.b 1}} {{eq .N nil}} {{eq .A.t true}} => true true true true true true
{{lt 1 2}} {{le 2 2}} {{gt "b" "a"}} {{ge 1.5 2.5}} {{eq .N "x"}} => true true true false false
{{len .S}} {{len .L}} {{len .A}} {{len .U}} {{.L | len | printf "%03d"}} => 5 3 5 2 003
{{index .L 1}} {{index .M "z" "k"}} {{index .A "nope"}} {{index .S 0}} {{(index .M "z").k}} => q v <no value> 104 v
{{slice .S 1 3}} {{slice .S 2}} {{slice .L 1}} {{slice .L 0 0}} => el llo [q 3] []
{{print 1 2 "x" 3}} {{print "a" "b"}} {{print}}{{println "a" 1}}. => 1 2x3 ab a 1\n.
{{split .Q ","}} {{len (split .Q ",")}} {{join (split .Q ",") "-"}} {{len (split "" ",")}} {{split "aé" ""}} => [a b  c] 4 a-b--c 1 [a é]
{{upper "aB1é"}} {{lower "aB"}} {{title "foo bAr-baz_x"}} => AB1é ab Foo BAr-Baz_x
[{{pad "x" 1 2}}] [{{pad "" 1 2}}] {{truncate .S 3}} {{truncate .S 9}} => [ x  ] [] hel hello
{{.S | upper | printf "%s-%s" "a"}} {{"x" | eq "x"}} => a-HELLO true
{{printf "%s %d %v %q %t %x" "a" 5 .L "b\n" true 255}} => a 5 [p q 3] "b\\n" true ff
{{printf "%5d|%-5d|%05d|%+d|%x|%X|%o|%c" 42 42 42 42 42 171 8 65}} =>    42|42   |00042|+42|2a|AB|10|A
{{printf "%5s|%-5s|%.2s|%q|%x|%8.3s|" "é" "ab" "abc" "é\x01" "hi" "abcdef"}} =>     é|ab   |ab|"é\\x01"|6869|     abc|
{{printf "%.2f|%8.3f|%e|%g|%v|%6v|" 1.005 2.5 1500.0 0.5 2.0 1.5}} => 1.00|   2.500|1.500000e+03|0.5|2|   1.5|
{{printf "%q %v %d" (slice .L 0 2) .A (slice .L 2)}} => ["p" "q"] map[a:x y b:1 f:1.5 n:<nil> t:true] [3]
{{printf "%d %s" "x" 3}} {{printf "%d"}} {{printf "%"}} {{printf "%d%%" 50}} => %!d(string=x) %!s(int=3) %!d(MISSING) %!(NOVERB) 50%
{{printf "x" 1 "a"}} {{printf "%z" 1}} {{printf "%*d|" 5 1}} {{printf "%s" .N}} => x%!(EXTRA int=1, string=a) %!z(int=1)     1| %!s(<nil>)
END
}

@test "what is wrong is told with its place, and exit status 1" {
    refused << 'END'
{{ => unclosed action, at 1:3
{{.A => unclosed action, at 1:5
{{"a}} => bad constant, at 1:3
{{nope .A}} => function "nope" not defined, at 1:3
{{}} => missing value for command, at 1:3
{{.A | }} => missing value for command, at 1:8
{{end}} => unexpected end, at 1:3
{{if .A}} => unexpected end of the template, at 1:10
{{if .A}}{{else}}{{else}}{{end}} => unexpected else, at 1:20
{{if}}x{{end}} => missing value for command, at 1:5
{{(.A}} => unexpected }}, at 1:6
{{.A)}} => unexpected ), at 1:5
{{.A"x"}} => unexpected "x", at 1:5
{{$x}} => undefined variable "$x", at 1:3
{{if 1}}{{$x := 1}}{{end}}{{$x}} => undefined variable "$x", at 1:29
{{break}} => not in a {{range}}, at 1:3
{{"a" 1}} => what has arguments, or is piped to, is not a function, at 1:3
{{1 | 2}} => non executable command in pipeline stage 2, at 1:7
{{nil}} => nil is not a command, at 1:3
{{/* x }} => unclosed comment, at 1:1
{{.A # }} => unexpected '#', at 1:6
{{define "x"}}{{end}} => function "define" not defined, at 1:3
{{99999999999999999999}} => bad constant, at 1:3
{{.S.x}} => can't evaluate field x in type string, at 1:5
{{.N.x}} => nil pointer evaluating .x, at 1:5
{{index .L 3}} => index out of range: 3, at 1:3
{{index .L "a"}} => cannot index with type string, at 1:3
{{index .N 1}} => index of untyped nil, at 1:3
{{index .I 1}} => can't index item of type int, at 1:3
{{slice .S 9}} => index out of range: 9, at 1:3
{{slice .S 2 1}} => invalid slice index: 2 > 1, at 1:3
{{len 3}} => len of type int, at 1:3
{{lt 1 "a"}} => incompatible types for comparison: int and string, at 1:3
{{eq 1 1.0}} => incompatible types for comparison: int and float64, at 1:3
{{eq .L .L}} => a list cannot be compared, at 1:3
{{not}} => wrong number of args for not: want 1, got 0, at 1:3
{{upper 1}} => wrong type of value for upper: expected string, got int, at 1:3
{{join .L ","}} => join: expected strings in the list, got int, at 1:3
{{range 9999999999}}x{{end}} => so many numbers are too many, at 1:9
{{range .S}}{{end}} => range can't iterate over a string, at 1:9
END
    run -1 tpl-format $'a\nbc{{.S.x}}' <<< "$data"
    assert_output "tpl-format: template: can't evaluate field x in type string, at 2:7"
}

@test "a record that fails writes nothing; those before it are there" {
    run -1 --separate-stderr tpl-format 'v {{index .a 0}}' <<< '{"a":[1]}{"a":[]}{"a":[2]}'
    assert_output 'v 1'
    for bad in '{"a":' '{"a":1}}' 'x'; do
        run -1 --separate-stderr tpl-format '{{.a}}' <<< "$bad"
        [[ $stderr == 'tpl-format: standard input: value '?': line '?', column '* ]]
    done
    run -1 tpl-format '{{.a}}' < .
    assert_output 'tpl-format: standard input: read: Is a directory'
    run ! sh -c 'echo 1 | tpl-format x > /dev/full'
    assert_output 'tpl-format: standard output: write: No space left on device'
    run -0 tpl-format x < /dev/null
    refute_output
}

@test "what comes in comes out at once" {
    mkfifo in
    tpl-format '{{.a}}' < in > out 3>&- &
    exec 9> in
    echo '{"a":"first"}' >&9
    poll 5 grep -qx first out
    exec 9>&-
    wait
}

@test "--strict: keys that are missing, and null, as Docker's structures have them" {
    data='{"Config":{"Labels":{"a":"b"},"Cmd":null,"Ports":{"80":[{"P":"1"}]}},"Pids":null}'
    same --strict 'Labels Ports,Health Pids' << 'END'
{{.Config.Labels.a}} {{.Config.Labels.nope}} {{index .Config.Labels "nope"}}. => b <no value> .
{{if .Health}}x{{end}}{{.Health}} {{.Pids}} {{.Config.Cmd}} {{len .Config.Cmd}} => <nil> <nil> [] 0
{{join .Config.Cmd " "}}{{range .Config.Cmd}}x{{else}}-{{end}}{{json .Config.Cmd}} => -null
{{(index (index .Config.Ports "80") 0).P}} {{range index .Config.Ports "81"}}x{{end}}. => 1 .
{{eq (index .Config.Labels "nope") ""}} => true
END
    refused --strict 'Labels,Ports,Health,Pids' << 'END'
{{.Nope}} => there is no .Nope here, at 1:3
{{.Config.nope}} => there is no .nope here, at 1:10
{{.Health.Status}} => nil pointer evaluating .Status, at 1:10
{{(index (index .Config.Ports "81") 0).P}} => index out of range: 0, at 1:4
END
}

rows() { # TEMPLATE [OPTION...]
    printf '%s\t%s\t%s\n' one 1 'a b' 'zwölf\011' 22 'x\134"y' > rows
    tpl-format --rows 'Name,Count#,LongName' "${@:2}" -- "$1" < rows
}

@test "--rows: fields by name, escapes, numbers" {
    run -0 rows '{{.Name}}\t{{.Count}}\n{{.LongName}};'
    assert_output $'one\t1\na b;\nzwölf\\011\t22\nx\\134"y;'
    run -0 rows json
    assert_output $'{"Count":1,"LongName":"a b","Name":"one"}\n{"Count":22,"LongName":"x\\\\\\"y","Name":"zwölf\\t"}'
    run -0 rows '{{json .Name}} {{json (upper .LongName)}} {{if gt .Count 9}}many{{end}}{{$.Count}}{{with $}}{{.Name}}{{end}}'
    assert_output $'"one" "A B" 1one\n"zwölf\\t" "X\\\\\\"Y" many22zwölf\\011'
    run -0 rows '{{println .Name}}{{join (split .LongName " ") "-"}} {{.}}'
    assert_output $'one\na-b map[Count:1 LongName:a b Name:one]\nzwölf\\011\nx\\134"y map[Count:22 LongName:x\\134"y Name:zwölf\\011]'
    for bad in '{{.Nope}}' '{{$.Nope}}' '{{json .Nope}}' '{{if 0}}{{.Nope}}{{end}}' 'table {{.Nope}}'; do
        run -1 rows "$bad"
        assert_output --regexp '^tpl-format: template: \{\{\.Nope\}\}: there is no such field \(there are: \.Name \.Count \.LongName\), at 1:[0-9]+$'
        run -1 tpl-format --rows 'Name Count LongName' "$bad" < /dev/null # rows or not
    done
    run -1 rows '{{with .Name}}{{.Name}}{{end}}'
    assert_output --partial "can't evaluate field Name in type string"
    for line in $'a\tb' $'a\tb\tc\td' ''; do
        run -1 tpl-format --rows 'a b c' '{{.a}}' <<< "$line"
        assert_output --regexp '^tpl-format: standard input: line 1: has (fewer|more) fields than the 3 of --rows$'
    done
}

@test "tables: headings, widths in characters, columns of one's own" {
    run -0 rows table
    assert_output $'NAME        COUNT     LONG NAME\none         1         a b\nzwölf\\011   22        x\\134"y'
    run -0 rows '' --table '{{.Name}}\t{{.LongName}}' --heading LongName='full  name'
    assert_output $'NAME        full  name\none         a b\nzwölf\\011   x\\134"y'
    run -0 rows 'table {{.Count}} {{upper .Name}}\t{{slice .LongName 0 1}}\t{{if .Count}}x{{end}}'
    assert_output $'COUNT NAME     LONG NAME   x\n1 ONE          a           x\n22 ZWöLF\\011   x           x'
    for format in 'table{{.Count}}' 'table   {{.Count}}'; do # Docker is not strict about the blank
        run -0 rows "$format"
        assert_output $'COUNT\n1\n22'
    done
    run -0 tpl-format --strict '' 'table {{.}}' <<< 1 # there are none in inspect
    assert_output 'table 1'
    run -0 tpl-format --rows 'A B' --table '{{.A}}\t{{.B}}' table < /dev/null
    assert_output 'A         B'
    # of JSON: headings are the names; nothing reaches the terminal that could steer it
    run -0 tpl-format 'table {{.A.longName}}\t{{.B}}\t{{json .B}}' << 'END'
{"A":{"longName":"a\u001b[31m\tb\n"},"B":["x\ty",{"k\u0007":"\r"}]}
{"A":{"longName":"ü"},"B":null}
END
    assert_output "$(printf '%s\n' 'LONG NAME            B                          B' \
        'a\033[31m\011b\012   [x\011y map[k\007:\015]]   ["x\ty",{"k\u0007":"\r"}]' \
        'ü                    <no value>                 null')"
}

@test "the command line" {
    for args in '' 'a b' '--rows= x' '--nope x' 'table' '--rows'; do
        # shellcheck disable=SC2086
        run -2 tpl-format $args < /dev/null
        assert_equal "${#lines[@]}" 1
    done
    run -2 tpl-format '' < /dev/null
}

@test "no bytes, and no depth, are a crash" {
    deep() { printf "%${1}s" '' | sed "s/ /$2/g"; }
    run -1 tpl-format "{{$(deep 100000 '(')" <<< 1
    assert_output --partial 'nested too deeply'
    run -1 tpl-format "$(deep 10000 '{{if 1}}')" <<< 1
    assert_output --partial 'nested too deeply'
    run -1 tpl-format "{{print$(deep 100 ' 1')}}" <<< 1
    assert_output --partial 'too many arguments'
    run -0 tpl-format "{{len (print $(deep 90 '(')1$(deep 90 ')'))}}" <<< 1
    assert_output 1
    run -1 tpl-format '{{.}}' <<< "$(deep 100000 '[')"
    assert_output --partial 'maximum parsing depth'
    # every piece of templates that are right, and bytes changed in them
    RANDOM=1
    for template in '{{range $i, $e := .L}}{{$i}}{{else}}{{- "x\u00e9" -}}{{end}}' '{{/* c */}}{{if eq (len .S) 5}}{{.A.b | printf "%*d" 3}}{{end}}' \
        "{{with \$x := index .M \"z\" \`k\`}}{{'\\n'}}{{break}}{{0x1f}}{{end}}"; do
        for ((i = 1; i < ${#template}; i++)); do
            for try in "${template:0:i}" "${template:i}" "${template:0:i}$(printf '%b' "\\x$(printf %x $((RANDOM % 255 + 1)))")${template:i+1}"; do
                status=0
                tpl-format -- "$try" <<< "$data" > out 2>&1 || status=$?
                ((status < 2)) || fail "$status: $try"
            done
        done
    done
}
