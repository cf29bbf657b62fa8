#!/bin/sh
# A VM of namespaces, for root only: processes, users, mounts, IPC and host name of its own, on an overlay of this
# computer's root. It has Debian's own configuration of sshd, cron and at, and is not enrolled.
#
#   namespace-vm.sh boot DIR ID PORT   boots it, and stays until it is off; the root volume DIR/volume is made if missing
#   namespace-vm.sh run DIR COMMAND..  runs a command in it as root
#
# Killing the process of `boot` pulls the plug. The volume is of memory and goes with it.
set -eu

boot() {
  mkdir -p "$1"
  dir=$(realpath "$1")
  exec unshare --mount --pid --fork --uts --ipc --kill-child sh "$(realpath "$0")" start "$dir" "$2" "$3"
}

# In the new namespaces: makes the root file system, moves into it and becomes its init.
start() {
  dir=$1 id=$2 port=$3
  mount --make-rprivate /
  mkdir -p "$dir/volume" "$dir/root"
  mount -t tmpfs -o mode=755,size=256m "$id" "$dir/volume"
  mkdir -p "$dir/volume/upper" "$dir/volume/work"
  mount -t overlay "$id" -o "lowerdir=/,upperdir=$dir/volume/upper,workdir=$dir/volume/work" "$dir/root"
  cd "$dir/root"
  mount -t proc proc proc
  mount -t tmpfs -o mode=755 run run
  mount -t tmpfs -o mode=1777 tmp tmp
  mount --rbind /dev dev
  mount -t devpts -o newinstance,gid=5,mode=620,ptmxmode=666 devpts dev/pts
  mount -t tmpfs -o mode=1777 shm dev/shm
  hostname "$id"
  mkdir -p run/sshd .before
  mkdir -m 1777 run/lock
  configure "$port"
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
  printf 'ListenAddress 127.0.0.1\nPort %s\nLogLevel VERBOSE\nMaxStartups 100\n' "$1" >etc/ssh/sshd_config.d/50-here.conf
  ssh-keygen -q -t ed25519 -N '' -C '' -f etc/ssh/ssh_host_ed25519_key
  # The homes of this computer stay out: the VM's users may have the same numbers.
  rm -rf home
  mkdir home
}

run() {
  init=$(pgrep -P "$(cat "$1/pid")" -o)
  shift
  exec nsenter --target "$init" --mount --pid --uts --ipc --root env --chdir=/ "$@"
}

command=$1
shift
"$command" "$@"
