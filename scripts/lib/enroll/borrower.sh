# shellcheck shell=sh
# /usr/local/lib/vm-pool/borrower.sh: who borrows this VM, for clean.sh and check.sh, which read this file.

etc=/etc/ssh/vm-pool

# The values of a setting in cleaner.conf, a line each; the first of them.
settings() { sed -n "s/^$1=//p" "$etc/cleaner.conf" 2>/dev/null; }
setting() { settings "$1" | head -n 1; }

# Whether somebody else than the cleaner keeps users out. It leaves an empty file when the disk is full.
door_of_others() { [ -s /etc/nologin ] && ! grep -q '^vm-pool:' /etc/nologin; }

# Sets login, vm, shell, uid, gid, home and subuids (`FIRST COUNT` of each range). Prints a fault and fails when a
# mistake in them could make the cleaner remove what is not the borrower's.
read_borrower() {
  # shellcheck disable=SC2034 # clean.sh reads the shell
  vm=$(setting vm) login=$(setting login) shell=$(setting shell)
  case $login in
  '' | root | -* | *[!a-z0-9_-]*)
    echo "cleaner.conf names no login of a borrower: enroll this VM again"
    return 1
    ;;
  esac
  account=$(getent passwd "$login") || {
    echo "there is no user $login: enroll this VM again"
    return 1
  }
  uid=$(echo "$account" | cut -d : -f 3)
  gid=$(echo "$account" | cut -d : -f 4)
  home=$(echo "$account" | cut -d : -f 6)
  if [ "$uid" -lt 1000 ] || [ "$uid" -ge 65534 ] || [ "$gid" -eq 0 ]; then
    echo "$login has the user id $uid and the group id $gid: a borrower needs a user id from 1000 to 65533, and not root's group"
    return 1
  fi
  namesake=$(getent passwd | awk -F : -v uid="$uid" -v login="$login" '$3 == uid && $1 != login { print $1; exit }')
  if [ -n "$namesake" ]; then
    echo "$login shares its user id with $namesake: give it one of its own"
    return 1
  fi
  home_is_its_own && read_subuids
}

# A home can be removed safely when only root can change the way to it.
home_is_its_own() {
  case $home in
  /*/*) ;;
  *)
    echo "the home of $login is ${home:-not set}: it needs a folder of its own, such as /home/$login"
    return 1
    ;;
  esac
  case $home/ in *//* | */./* | */../*)
    echo "the home of $login is $home: write it as a plain path"
    return 1
    ;;
  esac
  parent=$(dirname "$home")
  while [ "$parent" != / ]; do
    if [ -L "$parent" ] || [ "$(find "$parent" -prune -type d -user root ! -perm -g=w ! -perm -o=w)" != "$parent" ]; then
      echo "$parent must be a folder that only root can change: the home of $login lies below it"
      return 1
    fi
    parent=$(dirname "$parent")
  done
  if [ -L "$home" ] || { [ -e "$home" ] && [ -z "$(find "$home" -prune -type d \( -uid "$uid" -o -uid 0 \))" ]; }; then
    echo "$home must be a folder that belongs to $login"
    return 1
  fi
}

# Rootless containers run as further users, which the borrower owns as well.
read_subuids() {
  subuids=$(awk -F : -v login="$login" -v uid="$uid" '$1 == login || $1 == uid { print $2, $3 }' /etc/subuid 2>/dev/null)
  if echo "$subuids" | awk 'NF && ($1 < 65536 || $2 < 1) { wrong = 1 } END { exit !wrong }'; then
    echo "/etc/subuid gives $login user ids below 65536, which others may have: choose a range above"
    return 1
  fi
}

# Groups whose members have more rights than the cleaner can undo.
privileged=' root sudo wheel admin adm docker podman lxd incus-admin libvirt libvirt-qemu kvm disk shadow kmem staff '

# Fails when the borrower can become root, and prints how to change that. The cleaner undoes what a user without root
# can do, and no more.
privileges() {
  for group in $(id -Gn "$login"); do
    case $privileged in
    *" $group "*)
      echo "$login is in the group $group, which has more rights than a borrower may have: gpasswd -d $login $group"
      return 1
      ;;
    esac
  done
  if command -v sudo >/dev/null && sudo -ln -U "$login" 2>/dev/null | grep -q 'may run the following'; then
    echo "$login may use sudo: remove it from /etc/sudoers and /etc/sudoers.d"
    return 1
  fi
}

# For awk: whether a user id is the borrower's. It needs -v uid="$uid" -v ranges="$subuids".
theirs_in_awk='
  function theirs(id,   i) {
    if (id == uid) return 1
    for (i = 1; i < bounds; i += 2) if (id >= range[i] && id < range[i] + range[i + 1]) return 1
    return 0
  }
  BEGIN { bounds = split(ranges, range, /[ \n]+/) }'

# The borrower's processes, by any of their four user ids. A process that waits for its parent to read its exit code
# does not count, unless threads of it still run.
processes() {
  cat /proc/[0-9]*/status 2>/dev/null | awk -v uid="$uid" -v ranges="$(echo "$subuids" | tr '\n' ' ')" "$theirs_in_awk"'
    /^State:/ { dead = $2 == "Z" }
    /^Pid:/ { pid = $2 }
    /^Uid:/ { own = theirs($2) || theirs($3) || theirs($4) || theirs($5) }
    /^Threads:/ { if (own && !(dead && $2 <= 1)) print pid }'
}

# Runs the site's own steps, FOLDER SERIAL: executables, in the order of their names. Prints a fault and fails when one
# fails, or when somebody other than root can change one.
run_steps() {
  for step in "$1"/*; do
    [ -e "$step" ] || continue
    if [ -z "$(find "$step" -prune -type f -user root ! -perm -g=w ! -perm -o=w -perm -u=x)" ]; then
      echo "$step must be an executable file that only root can change"
      return 1
    fi
    echo "running $step" >"$VM_POOL_RUN/step"
    VM_POOL_LOGIN=$login VM_POOL_VM=$vm "$step" "$2" >"$VM_POOL_RUN/said" 2>&1 || {
      echo "$step failed with exit code $?: $(tail -n 1 "$VM_POOL_RUN/said")"
      return 1
    }
  done
}
