#!/bin/sh
# Installs Sidelight on Debian: system packages, the account it runs under, its environment from the hash-locked list.
# To be run by root from a checkout; run again it changes nothing that is in place.
#
#   deploy/install.sh [TARGET]          TARGET: where the program goes (default /opt/sidelight)
#
# SIDELIGHT_WHEELS     a folder of wheels (deploy/wheels.sh makes it): nothing is fetched over the network
# SIDELIGHT_DATA       the account's home, with the workspace below it (default /var/lib/sidelight)
# SIDELIGHT_PYTHON     the Python to use, 3.11 to 3.13 (default the system's); the account must be able to run it
set -eu
target=${1:-/opt/sidelight}
data=${SIDELIGHT_DATA:-/var/lib/sidelight}
account=sidelight
source=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)

say() { echo "install.sh: $*" >&2; }
[ "$(id -u)" = 0 ] || { say "has to be run by root"; exit 1; }

need() { # COMMAND PACKAGE: put the package on the list where the command is missing
    command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}
missing=
base=${SIDELIGHT_PYTHON:-/usr/bin/python3}
need "$base" python3
"$base" -c 'import venv, ensurepip' 2>/dev/null || missing="$missing python3-venv"
need pg_dump postgresql-client
if [ -n "$missing" ]; then
    say "installing$missing"
    apt-get update -qq
    # shellcheck disable=SC2086  # a list of words
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

id "$account" >/dev/null 2>&1 || useradd --system --home-dir "$data" --shell /usr/sbin/nologin "$account"
install -d -m 0700 -o "$account" -g "$account" "$data"

install -d -m 0755 "$target"
if [ "$source" != "$(CDPATH='' cd -- "$target" && pwd)" ]; then
    for room in store crawlers nlp linker models indexer casework console market operations deploy docs; do
        rm -rf "${target:?}/$room"
        cp -R "$source/$room" "$target/$room"
    done
    for file in sidelight sidelight.py pyproject.toml requirements.lock README.md LICENSE; do
        cp "$source/$file" "$target/$file"
    done
fi

python="$target/.venv/bin/python"
stamp="$target/.venv/.synced"
wanted=$(cat "$target/requirements.lock" "$target/pyproject.toml" | cksum)
if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$wanted" ]; then
    say "setting up $target/.venv"
    [ -x "$python" ] || "$base" -m venv "$target/.venv"
    if [ -n "${SIDELIGHT_WHEELS:-}" ]; then
        set -- --no-index --find-links "$SIDELIGHT_WHEELS"
    else
        set --
    fi
    # Every file is held against the hash in the list, wherever it comes from.
    "$python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: "$@" \
        -r "$target/requirements.lock"
    "$python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index --editable "$target"
    echo "$wanted" >"$stamp"
fi
runuser -u "$account" -- "$target/sidelight" --help >/dev/null || {
    say "the account $account cannot run $target/sidelight: are its folders and its Python ($base) open to it?"
    exit 1
}
say "ready: $target/sidelight"
