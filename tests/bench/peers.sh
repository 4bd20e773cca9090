# shellcheck shell=bash
# peers.sh: how each tool takes an image, makes containers of it, commits, writes and removes. Sourced after lib.sh.
#
# For each TOOL, with all that it keeps in $base/TOOL:
#   TOOL_open              starts what it needs
#   TOOL_pull FILE LAYOUT NAME        measured: takes an image, under that name; STAGED archives are made by `stage`
#   TOOL_import LAYOUT     both, not measured; the image is "base"
#   TOOL_push FILE NAME    measured: writes an image out
#   TOOL_rmi FILE NAME     measured: removes an image
#   TOOL_mount ID          makes a container of "base" and leaves in $mounted where its files are
#   TOOL_start FILE ID     measured: the same
#   TOOL_stop ID           removes it again
#   TOOL_prepare FILE ID COUNT        measured: makes so many containers, each by a command
#   TOOL_unmount ID        is done with changing it
#   TOOL_commit FILE ID COMPRESSION   measured
#   TOOL_rm FILE ID        measured: removes the container
#   TOOL_remove ID         removes the container and what was committed of it
#   TOOL_close             stops what runs
base=$work

# stage LAYOUT: an archive of the image for the tools that read no layout, in $work/staged.
stage() {
    local archive
    archive=$work/staged/$(basename "$(dirname "$1")")-$(basename "$1").tar
    if [[ ! -e $archive ]]; then
        mkdir -p "$work/staged"
        skopeo copy -q "oci:$1:latest" "oci-archive:$archive:image:latest"
    fi
    printf '%s' "$archive"
}

# LayerStore, with each driver: a tool "layerstore" (overlay) and one for each other driver. "layerstore-aot" is the program that NATIVE names, if it names one.
declare -A driver_of=([layerstore]=overlay [layerstore-erofs]=erofs [layerstore-native]=native)
declare -A program_of=()
if [[ -n ${NATIVE:-} ]]; then
    [[ -f $NATIVE && -x $NATIVE ]] || fail "NATIVE names no program: $NATIVE" 'run: make build-native OUT=out-native'
    driver_of[layerstore-aot]=overlay
    program_of[layerstore-aot]=$(realpath "$NATIVE")
    label layerstore-aot '`layerstore`, machine code'
fi

store() { "${program_of[$1]:-$layerstore}" --root "$base/$1/store" --driver "${driver_of[$1]}" "${@:2}"; }
measure_store() { measure "$2" "${program_of[$1]:-$layerstore}" --root "$base/$1/store" --driver "${driver_of[$1]}" "${@:3}"; }
store_pull() { measure_store "$1" "$2" pull --progress none "oci:$3:latest" --name "$4"; }
store_push() { rm -rf "$base/$1/out"; measure_store "$1" "$2" push --progress none "$3" "oci:$base/$1/out:latest"; }
store_rm() { measure_store "$1" "$2" snapshot rm "$3"; }

store_start() {
    mounted=$base/$1/mount-$3
    measure_store "$1" "$2" mount base "$mounted" --key "$3"
}

store_stop() { store "$1" umount --rm "$mounted"; }

# many COUNT COMMAND…: runs it so many times, each time with an ID more; {} is where that goes.
many() {
    # shellcheck disable=SC2016
    printf '%s\0' bash -c 'count=$1; shift; for ((i = 0; i < count; i++)); do "${@//\{\}/$i}" > /dev/null || exit; done' bash "$@"
}

# measure_many FILE COUNT COMMAND…
measure_many() {
    local command
    mapfile -d '' -t command < <(many "${@:2}")
    measure "$1" "${command[@]}"
}

store_prepare() {
    local parent
    parent=$(store "$1" snapshot ls -q --filter kind==committed)
    measure_many "$2" "$4" "${program_of[$1]:-$layerstore}" --root "$base/$1/store" snapshot prepare "$3-{}" "$parent"
}

store_remove() {
    store "$1" umount "$2" 2> /dev/null || true
    store "$1" snapshot rm "$2" > /dev/null
    if store "$1" images -q | grep -q "committed-$2:"; then store "$1" rmi "committed-$2" 2> "$work/log"; fi
}

for tool in "${!driver_of[@]}"; do
    eval "${tool}_open() { mkdir -p \"\$base/$tool\"; }
        ${tool}_pull() { store_pull $tool \"\$@\"; }
        ${tool}_import() { ${tool}_open; store $tool pull --progress none \"oci:\$1:latest\" --name base > /dev/null; }
        ${tool}_push() { store_push $tool \"\$@\"; }
        ${tool}_rmi() { measure_store $tool \"\$1\" rmi \"\$2\"; }
        ${tool}_mount() { mounted=\$base/$tool/mount; store $tool mount base \"\$mounted\" --key \"\$1\" > /dev/null; }
        ${tool}_start() { store_start $tool \"\$@\"; }
        ${tool}_stop() { store_stop $tool; }
        ${tool}_prepare() { store_prepare $tool \"\$@\"; }
        ${tool}_unmount() { store $tool umount \"\$1\"; }
        ${tool}_commit() { measure_store $tool \"\$1\" commit \"\$2\" \"committed-\$2\" --compression \"\$3\"; }
        ${tool}_rm() { store_rm $tool \"\$@\"; }
        ${tool}_remove() { store_remove $tool \"\$1\"; }
        ${tool}_close() { store $tool gc --trash; }"
done
unset tool

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
unsynced_commit() { measure "$1" "$layerstore" --root "$base/layerstore/store" commit "$2" "committed-$2" --compression "$3" --no-sync; }
unsynced_remove() { layerstore_remove "$1"; }
unsynced_close() { :; }

containerd_cli() { ctr --address "$base/containerd/sock" "$@"; }

# What the daemon does counts while its client is measured, and only then.
measure_containerd() {
    daemon=$containerd_daemon
    measure "$1" ctr --address "$base/containerd/sock" "${@:2}"
    daemon=
}

containerd_open() {
    start_containerd "$base/containerd"
    containerd_daemon=$daemon
    daemon=
}

containerd_pull() { measure_containerd "$1" images import --base-name "localhost/$3" --index-name "localhost/$3:latest" --snapshotter overlayfs "$(stage "$2")"; }

containerd_import() {
    containerd_open
    containerd_cli images import --base-name localhost/base --index-name localhost/base:latest --snapshotter overlayfs "$(stage "$1")" > /dev/null
    containerd_base=$(containerd_tops)
}

# The committed snapshots that no other stands on.
containerd_tops() { containerd_cli snapshots list | awk '$NF == "Committed" { name[$1]; if (NF == 3) parent[$2] } END { for (n in name) if (!(n in parent)) print n }'; }

containerd_push() {
    rm -f "$base/containerd/out.tar"
    measure_containerd "$1" images export "$base/containerd/out.tar" "localhost/$2:latest"
}

containerd_rmi() { measure_containerd "$1" images rm --sync "localhost/$2:latest"; }

containerd_mount() {
    mounted=$base/containerd/mount
    mkdir -p "$mounted"
    containerd_cli snapshots prepare "$1" "$containerd_base"
    sh -c "$(containerd_cli snapshots mounts "$mounted" "$1")"
}

# Its own way to mount: mount(8) takes one page of options, too few for long chains.
containerd_start() {
    mounted=$base/containerd/mount-$2
    mkdir -p "$mounted"
    measure_containerd "$1" images mount --rw --snapshotter overlayfs localhost/base:latest "$mounted"
}

containerd_stop() { containerd_cli images unmount --rm "$mounted" > /dev/null; }

containerd_prepare() {
    daemon=$containerd_daemon
    measure_many "$1" "$3" ctr --address "$base/containerd/sock" snapshots prepare "$2-{}" "$containerd_base"
    daemon=
}

containerd_unmount() { umount "$mounted"; }

containerd_commit() {
    local type=application/vnd.oci.image.layer.v1.tar
    [[ $3 == none ]] || type+=+$3
    measure_containerd "$1" snapshots diff --media-type "$type" "$2"
}

containerd_rm() { measure_containerd "$1" snapshots rm "$2"; }
containerd_remove() { containerd_cli snapshots rm "$1"; }
containerd_close() { stop_daemons; }

umoci_open() { mkdir -p "$base/umoci"; }

umoci_pull() { measure "$1" umoci unpack --image "$2:latest" "$base/umoci/$3"; }

umoci_import() {
    umoci_open
    cp -a "$1" "$base/umoci/layout"
    umoci unpack --image "$base/umoci/layout:latest" "$base/umoci/bundle" > /dev/null
}

# Its containers are plain trees, which a commit leaves as they are. Making one takes long: all runs share one.
umoci_mount() { mounted=$base/umoci/bundle/rootfs; }
umoci_unmount() { :; }
umoci_commit() { measure "$1" umoci repack --image "$base/umoci/layout:committed-$2" "$base/umoci/bundle"; }

umoci_remove() {
    umoci rm --image "$base/umoci/layout:committed-$1"
    umoci gc --layout "$base/umoci/layout" > /dev/null
}

umoci_close() { :; }

# Stores of skopeo, buildah and podman, apart from those of the machine. containers_cli TOOL COMMAND…: runs it with that tool's store.
containers_cli() {
    local dir=$base/$1
    shift
    CONTAINERS_STORAGE_CONF=$dir/storage.conf CONTAINERS_CONF=$dir/containers.conf TMPDIR=$dir "$@"
}

containers_open() {
    local dir=$base/$1
    mkdir -p "$dir"
    printf '[storage]\ndriver = "overlay"\ngraphroot = "%s/graph"\nrunroot = "%s/run"\n' "$dir" "$dir" > "$dir/storage.conf"
    printf '[engine]\nstatic_dir = "%s/static"\ntmp_dir = "%s/tmp"\nvolume_path = "%s/volumes"\nevents_logger = "none"\ncgroup_manager = "cgroupfs"\n' \
        "$dir" "$dir" "$dir" > "$dir/containers.conf"
}

containers_import() {
    containers_open "$1"
    containers_cli "$1" skopeo copy -q "oci:$2:latest" "containers-storage:localhost/base:latest"
}

skopeo_open() { containers_open skopeo; }
skopeo_pull() { containers_cli skopeo measure "$1" skopeo copy -q "oci:$2:latest" "containers-storage:localhost/$3:latest"; }
skopeo_push() { rm -rf "$base/skopeo/out"; containers_cli skopeo measure "$1" skopeo copy -q "containers-storage:localhost/$2:latest" "oci:$base/skopeo/out:latest"; }
skopeo_close() { :; }

buildah() { containers_cli buildah command buildah "$@"; }
podman() { containers_cli podman command podman "$@"; }

buildah_open() { containers_open buildah; }
buildah_pull() { containers_cli buildah measure "$1" buildah pull -q "oci-archive:$(stage "$2")"; buildah tag localhost/image "localhost/$3"; buildah rmi localhost/image > /dev/null; }
buildah_import() { containers_import buildah "$1"; }
buildah_push() { rm -rf "$base/buildah/out"; containers_cli buildah measure "$1" buildah push -q "localhost/$2" "oci:$base/buildah/out:latest"; }
buildah_rmi() { containers_cli buildah measure "$1" buildah rmi -f "localhost/$2"; }

buildah_mount() {
    buildah from --pull-never --name "$1" localhost/base > /dev/null
    mounted=$(buildah mount "$1")
}

buildah_start() {
    containers_cli buildah measure "$1" sh -c 'buildah from --pull-never --name "$1" localhost/base && buildah mount "$1"' sh "$2"
    mounted=$(buildah mount "$2")
}

buildah_stop() { buildah rm "$1" > /dev/null; }
buildah_prepare() { containers_cli buildah measure_many "$1" "$3" buildah from --pull-never --name "$2-{}" localhost/base; }
buildah_unmount() { buildah umount "$1" > /dev/null; }
buildah_commit() { containers_cli buildah measure "$1" buildah commit -q "--disable-compression=$([[ $3 == none ]] && echo true || echo false)" "$2" "committed-$2"; }
buildah_rm() { containers_cli buildah measure "$1" buildah rm "$2"; }

buildah_remove() {
    buildah rm "$1" > /dev/null
    if buildah images -q "committed-$1" > /dev/null 2>&1; then buildah rmi "committed-$1" > /dev/null; fi
}

buildah_close() { :; }

# The same, and the image is pushed to a layout that has the base image already: what is there then is what the other tools leave, a packed blob with a digest.
# They pack the layers of the base image again, whether the layout has them or not.
buildah_push_import() { buildah push -q localhost/base "oci:$base/buildah/layout:base"; }
buildah_push_mount() { buildah_mount "$1"; }
buildah_push_unmount() { buildah_unmount "$1"; }
buildah_push_commit() {
    containers_cli buildah measure "$1" sh -c 'buildah commit -q "$1" "$2" && buildah push -q "$2" "oci:$3:$2"' sh "$2" "committed-$2" "$base/buildah/layout"
}
buildah_push_remove() { buildah_remove "$1"; }
buildah_push_close() { :; }

podman_open() { containers_open podman; }
podman_pull() { containers_cli podman measure "$1" podman pull -q "oci-archive:$(stage "$2")"; podman tag localhost/image "localhost/$3"; podman rmi localhost/image > /dev/null; }
podman_import() { containers_import podman "$1"; }
podman_push() { rm -rf "$base/podman/out"; containers_cli podman measure "$1" podman push -q "localhost/$2" "oci:$base/podman/out:latest"; }
podman_rmi() { containers_cli podman measure "$1" podman rmi -f "localhost/$2"; }

podman_mount() {
    podman create -q --name "$1" --network none localhost/base /bin/sh > /dev/null
    mounted=$(podman mount "$1")
}

podman_start() {
    containers_cli podman measure "$1" sh -c 'podman create -q --name "$1" --network none localhost/base /bin/sh && podman mount "$1"' sh "$2"
    mounted=$(podman mount "$2")
}

podman_stop() { podman umount "$1" > /dev/null; podman rm "$1" > /dev/null; }
podman_prepare() { containers_cli podman measure_many "$1" "$3" podman create -q --name "$2-{}" --network none localhost/base /bin/sh; }
podman_unmount() { podman umount "$1" > /dev/null; }
podman_commit() { containers_cli podman measure "$1" podman commit -q "$2" "committed-$2"; }
podman_rm() { containers_cli podman measure "$1" podman rm "$2"; }

podman_remove() {
    podman rm "$1" > /dev/null
    if podman image exists "committed-$1"; then podman rmi "committed-$1" > /dev/null; fi
}

podman_close() { :; }

podman_push_import() { podman push -q localhost/base "oci:$base/podman/layout:base"; }
podman_push_mount() { podman_mount "$1"; }
podman_push_unmount() { podman_unmount "$1"; }
podman_push_commit() {
    containers_cli podman measure "$1" sh -c 'podman commit -q "$1" "$2" && podman push -q "$2" "oci:$3:$2"' sh "$2" "committed-$2" "$base/podman/layout"
}
podman_push_remove() { podman_remove "$1"; }
podman_push_close() { :; }
