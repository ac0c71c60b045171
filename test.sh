#!/usr/bin/env bash
# Builds everything, checks the format, runs all tests. Ends with a line "N passed, N failed".
# Needs the .NET SDK (global.json), Node.js with npm, Chromium, and for docs/decode.py Python with cryptography and zstandard; installs what is missing from Debian's packages where it may.
set -euo pipefail
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# most processes that the tests start end before what profiling costs them is paid back
export DOTNET_TieredPGO=0
configuration=Release

# restore, format, build and tests all see it; nothing else sets it
export FunctionsContract=true
echo "== FunctionsContract=true: the Functions app is compiled against tests/FunctionsContract, not against the packages of Azure Functions, and is not run"

if ! command -v npm >/dev/null; then
  echo "== install Node.js"
  apt-get update -qq && apt-get install -y -qq nodejs npm
fi

if [ -z "${CHROMIUM_PATH:-}" ] && ! command -v chromium chromium-browser google-chrome >/dev/null; then
  echo "== install Chromium, in which the dashboard is tested"
  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core
fi

python_decodes() { "$1" -c 'import cryptography, zstandard' 2>/dev/null; }
if ! python_decodes python3 && ! python_decodes /usr/bin/python3; then
  echo "== install Python with what docs/decode.py needs"
  { apt-get update -qq && apt-get install -y -qq python3 python3-cryptography python3-zstandard; } || echo "== not installed: the tests of docs/decode.py are skipped"
fi

beside=
results=$(mktemp -d)
trap '[ -z "$beside" ] || kill "$beside" 2>/dev/null || true; rm -rf "$results"' EXIT

echo "== install, beside the build, the independent IPFS libraries that tests compare with, and Azurite, over which blob staging is tested"
packages="tests/ipfs-oracles tests/ipfs-nodes tests/ipfs-client tests/azurite"
install_packages() {
  for folder in $packages; do npm ci --omit=optional --prefix "$folder" --no-progress --loglevel=error; done
}
install_packages &
beside=$!

echo "== restore, by lock files"
dotnet restore --locked-mode -v quiet
# outside the solution and without lock files: its packages differ with the switch
dotnet restore tests/BackupFunctions.Functions.Tests -v quiet

echo "== check format"
dotnet format whitespace . --folder --verify-no-changes --exclude $packages $(find src tests -name node_modules -prune -o \( -name bin -o -name obj \) -prune -print)

echo "== build"
dotnet build --no-restore -c "$configuration" -v quiet
dotnet build tests/BackupFunctions.Functions.Tests --no-restore -c "$configuration" -v quiet

echo "== check that an app built against the contract cannot be published"
if published=$(dotnet publish src/BackupFunctions --no-build -c "$configuration" -o "$results/app" 2>&1) || ! grep -q 'FunctionsContract=true compiles' <<<"$published"; then
  echo "dotnet publish did not refuse as it should: $published"
  exit 1
fi

wait "$beside"
beside=

echo "== test: BackupFunctions.EndToEnd, which mostly waits for what it starts, beside those that start nothing"
# replaces its subshell, so that it can be stopped by its id
suite() { exec dotnet "tests/$1/bin/$configuration/net10.0/$1.dll" -noLogo -noColor "${@:2}"; }
here() { suite "$1" 2>&1 | tee "$results/$1" || true; }
here BackupFunctions.Tests
suite BackupFunctions.EndToEnd -maxThreads 4 >"$results/BackupFunctions.EndToEnd" 2>&1 &
beside=$!
here BackupFunctions.Simulation
here BackupFunctions.Functions.Tests
wait "$beside" || true
beside=
cat "$results/BackupFunctions.EndToEnd"

passed=0 failed=0 skipped=0
for project in BackupFunctions.Tests BackupFunctions.EndToEnd BackupFunctions.Simulation BackupFunctions.Functions.Tests; do
  summary=$(grep -E 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+' "$results/$project" | tail -n 1 || true)
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
