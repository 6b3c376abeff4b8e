#!/bin/bash
# Builds the image pgindex-test-postgres from Debian packages: no image registry is needed.
# Usage: build.sh <working folder>. Needs root, debootstrap and a Docker engine.
set -euo pipefail

image=pgindex-test-postgres
suite=bookworm
version=15
here=$(cd "$(dirname "$0")" && pwd)
root=$(mktemp -d "$1/rootfs.XXXXXX")
trap 'rm -rf --one-file-system "$root"' EXIT
chmod 755 "$root"

# The mirror that this machine's own apt uses, when it uses one for Debian.
mirror=$(apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' 2>/dev/null | awk '$1 == "Debian" { print $2; exit }' || true)

debootstrap --variant=minbase --include="postgresql-$version" "$suite" "$root" ${mirror:+"$mirror"} >"$1/debootstrap.log" 2>&1 || {
  tail -n 20 "$1/debootstrap.log"
  echo "debootstrap could not fetch or unpack Debian $suite with postgresql-$version" >&2
  exit 1
}
install -m 755 "$here/entrypoint.sh" "$root/usr/local/bin/entrypoint.sh"
rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* "$root/var/lib/postgresql/$version"

tar -C "$root" -c . | docker import \
  --change "ENV PATH=/usr/lib/postgresql/$version/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" \
  --change 'ENV LANG=C.UTF-8' \
  --change 'EXPOSE 5432' \
  --change 'ENTRYPOINT ["/usr/local/bin/entrypoint.sh"]' \
  --change 'CMD ["postgres"]' \
  - "$image" >/dev/null
