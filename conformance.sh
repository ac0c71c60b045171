#!/usr/bin/env bash
# Asks a running host whether it keeps the HTTP contract of docs/http-api.md: ./conformance.sh URL KEY [STATUS_KEY]
# It makes backups, a scrub and a restore drill there. With CONFORMANCE_TARGET_URI it also restores, and drops what is there of the same names. Ends with a line "N passed, N failed".
# Builds the suite first, or takes the built one that CONFORMANCE_ASSEMBLY names.
set -euo pipefail
if [ $# -lt 2 ]; then
  echo "usage: $0 URL KEY [STATUS_KEY]" >&2
  exit 2
fi
export CONFORMANCE_URL=$1 CONFORMANCE_KEY=$2 CONFORMANCE_STATUS_KEY=${3:-}
cd "$(dirname "$0")"
project=tests/BackupFunctions.EndToEnd
assembly=${CONFORMANCE_ASSEMBLY:-}
if [ -z "$assembly" ]; then
  dotnet build "$project" -c Release -v quiet
  assembly=$project/bin/Release/net10.0/BackupFunctions.EndToEnd.dll
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
dotnet "$assembly" -noLogo -noColor -namespace BackupFunctions.EndToEnd.Conformance 2>&1 | tee "$log" || true
summary=$(grep -E 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+' "$log" | tail -n 1 || true)
if [ -z "$summary" ]; then
  echo "0 passed, 1 failed"
  exit 1
fi
number() { sed -E "s/.*$1: ([0-9]+).*/\1/" <<<"$summary"; }
failed=$(($(number Failed) + $(number Errors)))
echo "$(($(number Total) - $(number Failed) - $(number Skipped))) passed, $failed failed"
[ "$failed" -eq 0 ]
