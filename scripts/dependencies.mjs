import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runStep } from './run-command.mjs';

const pnpm = 'pnpm@12.21.0';

/** The checkout's top folder. */
export const root = join(import.meta.dirname, '..');

/**
 * The environment for the workspace's own tools: Node 24 and every tool from `node_modules/.bin` first, what npm adds for its
 * own children taken out (pnpm would warn about it), nothing phones home.
 * @returns {NodeJS.ProcessEnv}
 */
export function workspaceEnvironment() {
  const kept = Object.entries(process.env).filter(([name]) => !/^npm_|^INIT_CWD$/iu.test(name) || name === 'npm_config_registry');
  const path = [join(root, 'node_modules', '.bin'), process.env['PATH']].join(delimiter);
  return {
    ...Object.fromEntries(kept),
    [process.platform === 'win32' ? 'Path' : 'PATH']: path,
    DO_NOT_TRACK: '1',
    TURBO_TELEMETRY_DISABLED: '1',
    TURBO_NO_UPDATE_NOTIFIER: '1',
    NO_UPDATE_NOTIFIER: '1',
  };
}

/**
 * Installs what the lock file names, unless that very lock file was installed before.
 * @returns {Promise<boolean>} Whether everything is there.
 */
export async function ensureDependencies() {
  const stamp = join(root, 'node_modules', '.datapin-lock');
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return true;
  console.log(`Installing dependencies with ${pnpm}, once …`);
  const env = { ...workspaceEnvironment(), npm_config_loglevel: 'error', npm_config_update_notifier: 'false' };
  const done = await runStep('dependencies', 'npx', ['-y', pnpm, 'install', '--frozen-lockfile'], { cwd: root, env });
  if (done) writeFileSync(stamp, wanted);
  return done;
}
