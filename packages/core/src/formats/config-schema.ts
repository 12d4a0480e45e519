import { namedSectionRules, type OptionRule, type OptionRules, remoteRules, sectionRules } from './config-options.ts';
import { type ConfigOptions, type ConfigText, namedSectionKinds } from './config-syntax.ts';
import type { ConfigValue } from './config-value.ts';

/** Why DVC refuses a configuration, in its words, and where: names of sections and options from the outside in. */
export interface ConfigProblem {
  readonly message: string;
  readonly path: readonly string[];
  /** For a name that DVC does not know: those that it knows in that place. */
  readonly known?: readonly string[];
}

/**
 * Checks a configuration, merged over all files, by the schema of DVC 3.67.1: all problems, first the one that DVC would report.
 * With `foreign` the text is one of our own files, which may hold remotes that DVC would refuse: their options are left to the plugin.
 */
export function findConfigProblems(config: ConfigText, { foreign = false }: { readonly foreign?: boolean } = {}): ConfigProblem[] {
  const named = namedSectionKinds.flatMap((kind) =>
    [...config.named[kind]].flatMap(([name, options]) => {
      const path = [kind, name];
      if (kind === 'remote') {
        return foreign ? [] : findRemoteProblems(options, path);
      }
      return checkOptions(options, namedSectionRules[kind], path);
    }),
  );
  return [...named, ...[...config.sections].flatMap(([name, options]) => findSectionProblems(name, options))];
}

function findSectionProblems(name: string, options: ConfigOptions): ConfigProblem[] {
  if (name === '') {
    return [...options.keys()].map((option) => unknown([option], []));
  }
  const rules = ownRules(sectionRules, name);
  if (rules === undefined) {
    return [unknown([name], Object.keys(sectionRules))];
  }
  if (name === 'feature') {
    return checkOptions(new Map([...options].filter(([option]) => Object.hasOwn(rules, option))), rules, [name]);
  }
  if (name === 'hydra' && options.has('config_dir') && options.has('config_module')) {
    return [
      { message: `two or more values in the same group of exclusion 'config_source' @ data['hydra'][<config_source>]`, path: [name] },
    ];
  }
  return checkOptions(options, rules, [name]);
}

function findRemoteProblems(options: ConfigOptions, path: readonly string[]): ConfigProblem[] {
  const url = options.get('url');
  if (url === undefined) {
    return [problemAt("expected 'url'", path)];
  }
  if (typeof url !== 'string') {
    return [problemAt('expected str', [...path, 'url'])];
  }
  const rules = dvcRemoteRules(url);
  if (rules === undefined) {
    return [problemAt(`Unsupported URL type ${dvcScheme(url)}://`, path)];
  }
  return rules === 'any' ? [] : checkOptions(options, rules, path);
}

/** The scheme that DVC goes by: lower case, `''` for a folder and for anything without a host. */
export function dvcScheme(url: string): string {
  return /^([a-z][a-z0-9+.-]*):\/\/[^/?#]/i.exec(url)?.[1]?.toLowerCase() ?? '';
}

/** What DVC lets a remote with this URL have as options; `undefined` when DVC refuses the URL itself. */
export function dvcRemoteRules(url: string): OptionRules | 'any' | undefined {
  return ownRules(remoteRules, dvcScheme(url));
}

function ownRules<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function checkOptions(options: ConfigOptions, rules: OptionRules, path: readonly string[]): ConfigProblem[] {
  return [...options].flatMap(([name, value]) => {
    const rule = ownRules(rules, name);
    if (rule === undefined) {
      return [unknown([...path, name], Object.keys(rules))];
    }
    const message = checkValue(rule, value);
    return message === undefined ? [] : [problemAt(message, [...path, name])];
  });
}

function unknown(path: readonly string[], known: readonly string[]): ConfigProblem {
  return { message: `extra keys not allowed @ ${printPath(path)}`, path, known };
}

function problemAt(message: string, path: readonly string[]): ConfigProblem {
  return { message: `${message} for dictionary value @ ${printPath(path)}`, path };
}

function printPath(path: readonly string[]): string {
  return `data${path.map((name) => `['${name}']`).join('')}`;
}

/** What is wrong with a value, or `undefined`. */
function checkValue(rule: OptionRule, value: ConfigValue): string | undefined {
  if (typeof rule !== 'string') {
    return typeof value === 'string' && rule.includes(value.toLowerCase()) ? undefined : `expected one of ${rule.join(', ')}`;
  }
  switch (rule) {
    case 'any':
      return undefined;
    case 'text':
      return typeof value === 'string' ? undefined : 'expected str';
    case 'bool':
      return isBoolean(value) ? undefined : 'expected true or false';
    case 'bool-or-text':
      return typeof value === 'string' ? undefined : 'expected true or false';
    case 'int':
      return checkNumber(value, { type: 'int' });
    case 'count':
      return checkNumber(value, { type: 'int', least: 1 });
    case 'percent':
      return checkNumber(value, { type: 'int', least: 0, most: 100 });
    case 'float':
      return checkNumber(value, { type: 'float' });
    case 'duration':
      return checkNumber(value, { type: 'float', least: 0 });
    case 'link-types':
      return checkLinkTypes(value);
    case 'never-bool':
      return 'expected bool';
    case 'never-int':
      return 'expected int';
  }
}

function isBoolean(value: ConfigValue): boolean {
  return typeof value === 'string' && /^(?:true|false)$/i.test(value);
}

interface NumberRange {
  readonly type: 'int' | 'float';
  readonly least?: number;
  readonly most?: number;
}

/** Longer texts are no sensible number, and would keep the patterns busy. */
const maxNumberLength = 100;

/** What Python's `int` and `float` take. */
const numberPatterns = {
  int: /^\s*[+-]?\d+(?:_\d+)*\s*$/,
  float: /^\s*[+-]?(?:(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:e[+-]?\d+)?|inf(?:inity)?|nan)\s*$/i,
};

function checkNumber(value: ConfigValue, { type, least, most }: NumberRange): string | undefined {
  if (typeof value !== 'string' || value.length > maxNumberLength || !numberPatterns[type].test(value)) {
    return `expected ${type}`;
  }
  const number = Number(value.replaceAll('_', '').replace(/inf(?:inity)?/i, 'Infinity'));
  if (least !== undefined && !(number >= least)) {
    return `value must be at least ${least}`;
  }
  return most !== undefined && number > most ? `value must be at most ${most}` : undefined;
}

const linkTypes = new Set(['reflink', 'hardlink', 'symlink', 'copy']);

function checkLinkTypes(value: ConfigValue): string | undefined {
  const bad = linkTypeNames(value).filter((name) => !linkTypes.has(name));
  return bad.length === 0 ? undefined : `Unsupported cache type(s): ${bad.join(', ')}`;
}

/** The names in a `type` option: a list, or one text with commas. */
export function linkTypeNames(value: ConfigValue): readonly string[] {
  return typeof value === 'string' ? value.split(',').map((name) => name.trim()) : value;
}
