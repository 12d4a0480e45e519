import { pythonText } from '../formats/python-text.ts';
import { isYamlList, isYamlMap, yamlEquals, type YamlKey, type YamlMap, type YamlValue } from '../formats/yaml-value.ts';

/** How a param differs from what `dvc.lock` recorded. */
export type ParamChange = 'new' | 'modified' | 'deleted';

/**
 * The params of one file that changed (DVC: `ParamsDependency.workspace_status`), in DVC's order: as declared, or for a whole file its top-level
 * keys and then those that are gone.
 */
export function changedParams(actual: YamlValue, recorded: YamlMap, declared: readonly string[] | null): ReadonlyMap<string, ParamChange> {
  const values = new Map<string, YamlValue>();
  if (declared === null || declared.length === 0) {
    if (isYamlMap(actual)) for (const [key, value] of actual) values.set(nameOf(key), value);
  } else {
    for (const key of declared) {
      const value = valueAt(actual, key.split('.'));
      if (value !== undefined) values.set(key, value);
    }
  }
  const before = new Map([...recorded].map(([key, value]) => [nameOf(key), value]));
  const names = declared === null || declared.length === 0 ? new Set([...values.keys(), ...before.keys()]) : new Set(declared);
  const changes = new Map<string, ParamChange>();
  for (const name of names) {
    const [now, old] = [values.get(name), before.get(name)];
    if (now === undefined) changes.set(name, 'deleted');
    else if (old === undefined) changes.set(name, 'new');
    else if (!yamlEquals(now, old)) changes.set(name, 'modified');
  }
  return changes;
}

/** A value by its path: names of mappings, positions in lists. */
export function valueAt(value: YamlValue, path: readonly string[]): YamlValue | undefined {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  if (isYamlList(value)) {
    const item = /^\d+$/u.test(name) ? value[Number(name)] : undefined;
    return item === undefined ? undefined : valueAt(item, rest);
  }
  if (!isYamlMap(value)) return undefined;
  for (const [key, item] of value) if (nameOf(key) === name) return valueAt(item, rest);
  return undefined;
}

/** Keys that are no text are named as Python prints them. */
function nameOf(key: YamlKey): string {
  return pythonText(key) ?? '';
}
