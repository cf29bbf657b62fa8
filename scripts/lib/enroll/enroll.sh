# shellcheck shell=sh
# The end of the script that scripts/enroll prints: enrols this VM. What stands before it in that script:
#   vms           prints `ID LOGIN [HOST_KEY]`, a line for each VM and host key; the id `@instance` is that of the EC2
#                 instance that runs this
#   trusted_keys  prints the public keys of the certificate authority
#   print_FILE    prints a file of the cleaner

etc=/etc/ssh/vm-pool
lib=/usr/local/lib/vm-pool
drop_in=/etc/ssh/sshd_config.d/00-vm-pool.conf
backup=''

say() { echo "enroll: $1" >&2; }

give_up() {
  say "$1"
  exit 1
}

# The id of this EC2 instance, from its metadata service, which asks for a token (IMDSv2).
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
instance_id() {
  metadata=${VM_POOL_METADATA:-http://169.254.169.254}/latest
  ask() { curl -sf --noproxy '*' --connect-timeout 2 -m 5 --retry 5 --retry-delay 2 --retry-connrefused "$@"; }
  token=$(ask -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' "$metadata/api/token") &&
    ask -H "X-aws-ec2-metadata-token: $token" "$metadata/meta-data/instance-id"
}

# Sets id and login: of the VM that the argument names, of the one VM there is, or of the one with a host key of this
# computer.
choose_vm() {
  if [ $# -gt 0 ]; then
    id=$1
  elif [ "$(vms | cut -d ' ' -f 1 | sort -u | wc -l)" -eq 1 ]; then
    id=$(vms | cut -d ' ' -f 1 | head -n 1)
  else
    id=$(vms | while read -r vm _ key; do
      if cut -d ' ' -f 1,2 /etc/ssh/ssh_host_*_key.pub | grep -qxF "$key"; then echo "$vm"; fi
    done | head -n 1)
    [ -n "$id" ] || give_up 'the inventory has no host key of this computer; name the VM: sh enroll.sh VM_ID'
  fi
  login=$(vms | awk -v id="$id" '$1 == id || $1 == "@instance" { print $2; exit }')
  [ -n "$login" ] || give_up "the inventory has no VM $id, or its pool takes no certificates"
  [ "$id" != @instance ] || id=$(instance_id) || give_up "the metadata service of EC2 doesn't say which instance this is; \
name it: sh enroll.sh INSTANCE_ID"
  case $id in *[!A-Za-z0-9._-]*) give_up "this is not the id of a VM: $id" ;; esac
}

need() {
  [ "$(id -u)" = 0 ] || give_up 'run this as root: sudo sh enroll.sh'
  for tool in sshd ssh-keygen useradd usermod flock timeout setpriv find xargs awk pgrep ipcrm getent install; do
    command -v "$tool" >/dev/null ||
      give_up "$tool is missing; install openssh-server, util-linux, procps, findutils and passwd (shadow-utils)"
  done
  effective=$(sshd -T -C user=root,host=localhost,addr=127.0.0.1 2>&1) ||
    give_up "sshd refuses its configuration as it is: $(echo "$effective" | tail -n 1)"
}

setting_of_sshd() { echo "$effective" | awk -v keyword="$1" '$1 == keyword { print $2; exit }'; }

# sshd has one file of each kind; a site that uses one already must not lose it.
keep_other_certificates() {
  for pair in "trustedusercakeys $etc/ca.pub" "authorizedprincipalsfile $etc/principals/%u" "revokedkeys $etc/krl" \
    'authorizedprincipalscommand none'; do
    value=$(setting_of_sshd "${pair%% *}")
    case ${value:-none} in
    none | "${pair#* }") ;;
    *) give_up "sshd already has \"${pair%% *} $value\", and enrolling would replace it: enroll another VM" ;;
    esac
  done
}

# From here until `settled`, leaving this script puts sshd's files back.
remember() {
  backup=$(mktemp -d /etc/ssh/.vm-pool-before.XXXXXX)
  for file in "$etc" "$drop_in" /etc/ssh/sshd_config; do
    [ ! -e "$file" ] || cp -a "$file" "$backup/"
  done
  trap put_back EXIT
  trap 'exit 1' HUP INT TERM
}

put_back() {
  trap - EXIT
  rm -rf "$etc" "$drop_in"
  [ ! -e "$backup/vm-pool" ] || cp -a "$backup/vm-pool" "$etc"
  [ ! -e "$backup/00-vm-pool.conf" ] || cp -a "$backup/00-vm-pool.conf" "$drop_in"
  cp -a "$backup/sshd_config" /etc/ssh/sshd_config
  rm -rf "$backup"
  say 'failed; the files of sshd are as they were before'
  exit 1
}

settled() {
  trap - EXIT HUP INT TERM
  rm -rf "$backup"
}

# Writes standard input into a file that only root can change, all at once.
put() {
  cat >"$1.new"
  chown root:root "$1.new"
  chmod "$2" "$1.new"
  mv -f "$1.new" "$1"
}

write_files() {
  install -d -m 755 -o root -g root /usr/local/sbin "$lib" "$etc" "$etc/principals" "$etc/clean.d" "$etc/check.d" \
    "$(dirname "$drop_in")"
  print_vm_pool_clean | put /usr/local/sbin/vm-pool-clean 755
  print_borrower | put "$lib/borrower.sh" 644
  print_clean | put "$lib/clean.sh" 755
  print_check | put "$lib/check.sh" 755

  trusted_keys | put "$etc/ca.pub" 644
  # The list of an earlier enrolment keeps what it revokes. A broken one would keep everybody out.
  if ! ssh-keygen -Q -f "$etc/krl" "$etc/ca.pub" >/dev/null 2>&1; then
    rm -f "$etc/krl"
    ssh-keygen -q -k -f "$etc/krl" /dev/null
  fi
  chown root:root "$etc/krl"
  chmod 644 "$etc/krl"
  rm -f "$etc"/principals/*
  echo "$id" | put "$etc/principals/$login" 644
  echo "command=\"/usr/local/sbin/vm-pool-clean\",restrict service@$id" | put "$etc/principals/root" 644
  # What the site has added by hand stays.
  skip=$(grep '^skip=/' "$etc/cleaner.conf" 2>/dev/null) || :
  printf '%s\n' "vm=$id" "login=$login" "shell=$shell" ${skip:+"$skip"} | put "$etc/cleaner.conf" 644
  ! command -v restorecon >/dev/null || restorecon -R "$etc" "$lib" /usr/local/sbin/vm-pool-clean || :
}

# sshd takes the first value that it reads; the name of this file makes it the first of its folder.
write_sshd_config() {
  put "$drop_in" 644 <<CONFIG
# Written by vm-pool's enroll.sh, which writes it again.
TrustedUserCAKeys $etc/ca.pub
AuthorizedPrincipalsFile $etc/principals/%u
RevokedKeys $etc/krl
PermitRootLogin forced-commands-only
Match User $login
  AuthorizedKeysFile none
  AuthorizedKeysCommand none
  AuthenticationMethods publickey
Match all
CONFIG
  grep -qiE '^[[:space:]]*Include[[:space:]]+"?/etc/ssh/sshd_config[.]d/([*]|00-vm-pool)[.]conf' /etc/ssh/sshd_config || {
    echo "Include $drop_in"
    cat "$backup/sshd_config"
  } | put /etc/ssh/sshd_config "$(stat -c %a "$backup/sshd_config")"
}

# The shell that the borrower has, if it has a useful one.
choose_shell() {
  shell=$(getent passwd "$login" | cut -d : -f 7)
  case $shell in */nologin | */false) shell='' ;; esac
  [ -x "$shell" ] || shell=/bin/bash
  [ -x "$shell" ] || shell=/bin/sh
}

prepare_borrower() {
  if ! getent passwd "$login" >/dev/null; then
    useradd --create-home --shell "$shell" --password '*' "$login"
    chmod 700 "$(getent passwd "$login" | cut -d : -f 6)"
    return
  fi
  # shellcheck source=scripts/lib/enroll/borrower.sh
  . "$lib/borrower.sh"
  reason=$(read_borrower && privileges) || give_up "$reason"
  # No password, which is something else than a locked account: sshd without PAM refuses that.
  [ "$(getent shadow "$login" | cut -d : -f 2)" = '*' ] || usermod -p '*' "$login"
  [ "$(getent passwd "$login" | cut -d : -f 7)" = "$shell" ] || usermod -s "$shell" "$login"
  say "the user $login was here before: the first clean replaces its home and removes all its files"
}

reload_sshd() {
  if [ -d /run/systemd/system ]; then
    # The service has the name ssh on Debian and Ubuntu, sshd elsewhere.
    systemctl try-reload-or-restart ssh.service 2>/dev/null || systemctl try-reload-or-restart sshd.service
  elif [ -s /run/sshd.pid ]; then
    kill -HUP "$(cat /run/sshd.pid)"
  else
    say 'no running sshd is known here: start it, or tell it to read its configuration again'
  fi
}

warn_about_root() {
  case $(setting_of_sshd permitrootlogin) in no | forced-commands-only) return ;; esac
  administrators=$(getent group sudo wheel admin | cut -d : -f 4 | tr ',\n' '  ' | xargs)
  say "root can no longer open a shell over SSH (PermitRootLogin forced-commands-only)
  who may use sudo here: ${administrators:-nobody! Before you log out, add yourself: usermod -aG sudo NAME}
  to keep root's own keys for one network, write /etc/ssh/sshd_config.d/90-administrators.conf and reload sshd:
    Match User root Address 10.0.0.0/8
      PermitRootLogin prohibit-password"
}

# What the inventory should say of this VM.
print_inventory() {
  keys=$(sshd -T | awk '$1 == "hostkey" { print $2 }' | while read -r key; do
    [ ! -r "$key" ] || ssh-keygen -y -f "$key" | cut -d ' ' -f 1,2
  done)
  known=$(vms | awk -v id="$id" '$1 == id && NF > 2 { print $3, $4 }')
  if [ -n "$known" ] && ! echo "$keys" | grep -qxF "$known"; then
    say "the inventory has another host key for $id: replace it by one of these"
  fi
  address=$(hostname -I 2>/dev/null | cut -d ' ' -f 1)
  if [ "$(vms | cut -d ' ' -f 1)" = @instance ]; then
    echo "$id is enrolled for $login"
    return
  fi
  echo "$id is enrolled. In the inventory:"
  echo "{ \"id\": \"$id\", \"address\": \"${address:-ADDRESS}\", \"port\": $(sshd -T | awk '$1 == "port" { print $2; exit }'), \"username\": \"$login\","
  echo "  \"hostKeys\": [$(echo "$keys" | sed 's/.*/"&"/' | paste -s -d , | sed 's/,/, /g')] }"
}

main() {
  PATH=/usr/sbin:/usr/bin:/sbin:/bin
  export PATH
  umask 022
  need
  choose_vm "$@"
  choose_shell
  keep_other_certificates
  remember
  write_files
  prepare_borrower
  write_sshd_config
  sshd -t || give_up 'sshd refuses the new configuration'
  faults=$(VM_POOL_RUN=/nonexistent "$lib/check.sh" 0) || give_up "$faults"
  settled
  reload_sshd
  warn_about_root
  print_inventory
}

main "$@"
