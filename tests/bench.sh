#!/bin/bash
# bench.sh [IMAGE…]: times import and unpack beside other tools, on the images of `make images`.
#
#   layerstore   pull oci:…            blobs and layers into a new store, durable when it returns
#   umoci        unpack                one plain tree, no store, not synced
#   containerd   ctr images import     content and overlayfs snapshots into a new containerd; from an oci-archive of the same
#                                      blobs (made before, not timed); not synced
#
# The tools take turns, RUNS times (5), each time with a new root; the images are in the page cache. Roots are removed only
# after all runs of an image, because removing many files slows the next creation on ext4. Prints medians: wall seconds, CPU seconds
# of all processes (containerd's too), and the wall time as a multiple of layerstore's. Needs root.
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
layerstore=$here/../out/layerstore
images=${IMAGES:-$here/../.cache/images}
runs=${RUNS:-5}
tools=(layerstore umoci containerd)
[[ $(id -u) == 0 ]] || { printf 'error: the benchmark mounts and makes owners and devices\nhint: run it as root\n' >&2; exit 1; }

work=$(mktemp -d "${TMPDIR:-/tmp}/layerstore-bench-XXXXXX")
daemon=
stop_daemon() {
    [[ -n $daemon ]] || return 0
    kill "$daemon" 2> /dev/null || true
    wait "$daemon" 2> /dev/null || true
    daemon=
}
clean_up() {
    stop_daemon
    rm -rf --one-file-system "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# The CPU seconds that a process has used.
cpu_of() { awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print ($12 + $13) / hz }' "/proc/$1/stat"; }

# timed FILE COMMAND…: runs it and adds a line "wall cpu" to the file.
timed() {
    local file=$1 before=0 after=0 TIMEFORMAT='%R %U %S'
    shift
    [[ -z $daemon ]] || before=$(cpu_of "$daemon")
    { time "$@" > "$work/log" 2>&1; } 2> "$work/time" || { cat "$work/log" >&2; return 1; }
    [[ -z $daemon ]] || after=$(cpu_of "$daemon")
    awk -v more="$after $before" '{ split(more, d, " "); print $1, $2 + $3 + d[1] - d[2] }' "$work/time" >> "$file"
}

run_layerstore() {
    timed "$1" "$layerstore" --root "$work/roots/layerstore-$3" pull "oci:$2:latest" --name image
}

run_umoci() {
    timed "$1" umoci unpack --image "$2:latest" "$work/roots/umoci-$3"
}

run_containerd() {
    local root=$work/roots/containerd-$3 socket=$work/roots/containerd-$3/sock
    mkdir -p "$root"
    printf 'version = 2\nroot = "%s"\nstate = "%s"\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n[grpc]\naddress = "%s"\n' \
        "$root/root" "$root/state" "$socket" > "$root/config.toml"
    containerd --config "$root/config.toml" > "$root/log" 2>&1 &
    daemon=$!
    local waited=0
    until ctr --address "$socket" version > /dev/null 2>&1; do
        ((waited++ < 100)) || { tail "$root/log" >&2; return 1; }
        sleep 0.1
    done
    timed "$1" ctr --address "$socket" images import --snapshotter overlayfs "$work/archive.tar"
    stop_daemon
}

median() { sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

names=("$@")
((${#names[@]})) || mapfile -t names < <(cd "$images" && printf '%s\n' */index.json | sed 's,/.*,,')

printf '%s, %s cores, kernel %s, %s; %s; %s; medians of %d\n' \
    "$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1)" "$(nproc)" "$(uname -r)" "$(stat -f -c %T "$work")" \
    "$(umoci --version)" "$(containerd --version | awk '{ print $1, $3 }')" "$runs"
printf '%-14s %-12s %8s %8s %8s\n' image tool wall cpu ratio
for name in "${names[@]}"; do
    mkdir -p "$work/roots"
    skopeo copy -q "oci:$images/$name:latest" "oci-archive:$work/archive.tar:image:latest"
    cat "$images/$name"/blobs/sha256/* "$work/archive.tar" > /dev/null
    for ((run = 1; run <= runs; run++)); do
        for tool in "${tools[@]}"; do
            sync
            "run_$tool" "$work/$name.$tool" "$images/$name" "$run"
        done
    done
    ours=$(cut -d' ' -f1 "$work/$name.layerstore" | median)
    for tool in "${tools[@]}"; do
        wall=$(cut -d' ' -f1 "$work/$name.$tool" | median)
        cpu=$(cut -d' ' -f2 "$work/$name.$tool" | median)
        printf '%-14s %-12s %8.2f %8.2f %8.2f\n' "$name" "$tool" "$wall" "$cpu" "$(awk -v a="$wall" -v b="$ours" 'BEGIN { print a / b }')"
    done
    rm -rf "$work/roots" "$work/archive.tar"
done
