#!/bin/bash
# demo.sh: the main job from start to end on a real image, step by step, with a check by another tool at the end.
# `make demo` builds the program first. Everything happens in a temporary directory, which is removed also after a failure or Ctrl-C.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
layerstore=$here/../out/layerstore
image=$here/../testdata/layout
[[ -x $layerstore ]] || { printf 'error: %s is not built\nhint: run make demo\n' "$layerstore" >&2; exit 1; }

# Mounts need root. In a user namespace an ordinary user is root enough: overlay works there too.
if [[ $(id -u) != 0 ]]; then
    printf 'Not root: going on in a user namespace.\n'
    exec unshare --user --map-root-user --map-auto --mount -- "$0" "$@"
fi

work=$(mktemp -d)
mounted=$work/container
export LAYERSTORE_ROOT=$work/store

clean_up() {
    local status=$?
    trap - EXIT
    if mountpoint -q "$mounted"; then umount --lazy "$mounted"; fi
    rm -rf --one-file-system "$work"
    if ((status != 0)); then printf '\nThe demo did not end well (exit code %d).\n' "$status" >&2; fi
    exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

step=0
say() {
    step=$((step + 1))
    printf '\n%s%d. %s%s\n' "$bold" "$step" "$*" "$plain"
}

# Shows a command as one would type it, and runs it.
run() {
    local word line=${1##*/}
    for word in "${@:2}"; do
        case $word in *[[:space:]]*) word="'$word'" ;; esac
        line+=" $word"
    done
    printf '   $ %s\n' "${line//$work/\$DEMO}"
    "$@" 2>&1 | sed 's/^/     /'
}
layerstore() { run "$layerstore" "$@"; }

bold= plain=
if [[ -t 1 ]]; then bold=$'\e[1m' plain=$'\e[0m'; fi

printf 'LayerStore stores container images, unpacks their layers once, mounts them and commits changes.\n'
printf 'This demo uses a store of its own in %s ($DEMO below) and leaves nothing behind.\n' "$work"

say 'Pull an image: Debian busybox and five more layers, in an OCI layout that buildah, umoci and GNU tar made.'
cp -r "$image" "$work/images"
layerstore pull "oci:$work/images:layers" --name demo

say 'It is in the store: every layer by its digest, verified and unpacked once.'
layerstore images
layerstore history demo

say 'Mount it, readable and writable. The key "my-container" names what will change; the image itself never does.'
layerstore mount demo "$mounted" --key my-container
layerstore snapshot tree

say 'Run something in it: a shell of the image writes a file, changes one and deletes one.'
run chroot "$mounted" /bin/sh -c 'echo "hello from $(busybox | head -1)" > /etc/greeting; echo "demo:x:1000:1000::/:/bin/sh" >> /etc/passwd; rm /etc/rpc; cat /etc/greeting'

say 'What did that change? Only the changes are looked at, however large the image is.'
layerstore diff my-container --summary

say 'Commit the changes as a new image: one small layer on top of the shared ones.'
layerstore commit my-container demo:changed --message 'a greeting' --author 'the demo'
layerstore images
layerstore history demo:changed

say 'Push it into a new OCI layout, as any other tool reads it.'
layerstore push demo:changed "oci:$work/exported:changed"

say 'A second tool agrees: skopeo reads the image, and umoci unpacks exactly the tree that is mounted.'
run skopeo inspect --format '{{.Architecture}}, {{len .Layers}} layers, {{.Digest}}' "oci:$work/exported:changed"
run umoci unpack --image "$work/exported:changed" "$work/by-umoci"
"$here/../testdata/tree.pl" "$mounted" > "$work/mounted.tree"
"$here/../testdata/tree.pl" "$work/by-umoci/rootfs" > "$work/umoci.tree"
if ! grep -q $'^opt/app/char\tchar' "$work/mounted.tree"; then
    # In a user namespace nobody can make devices. LayerStore leaves the image's one out, umoci puts an empty file there.
    sed -i '/^opt\/app\/char\t/d' "$work/umoci.tree"
fi
diff "$work/mounted.tree" "$work/umoci.tree"
printf '     %d paths: the same types, modes, owners, times, contents, links and extended attributes\n' "$(wc -l < "$work/mounted.tree")"

say 'Unmount, and remove what was changed. The images stay until they are removed too.'
layerstore umount "$mounted" --rm
layerstore rmi demo demo:changed
layerstore images

printf '\n%sDone.%s README.md goes on from here; out/layerstore --help lists the commands.\n' "$bold" "$plain"
