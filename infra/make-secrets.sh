#!/usr/bin/env bash
# Makes every secret that infra/compose.yaml mounts, in infra/secrets or the directory given. What is there already stays. Needs openssl.
set -euo pipefail
directory=${1:-$(dirname "$0")/secrets}
umask 077
mkdir -p "$directory"
cd "$directory"

once() { # file, command that prints it
  local file=$1
  shift
  [ -s "$file" ] || { "$@" >"$file.new" && mv "$file.new" "$file"; }
}

certificate() { # file, subject, alternative names
  [ -s "$1.pem" ] && return
  openssl req -new -newkey rsa:3072 -noenc -keyout "$1.key" -out "$1.csr" -subj "$2" 2>/dev/null
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 825 -out "$1.crt" -extfile <(printf 'subjectAltName=%s\n' "$3") 2>/dev/null
  cat "$1.crt" "$1.key" >"$1.pem"
  rm "$1.key" "$1.csr" "$1.crt"
}

if [ ! -s ca.crt ]; then
  openssl req -x509 -newkey rsa:3072 -noenc -keyout ca.key -out ca.crt -days 3650 -subj "/O=BackupFunctions/CN=backupfunctions-ca" 2>/dev/null
fi
for member in 1 2 3; do
  certificate "mongo-$member" "/O=BackupFunctions/OU=members/CN=mongo-$member" "DNS:mongo-$member,DNS:localhost,IP:127.0.0.1"
done
# of another unit than the members: the server would take it for one of them
certificate mongo-client "/O=BackupFunctions/OU=clients/CN=backup" "DNS:backup"

once mongo-keyfile openssl rand -base64 756
once mongo-admin-password openssl rand -hex 24
once backup.key openssl rand -base64 32
once swarm.key sh -c 'printf "/key/swarm/psk/1.0.0/\n/base16/\n%s\n" "$(openssl rand -hex 32)"'
once ipfs-1-token openssl rand -hex 32
once ipfs-2-token openssl rand -hex 32
once cluster-secret openssl rand -hex 32
# the keys of the Functions host: it takes every byte of the file, so no line break
once functions-key sh -c 'printf %s "$(openssl rand -hex 32)"'
once functions-status-key sh -c 'printf %s "$(openssl rand -hex 32)"'
once functions.env sh -c 'printf "IPFS_NODE_1_TOKEN=%s\nIPFS_NODE_2_TOKEN=%s\n" "$(cat ipfs-1-token)" "$(cat ipfs-2-token)"'

# containers read them as users of their own; the directory keeps others on this machine out
chmod 700 .
chmod 444 ca.crt ./*.pem mongo-keyfile mongo-admin-password backup.key swarm.key ipfs-?-token cluster-secret functions-key functions-status-key
echo "secrets are in $PWD: keep a copy of backup.key where the backups are not; the HTTP API's key is in functions-key"
