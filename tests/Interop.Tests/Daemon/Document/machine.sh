#!/bin/bash
# machine.sh WORK SCRIPT: runs lines of bash on a machine that looks freshly installed, in WORK/home. Run it in mount and PID namespaces of
# its own: everything that it starts and mounts ends with it.
set -euo pipefail
work=$1
script=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# The machine's own programs and configuration, which the script may change; data of nobody; no daemons.
mount --make-rprivate /

# What other tests have mounted is not this machine's: here it would stay mounted when they take it away.
awk -v all="$(dirname "$work")/" -v own="$work" 'index($5, all) == 1 && index($5, own) != 1 { print $5 }' /proc/self/mountinfo | tac |
    while IFS= read -r mount; do umount -l "$(printf %b "$mount")" 2> /dev/null || true; done

for name in etc usr/local; do
    mkdir -p "$work/$name/upper" "$work/$name/work"
    mount -t overlay -o "lowerdir=/$name,upperdir=$work/$name/upper,workdir=$work/$name/work" overlay "/$name"
done
mkdir -p "$work/lib"
mount --bind "$work/lib" /var/lib
mount -t tmpfs tmpfs /run
install -D "$here/systemctl" /usr/local/bin/systemctl

PATH=/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin
cd "$work/home"
bash -euxo pipefail "$script" < /dev/null || {
    status=$?
    tail -n 50 /run/units/*.log >&2
    exit $status
}
