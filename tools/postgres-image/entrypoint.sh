#!/bin/sh
# Starts PostgreSQL in the container as the public postgres image does, as far as tests need it:
# POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB, and arguments of "postgres" passed on.
set -eu

[ "${1:-postgres}" = postgres ] || exec "$@"
shift $(($# > 0))

data=/var/lib/postgresql/data
user=${POSTGRES_USER:-postgres}
database=${POSTGRES_DB:-$user}

if [ "$(id -u)" = 0 ]; then
  mkdir -p "$data" /run/postgresql
  chown postgres:postgres "$data" /run/postgresql
  chmod 700 "$data"
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" postgres "$@"
fi

if [ ! -s "$data/PG_VERSION" ]; then
  password=$(mktemp)
  printf '%s\n' "${POSTGRES_PASSWORD:?is not set}" >"$password"
  initdb --pgdata="$data" --username="$user" --pwfile="$password" --auth-local=trust \
    --auth-host=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 --no-sync >/dev/null
  rm "$password"
  echo 'host all all all scram-sha-256' >>"$data/pg_hba.conf"
  if [ "$database" != postgres ]; then
    quoted=$(printf %s "$database" | sed 's/"/""/g')
    echo "CREATE DATABASE \"$quoted\"" | postgres --single -j -D "$data" postgres >/dev/null
  fi
fi

exec postgres -D "$data" -c listen_addresses='*' "$@"
