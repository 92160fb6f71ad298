#!/usr/bin/env bash
# Fetches the core Elasticsearch server through Maven and runs it on loopback, for tests and for trying a team's set-up.
#
#   deploy/elasticsearch.sh start [PORT]     fetch if missing, start on 127.0.0.1:PORT (9200), wait until it is healthy
#   deploy/elasticsearch.sh stop [PORT]      stop the one started on PORT
#
# SIDELIGHT_ELASTICSEARCH_HOME  where server and data go (default ~/.cache/sidelight/elasticsearch)
# SIDELIGHT_ELASTICSEARCH_ZIP   a distribution already here, instead of fetching one
# ELASTICSEARCH_VERSION         default 8.19.9; 9.x needs ES_JAVA_HOME of Java 21 or newer
# ELASTICSEARCH_HEAP            default 512m
#
# This build lacks most modules and has no security: it listens on loopback only. A team's server is a full
# distribution with TLS and users; see docs/searching.md.
set -euo pipefail

command=${1:-start}
port=${2:-9200}
version=${ELASTICSEARCH_VERSION:-8.19.9}
home=${SIDELIGHT_ELASTICSEARCH_HOME:-$HOME/.cache/sidelight/elasticsearch}
heap=${ELASTICSEARCH_HEAP:-512m}
account=elasticsearch
node="$home/$version-$port"
url="http://127.0.0.1:$port"

say() { echo "elasticsearch.sh: $*" >&2; }

die() {
    say "$*"
    exit 1
}

healthy() { curl --fail --silent --max-time 5 --output /dev/null "$url/_cluster/health?wait_for_status=yellow&timeout=4s"; }

fetch() {
    zip=${SIDELIGHT_ELASTICSEARCH_ZIP:-$home/elasticsearch-$version.zip}
    if [ ! -f "$zip" ]; then
        command -v mvn >/dev/null || die "needs Maven to fetch the server (Debian: apt install maven)"
        say "fetching $version"
        mvn -q -B dependency:copy -DoutputDirectory="$home" \
            -Dartifact="org.elasticsearch.distribution.integ-test-zip:elasticsearch:$version:zip"
    fi
    rm -rf "$node.partial"
    mkdir -p "$node.partial"
    python3 -m zipfile -e "$zip" "$node.partial"
    chmod +x "$node.partial/elasticsearch-$version/bin/"*
    mv "$node.partial/elasticsearch-$version" "$node"
    rmdir "$node.partial"
}

configure() {
    cat >"$node/config/elasticsearch.yml" <<YAML
cluster.name: sidelight-$port
discovery.type: single-node
network.host: 127.0.0.1
http.port: $port
transport.port: $((port + 100))
xpack.security.enabled: false
cluster.routing.allocation.disk.threshold_enabled: false
YAML
    mkdir -p "$node/config/jvm.options.d"
    printf -- '-Xms%s\n-Xmx%s\n' "$heap" "$heap" >"$node/config/jvm.options.d/heap.options"
}

launch() {
    # It refuses to run as root.
    if [ "$(id -u)" -eq 0 ]; then
        id "$account" >/dev/null 2>&1 || useradd --system --home-dir "$home" --shell /bin/sh "$account"
        chown -R "$account" "$node"
        # Every folder above must let the account through.
        folder=$home
        while [ "$folder" != / ]; do
            su "$account" -c "test -x '$folder'" || chmod o+x "$folder"
            folder=$(dirname "$folder")
        done
        su "$account" -c "cd '$node' && ES_JAVA_HOME='$ES_JAVA_HOME' ./bin/elasticsearch -d -p '$node/pid' >'$node/console.log' 2>&1" ||
            die "it did not start: $(tail -3 "$node/console.log")"
    else
        (cd "$node" && ./bin/elasticsearch -d -p "$node/pid" >"$node/console.log" 2>&1) ||
            die "it did not start: $(tail -3 "$node/console.log")"
    fi
}

start() {
    if healthy; then
        say "one is running on $url"
        return
    fi
    # This build brings no Java of its own.
    if [ -z "${ES_JAVA_HOME:-}" ]; then
        command -v java >/dev/null || die "needs Java 17 or newer (Debian: apt install openjdk-17-jre-headless)"
        ES_JAVA_HOME=$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")
    fi
    export ES_JAVA_HOME
    mkdir -p "$home"
    [ -d "$node" ] || fetch
    configure
    launch
    for _ in $(seq 90); do
        if healthy; then
            say "ready on $url"
            return
        fi
        sleep 1
    done
    die "not healthy after 90 s; see $node/logs"
}

stop() {
    [ -f "$node/pid" ] || die "none was started on port $port"
    running=$(cat "$node/pid")
    kill "$running" 2>/dev/null || true
    for _ in $(seq 30); do
        kill -0 "$running" 2>/dev/null || break
        sleep 1
    done
    rm -f "$node/pid"
    say "stopped"
}

case $command in
start) start ;;
stop) stop ;;
*) die "unknown command '$command'; start [PORT] or stop [PORT]" ;;
esac
