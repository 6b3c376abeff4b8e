# A Docker engine for the tests: the one that answers, else one of our own, in $work, which ends with the
# run. Sourced by .ci/run. start_docker fails with the reason in
# $docker_problem.

docker_problem=
dockerd_pid=

start_docker() {
  if docker_answers; then
    echo "A Docker engine answers: using it"
  else
    printf '\n=== Docker engine\n'
    local started=$SECONDS
    install_docker && run_dockerd || return 1
    echo "=== Docker engine: ok in $((SECONDS - started)) s"
  fi
  provide_image
}

docker_answers() {
  command -v docker >/dev/null && timeout 20 docker version >/dev/null 2>&1
}

install_docker() {
  if [ "$(id -u)" != 0 ]; then
    docker_problem="none answers, and only root can start one"
    return 1
  fi
  local tool missing=
  for tool in dockerd docker iptables debootstrap; do
    command -v "$tool" >/dev/null || missing="$missing $tool"
  done
  [ -n "$missing" ] || return 0
  if ! command -v apt-get >/dev/null; then
    docker_problem="there is no$missing here, and no apt-get to install it"
    return 1
  fi
  export DEBIAN_FRONTEND=noninteractive
  local packages="docker.io iptables debootstrap"
  # Newer Debian has the client in a package of its own.
  command -v docker >/dev/null || ! apt-cache show docker-cli >/dev/null 2>&1 || packages="$packages docker-cli"
  if ! { timeout 300 apt-get update && timeout 300 apt-get install -y --no-install-recommends $packages; } >"$work/apt.log" 2>&1; then
    tail -n 5 "$work/apt.log"
    docker_problem="apt-get could not install $packages"
    return 1
  fi
}

run_dockerd() {
  export DOCKER_HOST=unix://$work/docker.sock
  dockerd --data-root "$work/docker" --exec-root "$work/docker-exec" --pidfile "$work/docker.pid" \
    --host "$DOCKER_HOST" >"$work/dockerd.log" 2>&1 &
  dockerd_pid=$!
  local tries
  for tries in $(seq 60); do
    docker_answers && return 0
    kill -0 "$dockerd_pid" 2>/dev/null || break
    sleep 0.5
  done
  tail -n 5 "$work/dockerd.log"
  docker_problem="dockerd does not run on this machine"
  stop_docker
  unset DOCKER_HOST
  return 1
}

provide_image() {
  [ -z "${TEST_POSTGRES_IMAGE:-}" ] || return 0
  ! docker image inspect pgindex-test-postgres >/dev/null 2>&1 || return 0
  local started=$SECONDS
  printf '\n=== PostgreSQL image\n'
  if ! timeout 600 bash tools/postgres-image/build.sh "$work"; then
    docker_problem="it runs, but the PostgreSQL image could not be built"
    return 1
  fi
  echo "=== PostgreSQL image: ok in $((SECONDS - started)) s"
}

stop_docker() {
  [ -n "$dockerd_pid" ] || return 0
  kill "$dockerd_pid" 2>/dev/null
  wait "$dockerd_pid" 2>/dev/null
  dockerd_pid=
  # What dockerd could not unmount keeps its folder from being removed.
  local mount
  awk -v work="$work/" 'index($2, work) == 1 { print $2 }' /proc/mounts | sort -r | while read -r mount; do
    umount "$mount"
  done
}
