/**
 * Builds the Action and lays it out as a repository of its own, `out/data-pull`: action.yml beside the bundle, nothing else needed.
 * That folder is what `uses: org/data-pull@v1` means, in tests and after a release. The same sources make the same bytes, wherever the
 * checkout lies. Usage: node scripts/stage-action.mjs [folder]
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { root, workspaceEnvironment } from './dependencies.mjs';
import { runStep } from './run-command.mjs';

const source = join(root, 'apps', 'action');
const target = resolve(process.argv[2] ?? join(root, 'out', 'data-pull'));
/** Whoever uses the old folder meanwhile does not find half of a new one. */
const draft = `${target}.${process.pid}`;

/** The pages that the README links to and that are worth having beside it. */
const pages = { '../../docs/threat-model.md': 'threat-model.md' };

function layOut() {
  for (const name of ['action.yml', 'action-types.yml']) copyFileSync(join(source, name), join(draft, name));
  copyFileSync(join(root, 'LICENSE'), join(draft, 'LICENSE'));
  renameSync(join(draft, 'dist', 'licenses.txt'), join(draft, 'licenses.txt'));
  let readme = readFileSync(join(source, 'README.md'), 'utf8');
  for (const [link, name] of Object.entries(pages)) {
    if (!readme.includes(`(${link})`)) throw new Error(`the README of the Action has no link to ${link}`);
    readme = readme.replaceAll(`(${link})`, `(${name})`);
    copyFileSync(join(source, link), join(draft, name));
  }
  writeFileSync(join(draft, 'README.md'), readme);
  const { version, description, license } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
  const manifest = { name: 'data-pull', version, private: true, description, license, type: 'module' };
  writeFileSync(join(draft, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

mkdirSync(draft, { recursive: true });
try {
  const options = { cwd: source, env: workspaceEnvironment() };
  if (await runStep('bundle of the Action', 'tsdown', ['--out-dir', join(draft, 'dist')], options)) {
    layOut();
    if (existsSync(target)) renameSync(target, `${draft}.old`);
    renameSync(draft, target);
    console.log(`The Action is in ${target}`);
  } else {
    process.exitCode = 1;
  }
} finally {
  for (const folder of [draft, `${draft}.old`]) rmSync(folder, { recursive: true, force: true });
}
