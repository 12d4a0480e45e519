import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry } from './listing.ts';
import { mustRun } from './run.ts';
import { openSandbox } from './sandbox.ts';

const fixtures = join(import.meta.dirname, '..', 'fixtures');

/** A repository that real DVC made, laid out as its config expects it: `work/` beside `remote/`. */
export interface FixtureCheckout extends Disposable {
  readonly dir: string;
  readonly work: string;
  /** Where the DVC project is: the work tree, or a folder in it. */
  readonly project: string;
  readonly env: NodeJS.ProcessEnv;
  readonly git: (...args: readonly string[]) => Promise<string>;
}

/** What real DVC left after `git clone`, `git checkout <rev>` and `dvc pull`. */
export interface ExpectedPull {
  readonly rev: string;
  readonly pull: { readonly rc: number; readonly stdout: string; readonly stderr: string };
  readonly status_json_after_pull: string;
  readonly files: readonly (Entry & { readonly git: boolean })[];
  readonly cache_objects: readonly string[];
}

export interface Golden {
  readonly cmd: string;
  readonly rc: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly json?: unknown;
}

/** The file or folder `path` of a fixture as it lies in the project. */
export function fixturePath(name: string, ...path: readonly string[]): string {
  return join(fixtures, name, ...path);
}

export function readExpected(name: string, rev: string): ExpectedPull {
  return JSON.parse(readFileSync(fixturePath(name, 'expected', `${rev}.json`), 'utf8')) as ExpectedPull;
}

export function readGolden(name: string, golden: string): Golden {
  return JSON.parse(readFileSync(fixturePath(name, 'golden', `${golden}.json`), 'utf8')) as Golden;
}

/** Clones a fixture at a revision into a sandbox of its own, with all that its remotes and imports need beside it. */
export async function checkOutFixture(name: string, rev: string): Promise<FixtureCheckout> {
  const sandbox = openSandbox(name);
  const { dir, env } = sandbox;
  const work = join(dir, 'work');
  const options = { cwd: dir, env };
  for (const folder of ['remote', 'source-remote', 'ext']) {
    if (existsSync(fixturePath(name, folder))) cpSync(fixturePath(name, folder), join(dir, folder), { recursive: true });
  }
  if (existsSync(fixturePath(name, 'source.bundle'))) {
    await mustRun('git', ['clone', '-q', fixturePath(name, 'source.bundle'), 'source'], options);
  }
  await mustRun('git', ['clone', '-q', fixturePath(name, 'repo.bundle'), 'work'], options);
  const git = (...args: readonly string[]): Promise<string> => mustRun('git', args, { cwd: work, env });
  await git('checkout', '-q', rev);
  const project = name === '08-subdir' ? join(work, 'projects', 'ml') : work;
  return { dir, work, project, env, git, [Symbol.dispose]: () => sandbox[Symbol.dispose]() };
}
