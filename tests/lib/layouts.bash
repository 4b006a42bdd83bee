# OCI layouts made by hand, whole ones and others, for tests of who reads them.
# shellcheck shell=bash

OCI=application/vnd.oci.image

# blob LAYOUT < BYTES: print its digest in hexadecimal
blob() {
    local hex
    mkdir -p "$1/blobs/sha256"
    cat > "$1/blobs/new"
    hex=$(sha256sum < "$1/blobs/new") hex=${hex%% *}
    mv "$1/blobs/new" "$1/blobs/sha256/$hex"
    echo "$hex"
}

# descriptor LAYOUT TYPE HEX [MEMBERS]
descriptor() {
    printf '{"mediaType":"%s","digest":"sha256:%s","size":%s%s}' "$2" "$3" "$(stat -c %s "$1/blobs/sha256/$3")" "${4:+,$4}"
}

# layer_tar TEXT [FILE]: an archive of one file that holds the text
layer_tar() {
    mkdir -p made
    printf '%s' "$1" > "made/${2:-file}"
    tar --sort=name --mtime=@1 --owner=0 --group=0 --numeric-owner -C made -c "${2:-file}"
    rm -r made
}

# commas WORD...: them, with commas between
commas() {
    local IFS=,
    echo "$*"
}

# image_manifest LAYOUT TAR...: print the digest of the manifest of an image with these layers, compressed as
# $filter does; $config_members go into its config
image_manifest() {
    local layout=$1 tar ids=() layers=() config suffix=''
    case ${filter:-cat} in gzip*) suffix=+gzip ;; zstd*) suffix=+zstd ;; esac
    shift
    for tar; do
        ids+=("\"sha256:$(sha256sum < "$tar" | cut -c 1-64)\"")
        layers+=("$(descriptor "$layout" "$OCI.layer.v1.tar$suffix" "$(${filter:-cat} < "$tar" | blob "$layout")")")
    done
    config=$(printf '{"architecture":"%s","os":"linux",%s"rootfs":{"type":"layers","diff_ids":[%s]}}\n' \
        "$(dpkg --print-architecture)" "${config_members:+$config_members,}" "$(commas "${ids[@]}")" | blob "$layout")
    printf '{ "schemaVersion": 2, "config": %s,\n "layers": [%s] }' \
        "$(descriptor "$layout" "$OCI.config.v1+json" "$config")" "$(commas "${layers[@]}")" | blob "$layout"
}

# image_index LAYOUT DESCRIPTOR...: its index.json
image_index() {
    echo '{"imageLayoutVersion":"1.0.0"}' > "$1/oci-layout"
    printf '{"schemaVersion":2,"manifests":[%s]}' "$(commas "${@:2}")" > "$1/index.json"
}

# layout DIR NAME TAR...: an OCI layout of one image
layout() {
    image_index "$1" "$(descriptor "$1" "$OCI.manifest.v1+json" "$(image_manifest "$1" "${@:3}")" "\"annotations\":{\"org.opencontainers.image.ref.name\":\"$2\"}")"
}

# docker_layout DIR NAME TAR...: as `docker save` wrote it before it wrote those
docker_layout() {
    local dir=$1 name=$2 tar ids=() files=() config n=0
    mkdir -p "$dir"
    shift 2
    for tar; do
        n=$((n + 1))
        ids+=("\"sha256:$(sha256sum < "$tar" | cut -c 1-64)\"")
        files+=("\"$n/layer.tar\"")
        mkdir -p "$dir/$n" && cp "$tar" "$dir/$n/layer.tar"
    done
    printf '{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[%s]}}' "$(commas "${ids[@]}")" > "$dir/config.json"
    printf '[{"Config":"config.json","RepoTags":%s,"Layers":[%s]}]' "$name" "$(commas "${files[@]}")" > "$dir/manifest.json"
}
