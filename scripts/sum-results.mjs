/**
 * Sums vitest's JSON reports and prints `N passed, N failed` as its last line.
 * usage: node scripts/sum-results.mjs EXIT_CODE REPORT...
 * A test file that could not be loaded, a missing report, and a run that failed with no failing test to show for it (types, lint,
 * an installation) count as one failure each. What passed only when it was tried again is named. Ends with 1 when anything failed or was skipped.
 */
import { existsSync, readFileSync } from 'node:fs';

const [exitCode = '0', ...reports] = process.argv.slice(2);
let passed = 0;
let failed = 0;
let skipped = 0;

for (const file of reports) {
  if (!existsSync(file)) {
    console.log(`no report: ${file}`);
    failed += 1;
    continue;
  }
  const report = JSON.parse(readFileSync(file, 'utf8'));
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  skipped += report.numPendingTests + report.numTodoTests;
  for (const { name, status, assertionResults } of report.testResults) {
    const failures = assertionResults.filter((/** @type {{status: string}} */ test) => test.status === 'failed');
    for (const test of failures) console.log(`failed: ${test.fullName} (${name})`);
    for (const test of assertionResults) {
      if (test.status !== 'passed' || test.failureMessages.length === 0) continue;
      console.log(`passed at the second try: ${test.fullName} (${name}): ${test.failureMessages[0].split('\n', 1)[0]}`);
    }
    if (status === 'failed' && failures.length === 0) {
      console.log(`failed to run: ${name}`);
      failed += 1;
    }
  }
}

if (skipped > 0) console.log(`${skipped} skipped`);
if (exitCode !== '0' && failed === 0) failed = 1;
process.exitCode = failed === 0 ? 0 : 1;
console.log(`${passed} passed, ${failed} failed`);
