#!/bin/sh
# /usr/local/lib/vm-pool/check.sh SERIAL: whether this VM is enrolled completely and nothing of a borrower runs. Prints
# one line a fault, with its cure, and changes nothing. vm-pool-clean calls it. SERIAL 0 leaves out what changes from
# user to user: enroll.sh asks so.
set -u
# shellcheck source=scripts/lib/enroll/borrower.sh
. /usr/local/lib/vm-pool/borrower.sh

faults=0
fault() {
  faults=$((faults + 1))
  echo "$1"
}

again='enroll this VM again'
check_tools() {
  for tool in sshd ssh-keygen flock timeout setpriv find xargs awk pgrep pkill ipcrm mountpoint usermod getent install; do
    command -v "$tool" >/dev/null || fault "$tool is missing: install the package that has it"
  done
}

# Only root may change what decides who gets in; sshd refuses some of these files otherwise, without a word to its user.
check_files() {
  for file in /usr/local/sbin/vm-pool-clean /usr/local/lib/vm-pool/clean.sh /usr/local/lib/vm-pool/check.sh \
    /usr/local/lib/vm-pool/borrower.sh "$etc/cleaner.conf" "$etc/ca.pub" "$etc/krl" "$etc/principals/root" \
    "$etc/principals/$login" /etc/ssh/sshd_config.d/00-vm-pool.conf; do
    check_file "$file" f
  done
  for folder in "$etc" "$etc/principals" /usr/local/sbin /usr/local/lib/vm-pool; do check_file "$folder" d; done
  for program in /usr/local/sbin/vm-pool-clean /usr/local/lib/vm-pool/clean.sh; do
    [ ! -e "$program" ] || [ -x "$program" ] || fault "$program can't be run: chmod 755 it"
  done
}

check_file() {
  if [ ! -e "$1" ]; then
    fault "$1 is missing: $again"
  elif [ -z "$(find "$1" -prune -type "$2" -user root ! -perm -o=w \( -group root -o ! -perm -g=w \))" ]; then
    fault "$1 must belong to root, and nobody else may change it: chown root:root and chmod go-w"
  elif [ -z "$(find "$1" -prune -perm -o=r)" ] && [ "$1" != "$etc/cleaner.conf" ]; then
    fault "$1 can't be read by sshd for a borrower: chmod a+r"
  fi
}

check_contents() {
  [ -n "$vm" ] || fault "$etc/cleaner.conf has no line vm=ID: $again"
  ssh-keygen -l -f "$etc/ca.pub" >/dev/null 2>&1 || fault "$etc/ca.pub holds no public key: $again"
  ssh-keygen -Q -f "$etc/krl" "$etc/ca.pub" >/dev/null 2>&1 ||
    fault "$etc/krl is not a list of revoked certificates, or revokes a key of $etc/ca.pub: remove it and $again"
  [ "$(cat "$etc/principals/$login" 2>/dev/null)" = "$vm" ] ||
    fault "$etc/principals/$login must have the one line $vm: $again"
  [ "$(cat "$etc/principals/root" 2>/dev/null)" = "command=\"/usr/local/sbin/vm-pool-clean\",restrict service@$vm" ] ||
    fault "$etc/principals/root must have one line, which lets service@$vm run vm-pool-clean: $again"
  for file in "$etc"/principals/*; do
    case $file in "$etc/principals/root" | "$etc/principals/$login" | "$etc/principals/*") continue ;; esac
    fault "$file lets a certificate in as another user: remove it"
  done
}

# What sshd does in the end, whatever other files of its configuration say.
check_sshd() {
  from=${SSH_CONNECTION:-127.0.0.1}
  from=${from%% *}
  for user in "$login" root; do
    if ! effective=$(sshd -T -C "user=$user,host=localhost,addr=$from" 2>&1); then
      fault "sshd refuses its configuration: $(echo "$effective" | tail -n 1)"
      return
    fi
    expect trustedusercakeys "$etc/ca.pub"
    expect authorizedprincipalsfile "$etc/principals/%u"
    expect authorizedprincipalscommand none
    expect revokedkeys "$etc/krl"
    expect pubkeyauthentication yes
    if [ "$user" = root ]; then
      expect permitrootlogin forced-commands-only
    else
      expect authorizedkeysfile none
      expect authorizedkeyscommand none
      expect authenticationmethods publickey
    fi
    expect_in allowusers "$user"
  done
}

expect() {
  value=$(echo "$effective" | awk -v keyword="$1" '$1 == keyword { $1 = ""; print substr($0, 2); exit }')
  [ "$value" = "$2" ] ||
    fault "sshd has \"$1 ${value:-none}\" for $user, not \"$2\": find it in /etc/ssh/sshd_config and sshd_config.d"
}

# A list of users that sshd lets in, if there is one, has this one. Patterns are patterns of the shell.
expect_in() {
  patterns=$(echo "$effective" | awk -v keyword="$1" '$1 == keyword { sub(/@.*/, "", $2); print $2 }')
  [ -n "$patterns" ] || return 0
  set -f
  for pattern in $patterns; do
    # shellcheck disable=SC2254 # a pattern
    case $2 in $pattern) return 0 ;; esac
  done
  fault "sshd's AllowUsers does not name $2: add it in /etc/ssh/sshd_config or sshd_config.d"
}

check_borrower() {
  if ! reasons=$(privileges); then fault "$reasons"; fi
  [ "$(getent shadow "$login" | cut -d : -f 2)" = '*' ] ||
    fault "$login has a password or is locked: usermod -p '*' $login"
  if [ "$(getent passwd "$login" | cut -d : -f 7)" != "$shell" ] || [ ! -x "$shell" ]; then
    fault "$login must have the shell that cleaner.conf names: usermod -s '$shell' $login"
  fi
  [ -n "$(find "$home" -prune -uid "$uid" 2>/dev/null)" ] || fault "$login has no home: mkhomedir_helper $login, or $again"
}

check_state() {
  running=$(processes | head -n 5 | tr '\n' ' ')
  [ -z "$running" ] || fault "processes of $login run: $running"
  [ ! -e /etc/nologin ] || fault "/etc/nologin keeps users out: $(head -n 1 /etc/nologin)"
  for place in / /tmp "$home"; do
    free=$(df -Pk "$place" 2>/dev/null | awk 'NR == 2 { print $4 }')
    [ "${free:-0}" -ge 65536 ] || fault "less than 64 MB are left in the file system of $place: make room"
  done
}

# Without a right borrower nothing else can be looked at.
read_borrower || exit 1
check_tools
check_files
check_contents
check_sshd
check_borrower
if [ "$1" != 0 ]; then
  check_state
  run_steps "$etc/check.d" "$1" || faults=$((faults + 1))
fi
[ "$faults" = 0 ]
