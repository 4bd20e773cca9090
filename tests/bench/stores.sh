#!/bin/bash
# stores.sh: what stores with much in them take, beside other tools.
#
#   gc       100 images whose names are gone: each has a layer of its own on one that all have
#   images   listing the images of a store with 10,000 snapshots
#   ls       listing the snapshots
#
# SCENARIOS and TOOLS pick some of them. The tools take turns, RUNS times (5). What each command does is in docs/performance.md.
# Needs root; Debian: containerd umoci podman time perl, and to fill containerd's store golang-go golang-github-containerd-containerd-dev.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR
. "$here/lib.sh"
. "$here/peers.sh"
. "$here/limits.sh"

count=${COUNT:-100}
snapshots=${SNAPSHOTS:-10000}

label layerstore '`layerstore`'
label containerd '`ctr`'
label podman '`podman`'
label umoci '`umoci gc`'

# A layout with an image of 1,000 files under the tag "latest", and others that have a layer of 100 files more: i0, i1 and so on.
many_images() {
    local layout=$cache/images-$count number
    if [[ ! -e $layout/index.json ]]; then
        rm -rf "$layout.new"
        cp -a "$(image 1000 1)" "$layout.new"
        mkdir "$work/tree"
        for ((number = 0; number < count; number++)); do
            perl -e 'for my $file (0 .. 99) { open my $out, ">", "$ARGV[0]/$file" or die; print $out "image $ARGV[1], file $file\n" x 20 }' "$work/tree" "$number"
            umoci insert --image "$layout.new:latest" --tag "i$number" "$work/tree" "/own" > /dev/null
        done
        mv "$layout.new" "$layout"
    fi
    printf '%s' "$layout"
}

# fill_TOOL LAYOUT: takes the images. One name for all leaves all but the last without one.
fill_layerstore() {
    local number
    for ((number = 0; number < count; number++)); do
        store layerstore pull --progress none "oci:$1:i$number" --name image > /dev/null
    done
}

fill_containerd() {
    local number
    for ((number = 0; number < count; number++)); do
        skopeo copy -q "oci:$1:i$number" "oci-archive:$work/one.tar:image:latest"
        containerd_cli images import --base-name localhost/image --index-name "localhost/image:i$number" --snapshotter overlayfs "$work/one.tar" > /dev/null
        rm "$work/one.tar"
    done
}

fill_podman() {
    local number
    for ((number = 0; number < count; number++)); do
        containers_cli podman skopeo copy -q "oci:$1:i$number" containers-storage:localhost/image:latest
    done
}

fill_umoci() {
    local number
    cp -a "$1" "$base/umoci/layout"
    for ((number = 0; number < count; number++)); do
        umoci rm --image "$base/umoci/layout:i$number"
    done
}

# containerd collects by itself when names go: there they are removed in the same command.
collect_layerstore() { measure_store layerstore "$1" gc; }
collect_containerd() { measure_containerd "$1" images rm --sync $(seq -f 'localhost/image:i%g' 0 $((count - 1))); }
collect_podman() { containers_cli podman measure "$1" podman image prune -f; }
collect_umoci() { measure "$1" umoci gc --layout "$base/umoci/layout"; }

collect() {
    local run tool layout file
    about gc scenario images "gc of $count images" ''
    about gc floor images 1 limit-remove
    label limit-remove '`rm -r` of their unpacked layers'
    layout=$(many_images)
    for ((run = 1; run <= runs; run++)); do
        printf 'gc, run %d of %d\n' "$run" "$runs" >&2
        while read -r tool; do
            file=$(into gc images "$tool")
            if spent "$file"; then continue; fi
            new_disk
            base=$work/disk
            "${tool}_open"
            "fill_$tool" "$layout"
            sync
            "collect_$tool" "$file"
            "${tool}_close"
            drop_disk
        done < <(picked layerstore containerd podman umoci)
        new_disk
        mkdir "$work/disk/trees"
        cp -r "$(image 1000 1)" "$work/disk/base"
        perl -e 'for my $image (0 .. $ARGV[1] - 1) { mkdir "$ARGV[0]/$image"; for my $file (0 .. 99) { open my $out, ">", "$ARGV[0]/$image/$file" or die; print $out "x" x 400 } }' \
            "$work/disk/trees" "$count"
        sync
        measure "$(into gc images limit-remove)" rm -r "$work/disk/trees"
        drop_disk
    done
}

# Filling takes long with a disk: these stores are in memory, and a listing reads them only.
list() {
    local run what
    about list scenario images "\`images\` beside $snapshots snapshots" ''
    about list scenario snapshots "$snapshots snapshots" ''
    mkdir -p "$work/memory"
    mount -t tmpfs -o size=4G tmpfs "$work/memory"
    base=$work/memory
    mapfile -t tools < <(picked layerstore containerd)
    if [[ " ${tools[*]} " == *" layerstore "* ]]; then
        layerstore_import "$(image 100 1)"
        dotnet exec "$bench" fill "$base/layerstore/store" snapshots 0 "$snapshots"
    fi
    if [[ " ${tools[*]} " == *" containerd "* ]]; then
        containerd_import "$(image 100 1)"
        GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$cache/go CGO_ENABLED=0 go build -o "$work/fill" "$here/containerd-fill.go"
        "$work/fill" "$base/containerd/sock" "$snapshots"
    fi
    for ((run = 1; run <= runs; run++)); do
        for what in images snapshots; do
            measure "$(into list $what limit-empty)" "$empty"
        done
        if [[ " ${tools[*]} " == *" layerstore "* ]]; then
            measure_store layerstore "$(into list images layerstore)" images
            measure_store layerstore "$(into list snapshots layerstore)" snapshot ls
        fi
        if [[ " ${tools[*]} " == *" containerd "* ]]; then
            measure_containerd "$(into list images containerd)" images ls
            measure_containerd "$(into list snapshots containerd)" snapshots ls
        fi
    done
    about list floor images 1 limit-empty
    about list floor snapshots 1 limit-empty
    stop_daemons
    umount "$work/memory"
}

if wanted gc; then collect; fi
if wanted images || wanted ls; then list; fi
