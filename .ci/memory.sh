# Temporary files in memory: servers make and delete files by the hundred thousand, which on a disk is some 5 % of
# the run's processor time. Sourced by .ci/run, which removes $memory at its end.

memory=

use_memory() {
  local left folder
  # What a run that was killed has left behind would stay in memory.
  for left in /dev/shm/pgindex-ci.*; do
    kill -0 "${left##*.}" 2>/dev/null || rm -rf "$left"
  done
  has_gigabytes "$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo 2>/dev/null)" 14 || return 0
  has_gigabytes "$(df -k --output=avail /dev/shm 2>/dev/null | tail -n 1)" 8 || return 0
  folder=/dev/shm/pgindex-ci.$$
  mkdir "$folder" || return 0
  memory=$folder
  # As /tmp: the servers' own account writes to it too. Their programs are run from it.
  chmod 1777 "$folder"
  if cp "$(type -P true)" "$folder/true" && "$folder/true"; then export TMPDIR=$folder; fi
}

# has_gigabytes <KiB> <GiB>
has_gigabytes() {
  [ "${1:-0}" -ge $(($2 * 1024 * 1024)) ]
}
