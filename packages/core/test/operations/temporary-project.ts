import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import type { DatapinEvent, OperationContext } from '../../src/events.ts';
import { openProject } from '../../src/project/open-project.ts';
import type { Project, StorageSource } from '../../src/project/project.ts';

/** A git repository with an empty DVC project in it, in a folder of its own. */
export interface TemporaryProject extends Disposable {
  readonly root: string;
  readonly context: OperationContext;
  readonly events: DatapinEvent[];
  /** Opens the project as it is now. `cwd` is relative to the root. */
  open(cwd?: string): Promise<Project>;
  git(...args: readonly string[]): string;
  /** Writes a file, with its folders. */
  write(path: string, content: string | Uint8Array): void;
}

export interface TemporaryProjectOptions {
  /** An archive whose files the project has; without it, it is empty. */
  readonly tar?: string;
  /** The text of `.dvc/config`. */
  readonly config?: string;
  readonly storages?: StorageSource;
}

export function makeProject(options: TemporaryProjectOptions = {}): TemporaryProject {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'datapin-core-')));
  const root = join(base, 'work');
  const env = { PATH: process.env['PATH'], HOME: base, GIT_CONFIG_NOSYSTEM: '1', DVC_GLOBAL_CONFIG_DIR: base, DVC_SYSTEM_CONFIG_DIR: base };
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: root, encoding: 'utf8', env });
  const write = (path: string, content: string | Uint8Array): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  mkdirSync(root);
  git('init', '-q');
  if (options.tar !== undefined) execFileSync('tar', ['-xzf', options.tar, '-C', root]);
  write('.dvc/.gitignore', '/config.local\n/tmp\n/cache\n');
  write('.dvc/config', options.config ?? '');
  const events: DatapinEvent[] = [];
  return {
    root,
    events,
    context: { signal: new AbortController().signal, report: (event) => void events.push(event) },
    open: (cwd = '.') =>
      openProject({
        cwd: join(root, cwd),
        env,
        storages: options.storages ?? { load: () => Promise.reject(new Error('this test has no remote')) },
      }),
    git,
    write,
    [Symbol.dispose]() {
      rmSync(base, { recursive: true, force: true });
    },
  };
}
