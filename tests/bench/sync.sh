#!/bin/bash
# sync.sh [IMAGE…]: times what it costs that everything is on the disk when a command ends, on the images of `make images`.
#
# `unpack` and `pull` run with and without --no-sync in turn, RUNS times (5), each on a new ext4 in a file (creating files beside many removed ones
# is slow there for minutes). The images are in the page cache. Beside them dd writes and syncs as many bytes as the durable command left: what the disk
# takes alone, which no order of things can hide. The results go to docs/performance.md if all images were measured. Needs root.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR
. "$here/lib.sh"

images=${IMAGES:-$repository/.cache/images}

# on_new_disk FILE COMMAND…: measures a command on a file system of its own, $work/disk.
on_new_disk() {
    new_disk
    sync
    measure "$@"
    written=$(du --summarize --block-size=1M "$work/disk" | cut -f 1)
    drop_disk
}

run() {    # run FILE COMMAND SOURCE [OPTION]
    case $2 in
        unpack) on_new_disk "$1" "$layerstore" unpack "$3" "$work/disk/tree" "${@:4}" ;;
        pull) on_new_disk "$1" "$layerstore" --root "$work/disk/root" pull "$3" --name image "${@:4}" ;;
        erofs) on_new_disk "$1" "$layerstore" --root "$work/disk/root" --driver erofs pull "$3" --name image "${@:4}" ;;
    esac
}

names=("$@")
((${#names[@]})) || mapfile -t names < <(cd "$images" && printf '%s\n' */index.json | sed 's,/.*,,')
mkdir "$work/results"
for name in "${names[@]}"; do
    cat "$images/$name"/blobs/sha256/* > /dev/null
    for ((run = 1; run <= runs; run++)); do
        printf '%s, run %d of %d\n' "$name" "$run" "$runs" >&2
        for command in unpack pull erofs; do
            run "$work/results/$name.$command.durable" "$command" "oci:$images/$name:latest"
            on_new_disk "$work/results/$name.$command.disk" dd if=/dev/zero of="$work/disk/file" bs=1M count="$written" conv=fsync status=none
            run "$work/results/$name.$command.not" "$command" "oci:$images/$name:latest" --no-sync
        done
    done
done

report() {
    local name command durable not disk
    local -A words=([unpack]=unpack [pull]=pull [erofs]='pull --driver erofs')
    machine
    printf '\n| image | command | durable, s | `--no-sync`, s | durability costs | `dd conv=fsync` of as many bytes, s | runs |\n| --- | --- | --- | --- | --- | --- | --- |\n'
    for name in "${names[@]}"; do
        for command in unpack pull erofs; do
            durable=$(median 1 "$work/results/$name.$command.durable")
            not=$(median 1 "$work/results/$name.$command.not")
            disk=$(median 1 "$work/results/$name.$command.disk")
            awk -v name="$name" -v command="${words[$command]}" -v durable="$durable" -v not="$not" -v disk="$disk" -v runs="$runs" \
                'BEGIN { printf "| %s | `%s` | %.2f | %.2f | %.0f %% | %.2f | %d |\n", name, command, durable, not, 100 * (durable - not) / not, disk, runs }'
        done
    done
}

if (($#)); then report; else report | publish sync; fi
