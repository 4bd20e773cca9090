#!/bin/bash
# daemon.sh: times the calls of the snapshots service beside containerd's built-in overlayfs snapshotter.
#
# One containerd has three snapshotters: its own overlayfs, the same one as a proxy plugin (tests/go/src/daemon/builtin), and the daemon as a proxy
# plugin. A client in Go calls them through containerd's socket in turn, RUNS times (5): each line is the median of the runs' percentiles. The same without
# containerd, the plugins on their sockets and the built-in one inside of the client. The results go to docs/performance.md. Needs root.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR
. "$here/lib.sh"

daemon_program=${LAYERSTORE_DAEMON:-$repository/out/lib/daemon/layerstore-daemon}
rounds=${ROUNDS:-500}

export GOPATH=$repository/tests/go:/usr/share/gocode GOCACHE=$repository/artifacts/go/cache GO111MODULE=off GOFLAGS= GOPROXY=off CGO_ENABLED=0
mkdir -p "$GOCACHE"
go build -o "$work/bench" daemon/bench
go build -o "$work/builtin" daemon/builtin

mkdir -p "$work/containerd" "$work/results" "$work/overlayfs"
# shellcheck disable=SC2086 # a program and its first arguments
$daemon_program serve --root "$work/store" --address "$work/containerd/proxy" --driver overlay > "$work/serve.log" 2>&1 &
started+=("$!")
"$work/builtin" "$work/served" "$work/containerd/builtin" 2>> "$work/serve.log" &
started+=("$!")
for ((waited = 0; ; waited++)); do
    [[ ! -S $work/containerd/proxy || ! -S $work/containerd/builtin ]] || break
    ((waited < 100)) || { cat "$work/serve.log" >&2; fail 'a plugin does not serve' 'see above'; }
    sleep 0.1
done
proxy_plugins=$(printf '[proxy_plugins.%s]\ntype = "snapshot"\naddress = "%s"\n' layerstore "$work/containerd/proxy" builtin "$work/containerd/builtin")
start_containerd "$work/containerd" "$proxy_plugins"

# run SNAPSHOTTER CLIENTS FILES [ADDRESS]: adds the lines of a run to its results.
run() { "$work/bench" "${4:-$work/containerd/sock}" "$1" "$2" "$rounds" "$3" >> "$work/results/$1.$2.$3${4:+.alone}"; }

for ((run = 1; run <= runs; run++)); do
    printf 'run %d of %d\n' "$run" "$runs" >&2
    for snapshotter in overlayfs builtin layerstore; do
        run "$snapshotter" 1 0
        run "$snapshotter" 1 10
        run "$snapshotter" 32 0
    done
    run overlayfs 1 0 "$work/overlayfs"
    run builtin 1 0 "$work/containerd/builtin"
    run layerstore 1 0 "$work/containerd/proxy"
done

# percentile FILE OPERATION COLUMN: its median over the runs.
percentile() { awk -v operation="$2" '$1 == operation' "$1" > "$work/lines"; median "$3" "$work/lines"; }

# rows CLIENTS FILES OPERATION…
rows() {
    local operation snapshotter column line
    local -A times
    for operation in "${@:3}"; do
        line="| $operation |"
        for column in 3 4 5; do
            for snapshotter in layerstore builtin overlayfs; do
                times[$snapshotter.$column]=$(percentile "$work/results/$snapshotter.$1.$2" "$operation" "$column")
                line+=$(printf ' %.2f |' "${times[$snapshotter.$column]}")
            done
        done
        awk -v line="$line" -v ours="${times[layerstore.3]}" -v plugin="${times[builtin.3]}" -v inside="${times[overlayfs.3]}" \
            'BEGIN { printf "%s %.2f | %.2f |\n", line, plugin / ours, inside / ours }'
    done
}

table_head() {
    printf '\n| %s | median, ours | plugin | built-in | 90 %%, ours | plugin | built-in | 99 %%, ours | plugin | built-in | plugin, times ours | built-in, times ours |\n' "$1"
    printf '| --- %.0s' {1..12}
    printf '|\n'
}

report() {
    machine
    table_head "one client, empty snapshots, ms"
    rows 1 0 Prepare Mounts Commit Remove Walk
    table_head "one client, 10 files of 4 KiB in each, ms"
    rows 1 10 Commit Remove
    table_head "32 clients, empty snapshots, ms"
    rows 32 0 Prepare Mounts Commit Remove
    table_head "without containerd, one client, empty snapshots, ms"
    rows 1 0.alone Prepare Mounts Commit Remove Walk
}

report | publish daemon
