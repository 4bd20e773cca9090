#!/bin/bash
# plain-layout.sh LAYOUT TAG OUT: copies an image to the new layout OUT (tag "plain") with its layers as plain tars under OCI media
# types, decompressed by gzip, bzip2 and zstd themselves. For tools that know fewer compressions and media types than the
# image uses; the entries of the layers stay as they are.
set -euo pipefail

layout=$1 tag=$2 out=$3
types=application/vnd.oci.image
blob_of() { printf '%s/blobs/%s' "$layout" "${1/:/\/}"; }

# Moves a file into the new layout and prints its descriptor.
put() {
    local hex
    hex=$(sha256sum "$1" | cut -d' ' -f1)
    mv "$1" "$out/blobs/sha256/$hex"
    printf '{"mediaType":"%s","digest":"sha256:%s","size":%d}' "$2" "$hex" "$(stat -c %s "$out/blobs/sha256/$hex")"
}

decompress() {
    case $(head -c 4 "$1" | od -An -tx1) in
        ' 1f 8b'*) gzip -dc "$1" ;;
        ' 42 5a'*) bzip2 -dc "$1" ;;
        ' 28 b5 2f fd' | ' 5'?' 2a 4d 18') zstd -qdc < "$1" ;;
        *) cat "$1" ;;
    esac
}

mkdir -p "$out/blobs/sha256"
printf '{"imageLayoutVersion":"1.0.0"}' > "$out/oci-layout"
manifest=$(blob_of "$(jq -r --arg tag "$tag" '.manifests[] | select(.annotations["org.opencontainers.image.ref.name"] == $tag).digest' "$layout/index.json")")
cp "$(blob_of "$(jq -r .config.digest "$manifest")")" "$out/config"
document=$(jq -nc --argjson config "$(put "$out/config" $types.config.v1+json)" '{schemaVersion: 2, config: $config, layers: []}')
for layer in $(jq -r '.layers[].digest' "$manifest"); do
    decompress "$(blob_of "$layer")" > "$out/tar"
    document=$(jq -c --argjson layer "$(put "$out/tar" $types.layer.v1.tar)" '.layers += [$layer]' <<< "$document")
done
printf %s "$document" > "$out/manifest"
jq -nc --argjson manifest "$(put "$out/manifest" $types.manifest.v1+json)" \
    '{schemaVersion: 2, manifests: [$manifest + {annotations: {"org.opencontainers.image.ref.name": "plain"}}]}' > "$out/index.json"
