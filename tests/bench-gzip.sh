#!/bin/bash
# bench-gzip.sh [FILE…]: gzip encoders on one core: MB (10^6 bytes) of data for each second of CPU time, and the output in per cent of the data.
#
# Without files: the first 64 MiB of the largest layer of each image of `make images` (of big-file also the last 64 MiB), and random bytes.
# Beside what .NET has (tests/GzipBench) those of gzip, pigz, libdeflate-gzip and zstd that are installed, and, where there is Go
# with Debian's golang-github-klauspost-{compress,pgzip}-dev, Go's own (containerd 1.6, docker) and pgzip (umoci, buildah, podman).
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
images=${IMAGES:-$here/../.cache/images}
rounds=${ROUNDS:-3}
work=$(mktemp -d "${TMPDIR:-/tmp}/layerstore-bench-gzip-XXXXXX")
trap 'rm -rf "$work"' EXIT

# best FILE LABEL COMMAND…: the best of some rounds, on one core.
best() {
    local file=$1 label=$2 TIMEFORMAT='%U %S' size round
    shift 2
    size=$(stat -c %s "$file")
    for ((round = 0; round < rounds; round++)); do
        { time GOMAXPROCS=1 taskset -c 0 "$@" < "$file" > "$work/out"; } 2>> "$work/times"
    done
    awk -v label="$label" -v size="$size" -v out="$(stat -c %s "$work/out")" '
        NR == 1 || $1 + $2 < best { best = $1 + $2 }
        END { printf "%s\t%.0f\t%.2f\n", label, size / 1e6 / best, 100 * out / size }' "$work/times"
    rm "$work/times"
}

files=("$@")
if ((!${#files[@]})); then
    for image in "$images"/*/; do
        name=$(basename "$image")
        layer=$(ls -S "$image"/blobs/sha256/* | sed 1q)
        gzip -dc "$layer" | head -c 64M > "$work/$name" || true
        files+=("$work/$name")
    done
    if [[ -d $images/big-file ]]; then
        gzip -dc "$(ls -S "$images"/big-file/blobs/sha256/* | sed 1q)" | tail -c 64M > "$work/big-file-end"
        files+=("$work/big-file-end")
    fi
    head -c 32M /dev/urandom > "$work/random"
    files+=("$work/random")
fi

dotnet build "$here/GzipBench" --nologo --verbosity quiet --configuration Release --output "$work/bench" > "$work/build.log" \
    || { cat "$work/build.log" >&2; exit 1; }

go=
if command -v go > /dev/null && [[ -d /usr/share/gocode/src/github.com/klauspost/pgzip ]]; then
    cat > "$work/main.go" << 'END'
package main

import (
	"compress/gzip"
	"io"
	"os"

	"github.com/klauspost/pgzip"
)

func main() {
	var out io.WriteCloser = gzip.NewWriter(os.Stdout)
	if os.Args[1] == "pgzip" {
		out = pgzip.NewWriter(os.Stdout)
	}
	if _, err := io.Copy(out, os.Stdin); err != nil {
		panic(err)
	}
	if err := out.Close(); err != nil {
		panic(err)
	}
}
END
    GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$work/cache go build -o "$work/go-gzip" "$work/main.go"
    go=$work/go-gzip
fi

printf '%s, kernel %s\n' "$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1)" "$(uname -r)"
for file in "${files[@]}"; do
    printf '\n%s, %s bytes\tMB/s\t%%\n' "$(basename "$file")" "$(stat -c %s "$file")"
    DOTNET_PROCESSOR_COUNT=1 taskset -c 0 dotnet exec "$work/bench/GzipBench.dll" "$file"
    for level in 1 4 5 6; do best "$file" "gzip -$level" gzip -n "-$level"; done
    if command -v pigz > /dev/null; then best "$file" 'pigz -6' pigz -n -p 1 -6; fi
    if command -v libdeflate-gzip > /dev/null; then best "$file" 'libdeflate -5' libdeflate-gzip -c -5; fi
    if [[ -n $go ]]; then
        best "$file" 'Go compress/gzip' "$go" gzip
        best "$file" 'Go pgzip' "$go" pgzip
    fi
    if command -v zstd > /dev/null; then
        for level in 1 3; do best "$file" "zstd -$level" zstd -q -c --single-thread "-$level"; done
    fi
done | while IFS=$'\t' read -r label speed size; do
    printf '%-40s %8s %8s\n' "$label" "$speed" "$size"
done
