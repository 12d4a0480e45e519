#!/usr/bin/env node
// Runs on any Node that knows ES modules, so that an old one gets a sentence instead of a stack of syntax errors.
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 13)) {
  process.stderr.write(`A storage plugin needs Node.js 22.13 or newer; this is Node.js ${process.versions.node}.\n`);
  process.exitCode = 1;
} else {
  await import('../dist/main.mjs');
}
