#!/bin/bash
# start.sh: what short commands take, beside an empty .NET program and other tools.
#
#   version   printing the version
#   images    listing three images
#   prepare   one container
#   mounts    what to mount for it
#
# SCENARIOS and TOOLS pick some of them. The tools take turns, 10 times RUNS (5). What each command does is in docs/performance.md.
# Needs root; Debian: containerd skopeo umoci podman buildah time perl.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR
. "$here/lib.sh"
. "$here/peers.sh"
. "$here/limits.sh"

mapfile -t tools < <(picked layerstore ${NATIVE:+layerstore-aot} containerd umoci podman buildah)
label layerstore '`layerstore`'
label containerd '`ctr`'
label umoci '`umoci`'
label podman '`podman`'
label buildah '`buildah`'

version_layerstore() { measure "$1" "$layerstore" version; }
version_layerstore-aot() { measure "$1" "${program_of[layerstore-aot]}" version; }
version_containerd() { measure "$1" ctr --version; }
version_umoci() { measure "$1" umoci --version; }
version_podman() { measure "$1" podman --version; }
version_buildah() { measure "$1" buildah --version; }

images_layerstore() { measure_store layerstore "$1" images; }
images_layerstore-aot() { measure_store layerstore-aot "$1" images; }
images_containerd() { measure_containerd "$1" images ls; }
images_umoci() { measure "$1" umoci ls --layout "$base/umoci/layout"; }
images_podman() { containers_cli podman measure "$1" podman images; }
images_buildah() { containers_cli buildah measure "$1" buildah images; }

prepare_layerstore() { measure_store layerstore "$1" snapshot prepare "$2" "$parent"; }
prepare_layerstore-aot() { measure_store layerstore-aot "$1" snapshot prepare "$2" "$parent"; }
prepare_containerd() { measure_containerd "$1" snapshots prepare "$2" "$containerd_base"; }
prepare_podman() { containers_cli podman measure "$1" podman create -q --name "$2" --network none localhost/base /bin/sh; }
prepare_buildah() { containers_cli buildah measure "$1" buildah from --pull-never --name "$2" localhost/base; }

mounts_layerstore() { measure_store layerstore "$1" snapshot mounts "$2" /mnt; }
mounts_layerstore-aot() { measure_store layerstore-aot "$1" snapshot mounts "$2" /mnt; }
mounts_containerd() { measure_containerd "$1" snapshots mounts /mnt "$2"; }

new_disk
base=$work/disk
layout=$(image 100 1)
for tool in "${tools[@]}"; do
    "${tool}_import" "$layout"
    for name in two three; do
        case $tool in
            layerstore*) store "$tool" tag base $name ;;
            containerd) containerd_cli images tag localhost/base:latest localhost/$name:latest > /dev/null ;;
            umoci) umoci tag --image "$base/umoci/layout:latest" $name ;;
            *) "$tool" tag localhost/base localhost/$name ;;
        esac
    done
done
# The chain's digest: the same in each store of ours.
for tool in "${tools[@]}"; do
    [[ $tool != layerstore* ]] || parent=$(store "$tool" snapshot ls -q --filter kind==committed)
done

for what in version images prepare mounts; do
    wanted $what || continue
    about start scenario $what "\`$what\`" ''
    about start floor $what 1 limit-empty
    for ((run = 1; run <= 10 * runs; run++)); do
        for tool in "${tools[@]}"; do
            if ! declare -F "${what}_$tool" > /dev/null; then continue; fi
            [[ $what != mounts ]] || "prepare_$tool" /dev/null "m$run" > /dev/null
            "${what}_$tool" "$(into start $what "$tool")" "${what:0:1}$run"
        done
        measure "$(into start $what limit-empty)" "$empty"
    done
done
for tool in "${tools[@]}"; do "${tool}_close"; done
drop_disk
