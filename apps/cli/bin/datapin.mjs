#!/usr/bin/env node
// Runs on any Node that knows ES modules, so that an old one gets a sentence instead of a stack of syntax errors.
import { readFileSync } from 'node:fs';
import module from 'node:module';

const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 13)) {
  process.stderr.write(`datapin needs Node.js 22.13 or newer; this is Node.js ${process.versions.node}.\n`);
  process.exitCode = 1;
} else if (process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === '-V')) {
  // The version alone loads nothing else: editors and CI ask for it often.
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  process.stdout.write(`${version}\n`);
} else {
  // Node's own warnings (SQLite is still marked experimental) are not the user's business; see src/main.ts.
  process.removeAllListeners('warning');
  module.enableCompileCache();
  await import('../dist/cli.mjs');
}
