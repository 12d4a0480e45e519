import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { declareStages } from '../../src/formats/declare-stages.ts';
import type { DeclaredStage } from '../../src/formats/metafile.ts';
import { stringKeys } from '../../src/formats/python-text.ts';
import { parseYaml } from '../../src/formats/yaml-load.ts';
import { isYamlMap, type YamlMap, type YamlValue } from '../../src/formats/yaml-value.ts';

const parsing = { bool: 'store_true', list: 'nargs' } as const;

/** Declares the stages of a `dvc.yaml` among other files. */
function declare(text: string, files: Readonly<Record<string, string>> = {}, file = 'dvc.yaml'): Promise<DeclaredStage[]> {
  return declareStages(text, { file, parsing, readFile: (path) => files[path] });
}

const commands = async (text: string, files?: Readonly<Record<string, string>>): Promise<Record<string, unknown>> =>
  Object.fromEntries((await declare(text, files)).map(({ name, cmd }) => [name, cmd]));

const map = (value: YamlValue | undefined): YamlMap => (isYamlMap(value) ? value : new Map());
const paths = (value: YamlValue | undefined): unknown[] => (Array.isArray(value) ? value.map((item) => map(item).get('path')) : []);

describe('the pipeline of the DVC-made repository', () => {
  const bundle = new URL('../../../../e2e/fixtures/05-pipeline/repo.bundle', import.meta.url).pathname;
  let clone = '';
  beforeAll(() => {
    clone = mkdtempSync(join(tmpdir(), 'datapin-pipeline-'));
    execFileSync('git', ['clone', '-q', bundle, clone]);
  });
  afterAll(() => rmSync(clone, { recursive: true }));

  const read = (path: string): string | undefined => {
    const file = join(clone, path);
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  };

  it('declares what DVC recorded when it ran', async () => {
    const stages = await declareStages(read('dvc.yaml') ?? '', { file: 'dvc.yaml', parsing, readFile: read });
    const lock = map(map(await parseYaml(read('dvc.lock') ?? '', { file: 'dvc.lock' })).get('stages'));
    expect(stages.map(({ name }) => name).toSorted()).toEqual([...stringKeys(lock).keys()].toSorted());
    for (const stage of stages) {
      const locked = map(lock.get(stage.name));
      expect(stage.cmd).toEqual(locked.get('cmd'));
      expect(stage.deps.toSorted()).toEqual(paths(locked.get('deps')));
      expect(stage.outs.map(({ path }) => path).toSorted()).toEqual(paths(locked.get('outs')));
      expect([...stage.params.keys()].toSorted()).toEqual([...stringKeys(map(locked.get('params'))).keys()].toSorted());
    }
  });

  it('has the flags of its outputs', async () => {
    const stages = await declareStages(read('dvc.yaml') ?? '', { file: 'dvc.yaml', parsing, readFile: read });
    const train = stages.find(({ name }) => name === 'train');
    expect(train?.outs).toEqual([
      { path: 'model.bin', kind: 'out', cache: true, persist: false, push: true, desc: 'the model' },
      { path: 'metrics.json', kind: 'metric', cache: false, persist: false, push: true },
      { path: 'plots.csv', kind: 'plot', cache: true, persist: false, push: true },
    ]);
    expect(stages.find(({ name }) => name === 'cb')?.alwaysChanged).toBe(true);
    expect(stages.find(({ name }) => name === 'wd')?.wdir).toBe('sub');
    expect(stages.find(({ name }) => name === 'whole')?.params).toEqual(
      new Map([
        ['other.json', null],
        ['other.toml', ['tool.x']],
      ]),
    );
  });
});

describe('vars', () => {
  it('come from params.yaml beside dvc.yaml, from files and from the list itself, merged', async () => {
    const text = 'vars:\n- other.json:x,y\n- d: {b: 2}\n- params.yaml\nstages:\n  s:\n    cmd: ${d.a} ${d.b} ${x}\n';
    const files = { 'sub/params.yaml': 'd: {a: 1}\n', 'sub/other.json': '{"x": "X", "y": 1, "z": 2}' };
    expect((await declare(text, files, 'sub/dvc.yaml'))[0]?.cmd).toBe('1 2 X');
  });

  it('of a stage are loaded from its own folder and hold for it alone', async () => {
    const text =
      'vars: [{w: sub}]\nstages:\n  a:\n    wdir: ${w}\n    vars: [p.yaml, {m: in place}]\n    cmd: ${n} ${m}\n  b:\n    cmd: ${n}\n';
    await expect(declare(text, { 'sub/p.yaml': 'n: 1\n' })).rejects.toThrow(
      "failed to parse 'stages.b.cmd' in 'dvc.yaml': Could not find 'n'",
    );
    expect((await declare(text.slice(0, text.indexOf('  b:')), { 'sub/p.yaml': 'n: 1\n' }))[0]).toMatchObject({
      wdir: 'sub',
      cmd: '1 in place',
    });
  });

  it.each([
    ['a value twice', 'vars: [{a: {b: 1}}, {a: {b: 2}}]', "cannot redefine 'a.b' from 'vars[1]'"],
    ['a file that is not there', 'vars: [x.yaml]', "'x.yaml' does not exist"],
    ['a key that is not there', 'vars: [p.yaml:zzz]', "could not find 'zzz' in 'p.yaml'"],
    ['a file that is a list', 'vars: [l.yaml]', "expected a dictionary, got 'list' in file 'l.yaml'"],
    ['a key of a file that was loaded', 'vars: [p.yaml, p.yaml:a]', "cannot partially load 'p.yaml:a' as it's already loaded."],
    ['a file of which a key was loaded', 'vars: [p.yaml:a, p.yaml]', "cannot load 'p.yaml' as it's partially loaded already"],
    ['a template', 'vars: [{a: "${b}"}]', 'interpolating is not allowed'],
  ])('must not name %s', async (_, vars, message) => {
    const files = { 'p.yaml': 'a: 1\nb: 2\n', 'l.yaml': '- 1\n' };
    await expect(declare(`${vars}\nstages: {}\n`, files)).rejects.toMatchObject({
      code: 'invalid-metafile',
      message: expect.stringContaining(message),
    });
  });
});

describe('foreach', () => {
  it.each([
    ['a list', 'foreach: [a, 1, true, 1.5, null]', { 's@a': 'a', 's@1': 1, 's@true': true, 's@1.5': { float: 1.5 }, 's@None': null }],
    ['a list with a mapping in it', 'foreach: [{v: a}, {v: b}]', { 's@0': 'a', 's@1': 'b' }, '${item.v}'],
    ['a mapping', 'foreach: {x: 1, y: 2}', { 's@x': 1, 's@y': 2 }],
    ['a list of the params', 'foreach: ${l}', { 's@True': true, 's@x': 'x' }],
    ['a list with values of the params', 'foreach: ["${l[0]}", "p${l[1]}"]', { 's@True': true, 's@px': 'px' }],
    ['a mapping of the params', 'foreach: ${m}', { 's@k': 1 }],
  ])('over %s names and fills a stage per item', async (_, foreach, expected, meta = '${item}') => {
    const text = `stages:\n  s:\n    ${foreach}\n    do:\n      cmd: c\n      meta: ${meta}\n`;
    const stages = await declare(text, { 'params.yaml': 'l: [true, x]\nm: {k: 1}\n' });
    expect(Object.fromEntries(stages.map(({ name, meta }) => [name, meta]))).toEqual(expected);
  });

  it('over a mapping knows the key', async () => {
    expect(await commands('stages:\n  s:\n    foreach: {x: {v: 1}}\n    do:\n      cmd: ${key} ${item.v}\n')).toEqual({ 's@x': 'x 1' });
  });

  it('over a list has no key', async () => {
    await expect(declare('stages:\n  s:\n    foreach: [a]\n    do:\n      cmd: ${key}\n')).rejects.toThrow("'stages.s@a.cmd'");
  });

  it('needs a list or a mapping', async () => {
    await expect(declare('vars: [{x: 1}]\nstages:\n  s:\n    foreach: ${x}\n    do:\n      cmd: c\n')).rejects.toThrow(
      'expected list/dictionary, got int',
    );
  });
});

describe('matrix', () => {
  it('makes a stage per combination', async () => {
    const text = 'stages:\n  s:\n    matrix:\n      m: [a, true]\n      n: [{k: v}, 2]\n      p: ${l}\n    cmd: ${item.m} ${key}\n';
    expect(await commands(text, { 'params.yaml': 'l: [true]\n' })).toEqual({
      's@a-n0-True': 'a a-n0-True',
      's@a-2-True': 'a a-2-True',
      's@true-n0-True': 'true true-n0-True',
      's@true-2-True': 'true true-2-True',
    });
  });
});

describe('params of a stage', () => {
  const params = async (list: string): Promise<unknown> => (await declare(`stages:\n  s:\n    cmd: c\n    params: ${list}\n`))[0]?.params;

  it('are keys of params.yaml or of a named file', async () => {
    expect(await params('[a, b.c, {x.json: [d]}, {x.json: [e]}]')).toEqual(
      new Map([
        ['params.yaml', ['a', 'b.c']],
        ['x.json', ['d', 'e']],
      ]),
    );
  });

  it('are the whole file as soon as it is named without keys', async () => {
    expect(await params('[a, {params.yaml: null}, {x.json: []}]')).toEqual(
      new Map([
        ['params.yaml', null],
        ['x.json', null],
      ]),
    );
  });
});

describe('a dvc.yaml', () => {
  it.each([
    ['with an unknown key', 'stage: {}', 'extra keys not allowed'],
    ['with an unknown key in a stage', 'stages: {s: {cmd: c, out: []}}', 'extra keys not allowed, in stages -> s -> out'],
    ['with a stage that has no command', 'stages: {s: {deps: []}}', 'required key not provided'],
    ['with a number as an output', 'stages: {s: {cmd: c, outs: [1]}}', 'stages -> s -> outs -> 0'],
    ['with an unknown flag', 'stages: {s: {cmd: c, outs: [{a: {cach: false}}]}}', 'stages -> s -> outs -> 0 -> a -> cach'],
    ['with a flag of another type', 'stages: {s: {cmd: c, outs: [{a: {cache: "no"}}]}}', 'expected bool'],
    ['with foreach but no do', 'stages: {s: {foreach: [1]}}', 'required key not provided'],
    ['that is a list', '[]', 'expected a dictionary'],
    ['with a stage named by a number', 'stages: {1: {cmd: c}}', 'extra keys not allowed'],
  ])('%s is refused', async (_, text, message) => {
    await expect(declare(text)).rejects.toMatchObject({ code: 'invalid-metafile', message: expect.stringContaining(message) });
  });

  it('may be empty', async () => {
    expect(await declare('')).toEqual([]);
  });

  it('may hold plots, metrics, params, artifacts and datasets', async () => {
    const text =
      'plots: [a, {b: null}, {c: {x: i, y: {f: [j, k]}, title: t}}]\nmetrics: [m]\nparams: [p]\nartifacts: {a: {path: p, labels: [l]}}\ndatasets: [{x: 1}]\n';
    expect(await declare(text)).toEqual([]);
  });
});
