#!/bin/bash
# make-archive.sh NAME OUT: a tree of every kind of file, packed by one tool in one format (NAME is TOOL-FORMAT). What the format
# cannot say is not in the tree.
set -euo pipefail
export LC_ALL=C TZ=UTC
umask 022

name=$1 out=$2
work=$(mktemp -d "$out.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/tree"
cd "$work/tree"

long=$(printf 'a-directory-name-of-some-length/%.0s' {1..5})

plain_files() { # what even the oldest format holds
    mkdir -p dir/sub/empty links
    printf 'one\n' > dir/one
    printf 'two\n' > dir/sub/two
    head -c 70000 /dev/zero | tr '\0' x > dir/large
    : > dir/empty
    printf 'space\n' > 'dir/with space and \backslash'
    ln -s ../dir/one links/relative
    ln -s /nowhere links/dangling
    ln dir/one links/hard
    chmod 4755 dir/large
    chmod 0600 dir/sub/two
    chmod 1777 dir/sub/empty
    chown 1000:1001 dir/sub/two
    chown -h 7:8 links/dangling
}

special_files() { # from ustar on
    mknod null c 1 3
    mknod block b 7 200
    mkfifo -m 0620 fifo
    mkdir -p "$long"
    printf 'deep\n' > "${long}deep"
    ln -s ../../dir "${long}link"
}

long_names() { # longer than ustar's prefix and name
    mkdir -p "$long$long"
    printf 'deeper\n' > "$long${long}deeper"
    printf 'n\n' > "dir/$(printf 'n%.0s' {1..200})"
    ln -s "$long$long" links/long
    ln "$long${long}deeper" links/hard-to-long
    printf 'utf-8\n' > dir/café
    printf 'latin-1\n' > "dir/"$'caf\xe9'
}

large_numbers() {
    printf 'owner\n' > dir/large-owner
    chown 3000000:4294967294 dir/large-owner
}

attributes() {
    setfattr -n user.comment -v 'a = b' dir/one
    setfattr -n user.binary -v 0x000a80ff3d dir/sub
    setcap cap_net_raw,cap_dac_override,cap_fowner+ep dir/large
    setfacl -m u:1234:r,g:4321:rw dir/sub/two
    setfacl -d -m u:1234:rx dir/sub
}

times() { # times FRACTION
    find . -depth -exec touch -h -d "2024-01-02 03:04:05$1" {} +
    touch -d "2001-02-03 04:05:06$1" dir/one
}

# Paths in the same order everywhere.
paths() { find . -mindepth 1 | sort; }

gnu_tar() { tar --create --file "$out" --sort=name --numeric-owner --format="$1" "${@:2}" .; }

case $name in
    gnu-v7) plain_files; times ''; gnu_tar v7 ;;
    gnu-oldgnu) plain_files; special_files; long_names; large_numbers; times ''; gnu_tar oldgnu ;;
    gnu-gnu) plain_files; special_files; long_names; large_numbers; times ''; gnu_tar gnu ;;
    gnu-incremental) plain_files; times ''; gnu_tar gnu --listed-incremental="$work/list" ;;
    gnu-label) plain_files; times ''; gnu_tar gnu --label 'a label' ;;
    gnu-ustar) plain_files; special_files; times ''; gnu_tar ustar ;;
    gnu-pax) plain_files; special_files; long_names; large_numbers; attributes; times .123456789; gnu_tar pax --xattrs --xattrs-include='*' --acls ;;
    gnu-pax-global)
        plain_files; times .5
        gnu_tar pax --pax-option='globexthdr.name=global,comment=of the archive,uid=77,mtime:=1000000000.25'
        ;;
    gnu-absolute) plain_files; times ''; tar -P -c -f "$out" --sort=name --transform "s,^$PWD,,;s,^$,/," "$PWD" ;;
    bsdtar-v7) plain_files; times ''; bsdtar --format v7 -cf "$out" --numeric-owner . ;;
    bsdtar-ustar) plain_files; special_files; times ''; bsdtar --format ustar -cf "$out" . ;;
    bsdtar-gnutar) plain_files; special_files; large_numbers; times ''; bsdtar --format gnutar -cf "$out" . ;;
    bsdtar-pax)
        plain_files; special_files; long_names; large_numbers; attributes; times .123456789
        LC_ALL=C.UTF-8 bsdtar --format pax -cf "$out" .
        ;;
    busybox-tar) plain_files; special_files; long_names; times ''; /bin/busybox tar -c -f "$out" . ;;
    cpio-ustar) plain_files; special_files; times ''; paths | cpio --quiet -o -H ustar > "$out" ;;
    cpio-tar) plain_files; times ''; paths | cpio --quiet -o -H tar > "$out" ;;
    python-ustar | python-gnu | python-pax)
        plain_files; special_files
        case $name in *-gnu | *-pax) long_names; large_numbers ;; esac
        case $name in *-pax) times .25 ;; *) times '' ;; esac
        python3 -c '
import sys, tarfile
with tarfile.open(sys.argv[1], "w", format=getattr(tarfile, sys.argv[2].upper() + "_FORMAT"), encoding="utf-8", errors="surrogateescape") as archive:
    archive.add(".")' "$out" "${name#python-}"
        ;;
    perl-tar) plain_files; special_files; times ''; perl -MArchive::Tar -e 'my $t = Archive::Tar->new; $t->add_files(@ARGV[1..$#ARGV]); $t->write($ARGV[0]) or die' "$out" dir/one dir/sub/two links/relative "${long}deep" ;;
    dpkg-deb)
        plain_files; special_files; times ''
        mkdir -m 0755 DEBIAN
        printf 'Package: example\nVersion: 1\nArchitecture: all\nMaintainer: nobody <nobody@example.org>\nDescription: example\n' > DEBIAN/control
        rm "${long}link"
        SOURCE_DATE_EPOCH=1704164645 dpkg-deb --build . "$work/example.deb" > "$work/log"
        dpkg-deb --fsys-tarfile "$work/example.deb" > "$out"
        ;;
    git-archive)
        plain_files; rm -r dir/sub/empty
        export HOME=$work GIT_AUTHOR_DATE='@1704164645 +0000' GIT_COMMITTER_DATE='@1704164645 +0000'
        git init -q . && git add . && git -c user.name=nobody -c user.email=nobody@example.org commit -q -m one
        git -c tar.umask=022 archive --format tar -o "$out" HEAD
        ;;
    umoci-insert)
        plain_files; special_files; long_names; attributes; times .75
        umoci init --layout "$work/layout" && umoci new --image "$work/layout:one"
        umoci insert --image "$work/layout:one" --history.created 2024-01-02T03:04:05Z "$PWD" /inserted
        blob() { jq -r "$1" "$2" | sed "s,sha256:,$work/layout/blobs/sha256/,"; }
        gzip -dc "$(blob '.layers[0].digest' "$(blob '.manifests[0].digest' "$work/layout/index.json")")" > "$out"
        ;;
    buildah-add)
        plain_files; special_files; long_names; attributes; times .75
        store=(--root "$work/buildah" --runroot "$work/run" --storage-driver vfs)
        export TMPDIR=$work
        container=$(buildah "${store[@]}" from scratch)
        buildah "${store[@]}" add -q "$container" "$PWD" / > "$work/log"
        buildah "${store[@]}" commit -q --disable-compression --timestamp 1704164645 "$container" "oci:$work/layout:one" > "$work/log"
        buildah "${store[@]}" rm "$container" > "$work/log"
        blob() { jq -r "$1" "$2" | sed "s,sha256:,$work/layout/blobs/sha256/,"; }
        layer=$(blob '.layers[0].digest' "$(blob '.manifests[0].digest' "$work/layout/index.json")")
        gzip -dc "$layer" > "$out" 2> /dev/null || cp "$layer" "$out"
        ;;
    *) echo "make-archive.sh: unknown: $name" >&2; exit 1 ;;
esac
