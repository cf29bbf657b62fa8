#!/bin/sh
# /usr/local/sbin/vm-pool-clean: what the service may ask of this VM. sshd runs it as root, as the forced command of the
# service's certificate, with `clean SERIAL` or `check SERIAL` in SSH_ORIGINAL_COMMAND.
#
#   ok clean SERIAL   the VM is ready, and certificates up to SERIAL no longer open it
#   ok check          the VM is enrolled, and nothing of a borrower runs
#                     before both: `clock EPOCH_SECONDS`, and `up SECONDS` since the VM has booted
#   wait SECONDS WHY  exit 75: ask again; another run holds the lock, or this one needed more time
#   else              the last line says what failed; exit 2 for a request that is neither of the two
set -u
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
umask 022
cd /
# The service may hang up; what has begun ends anyway.
trap '' HUP PIPE

lib=/usr/local/lib/vm-pool
# Longest run, seconds. The service waits for 20.
limit=15

refuse() {
  echo 'only "clean SERIAL" and "check SERIAL" can be asked for'
  exit 2
}

# How long the first process of this VM runs, seconds. Its start is the 22nd field of stat, behind a name in parentheses
# that may have spaces: proc_pid_stat(5).
up() {
  ticks=$(getconf CLK_TCK 2>/dev/null) || ticks=100
  awk -v ticks="$ticks" '
    NR == FNR { sub(/.*\) /, ""); began = $20 / ticks; next }
    { printf "%d\n", $1 - began }' /proc/1/stat /proc/uptime
}

request=${SSH_ORIGINAL_COMMAND-}
verb=${request%% *}
serial=${request#* }
case $verb in clean | check) ;; *) refuse ;; esac
# At most 18 digits: what a shell can count.
case $serial in '' | 0* | *[!0-9]* | ???????????????????*) refuse ;; esac

# Only root may open the lock: whoever can read a file can also hold its lock.
VM_POOL_RUN=/run/vm-pool
export VM_POOL_RUN
(umask 077 && mkdir -p "$VM_POOL_RUN")
exec 9>>"$VM_POOL_RUN/lock"
if ! flock -n 9; then
  echo 'wait 5 another run has not ended yet'
  exit 75
fi

echo starting >"$VM_POOL_RUN/step"
# It ends with all that it has started. Without the lock's descriptor, so that nothing that a site's own step leaves
# behind can hold the lock.
timeout -s KILL "$limit" "$lib/$verb.sh" "$serial" >"$VM_POOL_RUN/output" 2>&1 </dev/null 9>&-
status=$?

case $status in
0)
  echo "clock $(date +%s)"
  echo "up $(up)"
  if [ "$verb" = clean ]; then echo "ok clean $serial"; else echo 'ok check'; fi
  exit 0
  ;;
124 | 137)
  reason="$verb needed more than $limit s; it was $(cat "$VM_POOL_RUN/step")"
  answer="wait 5 $reason"
  code=75
  ;;
*)
  reason=$(tail -n 1 "$VM_POOL_RUN/output")
  answer=$(tail -n 20 "$VM_POOL_RUN/output")
  [ -n "$reason" ] || reason="$verb ended with exit code $status while $(cat "$VM_POOL_RUN/step")" answer=$reason
  code=1
  ;;
esac

# Nobody may log in to a VM that is not clean; the file that says so names the reason.
if [ "$verb" = clean ] && { [ ! -s /etc/nologin ] || grep -q '^vm-pool:' /etc/nologin; }; then
  echo "vm-pool: this VM is not ready for a user: $reason" >/etc/nologin
fi
printf '%s\n' "$answer"
exit "$code"
