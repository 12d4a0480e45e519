import type { DeclaredOutput, DeclaredStage } from './metafile.ts';
import { pythonTypeName } from './python-text.ts';
import { TemplateProblem } from './template-problem.ts';
import { templateText } from './template.ts';
import { isYamlList, isYamlMap, type YamlMap, type YamlValue } from './yaml-value.ts';

/** What DVC takes for keys of params without a file. */
const defaultParamsFile = 'params.yaml';

/** A stage out of its resolved keys, whose names the schema has checked already. Throws a {@link TemplateProblem} for what a template turned into nonsense. */
export function readDeclaredStage(name: string, fields: ReadonlyMap<string, YamlValue>): DeclaredStage {
  const wdir = fields.get('wdir');
  const desc = fields.get('desc');
  const meta = fields.get('meta');
  return {
    name,
    cmd: readCommand(fields.get('cmd') ?? null),
    ...(wdir === undefined ? {} : { wdir: text(wdir) }),
    deps: list(fields.get('deps')).map(text),
    params: readParams(list(fields.get('params'))),
    outs: [
      ...readOutputs(list(fields.get('outs')), 'out'),
      ...readOutputs(list(fields.get('metrics')), 'metric'),
      ...readOutputs(list(fields.get('plots')), 'plot'),
    ],
    frozen: fields.get('frozen') === true,
    alwaysChanged: fields.get('always_changed') === true,
    ...(desc === undefined ? {} : { desc: text(desc) }),
    ...(meta === undefined ? {} : { meta }),
  };
}

function readCommand(value: YamlValue): string | string[] {
  return isYamlList(value) ? value.map(text) : text(value);
}

/** A file that is named without keys anywhere counts as a whole (DVC: `dependency._merge_params`). */
function readParams(items: readonly YamlValue[]): ReadonlyMap<string, readonly string[] | null> {
  const entries = items.flatMap((item): [string, readonly string[] | null][] =>
    isYamlMap(item) ? [...item].map(([file, keys]) => [text(file), paramKeys(keys)]) : [[defaultParamsFile, [text(item)]]],
  );
  const whole = new Set(entries.flatMap(([file, keys]) => (keys === null ? [file] : [])));
  const params = new Map<string, readonly string[] | null>();
  for (const [file, keys] of entries) {
    params.set(file, whole.has(file) ? null : [...(params.get(file) ?? []), ...(keys ?? [])]);
  }
  return params;
}

function paramKeys(keys: YamlValue): string[] | null {
  const names = keys === null ? [] : list(keys).map(text);
  return names.length === 0 ? null : names;
}

function readOutputs(items: readonly YamlValue[], kind: DeclaredOutput['kind']): DeclaredOutput[] {
  const flags = new Map<string, YamlMap>();
  for (const item of items) {
    for (const [path, own] of isYamlMap(item) ? item : new Map([[item as string, new Map()]])) {
      if (!isYamlMap(own)) {
        throw new TemplateProblem(`Expected dict for '${text(path)}', got: '${pythonTypeName(own)}'`);
      }
      flags.set(text(path), new Map([...(flags.get(text(path)) ?? []), ...own]));
    }
  }
  return [...flags].map(([path, own]) => readOutput(path, { flags: own, kind }));
}

function readOutput(path: string, { flags, kind }: { readonly flags: YamlMap; readonly kind: DeclaredOutput['kind'] }): DeclaredOutput {
  const [remote, desc, type, labels, meta] = ['remote', 'desc', 'type', 'labels', 'meta'].map((key) => flags.get(key));
  return {
    path,
    kind,
    cache: flags.get('cache') !== false,
    persist: flags.get('persist') === true,
    push: flags.get('push') !== false,
    ...(remote === undefined ? {} : { remote: text(remote) }),
    ...(desc === undefined ? {} : { desc: text(desc) }),
    ...(type === undefined ? {} : { type: text(type) }),
    ...(labels === undefined ? {} : { labels: list(labels).map(text) }),
    ...(meta === undefined ? {} : { meta }),
  };
}

function list(value: YamlValue | undefined): readonly YamlValue[] {
  if (value !== undefined && !isYamlList(value)) {
    throw new TemplateProblem(`expected a list, got ${pythonTypeName(value)}`);
  }
  return value ?? [];
}

/** A scalar as text: a template can turn a path into a number. */
function text(value: YamlValue): string {
  if (isYamlList(value) || isYamlMap(value)) {
    throw new TemplateProblem(`expected a text, got ${pythonTypeName(value)}`);
  }
  return templateText(value);
}
