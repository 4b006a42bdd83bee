#!/usr/bin/env bats
# What lib/ promises in its headers: numbers, options, files, mountinfo, failures.
load lib/common

setup() {
    common_setup
    PATH=$BUILD/test:$PATH
    cd "$T"
}
teardown() { common_teardown; }

# gives FUNCTION ARG RESULT: it succeeds with that result
gives() {
    run -0 libcheck "${@:1:$#-1}"
    assert_output "${!#}"
}

# refuses FUNCTION ARG WHY
refuses() {
    run -1 libcheck "${@:1:$#-1}"
    assert_output "${!#}"
}

INVALID='Invalid argument'
RANGE='@(Numerical result out of range|Result not representable)' # glibc's words, and musl's

out_of_range() {
    run -1 libcheck "$@"
    [[ $output == $RANGE ]]
}

@test "num_parse takes decimal numbers up to the limit and nothing else" {
    gives num_parse 0 0
    gives num_parse 007 7
    gives num_parse 18446744073709551615 18446744073709551615
    gives num_parse 100 100 100
    out_of_range num_parse 101 100
    out_of_range num_parse 18446744073709551616
    out_of_range num_parse 99999999999999999999999
    for bad in '' ' 1' '1 ' -1 +1 0x10 1e3 1. 1k $'1\n' ٣; do
        refuses num_parse "$bad" "$INVALID"
    done
}

@test "portspec_parse takes published ports in all their forms, and says why one is none" {
    gives portspec 8080:80 8080:80/tcp
    gives portspec 1:65535/udp 1:65535/udp
    gives portspec 127.0.0.1:8080:80 127.0.0.1:8080:80/tcp
    gives portspec 0.0.0.0:8080:80/udp 0.0.0.0:8080:80/udp
    gives portspec '[::1]:8080:80/tcp' '[::1]:8080:80/tcp'
    gives portspec '[FD00:0::0:1]:8080:80' '[fd00::1]:8080:80/tcp'
    gives portspec '[::]:65535:1' '[::]:65535:1/tcp'
    gives portspec 0:80 free 0:80/tcp
    gives portspec '[::1]:8000-65535:80/udp' free '[::1]:8000-65535:80/udp'
    gives portspec 8000-8000:80 free 8000-8000:80/tcp
    for bad in 0-1:80 2-1:80 1-65536:80 1-:80 -1:80 1-2-3:80; do
        refuses portspec "$bad" free "the host's port is no number from 0 to 65535, nor two as 8000-8010"
    done
    for bad in 0:80 65536:80 -1:80 +1:80 :80 '1.2.3.4::80' x:80 8000-8001:80; do
        refuses portspec "$bad" "the host's port is no number from 1 to 65535"
    done
    for bad in 80:0 80:65536 80: 80:/tcp 80:8x/tcp 80:-8; do
        refuses portspec "$bad" 'the port is no number from 1 to 65535'
    done
    for bad in 80:80/ 80:80/TCP 80:80/sctp 80:80/tcp/ '80:80/tcp '; do
        refuses portspec "$bad" 'the protocol is tcp or udp'
    done
    for bad in '' 80 80/tcp '[::1]:80' 1.2.3.4:1:2:3; do
        refuses portspec "$bad" 'not of the form [HOSTADDR:]HOSTPORT:PORT[/PROTO]'
    done
    for bad in 1.2.3:80:80 host:80:80 ' 1.2.3.4:80:80' :80:80 ::1:80:80; do
        refuses portspec "$bad" 'the host address is no IPv4 address (IPv6: in [brackets])'
    done
    for bad in '[]:80:80' '[1.2.3.4]:80:80' '[::1%lo]:80:80' '[[::1]:80:80'; do
        refuses portspec "$bad" 'what is in brackets is no IPv6 address'
    done
    refuses portspec '[::1:80:80' "the host address ends in no \`]:'"
    refuses portspec '[::1]80:80' "the host address ends in no \`]:'"
    refuses portspec '[::ffff:1.2.3.4]:80:80' 'the host address is an IPv4 address: write it as one'
    refuses portspec 224.0.0.1:80:80 'the host address is no address of one host'
    refuses portspec '[ff02::1]:80:80' 'the host address is no address of one host'
    refuses portspec "$(printf '%0100d' 8):80" 'too long for [HOSTADDR:]HOSTPORT:PORT[/PROTO]'
}

@test "num_size knows the units of docker-run(1), and fractions" {
    gives num_size 0 0
    gives num_size 4096 4096
    gives num_size 1b 1
    gives num_size 512k 524288
    gives num_size 512K 524288
    gives num_size 100m 104857600
    gives num_size 100MB 104857600
    gives num_size 100MiB 104857600
    gives num_size 1.5g 1610612736
    gives num_size 0.5k 512
    gives num_size 2t 2199023255552
    gives num_size 1p 1125899906842624
    gives num_size 15.999p 18013272609575141
    gives num_size 16383p 18445618173802708992
    out_of_range num_size 16384p
    out_of_range num_size 18446744073709551616
    for bad in '' k .5 1. 1..5 1.2.3 -1 +1 1x 1kk 1bb 1kbb 1ki '1 k' 1,5k 0x1 1e3 inf nan; do
        refuses num_size "$bad" "$INVALID"
    done
}

@test "num_nano counts CPUs in billionths" {
    gives num_nano 1 1000000000
    gives num_nano 0.5 500000000
    gives num_nano 1.000000001 1000000001
    gives num_nano 0.0000000019 1
    gives num_nano 18446744073 18446744073000000000
    out_of_range num_nano 18446744074
    for bad in '' . .5 1. -1 1,5 1x 1e3 0x1; do
        refuses num_nano "$bad" "$INVALID"
    done
}

@test "num_is_list takes what cpuset(7) takes" {
    for good in 0 0-3 0-3,5 1,2,3 4-4 0,2-9,11; do
        libcheck num_is_list "$good"
    done
    for bad in '' , 0, ,0 0- -3 3-1 0--3 a 0-a 0-3-5 '0 1' $'0\n' 9999999999; do
        run -1 libcheck num_is_list "$bad"
    done
}

@test "signal_find knows signals by number, by name and in real time" {
    for signal in HUP INT QUIT KILL USR1 USR2 TERM STOP CONT WINCH CHLD SYS; do
        gives signal_find "$signal" "$(kill -l "$signal")"
        gives signal_find "SIG$signal" "$(kill -l "$signal")"
        gives signal_find "sig${signal,,}" "$(kill -l "$signal")"
    done
    gives signal_find 9 9
    gives signal_find 64 64
    gives signal_find RTMAX 64
    gives signal_find RTMAX-4 60
    first=$(libcheck signal_find RTMIN)
    ((first >= 32 && first <= 35))
    gives signal_find SIGRTMIN+3 $((first + 3))
    for bad in '' 65 -9 +9 NOPE SIG SIGSIGTERM RTMIN+99 RTMIN+ RTMAX-99 '9 ' 1x; do
        gives signal_find "$bad" 0
    done
}

@test "mountinfo: fields, escapes, and any number of optional fields" {
    cat > table << 'END'
36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
37 36 0:1 / /a\040b\011c\012d\134e ro shared:1 master:2 propagate_from:3 - tmpfs no\040ne rw
38 36 0:2 /x-y /dash - fuse.x - rw
39 36 0:3 / /-\040- rw - overlay overlay rw,lowerdir=/l1:/l2,upperdir=/u - x
END
    run -0 libcheck mounts table
    assert_line --index 0 '36 35 root=/mnt1 target=/mnt2 options=rw,noatime fields=master:1 type=ext3 source=/dev/root super=rw,errors=continue'
    assert_line --index 1 --partial '37 36 root=/ target=/a b'$'\t''c'
    assert_output --partial $'\nd\\e options=ro fields=shared:1 master:2 propagate_from:3 type=tmpfs source=no ne super=rw'
    assert_output --partial '39 36 root=/ target=/- - options=rw fields= type=overlay source=overlay super=rw,lowerdir=/l1:/l2,upperdir=/u - x'
}

@test "mountinfo: lines cut short are passed over" {
    printf '%s\n' '' '1' '1 2 0:1' '1 2 0:1 / /x rw' '1 2 0:1 / /x rw -' '1 2 0:1 / /x rw - t' \
        '1 2 0:1 / /x rw - t s' '1 2 0:1 / /x rw s:1 - t s' > table
    run -0 libcheck mounts table
    assert_output ''
    : > empty
    run -0 libcheck mounts empty
    assert_output ''
}

@test "mountinfo: all mounts of this process and of another" {
    gives own_mounts "$(wc -l < /proc/self/mountinfo)"
    gives own_mounts $$ "$(wc -l < /proc/$$/mountinfo)"
    run -1 libcheck own_mounts 999999999
    assert_output 'libcheck: mountinfo: open: No such file or directory'
}

@test "has_word tells words from parts of words" {
    libcheck has_word rw,cpu,cpuacct cpu
    libcheck has_word cpu cpu
    libcheck has_word a,b b
    run -1 libcheck has_word rw,cpuacct cpu
    run -1 libcheck has_word xcpu,rw cpu
    run -1 libcheck has_word '' cpu
}

@test "read_vector: strings come out as they went in" {
    run -0 libcheck read_vector < <(printf '%s\0' a '' $'b\nc' '*' '$(x)' -- 'ä ö')
    assert_output $'7: <a> <> <b\nc> <*> <$(x)> <--> <ä ö>'
    run -0 libcheck read_vector < <(printf 'a\0last without its NUL')
    assert_output '2: <a> <last without its NUL>'
    run -0 libcheck read_vector < /dev/null
    assert_output '0:'
    seq 20000 | tr '\n' '\0' > many
    run -0 libcheck read_vector < many
    [[ $output == '20000: <1> <2> '*' <20000>' ]]
    mkdir directory
    run -1 libcheck read_vector < directory
    assert_output 'libcheck: standard input: read: Is a directory'
}

@test "read_all: up to the limit, also in pieces" {
    for size in 0 1 4095 4096 4097 8191 100000; do
        run -0 libcheck read_all 1000000 < <(head -c "$size" /dev/zero)
        assert_output "$size"
    done
    run -0 libcheck read_all 3 < <(printf abc)
    assert_output 3
    run -1 libcheck read_all 3 < <(printf abcd)
    assert_output 'File too large'
    run -0 libcheck read_all 100 < <(printf ab; sleep 0.1; printf cd)
    assert_output 4
}

@test "write_file wants the file to be there" {
    : > there
    gives write_file there 'two words' 0
    [[ $(< there) == 'two words' ]]
    refuses write_file missing x 'No such file or directory'
    [[ ! -e missing ]]
    run -1 libcheck write_file /dev/full x
    assert_output 'No space left on device'
}

@test "remove_tree removes all, follows no link, and is content when nothing is there" {
    mkdir -p tree/a/b/c tree/empty outside
    touch tree/file tree/a/b/c/deep outside/stays
    ln -s ../outside tree/link
    ln -s ../../outside tree/a/link
    mkfifo tree/fifo
    gives remove_tree tree 0
    [[ ! -e tree && -e outside/stays ]]
    gives remove_tree tree 0
    ln -s outside link
    gives remove_tree link 0
    [[ ! -L link && -e outside/stays ]]
    gives remove_tree outside/stays 0
    gives remove_tree outside 0
    [[ ! -e outside ]]
}

@test "remove_tree stops at a mount, and says so" {
    need_root
    mkdir -p tree/mounted
    mount -t tmpfs none tree/mounted
    touch tree/mounted/stays tree/goes
    run -1 libcheck remove_tree tree
    [[ $output == @(Device or resource busy|Resource busy|Invalid cross-device link|Cross-device link) ]]
    [[ -e tree/mounted/stays ]]
    umount tree/mounted
    gives remove_tree tree 0
}

@test "remove_tree removes what is deeper than files may be open, or names be long" {
    steps=$(printf '%050d/' {1..75})
    mkdir -p "tree/$steps" tree/1 tree/2/x
    touch tree/0 tree/1/file
    (cd -P "tree/$steps" && mkdir -p "$steps" && touch file)
    (
        ulimit -n 80
        gives remove_tree tree 0
    )
    [[ ! -e tree ]]
}

@test "remove_tree removes one's own directories that forbid it" {
    need_root
    mkdir -p own/tree/{closed,hidden,dark/deep}
    touch own/tree/{closed,hidden,dark/deep}/file
    chmod 555 own/tree/closed
    chmod 000 own/tree/hidden own/tree/dark
    chown -R 65534:65534 own
    run -0 setpriv --reuid 65534 --regid 65534 --clear-groups libcheck remove_tree own/tree
    [[ ! -e own/tree ]]
    mkdir -p own/tree/theirs # but nobody else's
    touch own/tree/theirs/file
    chown 65534:65534 own/tree
    run -1 setpriv --reuid 65534 --regid 65534 --clear-groups libcheck remove_tree own/tree
    assert_output 'Permission denied'
    assert_file_exist own/tree/theirs/file
}

@test "make_path makes what is missing, as mkdir -p" {
    gives make_path a/b/c 0
    [[ -d a/b/c ]]
    gives make_path a/b/c 0
    gives make_path "$T/x/y" 0
    gives make_path a/b/d/ 0
    [[ -d a/b/d ]]
    : > file
    refuses make_path file/x 'Not a directory'
}

@test "exec_command: 127 not found, 126 cannot be run, 125 too long" {
    run -0 libcheck exec echo a 'b c'
    assert_output 'a b c'
    run -127 libcheck exec no-such-command
    assert_output 'libcheck: no-such-command: exec: No such file or directory'
    : > plain
    run -126 libcheck exec ./plain
    assert_output 'libcheck: ./plain: exec: Permission denied'
    run -126 libcheck exec "$T"
    run -127 libcheck exec ./plain/x
    echo 'echo no interpreter' > script
    chmod +x script
    run -126 libcheck exec ./script
    assert_output 'libcheck: ./script: exec: Exec format error'
}

@test "fail undoes in reverse order, and only what was not settled" {
    run -1 --separate-stderr libcheck fail one two three
    assert_output $'undo three\nundo two\nundo one'
    [[ $stderr == 'libcheck: object: step 7: Operation not permitted' ]]
    run -1 --separate-stderr libcheck fail one keep two
    assert_output 'undo two'
}

# ---- options ----

@test "options: long, short, joined, clustered, and up to the first operand" {
    run -0 optcheck --flag --text=a --size 1k -n 7 -i x --item=y word --flag
    assert_output 'flag=1 loud=0 text=a size=1024 number=7 fd=-1 maybe=- item=x item=y <word> <--flag>'
    run -0 optcheck -fn7 -ttext
    assert_output 'flag=1 loud=0 text=text size=0 number=7 fd=-1 maybe=-'
    run -0 optcheck -t '' -- --flag ''
    assert_output 'flag=0 loud=0 text= size=0 number=0 fd=-1 maybe=- <--flag> <>'
    run -0 optcheck --fd 0
    assert_output --partial 'fd=0'
}

@test "options: an argument that may be left out" {
    run -0 optcheck --maybe word
    assert_output --partial 'maybe=left out <word>'
    run -0 optcheck --maybe=so word
    assert_output --partial 'maybe=so <word>'
}

@test "options: what is wrong is one line with a hint, and the status of the kind of tool" {
    ln -s "$BUILD/test/optcheck" optcheck-chain
    check() { # MESSAGE ARG...
        run -2 --separate-stderr optcheck "${@:2}"
        [[ ! $output && $stderr == "optcheck: $1 (try 'optcheck --help')" ]] || {
            echo "$stderr"
            return 1
        }
        run -125 --separate-stderr ./optcheck-chain "${@:2}"
        [[ ! $output && $stderr == "optcheck-chain: $1 (try 'optcheck-chain --help')" ]]
    }
    check '--nope: unknown option' --nope
    check '--nope=x: unknown option' --nope=x
    check '-z: unknown option' -z
    check '-z: unknown option' -fz
    check '--text: needs an argument' --text
    check '-t: needs an argument' -t
    check '--flag=x: takes no argument' --flag=x
    check '--size: 1q: not a size (such as 512k, 100m, 1.5g)' --size 1q
    check '--number: 7x: not a number' -n 7x
    check '--number: 9223372036854775808: not a number' -n 9223372036854775808
    check '--fd: 99: no such file descriptor is open' --fd 99
    check '--fd: x: not a file descriptor' --fd x
}

@test "options: --help, --version, --list-options" {
    run -0 --separate-stderr optcheck --help
    [[ ! $stderr ]]
    assert_line --index 0 'Usage: optcheck [options] [WORD...]'
    assert_line --index 1 'Print what the command line says.'
    assert_line '  -t, --text TEXT              a string'
    assert_line '      --maybe[=HOW]            with an argument or without'
    assert_line 'Numbers:'
    assert_line '  optcheck --flag'
    run -0 optcheck --version
    assert_output "optcheck (mini-docker) $(sed -n 's/^VERSION := //p' "$TOP/Makefile")"
    run -0 optcheck --list-options
    assert_line --index 0 $'-\t--flag\t-f\t-'
    assert_line $'-\t--size\t -\tSIZE'
    assert_line $'-\t--maybe\t -\t[HOW]'
    bash -c 'optcheck --help > /dev/full' 2> error || status=$?
    ((status == 1))
    [[ $(< error) == 'optcheck: standard output: write: No space left on device' ]]
}

@test "verbs: their options before and behind the operands, common ones everywhere" {
    ln -s "$BUILD/test/optcheck" optcheck-verbs
    run -0 ./optcheck-verbs show a -l b --text t c
    assert_output --partial 'loud=1 text=t'
    assert_output --partial '<a> <b> <c>'
    run -0 ./optcheck-verbs --flag show -- -l --text
    assert_output --partial 'flag=1 loud=0 text=-'
    assert_output --partial '<-l> <--text>'
    run -0 ./optcheck-verbs show --text -- a -l
    assert_output --partial 'loud=1 text=--'
    assert_output --partial '<a>'
    run -0 ./optcheck-verbs show a -- b -- -l
    assert_output --partial '<a> <b> <--> <-l>'
}

@test "verbs: one that executes a command leaves its options alone" {
    ln -s "$BUILD/test/optcheck" optcheck-verbs
    run -0 ./optcheck-verbs chain --loud a b --text -- -l
    assert_output --partial 'loud=1 text=- '
    assert_output --partial '<a> <b> <--text> <--> <-l>'
    run -0 ./optcheck-verbs chain a --loud -- -l --flag
    assert_output --partial 'flag=0 loud=1'
    assert_output --partial '<a> <-l> <--flag>'
    for args in 'a' '--nope a b' 'a --nope b'; do
        # shellcheck disable=SC2086
        run -125 ./optcheck-verbs chain $args
    done
}

@test "verbs: what is wrong with them" {
    ln -s "$BUILD/test/optcheck" optcheck-verbs
    check() { # MESSAGE ARG...
        run -2 --separate-stderr ./optcheck-verbs "${@:2}"
        [[ ! $output && $stderr == "optcheck-verbs: $1 (try 'optcheck-verbs --help')" ]] || {
            echo "$stderr"
            return 1
        }
    }
    check 'what to do is missing'
    check 'nope: no such verb' nope
    check '-l: unknown option' one -l word
    check 'one: needs WORD' one
    check 'one: b: one operand too many' one a b
    run -0 ./optcheck-verbs one --help
    assert_line --index 0 'Usage: optcheck one [options] WORD'
    run -0 ./optcheck-verbs --list-options
    assert_line $'show\t--loud\t-l\t-'
    assert_line $'one\t-\t -\tWORD'
}

@test "path_clean gives the shortest path that means the same, as Go's" {
    gives path_clean '' .
    for pair in .=. /=/ //=/ a/=a a//b=a/b ./a=a a/.=a a/./b=a/b a/..=. a/../b=b a/b/../..=. a/b/../../..=.. \
        ../a=../a ../../a/../b=../../b /..=/ /../a=/a /a/../..=/ a/../../b=../b ...=... a/...=a/... ..a/=..a /a/b/..=/a; do
        gives path_clean "${pair%%=*}" "${pair#*=}"
    done
}

@test "patterns match as Go's filepath.Match does" {
    for case in a:a:yes a:b:no '*:abc:yes' '*:a/b:no' '*c:abc:yes' 'a*:a:yes' 'a*:ab/c:no' 'a*/b:abc/b:yes' 'a*/b:a/c/b:no' \
        'a*b*c*d*e*/f:axbxcxdxe/f:yes' 'a*b*c*d*e*/f:axbxcxdxexxx/f:yes' 'a*b*c*d*e*/f:axbxcxdxe/xxx/f:no' \
        'a*b?c*x:abxbbxdbxebxczzx:yes' 'a*b?c*x:abxbbxdbxebxczzy:no' 'ab[c]:abc:yes' 'ab[b-d]:abc:yes' 'ab[e-g]:abc:no' \
        'ab[^c]:abc:no' 'ab[^b-d]:abc:no' 'ab[^e-g]:abc:yes' 'a\*b:a*b:yes' 'a\*b:ab:no' 'a?b:a☺b:yes' 'a[^a]b:a☺b:yes' \
        'a???b:a☺b:no' 'a[^a][^a][^a]b:a☺b:no' '[a-ζ]*:α:yes' '*[a-ζ]:A:no' 'a?b:a/b:no' 'a*b:a/b:no' '[\]a]:]:yes' '[\-]:-:yes' \
        '[x\-]:x:yes' '[x\-]:-:yes' '[x\-]:z:no' '[\-x]:x:yes' '*x:xxx:yes' '::no' '**:a/b:no' '*:.a:yes'; do
        IFS=: read -r pattern text result <<< "$case"
        [[ $case == ::* ]] || gives pattern "$pattern" "$text" "$result"
    done
    gives pattern '' '' yes
    gives pattern '?' $'\xff' yes
    gives pattern '??' $'\xc3\xa9' no
    gives pattern '??' $'\xc3x' yes
    for bad in '[]a]' '[-]' '[x-]' '[-x]' '[a-b-c]' '[' '[^' '[^bc' 'a[' '\'; do refuses pattern "$bad" a malformed; done
    # Whoever wrote it, it does not take forever.
    timeout 20 libcheck pattern "$(printf '*a%.0s' {1..1000})" "$(printf 'a%.0s' {1..4000})b"
    timeout 20 libcheck pattern "$(printf '**/a%.0s' {1..300})" "$(printf 'a/%.0s' {1..2000})b" deep
}

@test "what .dockerignore leaves out" {
    for case in 'out a/b a' 'in b a' 'out a/b/c */b' 'in a/b */c' 'out x/y/z.o **/*.o' 'out z.o **/*.o' 'out a a/' 'out a /a' \
        'in a a !a' 'out a !a a' 'out a/b a !b' 'in a/b a !a/b' 'in a/b/c a !a/b' 'out a/c a !a/b' 'out dir/x dir/**' \
        'in dir dir/**' 'in dirx dir/**' 'out xdir **dir' 'in xdir **/dir' 'out a/dir **/dir' 'out dir **/dir' \
        'out a/x/y/b a/**/b' 'out a/b a/**/b' 'in axb a/**/b' 'out x/y **' 'in x/y ** !x' 'out foo.txt f??.txt' \
        'in a .' 'in a ..' 'in a ../a' 'in . **x' 'out a.b a[.]b' 'out a*b a\*b' 'in axb a\*b' 'out a/b/c **/b/**' 'in b **/b/**' \
        'out a]b a]b' 'out d/.x **/.*' 'in d/x **/.*' 'out a/b/c/d a/**/**/d' 'out é/x ?' 'out x/a/b *' 'in x/a/b * !*/a'; do
        # shellcheck disable=SC2086 # words
        set -f -- $case
        set +f
        gives ignore "${@:2}" "$1"
    done
    run -1 libcheck ignore a x '!'
    assert_output 'libcheck: pattern:2: malformed pattern: !'
}

@test "file_mode changes permissions as chmod does" {
    for case in '755 100644 100755' '0 106755 100000' '4711 040755 44711' 'u+x 100644 100744' 'a=rX 100644 100444' 'a=rX 100744 100555' \
        'go-rwx 042777 42700' 'u=g 100064 100664' '+x,o-x 100644 100754' 'u+s 100755 104755' '+t 040755 41755' 'o= 041777 40770' \
        '=rx 106777 100555' 'g=rw 042777 42767' 'u+x-w 100644 100544' '+X 040600 40711'; do
        set -- $case
        gives file_mode "$1" "$2" "$3"
    done
    for bad in '' , u x 8 10000 u+y u+x, ,u+x; do
        run -1 libcheck file_mode "$bad" 100644
        assert_output ''
    done
}
