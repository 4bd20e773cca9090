# shellcheck shell=bash
# peers.sh: how each tool takes an image, mounts a container of it, and commits. Sourced after lib.sh.
#
# For each TOOL, with all that it keeps in $work/TOOL:
#   TOOL_import LAYOUT     takes the image of the layout; not measured
#   TOOL_mount ID          makes a container and leaves in $mounted where its files are
#   TOOL_unmount ID        is done with changing it
#   TOOL_commit FILE ID COMPRESSION   measured
#   TOOL_remove ID         removes the container and what was committed of it
#   TOOL_close             stops what runs

layerstore_cli() { "$layerstore" --root "$work/layerstore/store" "$@"; }

layerstore_import() {
    mkdir -p "$work/layerstore"
    layerstore_cli pull --progress none "oci:$1:latest" --name base > /dev/null
}

layerstore_mount() {
    mounted=$work/layerstore/mount
    layerstore_cli mount base "$mounted" --key "$1" > /dev/null
}

layerstore_unmount() { layerstore_cli umount "$1"; }

layerstore_commit() { measure "$1" "$layerstore" --root "$work/layerstore/store" commit "$2" "committed-$2" --compression "$3"; }

layerstore_remove() {
    layerstore_cli umount "$1" 2> /dev/null || true
    layerstore_cli snapshot rm "$1" > /dev/null
    layerstore_cli rmi "committed-$1" 2> "$work/log"
}

layerstore_close() { :; }

# The same, of a container that is still mounted: the new layer is a copy then.
mounted_import() { :; }
mounted_mount() { layerstore_mount "$1"; }
mounted_unmount() { :; }
mounted_commit() { layerstore_commit "$@"; }
mounted_remove() { layerstore_remove "$1"; }
mounted_close() { :; }

# The same, with the bytes left to the kernel, as the tools do that do not sync.
unsynced_import() { :; }
unsynced_mount() { layerstore_mount "$1"; }
unsynced_unmount() { layerstore_unmount "$1"; }
unsynced_commit() { measure "$1" "$layerstore" --root "$work/layerstore/store" commit "$2" "committed-$2" --compression "$3" --no-sync; }
unsynced_remove() { layerstore_remove "$1"; }
unsynced_close() { :; }

containerd_cli() { ctr --address "$work/containerd/sock" "$@"; }

containerd_import() {
    start_containerd "$work/containerd"
    skopeo copy -q "oci:$1:latest" "oci-archive:$work/containerd/archive.tar:image:latest"
    containerd_cli images import --snapshotter overlayfs "$work/containerd/archive.tar" > /dev/null
    rm "$work/containerd/archive.tar"
    containerd_base=$(containerd_cli snapshots list | awk '$3 == "Committed" { print $1 } $2 == "Committed" { print $1 }')
    containerd_daemon=$daemon
    daemon=
}

containerd_mount() {
    mounted=$work/containerd/mount
    mkdir -p "$mounted"
    containerd_cli snapshots prepare "$1" "$containerd_base"
    sh -c "$(containerd_cli snapshots mounts "$mounted" "$1")"
}

containerd_unmount() { umount "$mounted"; }

containerd_commit() {
    local type=application/vnd.oci.image.layer.v1.tar
    [[ $3 == none ]] || type+=+$3
    daemon=$containerd_daemon
    measure "$1" ctr --address "$work/containerd/sock" snapshots diff --media-type "$type" "$2"
    daemon=
}

containerd_remove() { containerd_cli snapshots rm "$1"; }

containerd_close() { stop_daemons; }

umoci_import() {
    mkdir -p "$work/umoci"
    cp -a "$1" "$work/umoci/layout"
    umoci unpack --image "$work/umoci/layout:latest" "$work/umoci/bundle" > /dev/null
}

# Its containers are plain trees, which a commit leaves as they are. Making one takes long: all runs share one.
umoci_mount() { mounted=$work/umoci/bundle/rootfs; }

umoci_unmount() { :; }

umoci_commit() { measure "$1" umoci repack --image "$work/umoci/layout:committed-$2" "$work/umoci/bundle"; }

umoci_remove() {
    umoci rm --image "$work/umoci/layout:committed-$1"
    umoci gc --layout "$work/umoci/layout" > /dev/null
}

umoci_close() { :; }

# Stores of buildah and podman, apart from those of the machine. containers_cli TOOL COMMAND…: runs it with that tool's store.
containers_cli() {
    local dir=$work/$1
    shift
    CONTAINERS_STORAGE_CONF=$dir/storage.conf CONTAINERS_CONF=$dir/containers.conf TMPDIR=$dir "$@"
}

containers_import() {
    local dir=$work/$1
    mkdir -p "$dir"
    printf '[storage]\ndriver = "overlay"\ngraphroot = "%s/graph"\nrunroot = "%s/run"\n' "$dir" "$dir" > "$dir/storage.conf"
    printf '[engine]\nstatic_dir = "%s/static"\ntmp_dir = "%s/tmp"\nvolume_path = "%s/volumes"\nevents_logger = "none"\ncgroup_manager = "cgroupfs"\n' \
        "$dir" "$dir" "$dir" > "$dir/containers.conf"
    containers_cli "$1" skopeo copy -q "oci:$2:latest" "containers-storage:localhost/base:latest"
}

buildah() { containers_cli buildah command buildah "$@"; }
podman() { containers_cli podman command podman "$@"; }

buildah_import() { containers_import buildah "$1"; }

buildah_mount() {
    buildah from --pull-never --name "$1" localhost/base > /dev/null
    mounted=$(buildah mount "$1")
}

buildah_unmount() { buildah umount "$1" > /dev/null; }

buildah_commit() { containers_cli buildah measure "$1" buildah commit -q "--disable-compression=$([[ $3 == none ]] && echo true || echo false)" "$2" "committed-$2"; }

buildah_remove() {
    buildah rm "$1" > /dev/null
    buildah rmi "committed-$1" > /dev/null
}

buildah_close() { :; }

# The same, and the image is pushed to a layout that has the base image already: what is there then is what the other tools leave, a packed blob with a digest.
buildah_push_import() { buildah push -q localhost/base "oci:$work/buildah/layout:base"; }
buildah_push_mount() { buildah_mount "$1"; }
buildah_push_unmount() { buildah_unmount "$1"; }
buildah_push_commit() {
    containers_cli buildah measure "$1" sh -c 'buildah commit -q "$1" "$2" && buildah push -q "$2" "oci:$3:$2"' sh "$2" "committed-$2" "$work/buildah/layout"
}
buildah_push_remove() { buildah_remove "$1"; }
buildah_push_close() { :; }

podman_import() { containers_import podman "$1"; }

podman_mount() {
    podman create -q --name "$1" --network none localhost/base /bin/sh > /dev/null
    mounted=$(podman mount "$1")
}

podman_unmount() { podman umount "$1" > /dev/null; }

podman_commit() { containers_cli podman measure "$1" podman commit -q "$2" "committed-$2"; }

podman_remove() {
    podman rm "$1" > /dev/null
    podman rmi "committed-$1" > /dev/null
}

podman_close() { :; }

podman_push_import() { podman push -q localhost/base "oci:$work/podman/layout:base"; }
podman_push_mount() { podman_mount "$1"; }
podman_push_unmount() { podman_unmount "$1"; }
podman_push_commit() {
    containers_cli podman measure "$1" sh -c 'podman commit -q "$1" "$2" && podman push -q "$2" "oci:$3:$2"' sh "$2" "committed-$2" "$work/podman/layout"
}
podman_push_remove() { podman_remove "$1"; }
podman_push_close() { :; }
