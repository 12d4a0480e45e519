/** The same canaries in the staged Action: in its `config` input and in the job's environment. The log is looked at before the runner masks anything. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeDataRepository } from '../../apps/action/harness/data-repository.ts';
import { eventOf } from '../../apps/action/harness/events.ts';
import { startJob, type StepResult } from '../../apps/action/harness/runner.ts';
import { canary, expectNone } from '../harness/canary.ts';
import { savedLogin, sceneCases, secretOptions } from '../harness/secret-scenes.ts';
import { type EchoServer, startEchoServer } from '../servers/echo-server.ts';

const aws = { AWS_ACCESS_KEY_ID: canary('aws-key'), AWS_SECRET_ACCESS_KEY: canary('aws-secret'), AWS_SESSION_TOKEN: canary('aws-token') };
const statuses = [200, 401, 403] as const;

let echoes: readonly EchoServer[];
let empty: string;
beforeAll(async () => {
  empty = mkdtempSync(join(tmpdir(), 'datapin-secrets-action-'));
  echoes = await Promise.all(statuses.map((status) => startEchoServer(status)));
});
afterAll(async () => {
  for (const echo of echoes) await echo[Symbol.asyncDispose]();
  rmSync(empty, { recursive: true });
});

/** Everything that outlives a step. `add-mask` is how a secret is told to the runner, which takes that line out. */
function leftBehind({ log, summary, outputs, state }: StepResult): string {
  const shown = log.split('\n').filter((line) => !line.startsWith('::add-mask::'));
  return [...shown, summary, JSON.stringify(outputs), JSON.stringify(state)].join('\n');
}

describe.each(sceneCases)('$name', ({ plugin, scene }) => {
  const options = secretOptions(plugin);
  const values = Object.fromEntries(options.map((name) => [name, canary(`${plugin.name}-${name}`)]));

  test.each(statuses)('nothing of what was given comes out, from a store that answers %i and repeats it', async (status) => {
    const echo = echoes[statuses.indexOf(status)] as EchoServer;
    const { origin } = echo;
    const before = echo.count();
    const settings = Object.entries({ url: scene.url(origin.replace('http://', '')), ...scene.options(origin) });
    using repository = await makeDataRepository({ folder: empty, settings: settings.map(([name, value]) => `${name} = ${value}`) });
    repository.pin({ 'a.txt': 'a', data: { 'b.txt': 'b' } }, { push: false });
    await repository.commit('data');
    using job = startJob({ workspace: repository.work, event: eventOf('push to main'), env: { ...aws, ...scene.env?.(origin) } });
    const config = Object.entries(values).map(([name, value]) => `remote.store.${name}=${value}`);
    const step = await job.main({ config: config.join('\n'), retries: '0', cache: 'false' });
    expect(step.code, step.log).not.toBe(0);
    expect(echo.count()).toBeGreaterThan(before);
    const secrets = { ...values, ...aws, ...savedLogin };
    expectNone(leftBehind(step), secrets, 'main');
    const post = await job.post();
    expectNone(post === undefined ? '' : leftBehind(post), secrets, 'post');
  });
});
