import { parseParams } from './params-file.ts';
import { pythonTypeName, stringKeys } from './python-text.ts';
import { hasExpression } from './template-expression.ts';
import { TemplateProblem } from './template-problem.ts';
import type { TemplateContext } from './template.ts';
import { isYamlList, isYamlMap, type YamlMap, type YamlValue } from './yaml-value.ts';

/** An item of `vars`: a file (`params.json`, or `params.yaml:key,other` for some of its keys), or values in place. */
export type VarsItem = string | YamlMap;

/** The text of a file of the repository, by its path relative to the project root; `undefined` when there is no such file. */
export type ReadRepositoryFile = (path: string) => string | undefined | Promise<string | undefined>;

/** What templates can refer to, and which files it was loaded from. Immutable. */
export interface Vars {
  readonly values: TemplateContext;
  /** Path → keys that were picked; `null` for a file that was loaded whole. */
  readonly loaded: ReadonlyMap<string, readonly string[] | null>;
  /** Names that nothing may define: those of the item of a `foreach`. */
  readonly reserved: ReadonlySet<string>;
}

/** Nothing yet. */
export const noVars: Vars = { values: new Map(), loaded: new Map(), reserved: new Set() };

/** Where an item of `vars` stands. */
export interface VarsPlace {
  /** What paths are relative to, relative to the project root; `''` for the root. */
  readonly directory: string;
  /** What messages call the list: `vars` or `stage.vars`. */
  readonly name: string;
  readonly readFile: ReadRepositoryFile;
}

/** Adds the `params.yaml` of a directory, where there is one. */
export async function addDefaultParams(vars: Vars, place: VarsPlace): Promise<Vars> {
  const path = joinPath(place.directory, 'params.yaml');
  return (await place.readFile(path)) === undefined ? vars : addFile(vars, { item: 'params.yaml', place });
}

/** Adds the items of a `vars` list in order. Throws a {@link TemplateProblem} for a file that is not there and for a value defined twice. */
export async function addVars(vars: Vars, items: readonly VarsItem[], place: VarsPlace): Promise<Vars> {
  let result = vars;
  for (const [index, item] of items.entries()) {
    if (containsExpression(item)) {
      throw new TemplateProblem('interpolating is not allowed');
    }
    result =
      typeof item === 'string'
        ? await addFile(result, { item, place })
        : merge(result, { values: stringKeys(item), source: `${place.name}[${index}]` });
  }
  return result;
}

async function addFile(vars: Vars, { item, place }: { readonly item: string; readonly place: VarsPlace }): Promise<Vars> {
  const [written = '', ...rest] = item.split(':');
  const keys = rest.join(':').split(',').filter(Boolean);
  const path = joinPath(place.directory, written);
  const before = vars.loaded.get(path);
  if (before === null && keys.length === 0) {
    return vars;
  }
  if (before === null) {
    throw new TemplateProblem(`cannot partially load '${item}' as it's already loaded.`);
  }
  if (before !== undefined && (keys.length === 0 || keys.some((key) => before.includes(key)))) {
    throw new TemplateProblem(`cannot load '${item}' as it's partially loaded already`);
  }
  const values = pick(await loadFile(path, place.readFile), { keys, path });
  const merged = merge(vars, { values, source: path });
  return { ...merged, loaded: new Map(vars.loaded).set(path, keys.length === 0 ? null : [...(before ?? []), ...keys]) };
}

async function loadFile(path: string, readFile: ReadRepositoryFile): Promise<YamlMap> {
  const text = await readFile(path);
  if (text === undefined) {
    throw new TemplateProblem(`'${path}' does not exist`);
  }
  const content = await parseParams(text, { file: path });
  if (!isYamlMap(content)) {
    throw new TemplateProblem(`expected a dictionary, got '${pythonTypeName(content)}' in file '${path}'`);
  }
  return content;
}

function pick(content: YamlMap, { keys, path }: { readonly keys: readonly string[]; readonly path: string }): Map<string, YamlValue> {
  if (keys.length === 0) {
    return stringKeys(content);
  }
  return new Map(
    keys.map((key) => {
      const value = content.get(key);
      if (value === undefined) {
        throw new TemplateProblem(`could not find '${key}' in '${path}'`);
      }
      return [key, value];
    }),
  );
}

interface Addition {
  readonly values: ReadonlyMap<string, YamlValue>;
  readonly source: string;
}

function merge(vars: Vars, { values, source }: Addition): Vars {
  const taken = [...vars.reserved].filter((name) => values.has(name));
  if (taken.length > 0) {
    throw new TemplateProblem(`attempted to modify reserved key${taken.length === 1 ? '' : 's'} ${taken.join(' and ')} in '${source}'`);
  }
  return { ...vars, values: mergeMaps(vars.values, values, { source, parents: [] }) };
}

interface MergePlace {
  readonly source: string;
  readonly parents: readonly string[];
}

function mergeMaps(into: TemplateContext, values: ReadonlyMap<string, YamlValue>, { source, parents }: MergePlace): Map<string, YamlValue> {
  const result = new Map(into);
  for (const [key, value] of values) {
    const before = result.get(key);
    const path = [...parents, key];
    if (before === undefined) {
      result.set(key, value);
    } else if (isYamlMap(before) && isYamlMap(value)) {
      result.set(key, mergeMaps(stringKeys(before), stringKeys(value), { source, parents: path }));
    } else {
      throw new TemplateProblem(`cannot redefine '${path.join('.')}' from '${source}' as it already exists`);
    }
  }
  return result;
}

function containsExpression(value: YamlValue): boolean {
  if (typeof value === 'string') {
    return hasExpression(value);
  }
  if (isYamlMap(value)) {
    return [...value].some(([key, item]) => containsExpression(key) || containsExpression(item));
  }
  return isYamlList(value) && value.some(containsExpression);
}

/** Joins two `/` paths and resolves `.` and `..` in them. */
export function joinPath(directory: string, path: string): string {
  const segments: string[] = [];
  for (const segment of `${directory}/${path}`.split('/')) {
    if (segment === '..' && segments.length > 0 && segments.at(-1) !== '..') {
      segments.pop();
    } else if (segment !== '' && segment !== '.') {
      segments.push(segment);
    }
  }
  return segments.join('/');
}
