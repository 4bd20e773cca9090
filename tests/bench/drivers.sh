#!/bin/bash
# drivers.sh: the drivers beside each other, with one large file (256 MB) and with thousands of small ones (5,000).
#
#   commit   of a container that wrote them
#   build    five steps on them: mount, change a file, commit
#   rm       of that container
#   rmi      of the images that the steps made
#
# RUNS times (5), the drivers in turn. Needs root; Debian: perl time.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR
. "$here/lib.sh"
. "$here/peers.sh"

label layerstore 'overlay'
label layerstore-erofs 'erofs'
label layerstore-native 'native'
mapfile -t tools < <(picked layerstore layerstore-erofs layerstore-native)
steps=${STEPS:-5}

write() {    # write KIND
    if [[ $1 == large ]]; then
        "$repository/testdata/big-file.sh" 2> /dev/null | head -c 256000000 > "$mounted/file" || true
    else
        perl -e 'for my $file (0 .. 4999) { my $directory = sprintf "%s/%02d", $ARGV[0], $file / 100; mkdir $directory;
            open my $out, ">", "$directory/$file" or die "$!\n"; print $out "a line of file $file\n" x (1 + $file % 100); }' "$mounted"
    fi
}

# The steps of a build, as a shell runs them: each on the image of the step before, which has what was written.
build() {    # build TOOL FILE
    local command
    # shellcheck disable=SC2016
    command='for i in $(seq "$3"); do
        "$1" --root "$2/store" mount "step$((i - 1))" "$2/build" --key "b$i" && echo "$i" >> "$2/build/changed-$((i % 2))" &&
            "$1" --root "$2/store" umount "$2/build" && "$1" --root "$2/store" commit "b$i" "step$i" || exit
    done'
    measure "$2" bash -c "$command" bash "$layerstore" "$base/$1" "$steps"
}

once() {    # once TOOL KIND
    new_disk
    base=$work/disk
    "$1_import" "$(image 100 1)"
    "$1_mount" one
    write "$2"
    "$1_unmount" one
    sync
    measure_store "$1" "$(into drivers "commit-$2" "$1")" commit one step0
    sync
    build "$1" "$(into drivers "build-$2" "$1")"
    sync
    "$1_rm" "$(into drivers "rm-$2" "$1")" one
    sync
    for ((step = 1; step <= steps; step++)); do store "$1" snapshot rm "b$step" > /dev/null; done
    # shellcheck disable=SC2046
    measure_store "$1" "$(into drivers "rmi-$2" "$1")" rmi $(seq -f 'step%g' 0 "$steps")
    "$1_close"
    drop_disk
}

for kind in large small; do
    if [[ $kind == large ]]; then what='one file of 256 MB'; else what='5,000 small files'; fi
    about drivers scenario commit-$kind "commit, $what" ''
    about drivers scenario build-$kind "$steps steps of a build, $what" ''
    about drivers scenario rm-$kind "rm, $what" ''
    about drivers scenario rmi-$kind "rmi of $((steps + 1)) images, $what" ''
    for ((run = 1; run <= runs; run++)); do
        printf '%s, run %d of %d\n' "$kind" "$run" "$runs" >&2
        for tool in "${tools[@]}"; do once "$tool" "$kind"; done
    done
done
