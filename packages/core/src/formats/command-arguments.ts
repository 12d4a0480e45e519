import { pythonText, stringKeys } from './python-text.ts';
import { TemplateProblem } from './template-problem.ts';
import { isYamlList, isYamlMap, type YamlMap, type YamlValue } from './yaml-value.ts';

/** How a mapping in a command becomes options; DVC's `parsing` section of the configuration. */
export interface ArgumentStyle {
  /** What `false` gives: nothing, or `--no-name`. */
  readonly bool: 'store_true' | 'boolean_optional';
  /** `--name a b` or `--name a --name b`. */
  readonly list: 'nargs' | 'append';
}

/**
 * A mapping as command-line options: nested keys joined by dots, texts quoted for a shell (DVC: `interpolate.to_str` for a dict).
 * Throws a {@link TemplateProblem} for a list in a list.
 */
export function commandArguments(map: YamlMap, style: ArgumentStyle): string {
  return flatten(map, '')
    .flatMap(([key, value]) => {
      if (typeof value === 'boolean') {
        return value ? [`--${key}`] : style.bool === 'boolean_optional' ? [`--no-${key}`] : [];
      }
      if (!isYamlList(value)) {
        return [`--${key} ${argument(value)}`];
      }
      const items = value.map((item) => listItem(item, key));
      if (style.list === 'append') {
        return items.map((item) => `--${key} ${item}`);
      }
      return items.length === 0 ? [] : [`--${key} ${items.join(' ')}`];
    })
    .join(' ');
}

function flatten(map: YamlMap, prefix: string): [string, YamlValue][] {
  return [...stringKeys(map)].flatMap(([key, value]) =>
    isYamlMap(value) ? flatten(value, `${prefix}${key}.`) : [[`${prefix}${key}`, value] as [string, YamlValue]],
  );
}

function listItem(item: YamlValue, key: string): string {
  if (isYamlList(item) || isYamlMap(item)) {
    throw new TemplateProblem(`Cannot interpolate nested iterable in '${key}'`);
  }
  return argument(item);
}

function argument(value: YamlValue): string {
  return typeof value === 'string' ? quoteForShell(value) : (pythonText(value) ?? '');
}

/** Python's `shlex.quote`. */
function quoteForShell(text: string): string {
  if (text === '') return "''";
  return /[^\w@%+=:,./-]/.test(text) ? `'${text.replaceAll("'", `'"'"'`)}'` : text;
}
