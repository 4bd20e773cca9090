#!/bin/bash
# extract.sh ARCHIVE WORK: extracts a tar with each of the other tools, into WORK/trees/TOOL, and leaves the tool's exit code in
# WORK/TOOL.exit and what it printed in WORK/TOOL.out. Entries as a tool lists them go to WORK/TOOL.list.
#
# Archives may be hostile and the tools run as root: in a mount namespace of its own every disk is read-only but WORK.
set -euo pipefail
export LC_ALL=C

if [[ $# == 2 ]]; then
    exec unshare --mount --propagation private bash "$0" "$@" inside
fi

archive=$1 work=$2
here=$(dirname "$(readlink -f "$0")")
mount --bind "$work" "$work"
while read -r target; do
    [[ $target == "$work" ]] || mount -o remount,bind,ro "$target" 2> /dev/null || true
done < <(findmnt --real --noheadings --raw --output TARGET)
cd "$work" # through the mount that is writable
umask 022

run() { # run TOOL COMMAND…
    local tool=$1 code=0
    shift
    timeout 60 "$@" > "$tool.out" 2>&1 || code=$?
    echo "$code" > "$tool.exit"
}

extract() { # extract TOOL COMMAND…: into an empty directory
    command -v "$1" > /dev/null || return 0
    mkdir -m 0755 "trees/$1"
    run "$@"
}

list() { # list TOOL INTERPRETER SCRIPT
    command -v "$2" > /dev/null || return 0
    run "$1" bash -c '"$@" > "$0.list"' "$1" "${@:2}"
}

digest_of() { sha256sum "$1" | cut -d' ' -f1; }

descriptor() { # descriptor FILE TYPE: moves the file into the layout and prints its descriptor
    local hex
    hex=$(digest_of "$1")
    printf '{"mediaType":"application/vnd.oci.image.%s","digest":"sha256:%s","size":%d}' "$2" "$hex" "$(stat -c %s "$1")"
    mv "$1" "layout/blobs/sha256/$hex"
}

make_layout() { # an image of this one layer, for umoci
    mkdir -p layout/blobs/sha256
    printf '{"imageLayoutVersion":"1.0.0"}' > layout/oci-layout
    printf '{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' "$(digest_of "$archive")" > config
    cp "$archive" layer
    printf '{"schemaVersion":2,"config":%s,"layers":[%s]}' "$(descriptor config config.v1+json)" "$(descriptor layer layer.v1.tar)" > manifest
    printf '{"schemaVersion":2,"manifests":[%s]}' "$(descriptor manifest manifest.v1+json)" |
        sed 's/}\]}$/,"annotations":{"org.opencontainers.image.ref.name":"one"}}]}/' > layout/index.json
}

extract tar tar --extract --directory trees/tar --preserve-permissions --same-owner --numeric-owner \
    --delay-directory-restore --xattrs --xattrs-include='*' --acls --file "$archive"
# libarchive takes names apart by the locale: in C it refuses what is not ASCII. What is not UTF-8 it extracts all the same, and then
# ends with 1: only another complaint means that something is missing.
extract bsdtar env LC_ALL=C.UTF-8 bsdtar -x -p --numeric-owner -C trees/bsdtar -f "$archive"
if ! grep -qvE "Pathname can't be converted from UTF-8|Error exit delayed" bsdtar.out; then
    echo 0 > bsdtar.exit
fi
if command -v umoci > /dev/null; then
    make_layout
    run umoci umoci raw unpack --image layout:one trees/umoci
fi
list python python3 "$here/list.py" "$archive"
