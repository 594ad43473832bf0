#!/usr/bin/env bash
# The packed package, installed into an empty folder, answers, checks the machine and migrates a small file.
# Wants TTM_TARGET: an empty database (test/support/with-postgres.ts gives one).
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
tarball=$(npm pack --silent --pack-destination "$folder")
npx publint run "$folder/$tarball" --strict
cd "$folder"
# From Node 22 on nothing is compiled, so no script needs a permission.
scripts=$(node -p 'parseInt(process.versions.node) < 22')
echo "{\"private\":true,\"allowScripts\":{\"better-sqlite3\":$scripts}}" >package.json
npm install --silent --no-audit --no-fund "./$tarball"
npx ttm-wizard --version
npx ttm-wizard --help >/dev/null
npx ttm-wizard completion bash | bash -n
node --input-type=module -e "
  const { writeSample } = await import('./node_modules/ttm-wizard/dist/src/demo/sample.js');
  writeSample('source.db', { scores: 2000 });"
npx ttm-wizard doctor --source source.db --backup-dir backups
npx ttm-wizard run --yes --source source.db --backup-dir backups --no-cutover --no-dump --json | tail -n 1 | tee last.json
grep -q '"type":"run.completed","exitCode":0' last.json
npx ttm-wizard status --backup-dir backups
echo 'package smoke: good'
