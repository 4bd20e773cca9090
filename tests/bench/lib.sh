# shellcheck shell=bash
# lib.sh: what the benchmarks share. Sourced; the script that does so has its own directory in $here.
#
# It makes $work, a directory that is gone at the end with all that is mounted or runs in it. What was measured is kept: each part's samples become
# a file in $results, also when the script is stopped half-way.
export LC_ALL=C TZ=UTC

repository=$(cd "$here/../.." && pwd)
layerstore=$repository/out/layerstore
cache=$repository/.cache/bench
results=${RESULTS:-$cache/results}
runs=${RUNS:-5}
budget=${BUDGET:-60}
begun=$(date +%Y%m%dT%H%M%S)

fail() { printf 'error: %s\nhint: %s\n' "$1" "$2" >&2; exit 1; }

[[ $(id -u) == 0 ]] || fail 'the benchmark mounts, and makes owners and devices' 'run it as root'
[[ -x $layerstore ]] || fail "there is no $layerstore" 'run: make build'
[[ -x /usr/bin/time ]] || fail 'there is no /usr/bin/time' 'run: make deps'

work=$(mktemp -d "${TMPDIR:-/tmp}/layerstore-bench-XXXXXX")
mkdir "$work/samples" "$work/heads"
started=()
daemon=
disk_device=

stop_daemons() {
    local process
    for process in "${started[@]}"; do
        kill "$process" 2> /dev/null || true
        wait "$process" 2> /dev/null || true
    done
    started=()
    daemon=
}

# Last mounted, first unmounted.
unmount_below() {
    local mount
    while read -r mount; do
        umount "$mount" || umount --lazy "$mount" || true
    done < <(awk -v under="$1" 'index($5, under) == 1 { print $5 }' /proc/self/mountinfo | tac)
}

clean_up() {
    stop_daemons
    save
    unmount_below "$work/"
    [[ -z $disk_device ]] || losetup --detach "$disk_device" || true
    rm -rf --one-file-system "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# new_disk: an empty ext4 of its own at $work/disk, so that nobody pays for files that another one wrote or removed. It is in a file, past the page cache.
new_disk() {
    mkdir -p "$work/disk"
    fallocate -l "${DISK:-12G}" "$work/disk.img"
    mkfs.ext4 -q -i 8192 -E lazy_itable_init=1,nodiscard "$work/disk.img"
    disk_device=$(losetup --find --show --direct-io=on "$work/disk.img")
    mount -o noinit_itable "$disk_device" "$work/disk"
}

drop_disk() {
    local waited=0
    unmount_below "$work/disk/"

    # A process that a removal left behind may still be freeing files there.
    until umount "$work/disk" 2> /dev/null; do
        ((waited++ < 300)) || { umount "$work/disk"; return 1; }
        sleep 0.1
    done
    losetup --detach "$disk_device"
    disk_device=
    rm "$work/disk.img"
}

# start_containerd DIR [CONFIGURATION]: a daemon of our own, in $daemon; its root, state and socket are in the directory.
start_containerd() {
    local waited=0
    mkdir -p "$1"
    printf 'version = 2\nroot = "%s"\nstate = "%s"\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n[grpc]\naddress = "%s"\n%s\n' \
        "$1/root" "$1/state" "$1/sock" "${2-}" > "$1/config.toml"
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

# The bytes that a process and the children it has waited for have given to the disk, or will: write_bytes of proc(5).
written_by() { awk '$1 == "write_bytes:" { print $2 }' "/proc/$1/io"; }

# measure FILE COMMAND…: runs it and adds a line "wall-seconds cpu-seconds peak-KiB written-bytes" to the file. While $daemon runs, what it does
# counts too.
measure() {
    local file=$1 cpu=0 before=0 peak=0 written
    local TIMEFORMAT='%R %U %S'
    shift
    written=$(written_by $$)
    if [[ -n $daemon ]]; then
        before=$(cpu_of "$daemon")
        written=$((written + $(written_by "$daemon")))
        echo 5 > "/proc/$daemon/clear_refs"
    fi
    { time /usr/bin/time -q -f %M -o "$work/peak" "$@" > /dev/null 2> "$work/log"; } 2> "$work/time" || { cat "$work/log" >&2; return 1; }
    written=$(($(written_by $$) - written))
    if [[ -n $daemon ]]; then
        cpu=$(cpu_of "$daemon")
        peak=$(peak_of "$daemon")
        written=$((written + $(written_by "$daemon")))
    fi
    awk -v cpu="$cpu" -v before="$before" -v peak="$peak" -v written="$written" \
        'FNR == NR { wall = $1; used = $2 + $3; next } { print wall, used + cpu - before, $1 + peak, written }' "$work/time" "$work/peak" >> "$file"
}

# into PART SCENARIO TOOL [AT]: the file for the samples of a tool; AT is a size, where a scenario grows. No word has a dot.
into() {
    mkdir -p "$work/samples/$1"
    printf '%s/samples/%s/%s.%s.%s' "$work" "$1" "$2" "$3" "${4:-}"
}

# about PART KIND FIELD…: says something about a part's scenarios or tools; the records are those of ResultFile.cs.
about() {
    local part=$1 IFS=$'\t'
    shift
    printf '%s\n' "$*" >> "$work/heads/$part"
}

# Labels of tools: label TOOL TEXT, for all parts.
label() { printf 'label\t%s\t%s\n' "$1" "$2" >> "$work/labels"; }

# spent FILE…: whether a tool has used more than its budget, BUDGET seconds (60) in a scenario. It is far from the fastest then, and sits out the other runs.
spent() { [[ -e $1 ]] && awk -v budget="$budget" '{ sum += $1 } END { exit sum < budget }' "$1"; }

# Which of these tools are to be measured: all, or those in TOOLS.
picked() {
    local tool
    for tool in "$@"; do
        if [[ -z ${TOOLS:-} || " $TOOLS " == *" $tool "* ]]; then printf '%s\n' "$tool"; fi
    done
}

# wanted SCENARIO: whether SCENARIOS names it, or is empty.
wanted() { [[ -z ${SCENARIOS:-} || " $SCENARIOS " == *" $1 "* ]]; }

# image FILES LAYERS [SIZE]: the layout of an image of image.pl, made once.
image() {
    local layout=$cache/image-$1-$2${3:+-$3}
    if [[ ! -e $layout/index.json ]]; then
        rm -rf "$layout" "$layout.new"
        mkdir -p "$cache"
        "$here/image.pl" "$1" "$layout.new" "$2" ${3:+"$3"}
        mv "$layout.new" "$layout"
    fi
    printf '%s' "$layout"
}

# Writes what was measured so far.
save() {
    local directory part file
    for directory in "$work"/samples/*/; do
        [[ -d $directory ]] || continue
        part=$(basename "$directory")
        mkdir -p "$results"
        {
            printf 'part\t%s\nmachine\t%s\n' "$part" "$(machine)"
            cat "$work/labels" "$work/heads/$part" 2> /dev/null || true
            # Oldest first: the order of the tools' first turns.
            while read -r file; do
                awk -v name="$(basename "$file")" '
                    BEGIN { split(name, word, "."); OFS = "\t" }
                    { print "sample", word[1], word[2], word[3], $1, $2, $3 == "-" ? "-" : $3 * 1024, $4 }' "$file"
            done < <(stat --format '%.9W %n' "$directory"* | sort -n | cut -d' ' -f2)
        } > "$results/$begun-$part.tsv"
        printf 'results: %s\n' "$results/$begun-$part.tsv" >&2
    done
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
    for tool in umoci containerd skopeo buildah podman; do
        tools+="$(command "$tool" --version | awk -v tool="$tool" '{ print tool, $3 }'), "
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
