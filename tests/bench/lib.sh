# shellcheck shell=bash
# lib.sh: what the benchmarks share. Sourced; the script that does so has its own directory in $here.
#
# It makes $work, a directory that is gone at the end with all that is mounted or runs in it.
export LC_ALL=C TZ=UTC

repository=$(cd "$here/../.." && pwd)
layerstore=$repository/out/layerstore
cache=$repository/.cache/bench
runs=${RUNS:-5}

fail() { printf 'error: %s\nhint: %s\n' "$1" "$2" >&2; exit 1; }

[[ $(id -u) == 0 ]] || fail 'the benchmark mounts, and makes owners and devices' 'run it as root'
[[ -x $layerstore ]] || fail "there is no $layerstore" 'run: make build'
[[ -x /usr/bin/time ]] || fail 'there is no /usr/bin/time' 'run: make deps'

work=$(mktemp -d "${TMPDIR:-/tmp}/layerstore-bench-XXXXXX")
started=()
daemon=

stop_daemons() {
    local process
    for process in "${started[@]}"; do
        kill "$process" 2> /dev/null || true
        wait "$process" 2> /dev/null || true
    done
    started=()
    daemon=
}

clean_up() {
    local mount
    stop_daemons
    # Last mounted, first unmounted.
    while read -r mount; do
        umount "$mount" || umount --lazy "$mount" || true
    done < <(awk -v under="$work/" 'index($5, under) == 1 { print $5 }' /proc/self/mountinfo | tac)
    rm -rf --one-file-system "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# start_containerd DIR: a daemon of our own, in $daemon; its root, state and socket are in the directory.
start_containerd() {
    local waited=0
    mkdir -p "$1"
    printf 'version = 2\nroot = "%s"\nstate = "%s"\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n[grpc]\naddress = "%s"\n' \
        "$1/root" "$1/state" "$1/sock" > "$1/config.toml"
    containerd --config "$1/config.toml" > "$1/log" 2>&1 &
    daemon=$!
    started+=("$daemon")
    until ctr --address "$1/sock" version > /dev/null 2>&1; do
        ((waited++ < 100)) || { tail "$1/log" >&2; return 1; }
        sleep 0.1
    done
}

# The CPU seconds that a process has used.
cpu_of() { awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print ($12 + $13) / hz }' "/proc/$1/stat"; }

# The most memory that a process has had, in KiB, since `echo 5` was written into its clear_refs.
peak_of() { awk '$1 == "VmHWM:" { print $2 }' "/proc/$1/status"; }

# measure FILE COMMAND…: runs it and adds a line "wall-seconds cpu-seconds peak-KiB" to the file. While $daemon runs, its work and its memory count.
measure() {
    local file=$1 cpu=0 before=0 peak=0 TIMEFORMAT='%R %U %S'
    shift
    if [[ -n $daemon ]]; then
        before=$(cpu_of "$daemon")
        echo 5 > "/proc/$daemon/clear_refs"
    fi
    { time /usr/bin/time -q -f %M -o "$work/peak" "$@" > /dev/null 2> "$work/log"; } 2> "$work/time" || { cat "$work/log" >&2; return 1; }
    if [[ -n $daemon ]]; then
        cpu=$(cpu_of "$daemon")
        peak=$(peak_of "$daemon")
    fi
    awk -v cpu="$cpu" -v before="$before" -v peak="$peak" \
        'FNR == NR { wall = $1; used = $2 + $3; next } { print wall, used + cpu - before, $1 + peak }' "$work/time" "$work/peak" >> "$file"
}

# median COLUMN FILE
median() {
    cut -d' ' -f"$1" "$2" | sort -n |
        awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

# table TITLE: the head of a Markdown table of rows.
table() { printf '\n| %s | wall, s | CPU, s | peak memory, MB | times ours | runs |\n| --- | --- | --- | --- | --- | --- |\n' "$1"; }

# row LABEL FILE FILE-OF-LAYERSTORE: the Markdown table's row for a tool, and how many times as long as ours it took.
row() {
    awk -v label="$1" -v wall="$(median 1 "$2")" -v cpu="$(median 2 "$2")" -v peak="$(sort -n -k3 "$2" | tail -1 | cut -d' ' -f3)" \
        -v ours="$(median 1 "$3")" -v runs="$(wc -l < "$2")" \
        'BEGIN { printf "| %s | %.2f | %.2f | %.0f | %.2f | %d |\n", label, wall, cpu, peak * 1024 / 1e6, wall / ours, runs }'
}

# Where, with what and when it was measured.
machine() {
    local tool tools=
    for tool in umoci containerd buildah podman; do
        tools+="$("$tool" --version | awk -v tool="$tool" '{ print tool, $3 }'), "
    done
    printf '%s, %s cores, %.0f GiB; Linux %s, %s; %s; %s.\n' \
        "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)" "$(nproc)" "$(awk '$1 == "MemTotal:" { print $2 / 1048576 }' /proc/meminfo)" \
        "$(uname -r)" "$(findmnt -n -o FSTYPE -T "$work")" "${tools%, }" "$(date -I)"
}

# publish SECTION < text: puts the text between that section's marks in docs/performance.md, and prints it.
publish() {
    local document=$repository/docs/performance.md
    cat > "$work/section"
    cat "$work/section"
    grep -q "^<!-- $1 -->\$" "$document" || fail "docs/performance.md has no mark for $1" "put <!-- $1 --> and <!-- /$1 --> into it"
    awk -v section="$1" -v from="$work/section" '
        $0 == "<!-- /" section " -->" { inside = 0 }
        !inside { print }
        $0 == "<!-- " section " -->" { inside = 1; while ((getline line < from) > 0) print line }
    ' "$document" > "$work/document"
    cat "$work/document" > "$document"
}
