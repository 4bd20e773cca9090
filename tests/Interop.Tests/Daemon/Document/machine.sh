#!/bin/bash
# machine.sh WORK SCRIPT: runs lines of bash on a machine that looks freshly installed, in WORK/home, under a systemd that runs nothing else.
# What its services write is in WORK/log. Run it as the first process of a PID namespace, in mount, UTS and IPC namespaces of its own:
# everything that it starts and mounts ends with it. Its cgroups, which have WORK's last name, stay.
set -euo pipefail
work=$1
script=$2
name=${work##*/}

# Where hierarchies of cgroups are mounted, and how (cgroups(7)): "PLACE cgroup cpu,cpuacct", "PLACE cgroup2 rw".
mapfile -t hierarchies < <(sed -nE 's|^([^ ]+ ){4}([^ ]+) .* - (cgroup2?) [^ ]+ (rw,)?(.*)$|\2 \3 \5|p' /proc/self/mountinfo)

if (($# == 2)); then
    # One of its own in each, below the one that it is in: they become systemd's roots.
    for hierarchy in "${hierarchies[@]}"; do
        read -r place type options <<< "$hierarchy"
        [[ $type == cgroup ]] || options=
        parent=$place$(awk -F: -v own="$options" '$2 == own { print $3 }' /proc/self/cgroup)
        mkdir -p "$parent/$name"
        # Nobody enters before it has processors and memory (cpuset(7)).
        [[ $options != cpuset ]] || for file in cpuset.cpus cpuset.mems; do cat "$parent/$file" > "$parent/$name/$file"; done
        echo $$ > "$parent/$name/cgroup.procs"
    done
    exec unshare --cgroup "$0" "$@" entered
fi

# The machine's own programs and configuration, which the script may change; data of nobody; no daemons.
mount --make-rprivate /
for hierarchy in "${hierarchies[@]}"; do
    read -r place type options <<< "$hierarchy"
    umount -l "$place"
    case $type:$options in
        cgroup2:*) mount -t cgroup2 cgroup2 "$place" ;;
        cgroup:name=*) mount -t cgroup -o "none,$options" cgroup "$place" ;;
        *) mount -t cgroup -o "$options" cgroup "$place" ;;
    esac
done

# What other tests have mounted is not this machine's: here it would stay mounted when they take it away.
awk -v all="$(dirname "$work")/" -v own="$work" 'index($5, all) == 1 && index($5, own) != 1 { print $5 }' /proc/self/mountinfo | tac |
    while IFS= read -r mount; do umount -l "$(printf %b "$mount")" 2> /dev/null || true; done

for directory in etc usr/local; do
    mkdir -p "$work/$directory/upper" "$work/$directory/work"
    mount -t overlay -o "lowerdir=/$directory,upperdir=$work/$directory/upper,workdir=$work/$directory/work" overlay "/$directory"
done
mkdir -p "$work/lib" "$work/log"
mount --bind "$work/lib" /var/lib
mount -t tmpfs -o mode=755 tmpfs /run

# systemd sets some of the kernel's numbers, which are the real machine's too.
mount --bind /proc/sys /proc/sys
mount -o remount,bind,ro /proc/sys

# Its units are these and those that the script adds: none of the real machine's starts.
units=/run/machine
mkdir -p "$units/service.d"
for target in sysinit basic sockets local-fs network multi-user shutdown; do
    printf '[Unit]\nDefaultDependencies=no\n' > "$units/$target.target"
done
cp /lib/systemd/system/containerd.service "$units"
printf '[Service]\nStandardOutput=append:%s/log/%%N\nStandardError=inherit\n' "$work" > "$units/service.d/log.conf"
cat > "$units/script.service" << EOF
[Unit]
DefaultDependencies=no
SuccessAction=exit-force
FailureAction=exit-force
FailureActionExitStatus=1
[Service]
Type=oneshot
TimeoutStartSec=infinity
WorkingDirectory=$work/home
PassEnvironment=CONTAINERD_NAMESPACE
Environment=PATH=/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin
ExecStart=/bin/bash -euxo pipefail $script
EOF

# As the manager of a container it ends with the exit code that it is told (systemd(1), CONTAINER INTERFACE), and leaves the hardware alone.
exec env container=test "SYSTEMD_UNIT_PATH=/etc/systemd/system:$units" /lib/systemd/systemd --unit=script.service --log-target=null --show-status=no
