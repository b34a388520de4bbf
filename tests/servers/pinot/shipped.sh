#!/usr/bin/env bash
# Loads Pinot's own example tables, which are in a jar on Maven Central (0.11.0 is the newest there).
#   shipped.sh CONTROLLER_URL BROKER_URL CLASS_PATH    CLASS_PATH: Pinot's jars and AvroLines
#   QUERENT_CACHE: where the jar is kept (default ~/.cache/querent)
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
cache=${QUERENT_CACHE:-$HOME/.cache/querent}/servers
version=0.11.0
jar=$cache/pinot-tools-$version.jar
folder=$(mktemp -d "$cache/pinot-tools.XXXXXX")
trap 'rm -rf "$folder"' EXIT

if [ ! -e "$jar" ]; then
  mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy \
    -Dartifact=org.apache.pinot:pinot-tools:$version:jar -DoutputDirectory="$folder" \
    -Dmaven.repo.local="$folder/m2" > "$folder/mvn.log" 2>&1 || { tail -n 20 "$folder/mvn.log" >&2; exit 1; }
  mv "$folder/pinot-tools-$version.jar" "$jar"
fi
# -B: nothing is written beside load.py, which it imports.
python3 -B "$here/shipped.py" "$1" "$2" "$jar" "$3" "$folder"
