#!/usr/bin/env bash
# Apache Pinot 1.5.1 (Maven Central): ZooKeeper, controller, broker and a single-stage server in one JVM, loaded with the
# tables of pinot/load.py. Each start begins with an empty cluster.
#   pinot.sh [start|stop|env]    QUERENT_PINOT_PORT: the controller's port (default: any free one)
#                                QUERENT_PINOT_HEAP: the JVM's heap (default 1g)
. "$(dirname "$0")/lifecycle.sh"

version=1.5.1
jars=$cache/pinot-$version
hash=$(sha256sum < "$here/pinot/pom.xml" | cut -c 1-16)

install() {
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

# Every address that Pinot lets one choose is 127.0.0.1; the server's netty port is bound to all addresses regardless.
configure() {
  local common="pinot.cluster.name=querent
pinot.zk.server=127.0.0.1:$zk
pinot.set.instance.id.to.hostname=true"
  mkdir -p "$state/conf" "$state/zk"
  cat > "$state/conf/controller" << C
$common
controller.helix.cluster.name=querent
controller.zk.str=127.0.0.1:$zk
controller.host=127.0.0.1
controller.port=$controller
controller.vip.host=127.0.0.1
controller.vip.port=$controller
controller.access.protocols=http
controller.access.protocols.http.host=127.0.0.1
controller.access.protocols.http.port=$controller
controller.data.dir=$state/controller
controller.local.temp.dir=$state/controller-tmp
C
  cat > "$state/conf/broker" << C
$common
pinot.broker.hostname=127.0.0.1
pinot.broker.client.queryPort=$broker
pinot.broker.client.access.protocols=http
pinot.broker.client.access.protocols.http.host=127.0.0.1
pinot.broker.client.access.protocols.http.port=$broker
pinot.broker.grpc.port=-1
pinot.multistage.engine.enabled=false
pinot.query.runner.hostname=127.0.0.1
C
  cat > "$state/conf/server" << C
$common
pinot.server.netty.host=127.0.0.1
pinot.server.netty.port=$server
pinot.server.instance.dataDir=$state/server/index
pinot.server.instance.segmentTarDir=$state/server/segments
C
}

compile() {
  local sources=("$here"/pinot/*.java) file
  while IFS= read -r file; do sources+=("$file"); done < <(find "$here/pinot/standins" -name '*.java')
  mkdir -p "$state/classes"
  javac -nowarn --release 17 -cp "$jars/lib/*" -d "$state/classes" "${sources[@]}" > "$state/javac.log" 2>&1 ||
    { cat "$state/javac.log" >&2; die "javac failed"; }
}

answers() { [ "$(curl -s -m 2 "http://127.0.0.1:$1/health")" = OK ]; }
up() { grep -q '^ready$' "$state/log" && answers "$controller" && answers "$broker"; }

launch() {
  local zk controller broker server opens=() package
  read -r zk controller broker server <<< "$(free_ports 4)"
  controller=${QUERENT_PINOT_PORT:-$controller}
  configure
  compile
  for package in java.nio sun.nio.ch java.lang java.util java.lang.reflect jdk.internal.misc; do
    opens+=("--add-opens=java.base/$package=ALL-UNNAMED")
  done
  # The options that Pinot's own start script gives to JDK 17, and a ZooKeeper that does not sync to disk.
  daemon java "${opens[@]}" --add-exports=java.base/jdk.internal.util.random=ALL-UNNAMED \
    -Dio.netty.tryReflectionSetAccessible=true -Xms256m "-Xmx${QUERENT_PINOT_HEAP:-1g}" -XX:+UseG1GC \
    -XX:MaxDirectMemorySize=1g -Duser.timezone=UTC -Djava.net.preferIPv4Stack=true \
    -Dzookeeper.forceSync=no -Dzookeeper.admin.enableServer=false \
    -cp "$state/classes:$jars/lib/*" PinotNode "zk=$zk,$state/zk" \
    "org.apache.pinot.controller.ControllerStarter=$state/conf/controller" \
    "org.apache.pinot.broker.broker.helix.HelixBrokerStarter=$state/conf/broker" \
    "SingleStageServer=$state/conf/server"
  wait_until 180 up
  python3 "$here/pinot/load.py" "http://127.0.0.1:$controller" "http://127.0.0.1:$broker" > "$state/load.log" 2>&1 ||
    { cat "$state/load.log" >&2; stop; die "the tables could not be loaded"; }
  ready "pinot://127.0.0.1:$controller" "QUERENT_TEST_PINOT_BROKER_URL=http://127.0.0.1:$broker"
}

main "$@"
