#!/bin/sh
# Gathers every wheel of the hash-locked list in a folder, for machines without a network:
#
#   deploy/wheels.sh FOLDER                                on a machine with a network, of the same system and Python
#   SIDELIGHT_WHEELS=FOLDER deploy/install.sh              on the other
#
# Both hold each file against its hash in requirements.lock.
set -eu
folder=${1:?folder for the wheels}
home=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
python=${SIDELIGHT_PYTHON:-$home/.venv/bin/python}
[ -x "$python" ] || python=python3
mkdir -p "$folder"
"$python" -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: \
    --dest "$folder" -r "$home/requirements.lock"
echo "$(find "$folder" -name '*.whl' | wc -l) wheels in $folder"
