#!/bin/sh
# Makes the passwords and certificates that compose.yml needs, once: deploy/secrets.sh FOLDER
# What is there already is left as it is. The authority's key (ca.key) belongs off the machine afterwards.
set -eu
folder=${1:?folder for the secrets}
days=${SIDELIGHT_CERTIFICATE_DAYS:-365}
name=${SIDELIGHT_NAME:-console.example.org}
umask 077
mkdir -p "$folder"
cd "$folder"

for one in database_password search_password metrics_token; do
    [ -s "$one" ] || openssl rand -hex 24 >"$one"
done
if [ ! -s ca.pem ]; then
    openssl req -x509 -newkey rsa:3072 -nodes -sha256 -days 3650 -subj "/CN=Sidelight authority" \
        -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,cRLSign" \
        -keyout ca.key -out ca.pem 2>/dev/null
fi
for one in database search console; do
    [ ! -s "$one.pem" ] || continue
    host=$one
    [ "$one" != console ] || host=$name
    printf 'subjectAltName=DNS:%s,DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n' "$host" >"$one.ext"
    openssl req -newkey rsa:3072 -nodes -sha256 -subj "/CN=$host" -keyout "$one.key" -out "$one.csr" 2>/dev/null
    openssl x509 -req -sha256 -days "$days" -in "$one.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -extfile "$one.ext" \
        -out "$one.pem" 2>/dev/null
    rm "$one.csr" "$one.ext"
done
chmod 644 ca.pem database.pem search.pem console.pem
# Who reads them in the containers: PostgreSQL's account and Elasticsearch's.
if [ "$(id -u)" = 0 ]; then
    chown 999 database.key
    chown 1000 search.key search_password
fi
cat >sidelight.env <<ENV
SIDELIGHT_DATABASE_URL=postgresql+psycopg://sidelight:$(cat database_password)@database/sidelight?sslmode=verify-full&sslrootcert=/etc/sidelight/ca.pem
SIDELIGHT_SEARCH_URL=https://elastic:$(cat search_password)@search:9200
SIDELIGHT_METRICS_TOKEN=$(cat metrics_token)
SIDELIGHT_SEARCH_CA=/etc/sidelight/ca.pem
ENV
echo "secrets in $folder; take ca.key off this machine"
