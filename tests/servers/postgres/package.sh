# shellcheck shell=bash disable=SC2034,SC2154 # used by, and from, the sourcing scripts
# PostgreSQL 15 of Debian, for the scripts that start it. Sourced after lifecycle.sh.
bin=/usr/lib/postgresql/15/bin

# Two scripts may want it at once: one installs, the other waits.
install() ( flock 8; install_package ) 8> "$cache/postgres-install.lock"

install_package() {
  [ -x "$bin/postgres" ] && return
  [ "$(id -u)" = 0 ] || die "PostgreSQL 15 is needed: apt-get install postgresql-15"
  say "installing postgresql-15"
  # The package would otherwise make and start a cluster of its own.
  mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-confold postgresql-15; } \
    > "$cache/postgres-install.log" 2>&1 || { tail -n 20 "$cache/postgres-install.log" >&2; die "apt-get failed"; }
}

# PostgreSQL refuses to run as root, and root's home is closed to the user it then runs as.
as_owner() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
