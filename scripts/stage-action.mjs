/**
 * Builds the Action and lays it out as a repository of its own, `out/data-pull`: action.yml beside the bundle, nothing else needed.
 * That folder is what `uses: org/data-pull@v1` means, in tests and after a release. Usage: node scripts/stage-action.mjs [folder]
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { root, workspaceEnvironment } from './dependencies.mjs';
import { runStep } from './run-command.mjs';

const source = join(root, 'apps', 'action');
const target = resolve(process.argv[2] ?? join(root, 'out', 'data-pull'));

const built = await runStep('bundle of the Action', 'tsdown', [], { cwd: source, env: workspaceEnvironment() });
if (built) {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  for (const name of ['action.yml', 'README.md', 'dist']) cpSync(join(source, name), join(target, name), { recursive: true });
  cpSync(join(root, 'LICENSE'), join(target, 'LICENSE'));
  const { version, description, license } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
  const manifest = { name: 'data-pull', version, private: true, description, license, type: 'module' };
  writeFileSync(join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  console.log(`The Action is in ${target}`);
}
process.exitCode = built ? 0 : 1;
