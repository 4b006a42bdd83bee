# What there is to a tree, in lines that are the same for the same tree; and a tree that was changed
# in every way, for the tests of layers.
# shellcheck shell=bash

# tree DIR
tree() {
    (
        cd "$1" || exit
        find . -printf '%p %y %m %U:%G %T@ %l\0' | sort -z | tr '\0' '\n'
        find . -type f -printf '%p %s\0' | sort -z | tr '\0' '\n'
        find . \( -type b -o -type c \) -exec stat -c '%n %t:%T' {} + | sort
        # Of several names of one file the first, and the others with it
        find . ! -type d -links +1 -printf '%p\t%i\n' | sort |
            awk -F '\t' '{ if (!($2 in first)) first[$2] = $1; print $1, first[$2] }'
        find . -type f -print0 | sort -z | xargs -0r sha256sum
        find . -print0 | sort -z | xargs -0 getfattr -hd -m - -e hex
    )
}

# make_lower: what is to be changed, in the current directory
make_lower() {
    mkdir -p dir/sub gone replaced/by opaque/sub keep/more touched moved below-dir
    echo 1 > file && echo 1 > dir/a && echo 1 > dir/b && echo 1 > dir/sub/deep
    echo 1 > gone/x && echo 1 > replaced/by/x && echo 1 > opaque/old && echo 1 > opaque/sub/old && echo 1 > keep/more/x
    echo 1 > linked && ln linked keep/linked
    echo 1 > to-dir && ln -s file link && echo 1 > moved/x && echo 1 > below && : > below-dir/x
    chmod 4755 file && setfattr -n user.a -v 1 dir
}

# change_tree: all that can be done to a tree, in the current directory
change_tree() {
    rm dir/a
    echo more >> dir/b
    rm -r gone
    rm -r replaced && mkdir replaced && echo new > replaced/new
    rm -r opaque && mkdir -p opaque/sub && echo new > opaque/sub/new
    chmod 700 touched
    touch -d '2001-01-01' keep/more
    chown 7:8 file
    rm to-dir && mkdir to-dir && echo x > to-dir/x
    rm -r dir/sub && echo file > dir/sub
    mv moved moved-away
    mkdir -p new/dir && mknod new/null c 1 3 && mkfifo new/fifo && ln -s /nowhere new/link && : > new/$'tab\tnew\nline'
    echo h > new/hard && ln new/hard new/dir/hard
    setfattr -n user.b -v 2 new/hard && setfattr -n trusted.c -v 3 new/dir
    rm link && ln -s other link
    echo more >> linked # which has another name
    echo 3 > below
    rm below-dir/y
    touch -hd '2003-03-03 03:03:03.030303' replaced opaque dir new new/* new/dir to-dir moved-away link linked below
}
