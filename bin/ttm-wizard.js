#!/usr/bin/env sh
':' //; exec node -- "$0" "$@"
/* A shell starts Node with --, because without it Node itself takes --env-file, wherever on the line it stands. */
/* Plain old syntax on purpose: an old Node must get this far to say what it needs. */
var parts = process.versions.node.split('.');
if (Number(parts[0]) < 20 || (Number(parts[0]) === 20 && Number(parts[1]) < 12)) {
  process.stderr.write('ttm-wizard needs Node.js 20.12 or newer; this is ' + process.version + '.\n');
  process.exitCode = 2;
} else {
  import('../dist/src/cli.js');
}
