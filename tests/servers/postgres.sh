#!/usr/bin/env bash
# PostgreSQL 15 (Debian) as Picodata's wire: a password in SCRAM or MD5, TLS with a certificate of our own authority, and
# the table `stock` with NULLs. Each start begins with a new, empty cluster.
#   postgres.sh [start|stop|env]    QUERENT_POSTGRES_PORT: the port (default: any free one)
. "$(dirname "$0")/lifecycle.sh"

. "$here/postgres/package.sh"

password=stock-room

certificates() {
  local folder=$1
  (
    cd "$folder"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -keyout ca.key -out ca.crt \
      -subj '/CN=querent test authority'
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout server.key -out server.csr -subj /CN=localhost
    printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=critical,CA:FALSE\n' > server.ext
    openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 3650 -extfile server.ext -out server.crt
  ) > /dev/null 2>&1 || die "openssl could not make the certificates"
}

launch() {
  local port=${QUERENT_POSTGRES_PORT:-$(free_ports 1)} folder
  folder=$(mktemp -d /tmp/querent-postgres.XXXXXX)
  echo "$folder" > "$state/folder"
  certificates "$folder"
  cp "$here/postgres/stock.sql" "$folder/"
  [ "$(id -u)" = 0 ] && chown -R postgres: "$folder"
  as_owner "$bin/initdb" -D "$folder/data" -U postgres -A peer -E UTF8 --locale=C.UTF-8 --no-sync > "$state/initdb.log" 2>&1 ||
    { cat "$state/initdb.log" >&2; die "initdb failed"; }
  as_owner tee "$folder/data/pg_hba.conf" > /dev/null <<'H'
local all postgres trust
host all querent_md5 127.0.0.1/32 md5
host all all 127.0.0.1/32 scram-sha-256
H
  daemon_as_owner "$folder" "$port"
  wait_until 60 as_owner "$bin/pg_isready" -h "$folder" -p "$port"
  sql "$folder" "$port" postgres -c "CREATE ROLE querent LOGIN PASSWORD '$password'" \
    -c "SET password_encryption = md5; CREATE ROLE querent_md5 LOGIN PASSWORD '$password'" -c 'CREATE DATABASE stock OWNER querent'
  sql "$folder" "$port" stock -f "$folder/stock.sql"
  cp "$folder/ca.crt" "$state/ca.crt"
  ready "picodata://querent:$password@127.0.0.1:$port/stock" \
    "QUERENT_TEST_POSTGRES_MD5_URL=picodata://querent_md5:$password@127.0.0.1:$port/stock" \
    "QUERENT_TEST_POSTGRES_CA=$state/ca.crt"
}

daemon_as_owner() {
  local folder=$1 port=$2 become=()
  [ "$(id -u)" = 0 ] && become=(setpriv --reuid=postgres --regid=postgres --init-groups)
  # setpriv becomes the server, so that the pid is the server's own.
  daemon ${become[@]+"${become[@]}"} "$bin/postgres" -D "$folder/data" -h 127.0.0.1 -p "$port" -k "$folder" \
    -c ssl=on -c "ssl_cert_file=$folder/server.crt" -c "ssl_key_file=$folder/server.key" -c fsync=off \
    -c password_encryption=scram-sha-256 -c max_connections=200 -c timezone=UTC
}

sql() {
  local folder=$1 port=$2 database=$3
  shift 3
  as_owner "$bin/psql" -X -q -v ON_ERROR_STOP=1 -h "$folder" -p "$port" -U postgres -d "$database" "$@" > "$state/sql.log" 2>&1 ||
    { cat "$state/sql.log" >&2; die "the tables could not be made"; }
}

clean() { if [ -s "$state/folder" ]; then rm -rf "$(cat "$state/folder")"; fi; }

main "$@"
