#!/usr/bin/env bash
# All servers of the live tests at once.
#   all.sh [start] [NAME...]   starts them side by side; prints one line `ready NAME URL` for each; fails if any failed
#   all.sh env                 prints `export` lines for the tests: eval "$(tests/servers/all.sh env)"
#   all.sh stop [NAME...]      ends them
set -euo pipefail
cd "$(dirname "$0")"

action=${1:-start}
[ $# = 0 ] || shift
[ $# -gt 0 ] || set -- ignite picodata pinot postgres roapi sail

failed=0
case $action in
  start)
    pids=()
    for name in "$@"; do
      "./$name.sh" start < /dev/null &
      pids+=($!)
    done
    for pid in "${pids[@]}"; do wait "$pid" || failed=1; done
    ;;
  stop) for name in "$@"; do "./$name.sh" stop || failed=1; done ;;
  env) for name in "$@"; do "./$name.sh" env; done | sed 's/^\([^=]*\)=\(.*\)$/export \1='"'\2'"'/' ;;
  *) echo "usage: $0 [start|stop|env] [NAME...]" >&2; exit 2 ;;
esac
exit "$failed"
