#!/bin/bash
# growth.sh: how time and memory grow with the work.
#
#   files      unpack, by the number of files in a layer
#   layers     unpack, by the number of layers
#   bytes      unpack, by the size of one file
#   images     listing, removing one and collecting, by the number of images (three blobs each)
#   snapshots  listing and collecting, by the number of snapshots
#   blobs      collecting blobs that nothing holds, by their number
#
# SCENARIOS picks some of them; FULL=1 goes on to a million files, 10 GB, and 100,000 records. RUNS times (3), the sizes in turn. Needs root; Debian: perl time.
set -euo pipefail
RUNS=${RUNS:-3}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR
. "$here/lib.sh"
. "$here/peers.sh"
. "$here/limits.sh"

label layerstore '`layerstore pull`'
label untar '`tar -xf`, uncompressed'
label first '`images`, the first time after so many came'
label images '`images`'
label gc '`gc`, nothing to free'
label rmi '`rmi` of one'
label free '`gc`, all of them'
label ls '`snapshot ls`'

files=(1000 10000 30000 100000)
layers=(1 10 50 100 200 500)
bytes=(1000000 100000000 300000000 1000000000)
records=(100 1000 3000 10000)
if [[ -n ${FULL:-} ]]; then
    files+=(300000 1000000)
    bytes+=(3000000000 10000000000)
    records+=(30000 100000)
    DISK=${DISK:-30G}
fi

# unpack SCENARIO SIZE LAYOUT
unpack() {
    new_disk
    base=$work/disk
    mkdir -p "$work/disk/tar"
    stage_limits "$3"
    cat "$3"/blobs/sha256/* > /dev/null
    layerstore_open
    sync
    # A million names in one layer need more memory than the default allows an image to ask for.
    measure_store layerstore "$(into growth "$1" layerstore "$2")" pull --progress none --max-memory 1G "oci:$3:latest" --name image
    sync
    # shellcheck disable=SC2016
    measure "$(into growth "$1" untar "$2")" sh -c 'for tar in "$1"/*.tar; do tar -xf "$tar" -C "$2" || exit; done' sh "$work/limits" "$work/disk/tar"
    drop_disk
    rm -f "$work"/limits/*
}

# unpacks SCENARIO SIZE…
unpacks() {
    local scenario=$1 run size layout
    for ((run = 1; run <= runs; run++)); do
        printf '%s, run %d of %d\n' "$scenario" "$run" "$runs" >&2
        for size in "${@:2}"; do
            if spent "$(into growth "$scenario" layerstore "$size")"; then continue; fi
            case $scenario in
                files) layout=$(image "$size" 1) ;;
                layers) layout=$(image 10 "$size") ;;
                bytes) layout=$(image 1 1 "$size") ;;
            esac
            unpack "$scenario" "$size" "$layout"
        done
    done
}

# fill WHAT FROM TO
fill() { dotnet exec "$bench" fill "$base/layerstore/store" "$@"; }

# records SCENARIO WHAT: all sizes in one store that grows.
count_records() {
    local scenario=$1 from=0 size run
    new_disk
    base=$work/disk
    layerstore_open
    for size in "${records[@]}"; do
        printf '%s, %d\n' "$scenario" "$size" >&2
        if [[ $scenario == blobs ]]; then from=0; fi
        fill "$scenario" "$from" "$size"
        from=$size
        sync
        if [[ $scenario == images ]]; then measure_store layerstore "$(into growth images first "$size")" images; fi
        if [[ $scenario == blobs ]]; then
            measure_store layerstore "$(into growth blobs free "$size")" gc
            continue
        fi
        for ((run = 1; run <= runs; run++)); do
            case $scenario in
                images)
                    measure_store layerstore "$(into growth images images "$size")" images
                    measure_store layerstore "$(into growth images rmi "$size")" rmi "$(printf 'localhost/image:%06d' $((size - run)))"
                    ;;
                snapshots) measure_store layerstore "$(into growth snapshots ls "$size")" snapshot ls ;;
            esac
            measure_store layerstore "$(into growth "$scenario" gc "$size")" gc
        done
    done
    drop_disk
}

if wanted files; then about growth scenario files 'Unpack of a layer of small files' files; unpacks files "${files[@]}"; fi
if wanted layers; then about growth scenario layers 'Unpack of layers of 10 files' layers; unpacks layers "${layers[@]}"; fi
if wanted bytes; then about growth scenario bytes 'Unpack of one file' bytes; unpacks bytes "${bytes[@]}"; fi
if wanted images; then about growth scenario images 'A store of images' images; count_records images; fi
if wanted snapshots; then about growth scenario snapshots 'A store of snapshots' snapshots; count_records snapshots; fi
if wanted blobs; then about growth scenario blobs 'Blobs that nothing holds' blobs; count_records blobs; fi
