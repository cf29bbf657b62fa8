#!/bin/sh
# A VM of namespaces, for root only: processes, users, mounts, IPC and host name of its own, on an overlay of this
# computer's root. It has Debian's own configuration of sshd, cron and at, and is not enrolled.
#
#   namespace-vm.sh disk DIR                  makes its disk, of memory, and stays: the disk goes when this process ends
#   namespace-vm.sh boot DIR ID ADDRESS PORT  boots from the disk of the process in DIR/disk, and stays until it is off
#                                             With DIR/image.sh, the first boot from a disk runs that before it serves.
#   namespace-vm.sh run DIR COMMAND..         runs a command in the VM of the process in DIR/pid, as root
#
# Killing the process of `boot` pulls the plug.
set -eu

disk() {
  mkdir -p "$1/volume" "$1/root"
  exec unshare --mount sh "$(realpath "$0")" hold "$(realpath "$1")"
}

# In a namespace of its own: only VMs that enter it see the disk.
hold() {
  mount --make-rprivate /
  mount -t tmpfs -o mode=755,size=256m disk "$1/volume"
  mkdir -p "$1/volume/upper" "$1/volume/work"
  echo 'the disk is there'
  exec sleep infinity
}

boot() {
  dir=$(realpath "$1")
  : >"$dir/console"
  exec nsenter --mount --target "$(cat "$dir/disk")" unshare --mount --pid --fork --uts --ipc --kill-child \
    sh "$(realpath "$0")" start "$dir" "$2" "$3" "$4"
}

# In the new namespaces: makes the root file system, moves into it and becomes its init.
start() {
  dir=$1 id=$2
  mount --make-rprivate /
  mount -t overlay "$id" -o "lowerdir=/,upperdir=$dir/volume/upper,workdir=$dir/volume/work" "$dir/root"
  cd "$dir/root"
  mount -t proc proc proc
  mount -t tmpfs -o mode=755 run run
  mount -t tmpfs -o mode=1777 tmp tmp
  mount --rbind /dev dev
  mount -t devpts -o newinstance,gid=5,mode=620,ptmxmode=666 devpts dev/pts
  mount -t tmpfs -o mode=1777 shm dev/shm
  # What the VM prints on its console stands in DIR/console.
  [ ! -e dev/console ] || mount --bind "$dir/console" dev/console
  hostname "$id"
  mkdir -p run/sshd .before
  mkdir -m 1777 run/lock
  [ -e etc/ssh/sshd_config.d/50-here.conf ] || configure "$3" "$4"
  pivot_root . .before
  umount -l /.before
  rmdir /.before
  cron
  atd
  # The shell that is init collects the orphans, while sshd serves.
  /usr/sbin/sshd -D -E /var/log/sshd.log &
  echo $$ >/run/init
  echo 'the VM is on'
  while :; do wait || sleep 1; done
}

# Debian's own configuration, without what this computer has of vm-pool.
configure() {
  rm -rf etc/ssh/vm-pool etc/ssh/sshd_config.d/* etc/ssh/ssh_host_* etc/nologin root/.ssh usr/local/lib/vm-pool \
    usr/local/sbin/vm-pool-clean
  cp usr/share/openssh/sshd_config etc/ssh/sshd_config
  ssh-keygen -q -t ed25519 -N '' -C '' -f etc/ssh/ssh_host_ed25519_key
  # The homes of this computer stay out: the VM's users may have the same numbers.
  rm -rf home
  mkdir home
  [ ! -e "$dir/image.sh" ] || chroot . sh -e <"$dir/image.sh"
  printf 'ListenAddress %s\nPort %s\nLogLevel VERBOSE\nMaxStartups 100\n' "$1" "$2" >etc/ssh/sshd_config.d/50-here.conf
}

run() {
  init=$(pgrep -P "$(cat "$1/pid")" -o)
  shift
  exec nsenter --target "$init" --mount --pid --uts --ipc --root env --chdir=/ "$@"
}

command=$1
shift
"$command" "$@"
