#!/bin/bash
# extract.sh WORK ARCHIVE…: extracts tars with each of the other tools. What they make of the first goes to WORK/0, of the second to WORK/1, and so on: trees
# to trees/TOOL, the tool's exit code to TOOL.exit and what it printed to TOOL.out. What Python lists goes to WORK/lists (list.py). The caller has made
# the directories, with trees/ and, for umoci, an image of this one layer in layout/.
#
# Archives may be hostile and the tools run as root: in a mount namespace of its own every disk is read-only but the directory of the one archive.
set -euo pipefail
export LC_ALL=C

if [[ -z ${INSIDE:-} ]]; then
    INSIDE=1 exec unshare --mount --propagation private bash "$0" "$@"
fi

work=$1
here=$(dirname "$(readlink -f "$0")")
while read -r target; do
    mount -o remount,bind,ro "$target" 2> /dev/null || true
done < <(findmnt --real --noheadings --raw --output TARGET)
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

read_one() { # read_one ARCHIVE: in the directory that is for it
    local archive=$1
    extract tar tar --extract --directory trees/tar --preserve-permissions --same-owner --numeric-owner \
        --delay-directory-restore --xattrs --xattrs-include='*' --acls --file "$archive"
    # libarchive takes names apart by the locale: in C it refuses what is not ASCII. What is not UTF-8 it extracts all the same, and then
    # ends with 1: only another complaint means that something is missing.
    extract bsdtar env LC_ALL=C.UTF-8 bsdtar -x -p --numeric-owner -C trees/bsdtar -f "$archive"
    if [[ -e bsdtar.out ]] && ! grep -qvE "Pathname can't be converted from UTF-8|Error exit delayed" bsdtar.out; then
        echo 0 > bsdtar.exit
    fi
    if command -v umoci > /dev/null; then
        run umoci umoci raw unpack --image layout:it trees/umoci
    fi
}

make_writable() {
    mount --bind "$1" "$1"
    mount -o remount,bind,rw "$1"
}

number=0
for archive in "${@:2}"; do
    make_writable "$work/$number"
    cd "$work/$number" # through the mount that is writable
    read_one "$archive"
    cd /
    umount "$work/$number"
    number=$((number + 1))
done

if command -v python3 > /dev/null; then
    make_writable "$work/lists"
    timeout 120 python3 "$here/list.py" "$work/lists" "${@:2}"
fi
