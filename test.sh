#!/usr/bin/env bash
# Builds everything, checks the format, runs all tests. Ends with a line "N passed, N failed".
# Needs the .NET SDK (global.json) and Node.js with npm; installs Node.js from Debian's packages where it is missing and may.
set -euo pipefail
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
configuration=Release

if ! command -v npm >/dev/null; then
  echo "== install Node.js"
  apt-get update -qq && apt-get install -y -qq nodejs npm
fi

echo "== install the independent IPFS libraries that tests compare with"
npm ci --prefix tests/ipfs-oracles --no-progress --loglevel=error
npm ci --omit=optional --prefix tests/ipfs-nodes --no-progress --loglevel=error

echo "== restore, by lock files"
dotnet restore --locked-mode -v quiet

echo "== check format"
dotnet format whitespace --verify-no-changes --no-restore

echo "== build"
dotnet build --no-restore -c "$configuration" -v quiet

echo "== test"
passed=0 failed=0 skipped=0
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
for project in BackupFunctions.Tests BackupFunctions.EndToEnd BackupFunctions.Simulation; do
  log="$results/$project.log"
  dotnet "tests/$project/bin/$configuration/net10.0/$project.dll" -noLogo -noColor 2>&1 | tee "$log" || true
  summary=$(grep -E 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+' "$log" | tail -n 1 || true)
  if [ -z "$summary" ]; then
    echo "$project printed no summary"
    failed=$((failed + 1))
    continue
  fi
  number() { sed -E "s/.*$1: ([0-9]+).*/\1/" <<<"$summary"; }
  bad=$(($(number Failed) + $(number Errors)))
  passed=$((passed + $(number Total) - $(number Failed) - $(number Skipped)))
  failed=$((failed + bad))
  skipped=$((skipped + $(number Skipped)))
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
