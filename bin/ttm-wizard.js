#!/usr/bin/env sh
':' //; exec node --max-semi-space-size=4 --max-old-space-size=1000 -- "$0" "$@"
/* A shell starts Node with --, because without it Node itself takes --env-file, wherever on the line it stands; and with limits (MB) because V8 on
   a large machine lets the garbage of a screen grow by a hundred megabytes before it looks for it. */
/* Plain old syntax on purpose: an old Node must get this far to say what it needs. */
var parts = process.versions.node.split('.').map(Number);
if (parts[0] < 20 || (parts[0] === 20 && parts[1] < 12) || parts[0] === 21) {
  process.stderr.write(
    'ttm-wizard needs Node.js 22 or newer, or 20 from 20.12 on; this is ' + process.version + '.\n' +
    'Try:\n  nvm install 22                       or the installer of https://nodejs.org\n'
  );
  process.exitCode = 2;
} else {
  import('../dist/src/cli.js');
}
