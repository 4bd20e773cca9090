#!/bin/bash
# make.sh [DIR]: makes the images of testdata/ (or, into another DIR, a copy to compare with).
#
# The images are real: other people's tools wrote every one of them, from Debian packages. README.md says what each tag
# holds. Where no tool here writes a form that exists in the wild (bzip2 layers, several gzip members, nested indexes, Docker
# media types in a layout) jq rearranges what a tool has written, and that is said below.
#
# Needs root (owners, device nodes, capabilities) on Debian, and: buildah umoci skopeo jq attr libcap2-bin zstd bzip2 perl.
# Times and names are fixed, so a second run gives the same trees; digests change with the versions of packages and tools.
set -euo pipefail
export LC_ALL=C TZ=UTC
umask 022

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
target=$(mkdir -p "${1:-$here}" && cd "${1:-$here}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

layout=$work/layout
created=2024-01-02T03:04:05Z
stamp='2024-01-02 03:04:05.000000000'
history=(--history.created "$created")
export SOURCE_DATE_EPOCH=1704164645
packages=(busybox-static netbase bzip2 iputils-ping sensible-utils)

say() { printf '== %s\n' "$*" >&2; }

# The time of every path below the arguments.
stamp() { find "$@" -exec touch -h -d "$stamp" {} +; }

# A layer as GNU tar writes it: full nanoseconds, all xattrs, sorted. $1 is the tar, $2 the tree, then more options of tar.
gnu_tar() {
    local tar=$1 tree=$2
    shift 2
    tar -C "$tree" --create --file "$tar" --sort=name --numeric-owner "$@" .
}

pax=(--format=pax --pax-option='exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime' --xattrs --xattrs-include='*')

# Adds a tar to a tag as it is (umoci compresses it with gzip).
add_layer() {
    umoci raw add-layer --image "$layout:$1" "${history[@]}" --history.created_by "$3" "$2"
}

new_image() {
    umoci new --image "$layout:$1"
    umoci config --image "$layout:$1" --no-history --created "$created" --architecture amd64 --os linux \
        --config.env PATH=/usr/sbin:/usr/bin:/sbin:/bin --config.cmd /bin/sh
}

fetch_packages() {
    say "fetching ${packages[*]}"
    mkdir -p "$work/debs" "$work/packages"
    # apt's own user fetches.
    chmod 711 "$work" && chown _apt "$work/debs"
    (cd "$work/debs" && apt-get -q download "${packages[@]}" >&2)
    local name
    for name in "${packages[@]}"; do
        mkdir "$work/packages/$name"
        dpkg-deb -x "$work"/debs/"$name"_*.deb "$work/packages/$name"
        # Documentation would be most of the bytes.
        rm -rf "$work/packages/$name"/usr/share/{doc,man,locale,lintian,bug,applications,pixmaps}
        find "$work/packages/$name" -depth -type d -empty -delete
    done
}

# busybox: one gzip layer, by buildah. Applets are hardlinks, absolute symlinks and relative symlinks.
make_busybox() {
    say busybox
    local root=$work/busybox applet
    mkdir -p "$root"/{bin,sbin,dev,proc,sys,run,var,usr/bin,usr/sbin} "$root/etc"
    mkdir -m 1777 "$root/tmp"
    mkdir -m 0700 "$root/root"
    cp "$work"/packages/busybox-static/bin/busybox "$root/bin/busybox"
    for applet in sh ls cat; do ln "$root/bin/busybox" "$root/bin/$applet"; done
    "$root/bin/busybox" --list-full | while read -r applet; do
        case $applet in
            bin/*) [[ -e $root/$applet ]] || ln -s busybox "$root/$applet" ;;
            sbin/* | usr/*) mkdir -p "$root/${applet%/*}" && ln -s /bin/busybox "$root/$applet" ;;
        esac
    done
    printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' > "$root/etc/passwd"
    printf 'root:x:0:\nnogroup:x:65534:\n' > "$root/etc/group"
    stamp "$root"

    local store=(--root "$work/buildah" --runroot "$work/buildah-run" --storage-driver vfs) container
    container=$(buildah "${store[@]}" from scratch)
    buildah "${store[@]}" add -q "$container" "$root" / > "$work/log"
    buildah "${store[@]}" config --cmd /bin/sh --env PATH=/usr/sbin:/usr/bin:/sbin:/bin "$container"
    buildah "${store[@]}" commit -q --disable-compression=false --timestamp "$SOURCE_DATE_EPOCH" "$container" "oci:$layout:busybox" > "$work/log"
    buildah "${store[@]}" rm "$container" > "$work/log"
}

# layers: busybox and five layers more, each made another way.
make_layers() {
    say layers
    umoci tag --image "$layout:busybox" layers
    local bundle=$work/bundle root=$work/bundle/rootfs

    # 2. Debian packages, by umoci repack: bzip2 has hardlinks, ping gets file capabilities. Permitted are bits 1, 3, 13 and 15,
    # so that the value has the bytes 0x0a (a newline) and 0xa0 (not UTF-8).
    umoci unpack --image "$layout:layers" "$bundle"
    local name
    for name in netbase bzip2 iputils-ping sensible-utils; do
        cp -a "$work/packages/$name/." "$root/"
    done
    setcap cap_dac_override,cap_fowner,cap_net_raw,cap_ipc_owner+ep "$root/bin/ping"
    mkdir -p "$root"/opt/{app/{conf,cache/deep/er},data} "$root/srv/links"
    printf 'one\n' > "$root/opt/app/conf/one"
    printf 'two\n' > "$root/opt/app/conf/two"
    printf 'cached\n' > "$root/opt/app/cache/deep/er/file"
    printf 'was a file\n' > "$root/opt/app/becomes-a-directory"
    mkdir "$root/opt/app/becomes-a-file" && printf 'below\n' > "$root/opt/app/becomes-a-file/below"
    ln -s conf "$root/opt/app/becomes-a-real-directory"
    printf 'old data\n' > "$root/opt/data/old"
    printf 'shared\n' > "$root/srv/links/a"
    ln "$root/srv/links/a" "$root/srv/links/b"
    ln "$root/srv/links/a" "$root/srv/links/c"
    find "$root" -newermt "$created" -exec touch -h -d "$stamp" {} +
    umoci repack --image "$layout:layers" --refresh-bundle "${history[@]}" --history.created_by "umoci repack (packages)" "$bundle"

    # 3. Changes of every kind, by umoci repack: it finds them with mtree and writes whiteouts.
    rm "$root/etc/ethertypes" "$root/srv/links/c"
    rm -r "$root/opt/app/cache/deep"
    rm "$root/opt/app/becomes-a-directory" && mkdir "$root/opt/app/becomes-a-directory"
    printf 'inside\n' > "$root/opt/app/becomes-a-directory/inside"
    rm -r "$root/opt/app/becomes-a-file" && printf 'now a file\n' > "$root/opt/app/becomes-a-file"
    rm "$root/opt/app/becomes-a-real-directory" && mkdir "$root/opt/app/becomes-a-real-directory"
    printf 'real\n' > "$root/opt/app/becomes-a-real-directory/file"
    printf 'three\n' >> "$root/opt/app/conf/one"
    chmod 4755 "$root/bin/bzgrep"
    chown 1000:1001 "$root/opt/app/conf/two"
    setfattr -n user.comment -v 'set by layer 3' "$root/opt/app/conf/two"
    mkfifo -m 0640 "$root/opt/app/fifo"
    mknod -m 0660 "$root/opt/app/char" c 5 1
    ln -s ../../../../etc/passwd "$root/opt/app/above-the-root"
    printf 'latin-1 name\n' > "$root/opt/app/"$'caf\xe9'
    find "$root" -newermt "$created" -exec touch -h -d '2024-02-03 04:05:06' {} +
    umoci repack --image "$layout:layers" "${history[@]}" --history.created_by "umoci repack (changes)" "$bundle"

    # 4. An opaque directory, 5. a whiteout, both by umoci insert.
    mkdir -p "$work/data"
    printf 'new data\n' > "$work/data/new"
    stamp "$work/data"
    umoci insert --image "$layout:layers" --opaque "${history[@]}" --history.created_by "umoci insert --opaque" "$work/data" /opt/data
    umoci insert --image "$layout:layers" --whiteout "${history[@]}" --history.created_by "umoci insert --whiteout" /usr/share/sensible-utils

    # 6. Times between seconds, by GNU tar.
    mkdir -p "$work/times/opt/app/conf"
    printf 'precise\n' > "$work/times/opt/app/conf/precise"
    touch -d '2024-03-04 05:06:07.123456789' "$work/times/opt/app/conf/precise"
    touch -d '2024-03-04 05:06:07.500000000' "$work/times/opt/app/conf" "$work/times/opt/app"
    touch -d "$stamp" "$work/times/opt" "$work/times"
    gnu_tar "$work/times.tar" "$work/times" "${pax[@]}"
    add_layer layers "$work/times.tar" "GNU tar --format=pax"
}

# attributes: one small layer by GNU tar with everything that a file can have.
make_attributes() {
    say attributes
    local root=$work/attributes
    mkdir -p "$root"/{caps,links,modes,names,special,times,xattrs,acls,sticky}
    # Capabilities on an ordinary file: the kernel stores them the same. The values hold 0x0a and bytes from 0x80 up.
    for name in newline high both; do printf 'capable\n' > "$root/caps/$name"; done
    setcap cap_dac_override,cap_fowner+ep "$root/caps/newline"
    setcap cap_setuid,cap_ipc_owner+p "$root/caps/high"
    setcap cap_dac_override,cap_fowner,cap_setuid,cap_ipc_owner,cap_sys_time+ei "$root/caps/both"

    printf 'linked\n' > "$root/links/first"
    ln "$root/links/first" "$root/links/second"
    ln "$root/links/first" "$root/names/linked-from-another-directory"
    ln -s first "$root/links/relative"
    ln -s /links/first "$root/links/absolute"
    ln -s /nowhere "$root/links/dangling"
    ln -s loop "$root/links/loop"
    ln -s ../../../../../../etc "$root/links/escaping"
    ln "$root/links/relative" "$root/links/hardlink-to-a-symlink"
    ln -s "$(printf 'long/%.0s' {1..60})" "$root/links/long-target"

    local mode
    for mode in 0000 0400 0644 0777 1644 2755 4711 6755; do
        printf '%s\n' "$mode" > "$root/modes/$mode"
        chmod "$mode" "$root/modes/$mode"
    done
    chmod 1777 "$root/sticky"
    chmod 2750 "$root/modes"
    chown 123:456 "$root/modes/0644"
    chown 4294967294:4294967294 "$root/modes/0400"
    chown -h 7:8 "$root/links/dangling"

    printf 1 > "$root/names/"$'caf\xe9'
    printf 2 > "$root/names/"$'\xff\xfe'
    printf 3 > "$root/names/café"
    printf 4 > "$root/names/new"$'\n'"line"
    printf 5 > "$root/names/ with spaces "
    printf 6 > "$root/names/back\\slash"
    printf 7 > "$root/names/colon:comma,equals="
    printf 8 > "$root/names/-dash"
    printf 9 > "$root/names/$(printf 'n%.0s' {1..255})"
    printf 10 > "$root/names/wh.not-a-whiteout"
    mkdir "$root/names/"$'directory\x80'

    mkfifo -m 0600 "$root/special/fifo"
    mknod -m 0666 "$root/special/null" c 1 3
    mknod -m 0660 "$root/special/large-numbers" c 300 70000
    mknod -m 0640 "$root/special/block" b 7 200

    local name
    for name in nanosecond half before-1970 epoch after-2038 after-2106; do printf '%s' "$name" > "$root/times/$name"; done
    ln -s nowhere "$root/times/symlink"

    printf x > "$root/xattrs/file"
    setfattr -n user.text -v 'a value' "$root/xattrs/file"
    setfattr -n user.empty "$root/xattrs/file"
    setfattr -n user.binary -v 0x000a80ff3d00 "$root/xattrs/file"
    setfattr -n 'user.a name with spaces' -v 1 "$root/xattrs/file"
    setfattr -n user.on-a-directory -v 1 "$root/xattrs"
    setfattr -n user.large -v "$(printf 'v%.0s' {1..2000})" "$root/xattrs/file"
    setfattr -n user.root -v 'the root directory has xattrs too' "$root"
    chmod 0751 "$root"

    # What no file system here tells apart from a plain mode is not an ACL, so these name a user and have a default.
    printf x > "$root/acls/file"
    printf x > "$root/acls/without-its-own"
    setfacl -m u:1234:r,g:4321:rw "$root/acls/file"
    setfacl -m u:1234:rwx -d -m u:1234:rx "$root/acls"

    stamp "$root"
    touch -d '2024-05-06 07:08:09.000000001' "$root/times/nanosecond"
    touch -d '2024-05-06 07:08:09.5' "$root/times/half"
    touch -d '1969-12-31 23:59:58.25' "$root/times/before-1970"
    touch -d '1970-01-01 00:00:00' "$root/times/epoch"
    touch -d '2039-01-01 00:00:00.75' "$root/times/after-2038"
    touch -d '2107-01-01 00:00:00' "$root/times/after-2106"
    touch -h -d '2024-05-06 07:08:09.987654321' "$root/times/symlink"
    touch -d '2024-05-06 07:08:10.999999999' "$root/times"

    new_image attributes
    gnu_tar "$work/attributes.tar" "$root" "${pax[@]}"
    add_layer attributes "$work/attributes.tar" "GNU tar --format=pax --xattrs"
}

# formats: a layer in each format that GNU tar writes; what one cannot hold is left out of that layer.
make_formats() {
    say formats
    local root format
    new_image formats
    for format in v7 oldgnu gnu ustar pax; do
        root=$work/formats-$format
        mkdir -p "$root/$format/directory"
        printf '%s\n' "$format" > "$root/$format/file"
        ln -s file "$root/$format/symlink"
        ln "$root/$format/file" "$root/$format/hardlink"
        case $format in oldgnu | gnu | pax)
            # More than the 100 + 155 bytes of a ustar header: a long name record ('L', 'K') or a pax path.
            local deep
            deep=$root/$format/$(printf 'a-directory-with-a-long-name-%03d/' {1..10})
            mkdir -p "$deep" && printf 'deep\n' > "$deep/file"
            ln -s "$(printf 'target/%.0s' {1..40})" "$root/$format/long-symlink"
            # Owners past 2097151 do not fit in octal: base-256, or a pax record.
            chown 3000000:4000000 "$root/$format/file"
            mkfifo "$root/$format/fifo"
        esac
        case $format in ustar)
            # Split into the prefix and name fields.
            deep=$root/$format/$(printf 'a-directory-with-a-name-%02d/' {1..5})
            mkdir -p "$deep" && printf 'deep\n' > "$deep/file"
            mknod -m 0600 "$root/$format/device" c 1 5
        esac
        stamp "$root"
        local options=(--format="$format")
        [[ $format == pax ]] && options=("${pax[@]}")
        gnu_tar "$work/formats-$format.tar" "$root" "${options[@]}"
        add_layer formats "$work/formats-$format.tar" "GNU tar --format=$format"
    done
}

# sparse: each form of sparse file that GNU tar writes. umoci cannot read the old one (type 'S'), so its tree comes from a twin
# whose layers hold the same files written out in full.
make_sparse() {
    say sparse
    local root form options hole
    new_image sparse
    new_image sparse-twin
    for form in oldgnu gnu pax-0.0 pax-0.1 pax-1.0; do
        root=$work/sparse-$form
        mkdir -p "$root/$form"
        truncate -s 300000 "$root/$form/only-a-hole"
        truncate -s 3000000 "$root/$form/one-piece"
        printf 'middle' | dd of="$root/$form/one-piece" bs=1 seek=1500000 conv=notrunc status=none
        # More pieces than the four of an old GNU header, and data at the very end.
        for hole in {1..30}; do
            printf 'piece %d' "$hole" | dd of="$root/$form/many-pieces" bs=1 seek=$((hole * 65536)) conv=notrunc status=none
        done
        printf 'dense\n' > "$root/$form/dense"
        stamp "$root"
        case $form in
            pax-*) options=("${pax[@]}" --sparse-version="${form#pax-}") ;;
            *) options=(--format="$form") ;;
        esac
        gnu_tar "$work/sparse-$form.tar" "$root" "${options[@]}" --sparse
        gnu_tar "$work/dense-$form.tar" "$root" "${options[@]}"
        add_layer sparse "$work/sparse-$form.tar" "GNU tar --sparse, $form"
        add_layer sparse-twin "$work/dense-$form.tar" "GNU tar, $form"
    done
}

# whiteouts: small layers with whiteouts in the forms that tools other than umoci write.
make_whiteouts() {
    say whiteouts
    local base=$work/whiteouts/1 top=$work/whiteouts/2 last=$work/whiteouts/3
    mkdir -p "$base"/{gone/sub,opaque/old,partly,remade,stays} "$top"/{opaque/fresh,partly,remade,stays} "$last/opaque"
    printf g > "$base/gone/sub/file"
    printf o > "$base/opaque/old/file"
    printf o > "$base/opaque/same-name"
    printf 1 > "$base/partly/one" && printf 2 > "$base/partly/two"
    printf r > "$base/remade/old"
    printf s > "$base/stays/file"
    printf f > "$base/file"
    printf k > "$base/keeps-its-link" && ln "$base/keeps-its-link" "$base/loses-its-name"
    mknod "$base/device" c 1 3
    ln -s stays "$base/link-to-directory"
    stamp "$base"

    # Whiteouts for what is below, for what is not there, for a directory that is made again in the same layer.
    touch "$top"/.wh.gone "$top"/.wh.file "$top"/.wh.device "$top"/.wh.loses-its-name "$top"/.wh.link-to-directory
    touch "$top"/.wh.never-existed "$top"/stays/.wh.nothing "$top"/partly/.wh.two
    touch "$top/opaque/.wh..wh..opq" && printf n > "$top/opaque/same-name" && printf n > "$top/opaque/fresh/file"
    touch "$top/remade/.wh..wh..opq" && printf n > "$top/remade/new"
    stamp "$top"
    touch -d '2024-02-03 04:05:06' "$top/opaque/same-name" "$top/remade/new"

    # Names that were hidden come back.
    printf back > "$last/file"
    printf back > "$last/opaque/back"
    mkdir "$last/gone" && printf back > "$last/gone/back"
    stamp "$last"

    new_image whiteouts
    local layer
    for layer in 1 2 3; do
        gnu_tar "$work/whiteouts-$layer.tar" "$work/whiteouts/$layer" "${pax[@]}"
        add_layer whiteouts "$work/whiteouts-$layer.tar" "GNU tar, layer $layer"
    done
}

# loose: layers that cannot be applied alone: no entries for their directories, a hardlink to a file of the layer below.
make_loose() {
    say loose
    local base=$work/loose/base top=$work/loose/top
    mkdir -p "$base/shared/attributes/deep" "$base/links"
    printf below > "$base/shared/attributes/deep/below"
    printf target > "$base/links/target"
    chown 12:34 "$base/shared/attributes" && chmod 2751 "$base/shared/attributes"
    setfattr -n user.kept -v yes "$base/shared/attributes"
    stamp "$base"

    cp -a "$base/." "$work/loose/both"
    printf above > "$work/loose/both/shared/attributes/deep/above"
    ln "$work/loose/both/links/target" "$work/loose/both/links/hardlink"
    touch -d '2024-02-03 04:05:06' "$work/loose/both/shared/attributes/deep/above"
    stamp "$work/loose/both/links"

    new_image loose
    gnu_tar "$work/loose-base.tar" "$base" "${pax[@]}"
    add_layer loose "$work/loose-base.tar" "GNU tar"
    # tar writes the later name of a group as a hardlink; without the entry of the first, its target is in the layer below.
    tar -C "$work/loose/both" "${pax[@]}" -cf "$work/loose-top.tar" --no-recursion \
        ./shared/attributes/deep/above ./links/target ./links/hardlink
    tar --delete -f "$work/loose-top.tar" ./links/target
    add_layer loose "$work/loose-top.tar" "GNU tar --no-recursion; tar --delete"
}

# repeated: a layer that is twice in the chain, and an empty one.
make_repeated() {
    say repeated
    local one=$work/repeated/one two=$work/repeated/two empty=$work/repeated/empty
    mkdir -p "$one/etc" "$two/etc" "$empty"
    printf 'from one\n' > "$one/etc/file" && printf 1 > "$one/one"
    printf 'from two\n' > "$two/etc/file" && printf 2 > "$two/two" && touch "$two/.wh.one"
    stamp "$one" "$two" "$empty"
    new_image repeated
    gnu_tar "$work/one.tar" "$one" "${pax[@]}"
    gnu_tar "$work/two.tar" "$two" "${pax[@]}"
    # 10,240 zero bytes: an archive without entries.
    tar -cf "$work/empty.tar" --files-from /dev/null
    add_layer repeated "$work/one.tar" one
    add_layer repeated "$work/two.tar" two
    add_layer repeated "$work/empty.tar" empty
    add_layer repeated "$work/one.tar" "one again"
}

# What umoci unpacks, as the expected tree of a tag.
expect() {
    local tag=$1
    say "tree of $tag"
    umoci unpack --image "$layout:$tag" "$work/unpack-$tag"
    "$here/tree.pl" "$work/unpack-$tag/rootfs" > "$work/trees/$tag.tree"
    rm -rf "$work/unpack-$tag"
}

# Stores a file as a blob and prints its descriptor's digest and size as JSON members.
put_blob() {
    local digest
    digest=$(sha256sum "$1" | cut -d' ' -f1)
    cp "$1" "$layout/blobs/sha256/$digest"
    printf '"digest":"sha256:%s","size":%d' "$digest" "$(stat -c %s "$1")"
}

manifest_of() { jq -c --arg tag "$1" '.manifests[] | select(.annotations["org.opencontainers.image.ref.name"] == $tag)' "$layout/index.json"; }
blob_of() { jq -r '.digest | sub(":"; "/")' <<< "$1" | sed "s,^,$layout/blobs/,"; }

# add_tag NAME MEDIATYPE FILE: stores a manifest or index and tags it.
add_tag() {
    local descriptor
    descriptor="{\"mediaType\":\"$2\",$(put_blob "$3"),\"annotations\":{\"org.opencontainers.image.ref.name\":\"$1\"}}"
    jq -c --argjson new "$descriptor" '.manifests += [$new]' "$layout/index.json" > "$work/index.json"
    cp "$work/index.json" "$layout/index.json"
}

# zstd: the layers of `layers`, compressed by skopeo.
make_zstd() {
    say zstd
    skopeo copy -q --dest-compress --dest-compress-format zstd "oci:$layout:layers" "oci:$work/zstd:zstd"
    skopeo copy -q "oci:$work/zstd:zstd" "oci:$layout:zstd"
}

# compressions: one image whose layers are compressed in six ways. The diffIDs are those of the image umoci made; only the blobs
# are compressed again (gzip, zstd, bzip2) and put in the manifest by jq.
make_compressions() {
    say compressions
    local dir=$work/compressions manifest layer media i=0
    mkdir -p "$dir"
    manifest=$(blob_of "$(manifest_of compressions)")
    jq -c 'del(.layers)' "$manifest" > "$dir/manifest"
    for layer in plain gzip gzip-members zstd zstd-frames bzip2; do
        local tar=$work/compression-$layer.tar half
        half=$(($(stat -c %s "$tar") / 2))
        media=application/vnd.oci.image.layer.v1.tar
        case $layer in
            plain) cp "$tar" "$dir/blob" ;;
            gzip) gzip -9nc "$tar" > "$dir/blob" && media+=+gzip ;;
            # Three members, one of them empty; the first with a name in its header.
            gzip-members)
                head -c "$half" "$tar" > "$dir/name.tar" && touch -d "$stamp" "$dir/name.tar"
                { gzip -Nc "$dir/name.tar"; gzip -nc < /dev/null; tail -c +$((half + 1)) "$tar" | gzip -1nc; } > "$dir/blob"
                media+=+gzip ;;
            zstd) zstd -q -19 -c "$tar" > "$dir/blob" && media+=+zstd ;;
            # A skippable frame first and in between, and two frames, the second without a checksum and with unknown size.
            zstd-frames)
                { printf '\x50\x2a\x4d\x18\x04\x00\x00\x00skip'; head -c "$half" "$tar" | zstd -q -3 -c
                  printf '\x5f\x2a\x4d\x18\x00\x00\x00\x00'; tail -c +$((half + 1)) "$tar" | zstd -q --no-check -c; } > "$dir/blob"
                media+=+zstd ;;
            # There is no media type for bzip2: old Docker archives have it under the plain one, and content decides.
            bzip2) bzip2 -9c "$tar" > "$dir/blob" ;;
        esac
        jq -c --argjson layer "{\"mediaType\":\"$media\",$(put_blob "$dir/blob")}" '.layers += [$layer]' "$dir/manifest" > "$dir/next"
        mv "$dir/next" "$dir/manifest"
        i=$((i + 1))
    done
    jq -c 'del(.manifests[] | select(.annotations["org.opencontainers.image.ref.name"] == "compressions"))' "$layout/index.json" > "$dir/index.json"
    cp "$dir/index.json" "$layout/index.json"
    add_tag compressions application/vnd.oci.image.manifest.v1+json "$dir/manifest"
}

# The source of the image above, with each layer's tar kept.
prepare_compressions() {
    local layer root
    new_image compressions
    for layer in plain gzip gzip-members zstd zstd-frames bzip2; do
        root=$work/compression-$layer
        mkdir -p "$root/$layer"
        seq -f "$layer %g" 1 2000 > "$root/$layer/numbers"
        printf '%s\n' "$layer" > "$root/last"
        stamp "$root"
        gnu_tar "$work/compression-$layer.tar" "$root" "${pax[@]}"
        add_layer compressions "$work/compression-$layer.tar" "$layer"
    done
}

# opaque-root: the second layer hides all of the first.
make_opaque_root() {
    say opaque-root
    local one=$work/opaque-root/one two=$work/opaque-root/two
    mkdir -p "$one/hidden/below" "$one/both" "$two/both"
    printf 1 > "$one/hidden/file" && printf 1 > "$one/both/one" && printf 2 > "$two/both/two"
    touch "$two/.wh..wh..opq"
    chmod 0711 "$two"
    stamp "$one" "$two"
    new_image opaque-root
    gnu_tar "$work/opaque-1.tar" "$one" "${pax[@]}"
    gnu_tar "$work/opaque-2.tar" "$two" "${pax[@]}"
    add_layer opaque-root "$work/opaque-1.tar" one
    add_layer opaque-root "$work/opaque-2.tar" two
}

# Two tiny images for two platforms, which the indexes name.
prepare_platforms() {
    local arch root
    for arch in amd64 arm64; do
        root=$work/platform-$arch
        mkdir -p "$root/etc"
        printf '%s\n' "$arch" > "$root/etc/architecture"
        stamp "$root"
        gnu_tar "$work/platform-$arch.tar" "$root" "${pax[@]}"
        new_image "platform-$arch"
        add_layer "platform-$arch" "$work/platform-$arch.tar" "$arch"
        umoci config --image "$layout:platform-$arch" --no-history --architecture "$arch" --os linux
    done
}

# multi: an index of two platforms, as buildah's builders write it, with an attestation (platform unknown/unknown) as BuildKit's
# do. nested: an index in an index. Descriptors put together by jq; the manifests are umoci's.
make_indexes() {
    say multi, nested
    local amd64 arm64 attestation list=application/vnd.oci.image.index.v1+json manifest=application/vnd.oci.image.manifest.v1+json
    amd64=$(manifest_of platform-amd64 | jq -c 'del(.annotations) | .platform = {architecture:"amd64",os:"linux"}')
    arm64=$(manifest_of platform-arm64 | jq -c 'del(.annotations) | .platform = {architecture:"arm64",os:"linux",variant:"v8"}')

    printf '{"_type":"https://in-toto.io/Statement/v0.1","predicate":{}}' > "$work/statement"
    printf '{"architecture":"unknown","os":"unknown","config":{},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
        "$(sha256sum "$work/statement" | cut -d' ' -f1)" > "$work/statement-config"
    printf '{"schemaVersion":2,"mediaType":"%s","config":{"mediaType":"application/vnd.oci.image.config.v1+json",%s},"layers":[{"mediaType":"application/vnd.in-toto+json",%s}]}' \
        "$manifest" "$(put_blob "$work/statement-config")" "$(put_blob "$work/statement")" > "$work/attestation"
    attestation="{\"mediaType\":\"$manifest\",$(put_blob "$work/attestation"),\"platform\":{\"architecture\":\"unknown\",\"os\":\"unknown\"},\"annotations\":{\"vnd.docker.reference.type\":\"attestation-manifest\",\"vnd.docker.reference.digest\":$(jq .digest <<< "$amd64")}}"

    printf '{"schemaVersion":2,"mediaType":"%s","manifests":[%s,%s,%s]}' "$list" "$arm64" "$amd64" "$attestation" > "$work/multi"
    add_tag multi "$list" "$work/multi"

    printf '{"schemaVersion":2,"manifests":[%s]}' "$arm64" > "$work/inner"
    printf '{"schemaVersion":2,"mediaType":"%s","manifests":[{"mediaType":"%s",%s},%s],"annotations":{"org.example.depth":"2"}}' \
        "$list" "$list" "$(put_blob "$work/inner")" "$amd64" > "$work/nested"
    add_tag nested "$list" "$work/nested"

    # The manifests stay under their own tags as well: a second way to the same digest.
}

# docker: `layers` with Docker's schema 2 media types. skopeo converts it on the way to a directory; jq only puts it in the layout.
make_docker() {
    say docker
    local blob
    skopeo copy -q --format v2s2 "oci:$layout:whiteouts" "dir:$work/docker"
    for blob in "$work"/docker/*; do
        case ${blob##*/} in manifest.json | version) ;; *) cp "$blob" "$layout/blobs/sha256/${blob##*/}" ;; esac
    done
    add_tag docker application/vnd.docker.distribution.manifest.v2+json "$work/docker/manifest.json"
}

# artifact: not an image. An empty config and two blobs of other types, one with its data in the descriptor too.
make_artifact() {
    say artifact
    printf '{}' > "$work/empty-config"
    printf 'name: chart\n' > "$work/chart"
    printf 'signed\n' > "$work/signature"
    printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","artifactType":"application/vnd.example.chart","config":{"mediaType":"application/vnd.oci.empty.v1+json",%s,"data":"e30="},"layers":[{"mediaType":"application/vnd.example.chart.v1+yaml",%s},{"mediaType":"application/vnd.example.signature",%s,"data":"%s"}],"annotations":{"org.example.empty":""}}' \
        "$(put_blob "$work/empty-config")" "$(put_blob "$work/chart")" "$(put_blob "$work/signature")" "$(base64 -w0 "$work/signature")" > "$work/artifact"
    add_tag artifact application/vnd.oci.image.manifest.v1+json "$work/artifact"
}

# Archives of `whiteouts`, by skopeo.
make_archives() {
    say archives
    mkdir -p "$work/archives"
    skopeo copy -q "oci:$layout:whiteouts" "docker-archive:$work/archives/docker-archive.tar:docker.io/library/whiteouts:latest"
    skopeo copy -q "oci:$layout:whiteouts" "oci-archive:$work/archives/oci-archive.tar:whiteouts"
}

# What was used, for the README's table.
write_sources() {
    {
        printf 'Tools\n'
        printf '  %s\n' "$(buildah --version)" "$(umoci --version)" "$(skopeo --version)" "$(tar --version | head -1)" \
            "$(zstd --version | grep -o 'v[0-9.]*' | sed 's/^/zstd /')" "$(gzip --version | head -1)" "$(jq --version)" \
            "$(sed 's/^/Debian /' /etc/debian_version)"
        printf 'Packages (name, version, architecture, sha256 of the .deb)\n'
        local deb
        for deb in "$work"/debs/*.deb; do
            printf '  %s %s\n' "$(dpkg-deb -W --showformat '${Package} ${Version} ${Architecture}' "$deb")" "$(sha256sum "$deb" | cut -d' ' -f1)"
        done
    } > "$work/SOURCES"
}

[[ $(id -u) == 0 ]] || { printf 'make.sh: needs root\n' >&2; exit 1; }
fetch_packages
make_busybox
make_layers
make_attributes
make_formats
make_sparse
make_whiteouts
make_loose
make_repeated
make_opaque_root
prepare_compressions
prepare_platforms

mkdir -p "$work/trees"
for tag in busybox layers attributes formats sparse-twin whiteouts loose repeated opaque-root compressions platform-amd64 platform-arm64; do
    expect "$tag"
done
# A second opinion: the tree that GNU tar read. umoci must agree but for the empty xattr, which it drops: an empty value of a pax
# record means "no value" to Go's reader. So that the expected tree is the right one, GNU tar's is kept.
"$here/tree.pl" "$work/attributes" > "$work/attributes.tree"
diff <(sed 's/user\.empty=,//' "$work/attributes.tree") "$work/trees/attributes.tree" >&2
cp "$work/attributes.tree" "$work/trees/attributes.tree"
umoci rm --image "$layout:sparse-twin"
umoci gc --layout "$layout"
mv "$work/trees/sparse-twin.tree" "$work/trees/sparse.tree"

# umoci knows neither zstd nor bzip2 nor Docker's types, so these come after it; their trees are those of the images they are
# made from.
make_zstd && cp "$work/trees/layers.tree" "$work/trees/zstd.tree"
make_compressions
make_indexes && mv "$work/trees/platform-amd64.tree" "$work/trees/multi.tree" && cp "$work/trees/multi.tree" "$work/trees/nested.tree"
rm "$work/trees/platform-arm64.tree"
make_docker && cp "$work/trees/whiteouts.tree" "$work/trees/docker.tree"
make_artifact
make_archives
write_sources

# Blobs that no tag needs any more (the first form of `compressions`).
grep -rhoE 'sha256:[0-9a-f]{64}' "$layout/index.json" "$layout"/blobs/sha256/ --binary-files=without-match | cut -d: -f2 | sort -u > "$work/named"
for blob in "$layout"/blobs/sha256/*; do
    grep -qx "${blob##*/}" "$work/named" || rm "$blob"
done

rm -rf "$target"/{layout,trees,archives,SOURCES}
cp -r "$work"/{layout,trees,archives,SOURCES} "$target/"
chmod -R u=rwX,go=rX "$target"/{layout,trees,archives,SOURCES}
du -sh "$target" >&2
