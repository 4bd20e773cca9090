#!/bin/bash
# unpack.sh [IMAGE…]: an image's way through a store beside other tools, on the images of `make images`.
#
#   pull     import and unpack, into a new root
#   again    the same image once more: there is nothing to do
#   next     another image, with the same layers and one small one more
#   export   write the image out
#   rmi      remove both (big-file)
#
# SCENARIOS and TOOLS pick some of them. The tools take turns, RUNS times (5), each time on a new file
# system; the images are in the page cache. What each command does is in docs/performance.md. Needs root; Debian: containerd umoci skopeo podman buildah time jq.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR
. "$here/lib.sh"
. "$here/peers.sh"
. "$here/limits.sh"

images=${IMAGES:-$repository/.cache/images}
mapfile -t tools < <(picked layerstore layerstore-erofs layerstore-native ${NATIVE:+layerstore-aot} containerd umoci skopeo podman buildah)
names=("$@")
((${#names[@]})) || names=(node-modules debian big-file)

label layerstore '`layerstore`'
label layerstore-erofs '`layerstore --driver erofs`'
label layerstore-native '`layerstore --driver native`'
label containerd '`ctr images`'
label umoci '`umoci unpack`'
label skopeo '`skopeo copy`'
label podman '`podman`'
label buildah '`buildah`'

# The image with one small layer more.
next_of() {
    local layout=$work/next/$1
    if [[ ! -e $layout ]]; then
        mkdir -p "$work/next"
        cp -a "$images/$1" "$layout"
        umoci insert --image "$layout:latest" "$here/lib.sh" /one-more > /dev/null
    fi
    printf '%s' "$layout"
}

does() { declare -F "$1" > /dev/null; }

# once TOOL IMAGE RUN: the whole way, in a new root.
once() {
    local tool=$1 name=$2
    if spent "$(into pull "$name" "$tool")"; then return; fi
    new_disk
    base=$work/disk
    "${tool}_open"
    sync
    "${tool}_pull" "$(into pull "$name" "$tool")" "$images/$name" first
    if [[ $tool != umoci ]]; then
        if wanted again; then "${tool}_pull" "$(into again "$name" "$tool")" "$images/$name" first; fi
        if wanted next; then "${tool}_pull" "$(into next "$name" "$tool")" "$(next_of "$name")" next; fi
        sync
        if wanted export && does "${tool}_push" && ! spent "$(into export "$name" "$tool")"; then "${tool}_push" "$(into export "$name" "$tool")" first; fi
        if wanted rmi && [[ $name == big-file ]] && does "${tool}_rmi"; then
            sync
            ! wanted next || "${tool}_rmi" /dev/null next
            "${tool}_rmi" "$(into rmi "$name" "$tool")" first
        fi
    fi
    "${tool}_close"
    drop_disk
}

measure_copy() {
    local into
    new_disk
    into=$(into export "$1" limit-copy)
    # shellcheck disable=SC2016
    measure "$into" sh -c 'cp -r "$1" "$2" && sync -f "$2"' sh "$images/$1/blobs" "$work/disk/copy"
    drop_disk
}

measure_empty() { measure "$(into "$1" "$2" limit-empty)" "$empty"; }

titles() {
    local part
    for part in pull again next export rmi; do
        about "$part" scenario "$1" "$1" ''
    done
    about pull floor "$1" "$(nproc)" limit-inflate+limit-blob+limit-data+limit-create
    about again floor "$1" 1 limit-empty
    about next floor "$1" 1 limit-empty
    about export floor "$1" 1 limit-copy
    about rmi floor "$1" 1 limit-empty
    about pull aim "$1" 3 "Import and unpack, $1"
    about again aim "$1" 20 "The same image again, $1"
    about export aim "$1" 2 "Export, $1"
    about rmi aim "$1" 5 "rmi of a file of 1 GiB"
}

for name in "${names[@]}"; do
    [[ -e $images/$name/index.json ]] || fail "there is no image $name in $images" 'run: make images'
    titles "$name"
    stage "$images/$name" > /dev/null
    ! wanted next || stage "$(next_of "$name")" > /dev/null
    stage_limits "$images/$name"
    for ((run = 1; run <= runs; run++)); do
        printf '%s, run %d of %d\n' "$name" "$run" "$runs" >&2
        for tool in "${tools[@]}"; do
            once "$tool" "$name" "$run"
        done
        measure_limits pull "$name" "$images/$name"
        ! wanted again || measure_empty again "$name"
        ! wanted next || measure_empty next "$name"
        ! wanted export || measure_copy "$name"
        if wanted rmi && [[ $name == big-file ]]; then measure_empty rmi "$name"; fi
    done
    rm -f "$work"/staged/* "$work"/limits/*.tar
done
