# shellcheck shell=bash disable=SC2034 # what the sourcing scripts use
# What the server scripts share: where things live, how a server is started, found again and ended. Sourced, not run.
#
#   QUERENT_CACHE           downloads                        (default ~/.cache/querent; they go to its servers/)
#   QUERENT_SERVERS_STATE   pids, logs, data, env of servers (default $QUERENT_CACHE/servers/run)
#
# A script sources this file, defines `install` (idempotent), `launch` (ends by calling `ready`), and, where the
# defaults do not do, `healthy` and `clean`, then calls `main "$@"`.
set -euo pipefail

name=$(basename "$0" .sh)
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
cache=${QUERENT_CACHE:-$HOME/.cache/querent}/servers
states=${QUERENT_SERVERS_STATE:-$cache/run}
state=$states/$name

say() { echo "$name: $*" >&2; }
die() { say "$*"; exit 1; }

# As many TCP ports of 127.0.0.1, free at this moment, as asked for.
free_ports() {
  python3 -c 'import socket, sys
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*(s.getsockname()[1] for s in sockets))' "$1"
}

# ports FROM TO COUNT: free ports below those that the kernel hands to outgoing connections: a process that was killed must
# find its own still free. Ranges that do not overlap are for what is started at once. Taken: 14000 to 17000 by Picodata, 17000 to 20000 by Pinot,
# 20000 to 32500 by Ignite.
ports() {
  python3 -c 'import random, socket, sys
first, end, count = map(int, sys.argv[1:])
chosen = []
for port in random.sample(range(first, end), end - first):
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            continue
    chosen.append(port)
    if len(chosen) == count:
        break
else:
    sys.exit("no free ports")
print(*chosen)' "$@"
}

# When the process started, in clock ticks since boot: a pid alone may by now be somebody else's.
started_at() { sed 's/.*) //' "/proc/$1/stat" 2> /dev/null | cut -d ' ' -f 20; }

# The files that hold the pids of the server's processes.
pid_files() { echo "$state/pid"; }

# runs FILE: whether the process of this pid file is still there.
runs() {
  local pid since
  [ -e "$1" ] || return 1
  read -r pid since < "$1"
  [ -n "$since" ] && [ "$(started_at "$pid")" = "$since" ]
}

running() {
  local file
  for file in $(pid_files); do runs "$file" || return 1; done
}

# end FILE...: ends the processes of these pid files, with force those that are there after `patience` seconds.
patience=10
end() {
  local file pid _
  for file in "$@"; do
    if runs "$file"; then
      read -r pid _ < "$file"
      kill "$pid" 2> /dev/null || true
    fi
  done
  for _ in $(seq $((10 * patience))); do any_runs "$@" || return 0; sleep 0.1; done
  for file in "$@"; do
    if runs "$file"; then
      read -r pid _ < "$file"
      kill -9 "$pid" 2> /dev/null || true
    fi
  done
}
any_runs() {
  local file
  for file in "$@"; do if runs "$file"; then return 0; fi; done
  return 1
}

# daemon COMMAND...: runs it in a session of its own, so that it outlives this script and the terminal.
daemon() {
  # The lock (descriptor 9) must not live on in the server.
  setsid "$@" > "$state/log" 2>&1 < /dev/null 9>&- &
  echo "$! $(started_at $!)" > "$state/pid"
}

# wait_until SECONDS COMMAND...: polls until it succeeds; a server that has ended or is late is an error with its log.
wait_until() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" > /dev/null 2>&1; do
    if ! running || [ "$SECONDS" -ge "$deadline" ]; then
      if running; then say "not ready in time; the end of its log:"; else say "ended while starting; the end of its log:"; fi
      tail -n 40 "$state/log" >&2
      stop
      exit 1
    fi
    sleep 0.1
  done
}

# ready URL [KEY=VALUE...]: writes the environment for the tests and the one line for the caller.
ready() {
  local url=$1 key
  shift
  key=QUERENT_TEST_$(echo "$name" | tr '[:lower:]-' '[:upper:]_')_URL
  printf '%s\n' "$key=$url" "$@" > "$state/env"
  echo "ready $name $url"
}

stop() {
  # shellcheck disable=SC2046 # a file a word
  end $(pid_files)
  clean
  rm -rf "$state"
}

# venv FOLDER REQUIREMENT...: a virtual environment with exactly these packages, made once.
venv() {
  local folder=$1
  shift
  [ -e "$folder/complete" ] && return
  say "installing $* from PyPI"
  rm -rf "$folder"
  python3 -m venv "$folder"
  PIP_CACHE_DIR=${PIP_CACHE_DIR:-$cache/pip} "$folder/bin/pip" install --quiet --disable-pip-version-check "$@"
  touch "$folder/complete"
}

# certificates FOLDER: keys for TLS, as PEM and PKCS #12. `client` is what the server trusts; `rogue` has the same names,
# signed by an authority that it does not trust.
certificates() {
  local folder=$1
  mkdir -p "$folder"
  (
    cd "$folder"
    local who new=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)
    openssl req -x509 "${new[@]}" -keyout ca.key -out ca.pem -days 3650 -subj '/CN=querent test authority'
    openssl req -x509 "${new[@]}" -keyout rogue-ca.key -out rogue-ca.pem -days 3650 -subj '/CN=querent test authority'
    printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=critical,CA:FALSE\n' > leaf.ext
    for who in server client rogue; do
      local authority=ca
      [ "$who" = rogue ] && authority=rogue-ca
      openssl req "${new[@]}" -keyout $who.key -out $who.csr -subj /CN=${who/rogue/client}
      openssl x509 -req -in $who.csr -CA $authority.pem -CAkey $authority.key -CAcreateserial -days 3650 \
        -extfile leaf.ext -out $who.pem
      openssl pkcs12 -export -inkey $who.key -in $who.pem -certfile $authority.pem -name $who -passout pass:changeit \
        -out $who.p12
    done
    # Java trusts a certificate only if keytool has put it there.
    keytool -importcert -noprompt -alias ca -file ca.pem -storetype PKCS12 -keystore trust.p12 -storepass changeit
  ) > "$folder/log" 2>&1 || { cat "$folder/log" >&2; die "the keys could not be made"; }
}

healthy() { true; }
clean() { true; }

main() {
  mkdir -p "$cache" "$states"
  exec 9> "$cache/$name.lock" # one at a time: two states share the downloads
  flock 9
  case ${1:-start} in
    start)
      if running && [ -e "$state/env" ] && healthy; then
        echo "ready $name $(head -n 1 "$state/env" | cut -d = -f 2-)"
        return
      fi
      stop
      install
      mkdir -p "$state"
      launch
      ;;
    stop) stop ;;
    env) if running && [ -e "$state/env" ]; then cat "$state/env"; fi ;;
    *) die "usage: $0 [start|stop|env]" ;;
  esac
}
