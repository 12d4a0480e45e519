import { realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';

import { lacksSecrets, readEvent } from './event.ts';
import { annotationOfError, annotationsOf, type FailureRules, lineOf } from './failures.ts';
import { formatBytes } from './format-bytes.ts';
import { basicAuthorization } from './git-credentials.ts';
import { environmentInput, type Inputs, readInputs } from './inputs.ts';
import { logReporter } from './log-reporter.ts';
import { emptyOutcome } from './outcome.ts';
import { outputsOf } from './outputs.ts';
import { printable } from './printable.ts';
import { type Annotation, leave, processRunner } from './runner.ts';
import { runPull } from './run-pull.ts';
import { secretsOf } from './secrets.ts';
import { summaryOf } from './summary.ts';

process.removeAllListeners('warning'); // what Node itself has to warn of is not the user's business
const abort = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => abort.abort());

const runner = processRunner(process.env);
const outcome = emptyOutcome();
const event = readEvent(process.env);
let inputs: Inputs | undefined;
let annotations: readonly Annotation[] = [];
const shown = new Map<string, Annotation>();
runner.group('Pull');
try {
  inputs = readInputs(environmentInput(process.env));
  for (const secret of secretsOf(inputs.config, process.env)) runner.mask(secret);
  if (inputs.token !== undefined) for (const secret of [inputs.token, basicAuthorization(inputs.token)]) runner.mask(secret);
  const log = {
    info: (line: string): void => runner.info(printable(line)),
    warning: (message: string): void => void outcome.warnings.push({ title: 'datapin: warning', message }),
  };
  const place = {
    env: process.env,
    event,
    workspace: realpathSync(process.env['GITHUB_WORKSPACE'] || process.cwd()),
    temp: realpathSync(process.env['RUNNER_TEMP'] || tmpdir()),
    context: { signal: abort.signal, report: logReporter({ log, now: () => performance.now() }) },
  };
  const notice = (annotation: Annotation): void => void shown.set(annotation.title, annotation);
  const savePlan = await runPull(inputs, place, { outcome, log: { info: log.info, notice } });
  if (savePlan !== undefined) {
    runner.saveState('plan', savePlan);
    runner.saveState('timeout', String(inputs.cacheTimeout));
  }
  const words =
    inputs.mode === 'check' ? 'on the remote' : inputs.mode === 'plan' ? 'selected' : inputs.mode === 'fetch' ? 'in the cache' : 'in place';
  runner.info(
    `${outcome.files} files ${words} (${formatBytes(outcome.bytes)}), ${outcome.restoredFiles} from the Actions cache, ${outcome.downloadedFiles} downloaded (${formatBytes(outcome.downloadedBytes)})`,
  );
  for (const missing of outcome.missing.slice(0, 200)) runner.info(`Missing: ${lineOf(missing)}`);
  const rules: FailureRules = {
    failOnMissing: inputs.failOnMissing,
    failOnNoCredentials: inputs.failOnNoCredentials === 'auto' ? !lacksSecrets(event) : inputs.failOnNoCredentials === 'true',
    isFromFork: lacksSecrets(event),
    mode: inputs.mode,
    commit: event.headCommit !== undefined && inputs.rev === undefined && inputs.repository === undefined ? event.headCommit : outcome.rev,
  };
  annotations = annotationsOf(outcome.missing, rules);
} catch (error) {
  if (error instanceof Error) runner.debug(printable(error.stack ?? ''));
  outcome.complete = false;
  outcome.cacheHit = false;
  annotations = [annotationOfError(error)];
}
runner.endGroup();

for (const [name, value] of Object.entries(outputsOf(outcome))) runner.setOutput(name, value);
const warnings = outcome.warnings.slice(0, 5).map(({ title, message }): Annotation => ({ level: 'warning', title, message }));
const all = [...annotations, ...warnings, ...shown.values()];
for (const annotation of all) {
  if (inputs?.annotations === false) runner.info(`${annotation.level}: ${annotation.title}: ${annotation.message}`);
  else runner.annotate(annotation);
}
const wantsSummary = inputs?.summary === 'on-change' ? outcome.changed !== false || annotations.length > 0 : inputs?.summary !== 'false';
if (wantsSummary) runner.summary(summaryOf(outcome, { mode: inputs?.mode ?? 'pull', annotations }));
leave(annotations.some(({ level }) => level === 'error') ? 1 : 0);
