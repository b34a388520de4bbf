#!/usr/bin/env bash
# Apache Pinot 1.5.1 (Maven Central): ZooKeeper, controller, broker and a single-stage server in one JVM, loaded with the
# tables of pinot/load.py. Each start begins with an empty cluster.
#   pinot.sh [start|stop|env]    QUERENT_PINOT_PORT: the controller's port (default: any free one)
#                                QUERENT_PINOT_HEAP: the JVM's heap (default 1g)
#   pinot.sh private [with=PID] [OPTION...]   a cluster for one test, which it may break, with the tables `airlines` and
#                                `spread`; ends with the process PID. Prints `ready pinot-private URL FOLDER`; FOLDER/brokers
#                                has HOST:PORT of each broker, one a line. Options:
#                                brokers=N, servers=N: that many, and each role in a JVM of its own
#                                auth: users (admin/verysecret: all; reader/s3cret: the table `airlines` only)
#                                tls: controller and broker by HTTPS only, keys in FOLDER/keys (lifecycle.sh)
#                                client-certificates: the same, and the broker asks for a certificate
#   pinot.sh end FOLDER          ends a private cluster and removes its folder
#   pinot.sh node pid|kill|stop|start FOLDER ROLE   one of zk, controller, broker-0, server-0 and so on: its pid; SIGKILL;
#                                SIGTERM; anew with the same ports. Without brokers=N or servers=N there is `cluster` only.
# shellcheck disable=SC2030,SC2031 # a subshell is how a role has a state of its own
. "$(dirname "$0")/lifecycle.sh"

version=1.5.1
jars=$cache/pinot-$version
hash=$(sha256sum < "$here/pinot/pom.xml" | cut -c 1-16)
ours=$(find "$here/pinot" -name '*.java' -print0 | sort -z | xargs -0 cat | sha256sum | cut -c 1-16)
brokers=1 servers=1 apart='' options=() archive=()

fetch() {
  [ "$(cat "$jars/complete" 2> /dev/null)" = "$hash" ] && return
  say "fetching Pinot $version from Maven Central"
  local try
  for try in 1 2 3; do
    rm -rf "$jars" && mkdir -p "$jars"
    if mvn -B -q -f "$here/pinot/pom.xml" -Dmaven.repo.local="$cache/m2" dependency:copy-dependencies \
      -DincludeScope=runtime -DoutputDirectory="$jars/lib" > "$jars/mvn.log" 2>&1; then
      echo "$hash" > "$jars/complete"
      rm -rf "$cache/m2"
      return
    fi
    say "try $try failed"
  done
  tail -n 20 "$jars/mvn.log" >&2
  die "Maven could not fetch Pinot $version"
}

compile() {
  [ ! -e "$jars/ours-$ours.jar" ] || return 0
  local sources=()
  mapfile -d '' sources < <(find "$here/pinot" -name '*.java' -print0)
  rm -rf "$jars/classes" && mkdir -p "$jars/classes"
  javac -nowarn --release 17 -cp "$jars/lib/*" -d "$jars/classes" "${sources[@]}" > "$jars/javac.log" 2>&1 ||
    { cat "$jars/javac.log" >&2; die "javac failed"; }
  jar -c -f "$jars/new.jar" -C "$jars/classes" .
  mv "$jars/new.jar" "$jars/ours-$ours.jar"
  rm -rf "$jars/classes"
}

# Private clusters and the common one share what is installed: one installs, the others wait.
install() { ( flock 8; fetch; compile ) 8> "$cache/pinot-install.lock"; }

# A cluster run once, to keep its loaded classes as an archive: a JVM of a private cluster then starts with half the CPU.
# Without it one starts as well.
train() (
  flock 8
  local folder=$jars/training patience=180 # the archive is written at the end
  [ ! -e "$jars/ours-$ours.jsa" ] || return 0
  rm -rf "$folder" "$jars"/*.jsa && mkdir -p "$folder"
  brokers=1 servers=1 apart='' with='' options=()
  archive=("-XX:ArchiveClassesAtExit=$jars/new.jsa")
  if cluster "$folder" 8>&- && end "$folder/cluster/pid" && [ -e "$jars/new.jsa" ]; then
    mv "$jars/new.jsa" "$jars/ours-$ours.jsa"
  else
    say "no archive of classes: private clusters will start more slowly"
    end "$folder/cluster/pid"
  fi
  rm -rf "$folder"
) 8> "$cache/pinot-install.lock"

has() { [[ " ${options[*]} " == *" $1 "* ]]; }
scheme() { if has tls; then echo https; else echo http; fi; }

# Every address that Pinot lets one choose is 127.0.0.1; the server's netty port is bound to all addresses regardless.
# configure FOLDER: writes the configuration of each role.
configure() {
  local folder=$1 at common protocol
  protocol=$(scheme)
  mkdir -p "$folder/conf" "$folder/zk"
  common="pinot.cluster.name=querent
pinot.zk.server=127.0.0.1:$zk
pinot.set.instance.id.to.hostname=true"
  {
    cat << C
$common
controller.helix.cluster.name=querent
controller.zk.str=127.0.0.1:$zk
controller.host=127.0.0.1
controller.vip.host=127.0.0.1
controller.vip.port=$controller
controller.vip.protocol=$protocol
controller.access.protocols=$protocol
controller.access.protocols.$protocol.host=127.0.0.1
controller.access.protocols.$protocol.port=$controller
controller.data.dir=$folder/controller-data
controller.local.temp.dir=$folder/controller-tmp
C
    # These are listened to by plain HTTP, whatever the protocol is.
    if ! has tls; then echo "controller.port=$controller"; fi
    if has auth; then principals controller.admin.access.control factory.class org.apache.pinot.controller.api.access; fi
    if has auth; then echo "pinot.controller.segment.fetcher.auth.token=$token"; fi
    if has tls; then keys controller.tls "$folder"; fi
  } > "$folder/conf/controller"
  for ((at = 0; at < brokers; at++)); do
    {
      cat << C
$common
pinot.broker.hostname=127.0.0.1
pinot.broker.client.access.protocols=$protocol
pinot.broker.client.access.protocols.$protocol.host=127.0.0.1
pinot.broker.client.access.protocols.$protocol.port=${broker_ports[at]}
pinot.broker.grpc.port=-1
pinot.multistage.engine.enabled=false
pinot.query.runner.hostname=127.0.0.1
C
      if ! has tls; then echo "pinot.broker.client.queryPort=${broker_ports[at]}"; fi
      if has auth; then principals pinot.broker.access.control class org.apache.pinot.broker.broker; fi
      if has tls; then keys pinot.broker.tls "$folder"; fi
      if has client-certificates; then echo pinot.broker.tls.client.auth.enabled=true; fi
    } > "$folder/conf/broker-$at"
  done
  for ((at = 0; at < servers; at++)); do
    {
      cat << C
$common
pinot.server.netty.host=127.0.0.1
pinot.server.netty.port=${server_ports[at]}
pinot.server.instance.dataDir=$folder/server-data-$at/index
pinot.server.instance.segmentTarDir=$folder/server-data-$at/segments
C
      if has tls; then echo pinot.server.segment.fetcher.protocols=https; fi
      if has auth; then echo "pinot.server.segment.fetcher.auth.token=$token"; fi
    } > "$folder/conf/server-$at"
  done
}

# admin/verysecret, as a header has it.
token="Basic $(printf %s admin:verysecret | base64)"

# principals PREFIX KEY PACKAGE: users, by Pinot's own factory.
principals() {
  cat << C
$1.$2=$3.BasicAuthAccessControlFactory
$1.principals=admin,reader
$1.principals.admin.password=verysecret
$1.principals.reader.password=s3cret
$1.principals.reader.permissions=READ
$1.principals.reader.tables=airlines
C
}

# keys PREFIX FOLDER
keys() {
  cat << C
$1.keystore.type=PKCS12
$1.keystore.path=$2/keys/server.p12
$1.keystore.password=changeit
$1.truststore.type=PKCS12
$1.truststore.path=$2/keys/trust.p12
$1.truststore.password=changeit
C
}

# java_with HEAP: sets `java`, a JVM with our classes. The options are those that Pinot's own start script gives to JDK 17,
# and a ZooKeeper that does not sync to disk.
java_with() {
  local package
  java=(java)
  for package in java.nio sun.nio.ch java.lang java.util java.lang.reflect jdk.internal.misc; do
    java+=("--add-opens=java.base/$package=ALL-UNNAMED")
  done
  java+=(--add-exports=java.base/jdk.internal.util.random=ALL-UNNAMED -Dio.netty.tryReflectionSetAccessible=true
    "-Xmx$1" -Duser.timezone=UTC -Djava.net.preferIPv4Stack=true -Dzookeeper.forceSync=no
    -Dzookeeper.admin.enableServer=false)
}

# role_of FOLDER ROLE: what starts it, as an argument of PinotNode.
role_of() {
  case $2 in
    zk) echo "zk=$zk,$1/zk" ;;
    controller) echo "org.apache.pinot.controller.ControllerStarter=$1/conf/$2" ;;
    broker-*) echo "org.apache.pinot.broker.broker.helix.HelixBrokerStarter=$1/conf/$2" ;;
    server-*) echo "SingleStageServer=$1/conf/$2" ;;
  esac
}

answers() { [ "$(curl -s -m 2 "http://127.0.0.1:$1/health")" = OK ]; }
up() { grep -q '^ready$' "$state/log" && answers "$controller" && answers "${broker_ports[0]}"; }

launch() {
  local zk controller broker_ports server_ports java shipped
  read -r zk controller "broker_ports[0]" "server_ports[0]" <<< "$(free_ports 4)"
  controller=${QUERENT_PINOT_PORT:-$controller}
  configure "$state"
  java_with "${QUERENT_PINOT_HEAP:-1g}"
  daemon "${java[@]}" -Xms256m -XX:+UseG1GC -XX:MaxDirectMemorySize=1g -cp "$jars/ours-$ours.jar:$jars/lib/*" \
    PinotNode "$(role_of "$state" zk)" "$(role_of "$state" controller)" "$(role_of "$state" broker-0)" \
    "$(role_of "$state" server-0)"
  wait_until 180 up
  # Both at once: the one computes while the other waits.
  "$here/pinot/shipped.sh" "http://127.0.0.1:$controller" "http://127.0.0.1:${broker_ports[0]}" \
    "$jars/ours-$ours.jar:$jars/lib/*" > "$state/shipped.log" 2>&1 &
  shipped=$!
  python3 -B "$here/pinot/load.py" "http://127.0.0.1:$controller" "http://127.0.0.1:${broker_ports[0]}" \
    > "$state/load.log" 2>&1 || { cat "$state/load.log" >&2; stop; die "the tables could not be loaded"; }
  wait "$shipped" || { cat "$state/shipped.log" >&2; stop; die "the shipped tables could not be loaded"; }
  ready "pinot://127.0.0.1:$controller" "QUERENT_TEST_PINOT_BROKER_URL=http://127.0.0.1:${broker_ports[0]}"
}

# command FOLDER NAME HEAP ROLE...: writes the command of a JVM with these roles. What was killed is missed after 6 s.
command_of() {
  local folder=$1 name=$2 heap=$3 role java
  shift 3
  [ ! -e "$jars/ours-$ours.jsa" ] || archive=("-XX:SharedArchiveFile=$jars/ours-$ours.jsa")
  mkdir -p "$folder/$name"
  java_with "$heap"
  {
    echo '#!/bin/sh'
    printf 'cd %q\n' "$folder/$name"
    printf 'exec'
    printf ' %q' "${java[@]}" -Xms32m -XX:+UseSerialGC -XX:MaxDirectMemorySize=128m -XX:TieredStopAtLevel=1 \
      ${archive[@]+"${archive[@]}"} -Dzk.session.timeout=6000 -cp "$jars/ours-$ours.jar:$jars/lib/*" PinotNode ${with:+"$with"}
    for role in "$@"; do printf ' %q' "$(role_of "$folder" "$role")"; done
    echo
  } > "$folder/$name/command"
  chmod +x "$folder/$name/command"
}

# A JVM is a server of its own to what lifecycle.sh does.
node_start() ( state=$1/$2; daemon "$state/command" )
node_ready() (
  state=$1/$2
  stop() { end "$state/pid"; }
  wait_until 120 grep -q '^ready$' "$state/log"
)

# nodes_start FOLDER NAME...: all at once.
nodes_start() {
  local folder=$1 at pids=() failed=0
  shift
  for at in "$@"; do node_start "$folder" "$at"; done
  for at in "$@"; do
    node_ready "$folder" "$at" &
    pids+=($!)
  done
  for at in "${pids[@]}"; do wait "$at" || failed=1; done
  return $failed
}

# Starts the roles of a private cluster and fills its tables.
cluster() {
  local folder=$1 chosen zk controller broker_ports server_ports at late=() load=()
  read -ra chosen <<< "$(ports 17000 20000 $((2 + brokers + servers)))"
  [ ${#chosen[@]} = $((2 + brokers + servers)) ] || die "no free ports"
  zk=${chosen[0]} controller=${chosen[1]}
  broker_ports=("${chosen[@]:2:brokers}") server_ports=("${chosen[@]:2+brokers}")
  configure "$folder"
  for ((at = 0; at < brokers; at++)); do late+=("broker-$at"); done
  for ((at = 0; at < servers; at++)); do late+=("server-$at"); done
  if [ -n "$apart" ]; then
    command_of "$folder" zk 64m zk
    command_of "$folder" controller 256m controller
    for at in "${late[@]}"; do command_of "$folder" "$at" 192m "$at"; done
    # Brokers and servers need the cluster that the controller makes.
    nodes_start "$folder" zk && nodes_start "$folder" controller && nodes_start "$folder" "${late[@]}" || return 1
  else
    command_of "$folder" cluster 400m zk controller "${late[@]}"
    nodes_start "$folder" cluster || return 1
  fi
  printf '127.0.0.1:%s\n' "${broker_ports[@]}" > "$folder/brokers"
  echo "pinot$(if has tls; then echo +tls; fi)://127.0.0.1:$controller" > "$folder/url"
  if has tls; then load+=(--keys "$folder/keys"); fi
  if has auth; then load+=(--user admin:verysecret); fi
  python3 -B "$here/pinot/load.py" ${load[@]+"${load[@]}"} "$(scheme)://127.0.0.1:$controller" \
    "$(scheme)://127.0.0.1:${broker_ports[0]}" airlines spread > "$folder/load.log" 2>&1 ||
    { cat "$folder/load.log" >&2; return 1; }
}

private() {
  local folder option with=''
  if [[ ${1:-} == with=* ]]; then with=$1 && shift; fi
  for option in "$@"; do
    case $option in
      brokers=*) brokers=${option#*=} apart=yes ;;
      servers=*) servers=${option#*=} apart=yes ;;
      auth | tls) options+=("$option") ;;
      client-certificates) options+=(tls "$option") ;;
      *) die "unknown option $option" ;;
    esac
  done
  mkdir -p "$states"
  install
  train
  folder=$(mktemp -d "$states/pinot-private-XXXXXX")
  if has tls; then certificates "$folder/keys"; fi
  cluster "$folder" || { end_private "$folder"; exit 1; }
  echo "ready pinot-private $(cat "$folder/url") $folder"
}

end_private() {
  [[ $(basename "$1") == pinot-private-* ]] || die "$1 is not a private cluster's folder"
  patience=0 end "$1"/*/pid # it has nothing to save
  rm -rf "$1"
}

node() {
  local action=$1 folder=$2 role=$3 pid _
  [ -e "$folder/$role/command" ] || die "no node $role in $folder"
  if [ "$action" != start ]; then
    runs "$folder/$role/pid" || die "node $role does not run"
    read -r pid _ < "$folder/$role/pid"
  fi
  case $action in
    pid) echo "$pid" ;;
    kill)
      kill -9 "$pid"
      while runs "$folder/$role/pid"; do sleep 0.01; done
      ;;
    stop) end "$folder/$role/pid" ;;
    start)
      runs "$folder/$role/pid" && die "node $role runs already"
      nodes_start "$folder" "$role"
      ;;
    *) die "usage: $0 node pid|kill|stop|start FOLDER ROLE" ;;
  esac
}

mkdir -p "$cache"
case ${1:-start} in
  private) shift && private "$@" ;;
  end) end_private "$2" ;;
  node) shift && node "$@" ;;
  stop)
    for folder in "$states"/pinot-private-*; do [ ! -d "$folder" ] || end_private "$folder"; done
    main stop
    ;;
  *) main "$@" ;;
esac
