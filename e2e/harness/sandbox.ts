import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of its own and an environment in which git, DVC and datapin see nothing of the machine's user. */
export interface Sandbox extends Disposable {
  readonly dir: string;
  readonly env: NodeJS.ProcessEnv;
}

const gitConfig =
  '[init]\n\tdefaultBranch = main\n[core]\n\tquotePath = false\n[advice]\n\tdetachedHead = false\n[protocol "file"]\n\tallow = always\n';
const dvcConfig = '[core]\n    analytics = false\n    check_update = false\n';

export function openSandbox(name: string): Sandbox {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), `datapin-${name}-`)));
  for (const folder of ['home', 'dvc-global', 'dvc-system', 'tmp']) mkdirSync(join(dir, folder));
  writeFileSync(join(dir, 'home', '.gitconfig'), gitConfig);
  writeFileSync(join(dir, 'dvc-global', 'config'), dvcConfig);
  installPlugins(join(dir, 'plugins'));
  const env: NodeJS.ProcessEnv = {
    PATH: process.env['PATH'],
    HOME: join(dir, 'home'),
    TMPDIR: join(dir, 'tmp'),
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
    SHELL: '/bin/sh',
    CI: '1',
    NO_COLOR: '1',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: 'Fixture',
    GIT_AUTHOR_EMAIL: 'fixture@example.com',
    GIT_AUTHOR_DATE: '2024-01-01T00:00:00Z',
    GIT_COMMITTER_NAME: 'Fixture',
    GIT_COMMITTER_EMAIL: 'fixture@example.com',
    GIT_COMMITTER_DATE: '2024-01-01T00:00:00Z',
    DVC_NO_ANALYTICS: '1',
    DVC_SITE_CACHE_DIR: join(dir, 'dvc-site'),
    DVC_GLOBAL_CONFIG_DIR: join(dir, 'dvc-global'),
    DVC_SYSTEM_CONFIG_DIR: join(dir, 'dvc-system'),
    DATAPIN_PLUGIN_DIR: join(dir, 'plugins'),
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  // DATAPIN_KEEP_SANDBOX keeps the folders of a failing test for a look
  const remove = process.env['DATAPIN_KEEP_SANDBOX'] === undefined;
  return { dir, env, [Symbol.dispose]: () => remove && rmSync(dir, { recursive: true, force: true }) };
}

/** Lays out the folder of `datapin plugin add` with this workspace's own plugins in it, and its example of a stranger's. */
function installPlugins(folder: string): void {
  const scope = join(folder, 'node_modules', '@datapin');
  mkdirSync(scope, { recursive: true });
  const root = join(import.meta.dirname, '..', '..');
  for (const name of ['storage-gdrive', 'storage-http', 'storage-s3', 'storage-webdav'])
    symlinkSync(join(root, 'packages', name), join(scope, name));
  symlinkSync(join(root, 'examples', 'storage-sqlite'), join(folder, 'node_modules', 'datapin-storage-sqlite'));
}
