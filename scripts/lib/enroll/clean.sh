#!/bin/sh
# /usr/local/lib/vm-pool/clean.sh SERIAL: makes this VM clean for its next user. It ends all that the borrower runs,
# removes all that the borrower owns, and revokes the certificates up to SERIAL. vm-pool-clean calls it.
#
# It undoes what a user without root can do. It runs nothing of the borrower's and follows none of their links.
set -u
# shellcheck source=scripts/lib/enroll/borrower.sh
. /usr/local/lib/vm-pool/borrower.sh
serial=$1

fail() {
  echo "$1"
  exit 1
}

begin() { echo "$1" >"$VM_POOL_RUN/step"; }

# sshd lets only root in while this file is there.
close_the_door() { echo 'vm-pool: this VM is being made ready for its next user' >/etc/nologin; }

# A new list of revoked certificates replaces the old one at once. It never covers less than the old one.
revoke() {
  revoked=$(cat "$etc/krl.serial" 2>/dev/null)
  case $revoked in '' | *[!0-9]*) revoked=0 ;; esac
  [ "$revoked" -ge "$serial" ] || revoked=$serial
  update='' list=$VM_POOL_RUN/krl
  rm -f "$list"
  # A serial is revoked for one authority, so each that the VM trusts needs its own range.
  while read -r authority; do
    case $authority in '' | '#'*) continue ;; esac
    echo "$authority" >"$VM_POOL_RUN/ca.pub"
    # shellcheck disable=SC2086 # no word when the list is new
    echo "serial: 1-$revoked" | ssh-keygen -q -k $update -f "$list" -s "$VM_POOL_RUN/ca.pub" - || return 1
    update=-u
  done <"$etc/ca.pub"
  [ -s "$list" ] && install -m 644 "$list" "$etc/krl.new" && mv -f "$etc/krl.new" "$etc/krl" &&
    echo "$revoked" >"$etc/krl.serial"
}

remove_jobs() {
  rm -f "/var/lib/systemd/linger/$login" "/var/spool/cron/crontabs/$login" "/var/spool/cron/$login" \
    "/var/spool/cron/tabs/$login"
  for spool in /var/spool/cron/atjobs /var/spool/at /var/spool/atjobs; do
    [ ! -d "$spool" ] || find "$spool" -xdev -type f -uid "$uid" -delete
  done
}

# One kill by the borrower's own user id reaches all of its processes at once, those of its sub-uids too, so that
# nothing can fork out of its way. They can stop this one, but not root's, which ends them one by one then.
end_processes() {
  rounds=30
  while :; do
    timeout -s KILL 1 setpriv --reuid="$uid" --regid="$gid" --clear-groups --inh-caps=-all \
      /bin/sh -c 'kill -KILL -1' >/dev/null 2>&1
    left=$(processes)
    # Root runs one half of an open session; it ends by itself soon after the other half.
    [ -n "$left" ] || pgrep -U 0 -f "$session" >/dev/null || return 0
    rounds=$((rounds - 1))
    [ "$rounds" -gt 0 ] || return 1
    sleep 0.1
    # shellcheck disable=SC2086 # many ids
    [ -z "$left" ] || kill -KILL $left 2>/dev/null
    [ "$rounds" -gt 25 ] || pkill -KILL -U 0 -f "$session"
  done
}

# What systemd keeps for the borrower: its manager and its runtime folder.
end_units() {
  [ ! -d /run/systemd/system ] ||
    timeout 3 systemctl stop "user@$uid.service" "user-runtime-dir@$uid.service" "user-$uid.slice" 2>/dev/null
}

# Mount points, as the kernel writes them; those that match an awk condition on point, type, options (of the mount) and
# super (options of the file system).
mounts() {
  awk -v uid="$uid" -v home="$home" '{
    for (i = 7; i < NF && $i != "-"; i++);
    point = $5; type = $(i + 1); options = "," $6 ","; super = "," $(i + 3) ","
    if ('"$1"') print point
  }' /proc/self/mountinfo
}

# The kernel writes a space in a path as \040.
path_of() { printf %b "$(echo "$1" | sed 's/\\\([0-7][0-7][0-7]\)/\\0\1/g')x"; }

# File systems of the borrower's own programs (FUSE), what is mounted in the home, and the runtime folder.
unmount_theirs() {
  # shellcheck disable=SC2016 # awk reads the variables
  mounts 'index(point, home "/") == 1 || point == "/run/user/" uid || type ~ /^fuse/ && super ~ (",user_id=" uid ",")' |
    sort -r | while read -r point; do
    path=$(path_of "$point")
    umount -l -c -- "${path%x}"
  done
}

# Semaphores, shared memory and queues outlive the processes that made them.
remove_ipc() {
  for kind in shm:-m msg:-q sem:-s; do
    [ -r "/proc/sysvipc/${kind%:*}" ] || continue
    awk -v uid="$uid" -v ranges="$(echo "$subuids" | tr '\n' ' ')" "$theirs_in_awk"'
      NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
      theirs($column["uid"]) || theirs($column["cuid"]) { print $2 }' "/proc/sysvipc/${kind%:*}" |
      xargs -r -n 1 ipcrm "${kind#*:}"
  done
  if ! mountpoint -q /dev/mqueue && grep -qs 'mqueue$' /proc/filesystems; then
    mkdir -p "$VM_POOL_RUN/mqueue"
    mount -t mqueue mqueue "$VM_POOL_RUN/mqueue" || return
    find "$VM_POOL_RUN/mqueue" -mindepth 1 \( "$@" \) -delete
    umount "$VM_POOL_RUN/mqueue"
  fi
  # Keys in the kernel, such as Kerberos tickets, stay with the user id.
  if command -v keyctl >/dev/null; then
    # shellcheck disable=SC2016 # the inner shell expands it
    setpriv --reuid="$uid" --regid="$gid" --clear-groups /bin/sh -c \
      'keyctl clear @u; keyctl clear @us; keyctl get_persistent @s && keyctl clear "$(keyctl get_persistent @s)"'
  fi >/dev/null 2>&1
}

# Folders in which a user without root can't leave anything: the system's own, and those that the site names by lines
# skip=FOLDER in cleaner.conf. Users inside the site's containers may have the borrower's number.
skipped() {
  printf '%s\n' "$home" /proc /sys /usr /boot /snap /var/lib/docker /var/lib/containers /var/lib/containerd \
    /var/lib/kubelet /var/lib/lxc /var/lib/lxd /var/lib/machines /run/docker /run/containerd /run/netns
  settings skip
}

# Mount points of local file systems that can be written to, and the one folder below /usr that is often open to users.
# shellcheck disable=SC2016 # awk reads the variables
places() {
  mounts 'options !~ /,ro,/ && type ~ /^(ext[234]|xfs|btrfs|zfs|f2fs|jfs|bcachefs|tmpfs|ramfs|overlay|mqueue|hugetlbfs)$/'
  echo /usr/local
}

# Removes the borrower's files outside of the home; arguments: the condition that finds them, in find's words. A folder
# of theirs that holds somebody else's files becomes root's. The search leaves out folders that no user can enter.
remove_files() {
  condition=$*
  set -f
  set -- -type d -uid 0 -gid 0 ! -perm -o=x
  for folder in $(skipped) $(mounts 'point != "/"'); do set -- "$@" -o -path "$folder"; done
  places | sort -u | while read -r point; do
    for folder in $(skipped); do case $point in "$folder" | "$folder"/*) [ "$point" = /usr/local ] || continue 2 ;; esac; done
    path=$(path_of "$point")
    # shellcheck disable=SC2086 # words of the condition
    find "${path%x}" -mindepth 1 -xdev \( "$@" \) -prune -o \( $condition \) -prune -print0
  done | remove_found "$condition"
  set +f
  rm -f "/var/mail/$login" "/var/spool/mail/$login" "/var/lib/AccountsService/users/$login"
  # Crash dumps and logs that the system keeps for this user id.
  rm -f /var/lib/systemd/coredump/core.*".$uid."* /var/log/journal/*/"user-$uid.journal" \
    /var/log/journal/*/"user-$uid@"*.journal
  [ ! -s "$VM_POOL_RUN/left" ] || fail "can't remove $(head -n 1 "$VM_POOL_RUN/left")"
}

# Paths on standard input end with a zero byte. Those that can't be removed go into the file `left`.
# shellcheck disable=SC2016 # the inner shell expands what stands in single quotes
remove_found() {
  xargs -0 -r sh -c 'condition=$1; shift; set -f
    find "$@" -xdev -depth \( $condition \) \
      \( -delete -o -type d -exec chown -h 0:0 {} \; -exec chmod 700 {} \; -o -print \) 2>/dev/null' sh "$1" \
    >"$VM_POOL_RUN/left"
}

# A new home from /etc/skel. A home that is a file system of its own keeps its top folder.
renew_home() {
  if mountpoint -q "$home"; then
    find "$home" -xdev -mindepth 1 -delete || return 1
    ! command -v setfacl >/dev/null || setfacl -b -k "$home"
  else
    rm -rf --one-file-system -- "$home" && mkdir -m 700 "$home" || return 1
  fi
  if [ -d /etc/skel ]; then cp -a /etc/skel/. "$home/" || return 1; fi
  chown -hR "$uid:$gid" "$home" && chmod 700 "$home" || return 1
  ! command -v restorecon >/dev/null || restorecon -RF "$home"
}

# No password, the shell that it had when it was enrolled, and no greeting that says from where the last user logged in.
renew_account() {
  ! command -v lastlog >/dev/null || lastlog --clear --user "$login" >/dev/null 2>&1 || :
  [ "$(getent shadow "$login" | cut -d : -f 2)" = '*' ] || usermod -p '*' "$login" || return 1
  [ "$(getent passwd "$login" | cut -d : -f 7)" = "$shell" ] || usermod -s "$shell" "$login"
}

! door_of_others || fail 'somebody keeps users out by /etc/nologin: remove it when this VM may be lent again'
# A full disk must not keep the cleaner from making room: what fails here is tried again below.
begin 'keeping users out'
close_the_door && revoke || again=yes

reason=$(read_borrower) || fail "$reason"
read_borrower

begin "ending what $login runs"
session="^sshd[a-z-]*: $login( |@|\$)"
remove_jobs
end_processes || fail "processes of $login don't end: $(processes | head -n 5 | tr '\n' ' ')"

set -- -uid "$uid"
while read -r first count; do
  [ -z "$first" ] || set -- "$@" -o -uid "+$((first - 1))" -uid "-$((first + count))"
done <<RANGES
$subuids
RANGES
end_units
begin "removing the files of $login"
unmount_theirs
remove_ipc "$@"
remove_files "$@"
renew_home || fail "can't renew $home"
renew_account || fail "can't renew the account of $login"

begin 'revoking certificates'
[ -z "${again-}" ] || { close_the_door && revoke; } || fail "can't write $etc/krl: is there a key in $etc/ca.pub, and space left?"
run_steps "$etc/clean.d" "$serial" || exit 1

begin "looking for what $login runs"
[ -z "$(processes)" ] || fail "processes of $login came back: $(processes | head -n 5 | tr '\n' ' ')"
rm -f /etc/nologin
