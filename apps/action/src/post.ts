import { printable } from './printable.ts';
import { leave, processRunner } from './runner.ts';

process.removeAllListeners('warning');
const abort = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => abort.abort());
const runner = processRunner(process.env);

// Whatever happens here, the data is in place: nothing of it fails the job.
try {
  const planPath = process.env['STATE_plan'];
  if (planPath) await save(planPath);
} catch (error) {
  const message = printable(error instanceof Error ? error.message : String(error));
  if (abort.signal.aborted) runner.info('Cancelled: nothing more is saved.');
  else runner.annotate({ level: 'warning', title: 'datapin: cache-not-saved', message });
}
leave(0);

async function save(planPath: string): Promise<void> {
  const [{ readSavePlan }, { saveEntries }, { openCacheClient }] = await Promise.all([
    import('./cache/save-plan.ts'),
    import('./cache/save-entries.ts'),
    import('./cache/cache-client.ts'),
  ]);
  runner.group('Save what was pulled in the Actions cache');
  const plan = readSavePlan(planPath);
  await saveEntries(plan, {
    client: openCacheClient(),
    temp: `${planPath}-archives`,
    timeout: Number(process.env['STATE_timeout'] ?? '') || 120,
    signal: abort.signal,
    log: (line) => runner.info(printable(line)),
    warn: (message) => runner.annotate({ level: 'warning', title: 'datapin: cache-not-saved', message: printable(message) }),
  });
  runner.endGroup();
}
