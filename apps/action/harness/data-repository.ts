import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { mustRun } from '../../../e2e/harness/run.ts';

/** A folder that holds a remote's objects: a remote itself, or a bucket's folder of an S3 server. */
export interface ObjectFolder {
  readonly folder: string;
  /** The lines of a remote's section in `.dvc/config`. */
  readonly settings: readonly string[];
}

/** A git repository with pinned data, made without DVC; the data lies in the remote only. */
export interface DataRepository extends Disposable {
  /** Holds the work tree and, beside it, what the test wants. */
  readonly dir: string;
  readonly work: string;
  readonly git: (...args: readonly string[]) => Promise<string>;
  /** Pins files, as path → content, or a folder as path → (relative path → content), and puts them on the remote. */
  readonly pin: (data: Readonly<Record<string, Content>>, options?: { readonly push?: boolean }) => void;
  readonly commit: (message: string) => Promise<string>;
}

export type Content = string | Readonly<Record<string, string>>;

const gitEnv: NodeJS.ProcessEnv = {
  PATH: process.env['PATH'],
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Test',
  GIT_AUTHOR_EMAIL: 'test@example.com',
  GIT_COMMITTER_NAME: 'Test',
  GIT_COMMITTER_EMAIL: 'test@example.com',
};

export function md5(content: string): string {
  return createHash('md5').update(content).digest('hex');
}

/** Where an object lies below a remote or a cache. */
export function objectPath(hash: string): string {
  return join('files', 'md5', hash.slice(0, 2), hash.slice(2));
}

/** Makes a repository whose default remote `store` is a folder beside it, or `remote` where given. */
export async function makeDataRepository(remote?: ObjectFolder): Promise<DataRepository> {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'datapin-action-')));
  const work = join(dir, 'work');
  const { folder, settings } = remote ?? { folder: join(dir, 'remote'), settings: ['url = ../../remote'] };
  mkdirSync(join(work, '.dvc'), { recursive: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(work, '.dvc', 'config'),
    ['[core]', '    remote = store', '[\'remote "store"\']', ...settings.map((line) => `    ${line}`), ''].join('\n'),
  );
  writeFileSync(join(work, '.dvc', '.gitignore'), '/config.local\n/tmp\n/cache\n');
  const git = (...args: readonly string[]): Promise<string> => mustRun('git', args, { cwd: work, env: { ...gitEnv, HOME: dir } });
  await git('init', '-q', '-b', 'main');

  const put = (content: string | Buffer, suffix = ''): string => {
    const hash = createHash('md5').update(content).digest('hex') + suffix;
    const file = join(folder, objectPath(hash));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    return hash;
  };

  return {
    dir,
    work,
    git,
    pin(data, { push = true } = {}) {
      const store = push ? put : (content: string, suffix = ''): string => md5(content) + suffix;
      for (const [path, content] of Object.entries(data)) {
        mkdirSync(join(work, dirname(path)), { recursive: true });
        writeFileSync(join(work, `${path}.dvc`), pinOf(basename(path), content, store));
        writeFileSync(join(work, dirname(path), '.gitignore'), `/${basename(path)}\n`, { flag: 'a' });
      }
    },
    async commit(message) {
      await git('add', '-A');
      await git('commit', '-q', '--allow-empty', '-m', message);
      return (await git('rev-parse', 'HEAD')).trim();
    },
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  };
}

function pinOf(name: string, content: Content, store: (content: string, suffix?: string) => string): string {
  if (typeof content === 'string') {
    return `outs:\n- md5: '${store(content)}'\n  size: ${Buffer.byteLength(content)}\n  hash: md5\n  path: ${JSON.stringify(name)}\n`;
  }
  const files = Object.entries(content).sort(([a], [b]) => (a < b ? -1 : 1));
  const listing = files.map(([relpath, text]) => `{"md5": "${store(text)}", "relpath": ${JSON.stringify(relpath)}}`);
  const size = files.reduce((sum, [, text]) => sum + Buffer.byteLength(text), 0);
  const hash = store(`[${listing.join(', ')}]`, '.dir');
  return `outs:\n- md5: ${hash}\n  size: ${size}\n  nfiles: ${files.length}\n  hash: md5\n  path: ${JSON.stringify(name)}\n`;
}
