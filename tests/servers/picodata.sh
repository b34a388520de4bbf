#!/usr/bin/env bash
# Three PostgreSQL 15 (Debian) as the three nodes of a Picodata cluster: its catalog and functions (picodata/cluster.sql),
# real sockets, users, TLS, and failures. They share no data. What PostgreSQL cannot imitate, tests/picodata-server does.
#   picodata.sh [start|stop|env]     QUERENT_PICODATA_PORT: the port of i1, those of i2 and i3 follow (default: free ones)
#   picodata.sh private [with=PID] [layout=flat|replicas|tiers]   a cluster for one test, which it may break; ends with the
#                                    process PID. Prints `ready picodata-private URL FOLDER`; FOLDER/nodes has `NAME
#                                    HOST:PORT` of each node, FOLDER/env the variables of `env`
#   picodata.sh end FOLDER           ends a private cluster and removes its folder
#   picodata.sh node ACTION FOLDER NODE   NODE is i1, i2 or i3. ACTION: pid; kill (SIGKILL to all its processes); immediate
#                                    (`pg_ctl stop -m immediate`); stop (ends connections, exits); start (the same port and
#                                    data); freeze (everything stops, sockets stay open) and thaw
#   picodata.sh sql FOLDER NODE|all STATEMENT...   as the superuser, on one node or on all that run: changes the topology
#                                    that the nodes tell (`CALL layout('replicas')`, `UPDATE _pico_instance …`)
# shellcheck disable=SC2030,SC2031 # a subshell is how a node has a state of its own
. "$(dirname "$0")/lifecycle.sh"

. "$here/postgres/package.sh"

password=stock-room
members=(i1 i2 i3)
patience=0 # a node has nothing to save

# Clients that others wrote, for the scripted server of tests/picodata-server.
picopyn=$cache/picopyn-3.2.0
clients() ( flock 8; venv "$picopyn" picopyn==3.2.0 asyncpg==0.30.0 ) 8> "$cache/picopyn-install.lock"

# The folder with the data of a cluster: in /tmp, where the owner may be.
data_of() { cat "$1/data"; }
port_of() { sed -n "s/^$2 .*://p" "$1/nodes"; }

# psql FOLDER NODE DATABASE ARGUMENT...
psql() {
  local folder=$1 node=$2 database=$3
  shift 3
  as_owner "$bin/psql" -X -q -A -t -v ON_ERROR_STOP=1 -h "$(data_of "$folder")/$node" -p "$(port_of "$folder" "$node")" \
    -U postgres -d "$database" "$@"
}

# A node is a server of its own to what lifecycle.sh does.
node_start() (
  state=$1/$2 data=$(data_of "$1")
  become=()
  # setpriv becomes the server, so that the pid is the server's own.
  [ "$(id -u)" = 0 ] && become=(setpriv --reuid=postgres --regid=postgres --init-groups)
  mkdir -p "$state"
  daemon ${become[@]+"${become[@]}"} "$bin/postgres" -D "$data/$2/data" -h 127.0.0.1 -p "$(port_of "$1" "$2")" -k "$data/$2" \
    -c ssl=on -c "ssl_cert_file=$data/keys/server.pem" -c "ssl_key_file=$data/keys/server.key" \
    -c "ssl_ca_file=$data/keys/ca.pem" -c fsync=off -c password_encryption=scram-sha-256 -c max_connections=200 \
    -c shared_buffers=16MB -c timezone=UTC -c max_wal_size=32MB
)
node_ready() (
  state=$1/$2
  pid_files() { echo "$state/pid"; }
  stop() { end "$state/pid"; }
  wait_until 60 as_owner "$bin/pg_isready" -q -h "$(data_of "$1")/$2" -p "$(port_of "$1" "$2")"
)

initialise() {
  local folder=$1 data=$2 node
  certificates "$folder/keys"
  cp -r "$folder/keys" "$here/picodata/cluster.sql" "$data/"
  # Without the server's key, which PostgreSQL wants closed.
  chmod 600 "$data/keys/"*.key
  [ "$(id -u)" != 0 ] || chown -R postgres: "$data"
  as_owner mkdir -p "$data/i1" "$data/i2" "$data/i3"
  as_owner "$bin/initdb" -D "$data/i1/data" -U postgres -A peer -E UTF8 --locale=C.UTF-8 --no-sync --wal-segsize=1 \
    > "$folder/initdb.log" 2>&1 || { cat "$folder/initdb.log" >&2; return 1; }
  # Picodata's `ldap` asks for the password in clear text.
  as_owner tee "$data/i1/data/pg_hba.conf" > /dev/null << 'H'
local all postgres trust
host all admin_md5,plain_md5 127.0.0.1/32 md5
hostssl all plain_mtls 127.0.0.1/32 scram-sha-256 clientcert=verify-ca
host all plain_mtls 127.0.0.1/32 reject
host all plain_clear 127.0.0.1/32 password
host all all 127.0.0.1/32 scram-sha-256
H
  for node in i2 i3; do as_owner cp -r "$data/i1/data" "$data/$node/data"; done
}

fill() {
  local folder=$1 node=$2 layout=$3 data
  data=$(data_of "$folder")
  psql "$folder" "$node" postgres -c "CREATE ROLE admin LOGIN PASSWORD '$password'" \
    -c "CREATE ROLE plain LOGIN PASSWORD '$password'" -c "CREATE ROLE plain_mtls LOGIN PASSWORD '$password'" \
    -c "CREATE ROLE plain_clear LOGIN PASSWORD '$password' IN ROLE plain" -c "SET password_encryption = md5" \
    -c "CREATE ROLE admin_md5 LOGIN PASSWORD '$password'" -c "CREATE ROLE plain_md5 LOGIN PASSWORD '$password'" \
    -c 'CREATE DATABASE stock OWNER admin' || return 1
  psql "$folder" "$node" stock --single-transaction -v me="$node" -v first="$(port_of "$folder" i1)" \
    -v second="$(port_of "$folder" i2)" -v third="$(port_of "$folder" i3)" -f "$data/cluster.sql" -c "CALL layout('$layout')"
}

# cluster FOLDER LAYOUT PORT PORT PORT: initialises, starts and fills three nodes.
cluster() {
  local folder=$1 layout=$2 data node hosts pids=() failed=0
  shift 2
  data=$(mktemp -d /tmp/querent-picodata.XXXXXX)
  echo "$data" > "$folder/data"
  printf '%s 127.0.0.1:%s\n' i1 "$1" i2 "$2" i3 "$3" > "$folder/nodes"
  initialise "$folder" "$data" || return 1
  for node in "${members[@]}"; do node_start "$folder" "$node"; done
  for node in "${members[@]}"; do
    { node_ready "$folder" "$node" && fill "$folder" "$node" "$layout"; } > "$folder/$node/fill.log" 2>&1 &
    pids+=($!)
  done
  for node in "${pids[@]}"; do wait "$node" || failed=1; done
  [ "$failed" = 0 ] || { cat "$folder"/i?/fill.log >&2; return 1; }
  hosts=127.0.0.1:$1,127.0.0.1:$2,127.0.0.1:$3
  settings=("QUERENT_TEST_PICODATA_PLAIN_URL=picodata://plain:$password@$hosts/stock"
    "QUERENT_TEST_PICODATA_MD5_URL=picodata://plain_md5:$password@$hosts/stock"
    "QUERENT_TEST_PICODATA_CLEAR_URL=picodata://plain_clear:$password@$hosts/stock"
    "QUERENT_TEST_PICODATA_MTLS_URL=picodata+tls://plain_mtls:$password@$hosts/stock"
    "QUERENT_TEST_PICODATA_NODES=$hosts" "QUERENT_TEST_PICODATA_FOLDER=$folder"
    "QUERENT_TEST_PICODATA_CA=$folder/keys/ca.pem" "QUERENT_TEST_PICODATA_CERT=$folder/keys/client.pem"
    "QUERENT_TEST_PICODATA_KEY=$folder/keys/client.key" "QUERENT_TEST_PICODATA_ROGUE_CA=$folder/keys/rogue-ca.pem"
    "QUERENT_TEST_PICODATA_ROGUE_CERT=$folder/keys/rogue.pem" "QUERENT_TEST_PICODATA_ROGUE_KEY=$folder/keys/rogue.key")
  url=picodata://admin:$password@$hosts/stock
}

remove_data() { if [ -s "$1/data" ]; then rm -rf "$(data_of "$1")"; fi; }

# The common cluster.
pid_files() { printf '%s\n' "$state"/i1/pid "$state"/i2/pid "$state"/i3/pid; }
clean() { remove_data "$state"; }
launch() {
  local chosen settings url first=${QUERENT_PICODATA_PORT:-}
  if [ -n "$first" ]; then chosen=("$first" $((first + 1)) $((first + 2))); else read -ra chosen <<< "$(ports 14000 17000 3)"; fi
  cluster "$state" flat "${chosen[@]}" || { stop; die "the cluster could not be started"; }
  clients
  ready "$url" "${settings[@]}" "QUERENT_TEST_PICODATA_PSQL=$bin/psql" "QUERENT_TEST_PICODATA_PYTHON=$picopyn/bin/python"
}

private() {
  local folder option with='' layout=flat chosen settings url
  for option in "$@"; do
    case $option in
      with=*) with=${option#*=} ;;
      layout=flat | layout=replicas | layout=tiers) layout=${option#*=} ;;
      *) die "unknown option $option" ;;
    esac
  done
  mkdir -p "$states"
  install
  folder=$(mktemp -d "$states/picodata-private-XXXXXX")
  read -ra chosen <<< "$(ports 14000 17000 3)"
  cluster "$folder" "$layout" "${chosen[@]}" || { end_private "$folder"; exit 1; }
  printf '%s\n' "QUERENT_TEST_PICODATA_URL=$url" "${settings[@]}" > "$folder/env"
  if [ -n "$with" ]; then
    # shellcheck disable=SC2016 # expanded by the inner shell
    setsid bash -c 'while [ -e "/proc/$1" ] && [ -d "$3" ]; do sleep 1; done; exec "$2" end "$3"' watch "$with" "$here/$name.sh" \
      "$folder" > /dev/null 2>&1 < /dev/null &
  fi
  echo "ready picodata-private $url $folder"
}

end_private() {
  [[ $(basename "$1") == picodata-private-* ]] || die "$1 is not a private cluster's folder"
  [ -d "$1" ] || return 0
  local node
  for node in "${members[@]}"; do if runs "$1/$node/pid"; then node_kill "$1" "$node"; fi; done
  remove_data "$1"
  rm -rf "$1"
}

# The server and its children.
processes_of() {
  local pid _
  read -r pid _ < "$1/$2/pid"
  echo "$pid"
  pgrep -P "$pid" || true
}
node_kill() {
  # shellcheck disable=SC2046 # a pid a word
  kill -9 $(processes_of "$1" "$2") 2> /dev/null || true
  while runs "$1/$2/pid"; do sleep 0.01; done
}
node_freeze() {
  # The server first: it makes no more children.
  kill -STOP "$(processes_of "$1" "$2" | head -n 1)"
  # shellcheck disable=SC2046
  kill -STOP $(processes_of "$1" "$2")
}
node_thaw() {
  # shellcheck disable=SC2046
  kill -CONT $(processes_of "$1" "$2")
}
pg_ctl_stop() {
  as_owner "$bin/pg_ctl" stop -s -w -m "$3" -D "$(data_of "$1")/$2/data"
  while runs "$1/$2/pid"; do sleep 0.01; done
}

node() {
  local action=$1 folder=$2 node=$3
  if [ ! -d "$folder/$node" ] || [[ " ${members[*]} " != *" $node "* ]]; then die "no node $node in $folder"; fi
  if [ "$action" != start ]; then runs "$folder/$node/pid" || die "node $node does not run"; fi
  case $action in
    pid) processes_of "$folder" "$node" | head -n 1 ;;
    kill) node_kill "$folder" "$node" ;;
    immediate) pg_ctl_stop "$folder" "$node" immediate ;;
    stop) pg_ctl_stop "$folder" "$node" fast ;;
    start)
      if runs "$folder/$node/pid"; then die "node $node runs already"; fi
      node_start "$folder" "$node"
      node_ready "$folder" "$node"
      ;;
    freeze) node_freeze "$folder" "$node" ;;
    thaw) node_thaw "$folder" "$node" ;;
    *) die "usage: $0 node pid|kill|immediate|stop|start|freeze|thaw FOLDER NODE" ;;
  esac
}

sql() {
  local folder=$1 wanted=$2 node statement arguments=()
  shift 2
  for statement in "$@"; do arguments+=(-c "$statement"); done
  if [ "$wanted" != all ]; then psql "$folder" "$wanted" stock "${arguments[@]}"; return; fi
  for node in "${members[@]}"; do if runs "$folder/$node/pid"; then psql "$folder" "$node" stock "${arguments[@]}"; fi; done
}

mkdir -p "$cache"
case ${1:-start} in
  private) shift && private "$@" ;;
  end) end_private "$2" ;;
  node) shift && node "$@" ;;
  sql) shift && sql "$@" ;;
  stop)
    for folder in "$states"/picodata-private-*; do [ ! -d "$folder" ] || end_private "$folder"; done
    main stop
    ;;
  *) main "$@" ;;
esac
