#!/bin/bash
# scripted-tree.sh DIR forward|backward: makes the same tree in DIR every time, on whatever DIR holds. Only the order in which the files
# are made differs, and with it the order in which the file system lists them and which of two hard links came first.
set -euo pipefail
export LC_ALL=C TZ=UTC
umask 022

cd "$1"
backward=$([[ $2 == backward ]] && echo yes || true)
order() { if [[ -n $backward ]]; then tac; else cat; fi; }

# What is below changes, so that a layer on top of an image has whiteouts.
rm -rf bin/ash usr/sbin var
printf 'a file now\n' > var

mkdir data
printf 'data/%s\n' many links special names deep xattrs | order | xargs mkdir
seq -f 'data/many/%03.0f' 0 299 | order | while read -r name; do printf '%s\n' "$name" > "$name"; done

# Several blocks of the compressor: text, what cannot be packed, and holes.
seq 1 400000 > data/text
openssl enc -aes-128-ctr -K 00 -iv 00 -in /dev/zero 2> /dev/null | head -c 3000000 > data/noise || [[ -s data/noise ]]
truncate -s 3000000 data/sparse
printf 'end' | dd of=data/sparse bs=1 seek=2000000 conv=notrunc status=none

printf 'linked\n' > data/links/0
printf 'data/links/%s\n' a b c | order | while read -r name; do ln data/links/0 "$name"; done
rm data/links/0
ln -s ../many/001 data/links/relative
ln -s /nowhere data/links/dangling
printf '%s\n' data/links/symlink-1 data/links/symlink-2 | order | while read -r name; do ln -P data/links/relative "$name"; done

mkfifo -m 0620 data/special/fifo
mknod -m 0666 data/special/null c 1 3
mknod -m 0660 data/special/block b 7 200

names=(' space' 'back\slash' '-dash' $'new\nline' 'café' $'caf\xe9' $'\xff\xfe' "$(printf 'n%.0s' {1..255})" 'A' 'a' 'a.b' 'a-b' 'a b' 'aa')
for ((i = 0; i < ${#names[@]}; i++)); do
    name=${names[${backward:+-1-}i]}
    printf '%s\n' "${#name}" > "data/names/$name"
done
deep=data/deep/$(printf 'a-part-of-a-long-path/%.0s' {1..60})
mkdir -p "$deep"
printf 'deep\n' > "$deep/file"

printf 'x\n' > data/xattrs/file
setfattr -n user.comment -v 'a = b' data/xattrs/file
setfattr -n user.binary -v 0x000a80ff3d00 data/xattrs/file
setfattr -n user.empty data/xattrs/file
setfattr -n trusted.note -v kept data/xattrs/file
setcap cap_net_raw,cap_dac_override,cap_fowner+ep data/xattrs/file
setfacl -m u:1234:r,g:4321:rw data/xattrs
setfacl -d -m u:1234:rx data/xattrs

chown -h 7:8 data/links/dangling
chown 3000000:4294967294 data/many/100
chmod 4711 data/many/101
chmod 1777 data/special
chmod 0000 data/many/102

find data var -depth -exec touch -h -d '2024-01-02 03:04:05.123456789' {} +
touch -d '2024-01-02 03:04:05' data/many/0*
touch -d '1969-12-31 23:59:58.25' data/many/200
touch -d '2030-06-07 08:09:10.5' data/many/201 data/deep
for name in bin usr; do [[ ! -d $name ]] || touch -d '2024-05-06 07:08:09.999999999' "$name"; done
touch -d '2024-05-06 07:08:09.000000001' .
