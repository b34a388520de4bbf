#!/usr/bin/env bash
# Apache Ignite (Maven Central) on 127.0.0.1, one cluster a mode, all side by side. Each start begins empty.
#   ignite.sh [start|stop|env] [MODE...]   h2: 2.17.0, the H2 engine          cluster3: the same, three nodes
#                                          auth: users and persistence        tls: client certificates required
#                                          calcite: that engine, tx-aware     ny: a server in New York's time zone
#                                          kv: 2.18.0, no SQL; without a MODE all of them (stop: private ones too)
#   ignite.sh private [with=PID] [MODE [OPTION...]]   a cluster (default cluster3) for one test, which it may break; ends
#                                          with the process PID. Prints `ready ignite-MODE URL FOLDER`. Options:
#                                          thin-only (no ODBC, no JDBC), functions (SQL's, of a user's own), those of
#                                          ignite/IgniteNode.java, version=2.16.0 (another Ignite with SQL, fetched
#                                          when it is first asked for), and java=OPTION (of the nodes' JVMs)
#   ignite.sh end FOLDER                   ends a private cluster and removes its folder
#   ignite.sh node pid|kill|stop|start FOLDER INDEX    one node: its pid; SIGKILL; SIGTERM; anew with the same ports
#   ignite.sh oracle java|python           another client to compare with, on stdin and stdout (ignite/README.md)
# QUERENT_IGNITE_HEAP: the heap of a node (default 512m)
# QUERENT_IGNITE_JAVA_OPTIONS: default -XX:TieredStopAtLevel=1: half the CPU of a start; empty for measuring speed
# shellcheck disable=SC2030,SC2031 # a subshell is how a node or a mode has a state of its own
. "$(dirname "$0")/lifecycle.sh"

modes=(h2 cluster3 auth tls calcite ny kv)
pyignite=$cache/pyignite-0.6.1
java_options=()
jvm=() # beside them, of one cluster
hash=$(cat "$here"/ignite/*.xml "$here"/ignite/*.java | sha256sum | cut -c 1-16)

# What Ignite's own start script opens to it from JDK 15 on.
opens=()
for package in java.base/{jdk.internal.{access,misc},sun.nio.ch,sun.util.calendar,sun.reflect.generics.reflectiveObjects} \
  java.base/java.{io,nio,net,util,util.concurrent,util.concurrent.locks,util.concurrent.atomic,lang,lang.invoke} \
  java.base/java.{lang.reflect,math,time,text} java.sql/java.sql java.desktop/java.awt.font \
  java.management/{com.sun.jmx.mbeanserver,sun.management} jdk.management/com.sun.management.internal \
  jdk.internal.jvmstat/sun.jvmstat.monitor; do
  opens+=("--add-opens=$package=ALL-UNNAMED")
done

# fetch sql|kv|VERSION: the jars, and our classes compiled against them. A VERSION is as `sql`, of another Ignite.
jars_of() { echo "$cache/ignite-$1-$(sha256sum < "$(pom_of "$1")" | cut -c 1-16)"; }
pom_of() { case $1 in sql | kv) echo "$here/ignite/$1.xml" ;; *) echo "$here/ignite/sql.xml" ;; esac; }
fetch() {
  local kind=$1 jars try version=() sources=("$here"/ignite/{IgniteNode,ServerTask}.java)
  jars=$(jars_of "$kind")
  case $kind in sql | kv) ;; *) version=("-Dignite.version=$kind") ;; esac
  if [ ! -e "$jars/complete" ]; then
    say "fetching Ignite ($kind) from Maven Central"
    for try in 1 2 3; do
      rm -rf "$jars" && mkdir -p "$jars"
      if mvn -B -q -f "$(pom_of "$kind")" -Dmaven.repo.local="$cache/m2-ignite" ${version[@]+"${version[@]}"} \
        dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$jars/lib" > "$jars/mvn.log" 2>&1; then
        touch "$jars/complete"
        break
      fi
      say "try $try failed"
    done
    [ -e "$jars/complete" ] || { tail -n 20 "$jars/mvn.log" >&2; die "Maven could not fetch Ignite ($kind)"; }
  fi
  [ "$kind" != sql ] || sources=("$here"/ignite/*.java)
  if [ ! -e "$jars/ours-$hash.jar" ]; then
    rm -rf "$jars/classes" && mkdir -p "$jars/classes"
    javac -nowarn --release 17 -cp "$jars/lib/*" -d "$jars/classes" "${sources[@]}" > "$jars/javac.log" 2>&1 ||
      { cat "$jars/javac.log" >&2; die "javac failed"; }
    jar -c -f "$jars/new.jar" -C "$jars/classes" .
    mv "$jars/new.jar" "$jars/ours-$hash.jar"
    rm -rf "$jars/classes" "$jars"/*.jsa
  fi
}

# A node run once, to keep its loaded classes as an archive: a start then takes 1.4 s of CPU, not 5 s. Without it a node
# starts as well.
train() {
  local jars folder patience=180 # the archive is written at the end
  jars=$(jars_of sql)
  [ ! -e "$jars/ours-$hash.jsa" ] || return 0
  folder=$jars/training
  rm -rf "$folder" && mkdir -p "$folder"
  describe h2
  java_options=("-XX:ArchiveClassesAtExit=$jars/new.jsa")
  if cluster "$folder" && end "$folder/0/pid" && [ -e "$jars/new.jsa" ]; then
    mv "$jars/new.jsa" "$jars/ours-$hash.jsa"
  else
    say "no archive of classes: nodes will start more slowly"
    rm -f "$jars/new.jsa"
  fi
  rm -rf "$folder"
}

# All modes and oracles share what is installed: one installs, the others wait.
install() {
  (
    flock 8
    trap 'rm -rf "$cache/m2-ignite"' EXIT
    fetch sql
    fetch kv
    [ $# = 0 ] || fetch "$1"
    train 8>&-
    venv "$pyignite" pyignite==0.6.1 attrs==26.1.0
  ) 8> "$cache/ignite.lock"
}

# Sets nodes, kind, zone and options of a mode.
describe() {
  nodes=1 kind=sql zone=UTC options=
  case $1 in
    h2) ;;
    cluster3) nodes=3 ;;
    auth) options=auth ;;
    tls) options=tls ;;
    calcite) options=calcite,tx-aware ;;
    ny) zone=America/New_York ;;
    kv) kind=kv ;;
    *) die "unknown mode $1: ${modes[*]}" ;;
  esac
}

# commands FOLDER [ARGUMENT...]: writes the command of each node, with ports that are free now.
commands() {
  local folder=$1 jars chosen archive=() i from=23500 to=32500 at
  shift
  jars=$(jars_of "$kind")
  [ ! -e "$jars/ours-$hash.jsa" ] || archive=("-XX:SharedArchiveFile=$jars/ours-$hash.jsa")
  [ ${#java_options[@]} -gt 0 ] || read -ra java_options <<< "${QUERENT_IGNITE_JAVA_OPTIONS--XX:TieredStopAtLevel=1}"
  for at in "${!modes[@]}"; do
    [ "$states/ignite-${modes[at]}" = "$folder" ] && from=$((20000 + 500 * at)) to=$((20500 + 500 * at))
  done
  read -ra chosen <<< "$(ports "$from" "$to" $((3 * nodes)))"
  [ ${#chosen[@]} = $((3 * nodes)) ] || die "no free ports from $from to $to"
  list() { local IFS=,; echo "${chosen[*]:$(($1 * nodes)):nodes}"; }
  list 0 > "$folder/ports"
  for ((i = 0; i < nodes; i++)); do
    rm -rf "${folder:?}/$i" && mkdir -p "$folder/$i"
    {
      echo '#!/bin/sh'
      # A node writes dumps into the folder where it stands.
      printf 'cd %q\n' "$folder/$i"
      printf 'exec'
      printf ' %q' java -Xms64m "-Xmx${QUERENT_IGNITE_HEAP:-512m}" -XX:+UseSerialGC -XX:MaxDirectMemorySize=256m \
        "${opens[@]}" "${archive[@]}" "${java_options[@]}" "${jvm[@]}" -Djava.net.preferIPv4Stack=true \
        -DIGNITE_QUIET=true \
        -DIGNITE_NO_ASCII=true -DIGNITE_UPDATE_NOTIFIER=false -DIGNITE_PERFORMANCE_SUGGESTIONS_DISABLED=true \
        "-Duser.timezone=$zone" -cp "$jars/ours-$hash.jar:$jars/lib/*" IgniteNode index=$i thin="$(list 0)" \
        discovery="$(list 1)" communication="$(list 2)" work="$folder/$i/work" keys="$folder/keys" "options=$options" "$@"
      echo
    } > "$folder/$i/command"
    chmod +x "$folder/$i/command"
  done
}

url_of() { echo "ignite://127.0.0.1:$(sed 's/,/,127.0.0.1:/g' "$1/ports")"; }

# serves FOLDER INDEX: the node says so, and takes connections.
serves() {
  grep -q '^READY ' "$1/$2/log" && (exec 3<> "/dev/tcp/127.0.0.1/$(cut -d , -f $(($2 + 1)) "$1/ports")") 2> /dev/null
}

# node_start FOLDER INDEX, and node_ready FOLDER INDEX: a node is a server of its own to what lifecycle.sh does.
node_start() ( state=$1/$2; daemon "$state/command" )
node_ready() (
  state=$1/$2
  pid_files() { echo "$state/pid"; }
  stop() { end "$state/pid"; }
  wait_until 180 serves "$1" "$2"
)

# cluster FOLDER [ARGUMENT...]: starts the nodes together; with other ports if somebody took one in the meantime.
cluster() {
  local folder=$1 try i pids pid failed
  for try in 1 2 3; do
    commands "$@"
    pids=() failed=0
    for ((i = 0; i < nodes; i++)); do node_start "$folder" $i; done
    for ((i = 0; i < nodes; i++)); do
      node_ready "$folder" $i 2> "$folder/$i/failure" &
      pids+=($!)
    done
    for pid in "${pids[@]}"; do wait "$pid" || failed=1; done
    [ $failed = 0 ] && return
    end "$folder"/*/pid
    grep -qE 'BindException|[Ff]ailed to bind|already in use' "$folder"/*/log || break
    say "a port was taken meanwhile (try $try)"
  done
  cat "$folder"/*/failure >&2
  return 1
}

clean() { true; }
healthy() { local i; for ((i = 0; i < nodes; i++)); do serves "$state" $i || return 1; done; }
pid_files() { local i; for ((i = 0; i < nodes; i++)); do echo "$state/$i/pid"; done; }

launch() {
  [[ $options != *tls* ]] || certificates "$state/keys"
  cluster "$state" || { stop; exit 1; }
  local key
  key=QUERENT_TEST_$(echo "$name" | tr '[:lower:]-' '[:upper:]_')
  case $mode in
    cluster3) set -- "${key}_FOLDER=$state" ;;
    auth) set -- "${key}_USER=ignite" "${key}_PASSWORD=ignite" ;;
    tls)
      set -- "${key}_KEYS=$state/keys" "${key}_CA=$state/keys/ca.pem" "${key}_CERT=$state/keys/client.pem" \
        "${key}_KEY=$state/keys/client.key" "${key}_ROGUE_CA=$state/keys/rogue-ca.pem" \
        "${key}_ROGUE_CERT=$state/keys/rogue.pem" "${key}_ROGUE_KEY=$state/keys/rogue.key"
      ;;
    *) set -- ;;
  esac
  ready "$(url_of "$state")" "$@"
}

# one ACTION MODE: the mode as a server of its own.
one() (
  mode=$2 name=ignite-$2 state=$states/ignite-$2
  describe "$mode"
  main "$1"
)

every() {
  local action=$1 pids=() pid failed=0 folder
  shift
  if [ $# = 0 ]; then
    set -- "${modes[@]}"
    if [ "$action" = stop ]; then
      for folder in "$states"/ignite-private-*; do [ ! -d "$folder" ] || end_private "$folder"; done
    fi
  fi
  if [ "$action" = env ]; then
    for mode in "$@"; do one env "$mode"; done
    return
  fi
  for mode in "$@"; do
    one "$action" "$mode" &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid" || failed=1; done
  return $failed
}

private() {
  local arguments=() folder mode option
  if [[ ${1:-} == with=* ]]; then arguments=("$1") && shift; fi
  mode=${1:-cluster3}
  [ $# = 0 ] || shift
  describe "$mode"
  for option in "$@"; do
    case $option in
      version=*) kind=${option#version=} ;;
      java=*) jvm+=("${option#java=}") ;;
      *) options+=${options:+,}$option ;;
    esac
  done
  mkdir -p "$states"
  install "$kind"
  folder=$(mktemp -d "$states/ignite-private-XXXXXX")
  [[ $options != *tls* ]] || certificates "$folder/keys"
  cluster "$folder" ${arguments[@]+"${arguments[@]}"} || { rm -rf "$folder"; exit 1; }
  echo "ready ignite-$mode $(url_of "$folder") $folder"
}

end_private() {
  [[ $(basename "$1") == ignite-private-* ]] || die "$1 is not a private cluster's folder"
  end "$1"/*/pid
  rm -rf "$1"
}

node() {
  local action=$1 folder=$2 index=$3 pid _
  [ -e "$folder/$index/command" ] || die "no node $index in $folder"
  if [ "$action" != start ]; then
    runs "$folder/$index/pid" || die "node $index does not run"
    read -r pid _ < "$folder/$index/pid"
  fi
  case $action in
    pid) echo "$pid" ;;
    kill)
      kill -9 "$pid"
      while runs "$folder/$index/pid"; do sleep 0.01; done
      ;;
    stop) end "$folder/$index/pid" ;;
    start)
      runs "$folder/$index/pid" && die "node $index runs already"
      node_start "$folder" "$index"
      node_ready "$folder" "$index"
      ;;
    *) die "usage: $0 node pid|kill|stop|start FOLDER INDEX" ;;
  esac
}

oracle() {
  local jars
  install
  jars=$(jars_of sql)
  case $1 in
    java)
      exec java -Xms64m -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 "-XX:SharedArchiveFile=$jars/ours-$hash.jsa" \
        "${opens[@]}" -Duser.timezone=UTC -DIGNITE_QUIET=true -DIGNITE_NO_ASCII=true \
        -DIGNITE_UPDATE_NOTIFIER=false -cp "$jars/ours-$hash.jar:$jars/lib/*" ThinOracle
      ;;
    # pyignite's dates are in the client's time zone.
    python) TZ=UTC exec "$pyignite/bin/python" -u -W ignore "$here/ignite/pyignite_values.py" ;;
    *) die "usage: $0 oracle java|python" ;;
  esac
}

mkdir -p "$cache"
action=${1:-start}
[ $# = 0 ] || shift
case $action in
  start | stop | env) every "$action" "$@" ;;
  private) private "$@" ;;
  end) end_private "$1" ;;
  node) node "$@" ;;
  oracle) oracle "$@" ;;
  *) die "usage: $0 [start|stop|env] [MODE...] | private | end | node | oracle" ;;
esac
