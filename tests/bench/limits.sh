# shellcheck shell=bash
# limits.sh: what this machine can do at best, in the same run as what is compared with it. Sourced after lib.sh.
#
# sha256, inflate and creation are tests/BenchTool (one core, in memory, without a program's start); untar is GNU tar, syncfs is sync(1), the empty program is
# tests/bench/Empty, published as out/layerstore is.
bench=$cache/tool/BenchTool.dll
empty=$cache/empty/Empty

label limit-inflate 'inflate'
label limit-blob 'sha256 of the blobs'
label limit-data 'sha256 of the data'
label limit-create 'creating the files'
label limit-untar 'GNU tar of the uncompressed layers'
label limit-syncfs 'syncfs after creating them'
label limit-copy 'copying the blobs and syncfs'
label limit-empty 'an empty .NET program'

# layers LAYOUT: the layers' blobs, the lowest first.
layers() {
    local manifest
    manifest=$(jq -r '.manifests[0].digest' "$1/index.json")
    jq -r '.layers[].digest' "$1/blobs/${manifest/:/\/}" | sed "s,:,/,; s,^,$1/blobs/,"
}

limit() { dotnet exec "$bench" limit "$@"; }

# stage_limits LAYOUT: the uncompressed layers, in $work/limits.
stage_limits() {
    local layer number=0
    mkdir -p "$work/limits"
    while read -r layer; do
        gzip -dc "$layer" > "$work/limits/$(printf %04d "$number").tar"
        number=$((number + 1))
    done < <(layers "$1")
}

# measure_limits PART SCENARIO LAYOUT
measure_limits() {
    local tar pairs=() blobs directory=$work/disk
    mapfile -t blobs < <(layers "$3")
    new_disk
    for tar in "$work/limits"/*.tar; do
        mkdir -p "$directory/made/$(basename "$tar")" "$directory/tar/$(basename "$tar")"
        pairs+=("$tar" "$directory/made/$(basename "$tar")")
    done
    sync
    limit inflate "${blobs[@]}" >> "$(into "$1" "$2" limit-inflate)"
    limit sha256 "$(cat "${blobs[@]}" | wc -c)" >> "$(into "$1" "$2" limit-blob)"
    limit sha256 "$(cat "$work/limits"/*.tar | wc -c)" >> "$(into "$1" "$2" limit-data)"
    limit create "${pairs[@]}" >> "$(into "$1" "$2" limit-create)"
    measure "$(into "$1" "$2" limit-syncfs)" sync -f "$directory"
    # shellcheck disable=SC2016
    measure "$(into "$1" "$2" limit-untar)" sh -c 'for tar in "$1"/*.tar; do tar -xf "$tar" -C "$2/$(basename "$tar")" || exit; done' sh "$work/limits" "$directory/tar"
    drop_disk
}
