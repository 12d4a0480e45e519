/** A directory of a million files: its object is read within 300 MB. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandLines } from '../harness/process.ts';
import { mustRun, run } from '../harness/run.ts';
import { openSandbox } from '../harness/sandbox.ts';

const entries = 1_000_000;
const measure = join(import.meta.dirname, '..', 'harness', 'measure.py');

/** Ordered by path, each entry of its own hash, as such a directory object is in life. */
function directoryObject(wanted: { readonly path: string; readonly md5: string }): Buffer {
  const lines: string[] = [];
  for (let index = 0; index < entries; index += 1) {
    const relpath = `part-${String(Math.floor(index / 1000)).padStart(4, '0')}/image-${String(index).padStart(8, '0')}.jpg`;
    const md5 = relpath === wanted.path ? wanted.md5 : createHash('md5').update(relpath).digest('hex');
    lines.push(`{"md5": "${md5}", "relpath": "${relpath}"}`);
  }
  return Buffer.from(`[${lines.join(', ')}]`);
}

test('fetching one of its files', async () => {
  using sandbox = openSandbox('million');
  const { env, dir } = sandbox;
  const work = join(dir, 'work');
  const remote = join(dir, 'remote', 'files', 'md5');
  const store = (bytes: Buffer, suffix = ''): string => {
    const id = createHash('md5').update(bytes).digest('hex') + suffix;
    mkdirSync(join(remote, id.slice(0, 2)), { recursive: true });
    writeFileSync(join(remote, id.slice(0, 2), id.slice(2)), bytes);
    return id;
  };
  const path = 'part-0777/image-00777123.jpg';
  const file = store(Buffer.from('the one that is wanted\n'));
  const id = store(directoryObject({ path, md5: file }), '.dir');
  mkdirSync(work);
  await mustRun('git', ['init', '-q'], { cwd: work, env });
  await mustRun('dvc', ['init', '-q'], { cwd: work, env });
  await mustRun('dvc', ['remote', 'add', '-q', '-d', 'store', '../remote'], { cwd: work, env });
  writeFileSync(join(work, 'images.dvc'), `outs:\n- md5: ${id}\n  size: 23\n  nfiles: ${entries}\n  hash: md5\n  path: images\n`);

  const report = join(dir, 'report.json');
  const outcome = await run('dvc-python', [measure, report, ...commandLines.datapin, 'fetch', `images/${path}`], { cwd: work, env });
  expect(outcome.code, outcome.stdout + outcome.stderr).toBe(0);
  expect(readFileSync(join(work, '.dvc', 'cache', 'files', 'md5', file.slice(0, 2), file.slice(2)), 'utf8')).toContain('wanted');
  const { peak } = JSON.parse(readFileSync(report, 'utf8')) as { peak: number };
  expect(peak / 2 ** 20, 'MiB').toBeLessThan(300);
});
