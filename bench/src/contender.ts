import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { commandLines } from '../../e2e/harness/process.ts';
import { mustRun } from '../../e2e/harness/run.ts';
import type { Sandbox } from '../../e2e/harness/sandbox.ts';
import { type Versitygw, startVersitygw } from '../../e2e/servers/versitygw.ts';
import { type Cost, costOf } from './cost.ts';

/** Who speaks DVC's command line. */
export type Contender = keyof typeof commandLines;

const contenders: readonly Contender[] = ['dvc', 'datapin'];

/** A repository in which one contender works. */
export interface Arena {
  readonly work: string;
  readonly env: NodeJS.ProcessEnv;
  /** Runs the contender, unmeasured. */
  readonly prepare: (...args: readonly string[]) => Promise<string>;
  /** Runs the contender, measured. */
  readonly cost: (...args: readonly string[]) => Promise<Cost>;
  readonly git: (...args: readonly string[]) => Promise<string>;
}

/** An S3 server whose CPU time counts for nobody. */
export async function startStore(): Promise<Versitygw> {
  const store = await startVersitygw();
  await store.createBucket('bench');
  return store;
}

/** What every program needs to reach the store. */
export function storeEnvironment(store: Versitygw): NodeJS.ProcessEnv {
  return {
    AWS_ACCESS_KEY_ID: store.accessKey,
    AWS_SECRET_ACCESS_KEY: store.secretKey,
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    S3_ENDPOINT_URL: store.endpoint,
    RCLONE_CONFIG: '/dev/null',
    RCLONE_S3_PROVIDER: 'Other',
    RCLONE_S3_ENV_AUTH: 'true',
    RCLONE_S3_ENDPOINT: store.endpoint,
    // versitygw answers 500 to the creation of a bucket that is a plain folder
    RCLONE_S3_NO_CHECK_BUCKET: 'true',
  };
}

/** Sits a contender down in a folder of the sandbox. */
export function enterArena(
  sandbox: Sandbox,
  contender: Contender,
  { folder, store }: { readonly folder: string; readonly store?: Versitygw },
): Arena {
  const work = join(sandbox.dir, folder);
  mkdirSync(work, { recursive: true });
  const env = { ...sandbox.env, ...(store === undefined ? {} : storeEnvironment(store)) };
  const command = commandLines[contender];
  return {
    work,
    env,
    prepare: (...args) => mustRun(command[0] ?? '', [...command.slice(1), ...args], { cwd: work, env }),
    cost: (...args) => costOf([...command, ...args], { cwd: work, env }),
    git: (...args) => mustRun('git', args, { cwd: work, env }),
  };
}

/** `git init`, `init`, and a default remote; `url` may be an S3 URL of the store. */
export async function initialise(arena: Arena, url: string, store?: Versitygw): Promise<void> {
  await arena.git('init', '-q');
  await arena.prepare('init', '-q');
  await arena.prepare('remote', 'add', '-d', 'store', url);
  if (store !== undefined) await arena.prepare('remote', 'modify', 'store', 'endpointurl', store.endpoint);
}

/** The contenders in turns: who begins changes from round to round, so that neither always finds the warmer machine. */
export function turns(round: number): readonly Contender[] {
  return round % 2 === 0 ? contenders : contenders.toReversed();
}
