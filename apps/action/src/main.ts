import * as core from '@actions/core';
import type { PullResult } from '@datapin/core';

import { type Annotation, annotationOfError, annotationsOf } from './failures.ts';
import { formatBytes } from './format-bytes.ts';
import { readInputs } from './inputs.ts';
import { logReporter } from './log-reporter.ts';
import { outputsOf } from './outputs.ts';
import { pullData } from './pull-data.ts';
import { secretsOf } from './secrets.ts';

process.removeAllListeners('warning'); // what Node itself has to warn of is not the user's business
const abort = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => abort.abort());

let result: PullResult | undefined;
let annotations: readonly Annotation[];
core.startGroup('Pull');
try {
  const inputs = readInputs(core.getInput, process.env['GITHUB_WORKSPACE'] ?? process.cwd());
  for (const secret of secretsOf(inputs.config, process.env)) core.setSecret(secret);
  const report = logReporter({ log: core, now: () => performance.now() });
  result = await pullData(inputs, { env: process.env, signal: abort.signal, report });
  core.info(
    `${result.files} files in place (${formatBytes(result.bytes)}), ${result.fetch.files} downloaded (${formatBytes(result.fetch.bytes)})`,
  );
  annotations = annotationsOf(result, inputs.failOnMissing);
} catch (error) {
  if (error instanceof Error) core.debug(error.stack ?? '');
  annotations = [annotationOfError(error)];
}
core.endGroup();
for (const [name, value] of Object.entries(outputsOf(result))) core.setOutput(name, value);
for (const { level, title, message } of annotations) (level === 'error' ? core.error : core.warning)(message, { title });

const failed = annotations.some(({ level }) => level === 'error');
// connections kept alive must not keep the step; but what is printed has to arrive first
process.stdout.write('', () => process.exit(failed ? 1 : 0));
