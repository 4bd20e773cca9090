#!/bin/bash
# unpack.sh [IMAGE…]: times import and unpack beside other tools, on the images of `make images`.
#
# The tools take turns, RUNS times (5), each time with a new root; the images are in the page cache. Roots are removed only after all runs
# of an image, because removing many files slows the next creation on ext4. What each command does is in docs/performance.md, where the
# results go if all images were measured. Needs root; Debian: containerd umoci skopeo time.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR
. "$here/lib.sh"

images=${IMAGES:-$repository/.cache/images}
tools=(layerstore umoci containerd)

run_layerstore() {    # run_TOOL FILE IMAGE RUN
    measure "$1" "$layerstore" --root "$work/roots/layerstore-$3" pull "oci:$2:latest" --name image
}

run_umoci() {
    measure "$1" umoci unpack --image "$2:latest" "$work/roots/umoci-$3"
}

run_containerd() {
    start_containerd "$work/roots/containerd-$3"
    measure "$1" ctr --address "$work/roots/containerd-$3/sock" images import --snapshotter overlayfs "$work/archive.tar"
    stop_daemons
}

label_of() {
    case $1 in
        layerstore) echo '`layerstore pull`' ;;
        umoci) echo '`umoci unpack`' ;;
        containerd) echo '`ctr images import`' ;;
    esac
}

names=("$@")
((${#names[@]})) || mapfile -t names < <(cd "$images" && printf '%s\n' */index.json | sed 's,/.*,,')
mkdir "$work/results"
for name in "${names[@]}"; do
    mkdir -p "$work/roots"
    skopeo copy -q "oci:$images/$name:latest" "oci-archive:$work/archive.tar:image:latest"
    cat "$images/$name"/blobs/sha256/* "$work/archive.tar" > /dev/null
    for ((run = 1; run <= runs; run++)); do
        printf '%s, run %d of %d\n' "$name" "$run" "$runs" >&2
        for tool in "${tools[@]}"; do
            sync
            "run_$tool" "$work/results/$name.$tool" "$images/$name" "$run"
        done
    done
    rm -rf "$work/roots" "$work/archive.tar"
done

report() {
    local name tool
    machine
    for name in "${names[@]}"; do
        table "$name"
        for tool in "${tools[@]}"; do
            row "$(label_of "$tool")" "$work/results/$name.$tool" "$work/results/$name.layerstore"
        done
    done
}

if (($#)); then report; else report | publish unpack; fi
