import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, expect, test } from 'vitest';

import { findProgram } from '../../../e2e/servers/server-process.ts';
import { readAction } from '../harness/runner.ts';

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
const temp = mkdtempSync(join(tmpdir(), 'readme-'));
afterAll(() => rmSync(temp, { recursive: true }));

const blocks = [...readme.matchAll(/^```yaml\n(.*?)^```$/gmsu)].map(([, text = '']) => text);

/** Steps alone become a workflow around them. */
function asWorkflow(block: string): string {
  if (/^on:/mu.test(block)) return block;
  return `on: push\njobs:\n  example:\n    runs-on: ubuntu-latest\n    steps:\n${block.replaceAll(/^(?=.)/gmu, '      ')}`;
}

test('there are recipes', () => expect(blocks.length).toBeGreaterThan(10));

test.for(blocks.map((block) => [block.split('\n').find((line) => line.includes('data-pull')) ?? block, block] as const))(
  'actionlint takes: %s',
  ([, block]) => {
    const file = join(temp, 'workflow.yml');
    writeFileSync(file, asWorkflow(block));
    const { status, stdout } = spawnSync(findProgram('actionlint'), ['-no-color', '-ignore', 'label "gpu" is unknown', file], {
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([0, '']);
  },
);

test('recipes use inputs and outputs that there are', () => {
  const { inputs, outputs } = readAction();
  const used = blocks.flatMap((block) =>
    [...block.matchAll(/uses: org\/data-pull@\S+\n((?: {2,}.*\n)*)/gu)].flatMap(([, rest = '']) => {
      const given = /^( *)with:\n((?:\1 +.*\n)*)/mu.exec(rest);
      const indent = (given?.[1]?.length ?? 0) + 2;
      return [...(given?.[2] ?? '').matchAll(new RegExp(`^ {${indent}}([\\w-]+):`, 'gmu'))].map(([, name = '']) => name);
    }),
  );
  expect(used.length).toBeGreaterThan(10);
  expect(used.filter((name) => !inputs.has(name))).toEqual([]);
  const read = [...readme.matchAll(/steps\.data\.outputs\.([\w-]+)/gu)].map(([, name = '']) => name);
  expect(read.filter((name) => !outputs.includes(name))).toEqual([]);
});

test('what annotations are called is explained', () => {
  const source = join(import.meta.dirname, '../src');
  const titles = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) =>
      [...readFileSync(join(source, name), 'utf8').matchAll(/'datapin: (cache-[a-z-]+)'/gu)].map(([, title = '']) => title),
    );
  expect(titles.length).toBeGreaterThan(3);
  expect(titles.filter((title) => !readme.includes(`| \`${title}\``))).toEqual([]);
});
