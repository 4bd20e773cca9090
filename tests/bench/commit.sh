#!/bin/bash
# commit.sh [SCENARIO…]: times the commit of a container's changes beside other tools.
#
#   few    10 changed files of an image of 100,000
#   many   2,000 new small files, 500 deletions and 300 changed files, on that image
#   big    one new file of 1 GiB, on an image of 100 files
#
# Each tool has a store of its own and makes its own container of the same image, through whose mount the changes are made; all is written
# back to the disk (sync) before the clock runs. The tools take turns, RUNS times (5); one that has taken more than BUDGET seconds (60) in a scenario sits
# out the rest. What each command does is in docs/performance.md, where the results go too. Needs root; Debian: containerd umoci buildah podman skopeo time perl openssl.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR
. "$here/lib.sh"
. "$here/peers.sh"

budget=${BUDGET:-60}
tools=(${TOOLS:-layerstore unsynced mounted containerd umoci buildah buildah_push podman podman_push})

# What a tool can write; the first tool is what the others are compared with.
compressions_of() {
    case $1 in
        layerstore | mounted) echo gzip zstd none ;;
        containerd) echo gzip none ;;
        umoci | unsynced | buildah_push | podman_push) echo gzip ;;
        buildah) echo gzip none ;;
        podman) echo none ;;
    esac
}

label_of() {
    case $1 in
        layerstore) echo '`layerstore commit`' ;;
        unsynced) echo '`layerstore commit --no-sync`' ;;
        mounted) echo '`layerstore commit`, still mounted' ;;
        containerd) echo '`ctr snapshots diff`' ;;
        umoci) echo '`umoci repack`' ;;
        *_push) echo "\`${1%_push} commit\`, then \`${1%_push} push\` to an OCI layout" ;;
        *) echo "\`$1 commit\`" ;;
    esac
}

# image FILES: the layout of an image with so many, made once.
image() {
    local layout=$cache/image-$1
    if [[ ! -e $layout/index.json ]]; then
        rm -rf "$layout"
        mkdir -p "$cache"
        "$here/image.pl" "$1" "$layout"
    fi
    printf '%s' "$layout"
}

make_big_file() {
    [[ -e $cache/big-file ]] && return
    mkdir -p "$cache"
    "$repository/testdata/big-file.sh" > "$cache/big-file.new"
    [[ $(stat -c %s "$cache/big-file.new") == $((1 << 30)) ]]
    mv "$cache/big-file.new" "$cache/big-file"
}

change() {    # change SCENARIO ROOT RUN
    if [[ $1 == big ]]; then
        cp "$cache/big-file" "$2/big-file"
    else
        "$here/change.pl" "$@"
    fi
}

# once TOOL COMPRESSION SCENARIO RUN: a container, its changes, its commit.
once() {
    local id=$2-$4 file=$work/results/$3.$1.$2
    if [[ -e $file ]] && awk -v budget="$budget" '{ sum += $1 } END { exit sum < budget }' "$file"; then
        return
    fi
    "$1_mount" "$id"
    change "$3" "$mounted" "$4"
    "$1_unmount" "$id"
    sync
    "$1_commit" "$file" "$id" "$2"
    "$1_remove" "$id"
}

report() {    # report SCENARIO
    local compression tool
    machine
    for compression in gzip zstd none; do
        table "${compression/none/no compression}"
        for tool in "${tools[@]}"; do
            [[ ! -e $work/results/$1.$tool.$compression ]] ||
                row "$(label_of "$tool")" "$work/results/$1.$tool.$compression" "$work/results/$1.layerstore.$compression"
        done
    done
}

scenarios=("$@")
((${#scenarios[@]})) || scenarios=(few many big)
mkdir "$work/results"
files=
for scenario in "${scenarios[@]}"; do
    case $scenario in
        few | many) next=100000 ;;
        big) next=100; make_big_file ;;
        *) fail "there is no scenario $scenario" 'few, many and big are' ;;
    esac
    if [[ $files != "$next" ]]; then
        for tool in "${tools[@]}"; do
            [[ -z $files ]] || "${tool}_close"
            rm -rf --one-file-system "${work:?}/$tool"
        done
        files=$next
        layout=$(image "$files")
        for tool in "${tools[@]}"; do
            "${tool}_import" "$layout"
        done
    fi
    for ((run = 1; run <= runs; run++)); do
        printf '%s, run %d of %d\n' "$scenario" "$run" "$runs" >&2
        for tool in "${tools[@]}"; do
            for compression in $(compressions_of "$tool"); do
                once "$tool" "$compression" "$scenario" "$run"
            done
        done
    done
    report "$scenario" | publish "commit-$scenario"
done
for tool in "${tools[@]}"; do
    "${tool}_close"
done
