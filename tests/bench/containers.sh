#!/bin/bash
# containers.sh: what making and removing containers takes, beside other tools.
#
#   rm       a container that wrote 30,000 files
#   mount    prepare and mount, on images of 10, 60 and 128 layers
#   prepare  500 containers, each by a command
#
# SCENARIOS and TOOLS pick some of them. The tools take turns, RUNS times (5). What each command does is in docs/performance.md.
# Needs root; Debian: containerd skopeo podman buildah time perl.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR
. "$here/lib.sh"
. "$here/peers.sh"
. "$here/limits.sh"

mapfile -t tools < <(picked layerstore layerstore-erofs layerstore-native ${NATIVE:+layerstore-aot} containerd podman buildah)
written=${FILES:-30000}
chains=${LAYERS:-10 60 128}
prepares=${PREPARES:-500}

label layerstore '`layerstore`'
label layerstore-erofs '`layerstore --driver erofs`'
label layerstore-native '`layerstore --driver native`'
label containerd '`ctr`'
label podman '`podman`'
label buildah '`buildah`'

write_files() {
    perl -e 'my ($root, $files) = @ARGV;
        for my $file (0 .. $files - 1) {
            my $directory = sprintf "%s/new-%03d", $root, $file / 100;
            mkdir $directory if $file % 100 == 0;
            open my $out, ">", "$directory/$file" or die "$!\n";
            print $out "written by the container\n" x 20;
        }' "$mounted" "$written"
}

each() {    # each FUNCTION: for all tools
    local tool
    for tool in "${tools[@]}"; do "${tool}_$1" "${@:2}"; done
}

remove() {
    local run tool
    about rm scenario upper "rm, $written files written" ''
    about rm floor upper 1 limit-empty
    about rm aim upper 5 "rm of $written files"
    for ((run = 1; run <= runs; run++)); do
        printf 'rm, run %d of %d\n' "$run" "$runs" >&2
        for tool in "${tools[@]}"; do
            new_disk
            base=$work/disk
            "${tool}_import" "$(image 100 1)"
            "${tool}_mount" one
            write_files
            "${tool}_unmount" one
            sync
            "${tool}_rm" "$(into rm upper "$tool")" one
            "${tool}_close"
            drop_disk
        done
        measure "$(into rm upper limit-empty)" "$empty"
    done
}

# On a chain of LAYERS layers.
mount_chain() {
    local run tool scenario=$1-layers
    about mount scenario "$scenario" "prepare and mount, $1 layers" ''
    about mount floor "$scenario" 1 limit-empty
    about mount aim "$scenario" 2 "Prepare and mount, $1 layers"
    new_disk
    base=$work/disk
    each import "$(image 10 "$1")"
    for ((run = 1; run <= runs; run++)); do
        printf 'mount, %s layers, run %d of %d\n' "$1" "$run" "$runs" >&2
        for tool in "${tools[@]}"; do
            sync
            "${tool}_start" "$(into mount "$scenario" "$tool")" "c$run"
            "${tool}_stop" "c$run"
        done
        measure "$(into mount "$scenario" limit-empty)" "$empty"
    done
    each close
    drop_disk
}

prepare() {
    local run tool file
    about prepare scenario "many" "$prepares prepares" ''
    new_disk
    base=$work/disk
    each import "$(image 100 1)"
    for ((run = 1; run <= runs; run++)); do
        printf 'prepare, run %d of %d\n' "$run" "$runs" >&2
        for tool in "${tools[@]}"; do
            file=$(into prepare many "$tool")
            spent "$file" || { sync; "${tool}_prepare" "$file" "p$run" "$prepares"; }
        done
        file=$(into prepare many limit-empty)
        spent "$file" || measure_many "$file" "$prepares" "$empty"
    done
    about prepare floor many 1 limit-empty
    each close
    drop_disk
}

if wanted rm; then remove; fi
if wanted mount; then for layers in $chains; do mount_chain "$layers"; done; fi
if wanted prepare; then prepare; fi
