#!/usr/bin/env node
// Before anything else: Node answers SIGUSR1 by opening its debugger, see src/base/deaf.ts.
process.on('SIGUSR1', () => {});
process.on('SIGUSR2', () => {});
// Old Nodes must be able to read this file: it says what is wrong instead of a syntax error.
var version = process.versions.node.split('.').map(Number);
if (version[0] < 20 || (version[0] === 20 && version[1] < 19)) {
  console.error(`venvhost needs Node.js 20.19 or newer, and this is ${process.versions.node}`);
  process.exit(1);
} else {
  import('../dist/src/base/deaf.js')
    .then((deaf) => {
      deaf.endWithDebugger();
      return import('../dist/src/cli/main.js');
    })
    .then(
      (cli) => cli.main(process.argv),
      (error) => {
        console.error(`venvhost is not built (npm run build): ${error.message}`);
        process.exit(1);
      },
    );
}
