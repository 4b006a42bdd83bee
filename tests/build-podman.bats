#!/usr/bin/env bats
# What is built here equals what podman builds of the same Dockerfile: trees entry by entry, and configs.

load lib/build

setup_file() { run_setup_file; }
setup() {
    build_setup
    need_command podman skopeo unshare jq
    # A network of its own, storage of its own: nothing of the machine's is used.
    podman=(podman --root "$T/podman" --runroot "$T/podman.run" --storage-driver vfs)
}
teardown() {
    rm -rf "$T/podman" "$T/podman.run"
    build_teardown
}

# give NAME: an image of ours to podman
give() {
    skopeo copy -q "oci:$MINI_DOCKER_ROOT/images:$1:latest" \
        "containers-storage:[vfs@$T/podman+$T/podman.run]localhost/$1:latest"
}

# entries DIR: all that there is, but for times, which are those of the build, and for the files upon which
# podman mounts its own.
entries() {
    (
        cd "$1" || exit
        find . -mindepth 1 ! -path ./etc/hostname ! -path ./etc/hosts -printf '%p %y %m %U:%G %l\0' | sort -z | tr '\0' '\n'
        find . -type f ! -path ./etc/hostname ! -path ./etc/hosts -print0 | sort -z | xargs -0r sha256sum
        find . -type f -links +1 -printf '%i %p\n' | sort |
            awk '$1 == inode { print "linked", path, $2 } { inode = $1; path = $2 }' | sort
        find . ! -path ./etc/hostname ! -path ./etc/hosts -print0 | sort -z | xargs -0 getfattr -hd -m '^(user|security)\.' -e hex
    )
}

our_entries() { # IMAGE
    local lowers layers image_layers
    eval "$(img-store show --shell "$1" | grep ^image_layers=)"
    eval "layers=($image_layers)"
    mapfile -t lowers < <(printf -- '--lower\n%s\n' "${layers[@]}")
    unshare -m ufs-mount "${lowers[@]}" "$T/view" -- bash -euo pipefail -c "$(declare -f entries)"'; entries "$1"' bash "$T/view"
}

# plain: a config without what is empty, the order of what has none, and what each adds by itself
plain() {
    jq -S '.config | del(.[] | select(. == null or . == "" or . == [] or . == {})) | del(.Hostname, .ArgsEscaped)
        | del(.AttachStderr, .AttachStdin, .AttachStdout, .OpenStdin, .StdinOnce, .Tty) | if .Env then .Env |= sort else . end'
}

# same_as_podman [ARG...]: the build of `context`, here and there
same_as_podman() {
    mini-docker build -q -t image "$@" context > id
    unshare -n "${podman[@]}" build -q --layers=false --isolation chroot --network host --identity-label=false --pull=never \
        --format docker -t image "$@" context > podman.id
    our_entries image > ours
    entries "$("${podman[@]}" image mount image)" > theirs
    diff theirs ours
    img-store show --json image | jq .image | plain > ours.json
    skopeo inspect --config --raw "containers-storage:[vfs@$T/podman+$T/podman.run]localhost/image:latest" | plain > theirs.json
    diff theirs.json ours.json
}

@test "a web server with static files" {
    give busybox
    mkdir -p context/site/css context/.git
    echo '<h1>hello</h1>' > context/site/index.html
    echo 'h1 { }' > context/site/css/main.css && chmod 600 context/site/css/main.css
    echo secret > context/site/.env && ln -s index.html context/site/home.html
    printf '.git\n**/.env\nDockerfile\n' > context/.dockerignore
    cat > context/Dockerfile << 'END'
FROM localhost/busybox:latest
LABEL maintainer="somebody <some@example.com>" version='1.0'
ENV PORT=8080 ROOT=/srv/www
WORKDIR $ROOT
COPY site/ .
COPY --chown=1000:1000 site/*.html /backup/
RUN mkdir -p /var/log/httpd && chown 1000:1000 /var/log/httpd && ln -s /var/log/httpd logs
EXPOSE $PORT 8443/tcp
VOLUME /var/log/httpd
USER 1000:1000
STOPSIGNAL SIGINT
HEALTHCHECK --interval=30s --timeout=3s --retries=2 CMD wget -q -O /dev/null "http://localhost:$PORT/" || exit 1
ENTRYPOINT ["httpd", "-f"]
CMD ["-h", "/srv/www"]
END
    mini-docker tag busybox localhost/busybox
    same_as_podman
}

@test "a program of scripts, with arguments, heredocs and an archive" {
    give busybox
    mini-docker tag busybox localhost/busybox
    mkdir -p context/src/lib context/vendor/pkg
    printf '#!/bin/sh\n. /app/lib/hello\nhello "$@"\n' > context/src/main && chmod 755 context/src/main
    echo 'hello() { echo "hello $1"; }' > context/src/lib/hello
    echo data > context/vendor/pkg/data && tar -C context -cJf context/vendor.tar.xz --owner=5 --group=6 vendor
    cat > context/Dockerfile << 'END'
ARG BASE=busybox
FROM localhost/${BASE}:latest
ARG VERSION=1 UNUSED
ENV APP_VERSION=${VERSION:-none} APP_MODE=${MODE:+set}
WORKDIR /app
COPY ["src/main", "src/lib", "./"]
COPY src/lib lib
ADD vendor.tar.xz /opt/
COPY --chmod=640 vendor.tar.xz /opt/archive
RUN set -e; \
    # a comment in between
    adduser -D -H -u 4000 app 2> /dev/null || echo 'app:x:4000:4000::/:/bin/sh' >> /etc/passwd; \
    echo "$APP_VERSION-$VERSION" > version; \
    rm -rf /opt/vendor/pkg/nothing /home/user; \
    chmod 4711 main
RUN ["/bin/sh", "-c", "echo \"exec $0 $HOME\" > exec", "zero"]
SHELL ["/bin/ash", "-ec"]
RUN echo "$0" > shell; cp -a /opt/vendor /opt/copy; mv /opt/copy/vendor /opt/moved 2> /dev/null || true
USER app
CMD ["./main", "$APP_VERSION"]
END
    same_as_podman --build-arg VERSION=2.0
}

@test "a program that is made in one stage, and copied to another" {
    give busybox
    mini-docker tag busybox localhost/busybox
    mkdir context/src
    echo 'echo made of source' > context/src/main.sh
    cat > context/Dockerfile << 'END'
FROM localhost/busybox:latest AS build
WORKDIR /src
COPY src .
RUN mkdir -p /out/bin /out/share/doc && cp main.sh /out/bin/main && chmod 755 /out/bin/main && ln /out/bin/main /out/bin/other && echo doc > /out/share/doc/README

FROM build AS test
RUN sh /out/bin/main && exit 1

FROM localhost/busybox:latest AS base
RUN mkdir -p /usr/local && rm -rf /var/log && chmod 700 /root
ONBUILD RUN echo built on
LABEL stage=base

FROM base
COPY --from=build /out/ /usr/local/
COPY --from=build --chown=1:2 /out/bin/main /entry
COPY --from=localhost/busybox:latest /etc/passwd /copied/
ENTRYPOINT ["/entry"]
END
    same_as_podman
}

@test "a C program, upon a Debian" {
    need_debian
    debian_rootfs debian
    chmod 755 debian
    rm -rf debian/{var/cache,usr/share,usr/lib/*/gconv,boot,media} # it is copied several times
    mini-docker import debian localhost/debian > /dev/null
    skopeo copy -q "oci:$MINI_DOCKER_ROOT/images:localhost/debian:latest" \
        "containers-storage:[vfs@$T/podman+$T/podman.run]localhost/debian:latest"
    mkdir context/src
    printf 'int main(void)\n{\n\treturn 42;\n}\n' > context/src/main.c
    gcc -static -o context/src/prebuilt context/src/main.c
    cat > context/Dockerfile << 'END'
FROM localhost/debian:latest
ENV DEBIAN_FRONTEND=noninteractive
RUN useradd -r -m -d /var/lib/app -s /usr/sbin/nologin -u 900 app \
 && rm -rf /var/lib/apt/lists/* /var/log/*log /etc/passwd- /etc/group- /etc/shadow- /etc/gshadow- /etc/subuid- /etc/subgid- \
 && sed -i 's/^app:!:[0-9]*/app:!:1/' /etc/shadow
WORKDIR /usr/src/app
RUN perl -e 'open(F, ">config.h"); print F "#define X 1\n"; close F'
COPY --chown=app src/ ./src/
RUN install -m 755 -o app src/prebuilt /usr/local/bin/prog
WORKDIR /
USER app
RUN id -un > /var/lib/app/who; mkdir -m 700 /var/lib/app/private
CMD ["prog"]
END
    same_as_podman
}

# Podman leaves the directories on the way to a mount, and takes away an empty file that was there before.
@test "what mounts were made on" {
    give busybox
    mini-docker tag busybox localhost/busybox
    echo secret > secret
    cat > context/Dockerfile << 'END'
FROM localhost/busybox:latest
RUN mkdir -p /data/deep /run && ln -sf ../run /var/run
RUN --mount=type=secret,id=s,target=/var/run/s --mount=type=tmpfs,target=/c --mount=type=cache,target=/data/deep/x true
RUN --mount=type=tmpfs,target=/d mkdir -p /d/f /g /data/deep/y && echo x > /data/file
END
    TMPDIR=$T/podman same_as_podman --secret id=s,src=secret
}

@test "an ENTRYPOINT without a CMD: that of the base is gone, and there is none" {
    give busybox
    mini-docker tag busybox localhost/busybox
    for more in '' 'CMD []' 'CMD ["own"]' 'ENTRYPOINT []'; do
        printf 'FROM localhost/busybox:latest\nCMD ["base"]\n' > context/Dockerfile
        mini-docker build -q -t base context > /dev/null
        give base
        mini-docker tag base localhost/base
        printf 'FROM localhost/base\nENTRYPOINT ["x"]\n%s\n' "$more" > context/Dockerfile
        same_as_podman
        assert_equal "$(jq 'has("Cmd") or has("Entrypoint")' ours.json)" "$([[ $more == ENTRYPOINT* ]] && echo false || echo true)"
    done
}
