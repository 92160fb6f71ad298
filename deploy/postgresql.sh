#!/bin/sh
# Starts a private PostgreSQL for tests on loopback, from Debian's packages: deploy/postgresql.sh start FOLDER [PORT]
# and stops it again: deploy/postgresql.sh stop FOLDER. Prints the URL to set as SIDELIGHT_TEST_DATABASE_URL.
set -eu
action=${1:?start or stop}
folder=${2:?folder for the data}
port=${3:-5433}
tools=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -n "$tools" ] || { echo "postgresql.sh: PostgreSQL is not installed (Debian: apt install postgresql)" >&2; exit 1; }

# PostgreSQL refuses to run as root, so its own user does.
as_server() {
    if [ "$(id -u)" = 0 ]; then su postgres -s /bin/sh -c "$1"; else sh -c "$1"; fi
}

case $action in
start)
    mkdir -p "$folder"
    [ "$(id -u)" != 0 ] || chown postgres "$folder"
    if [ ! -f "$folder/data/PG_VERSION" ]; then
        as_server "$tools/initdb -D '$folder/data' -U sidelight --auth=trust --encoding=UTF8" >/dev/null
    fi
    as_server "$tools/pg_ctl -D '$folder/data' -w -l '$folder/log' \
        -o '-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$folder -c fsync=off' start" >/dev/null
    echo "postgresql+psycopg://sidelight@127.0.0.1:$port/postgres"
    ;;
stop)
    as_server "$tools/pg_ctl -D '$folder/data' -m fast stop" >/dev/null
    ;;
*)
    echo "postgresql.sh: say start or stop" >&2
    exit 2
    ;;
esac
