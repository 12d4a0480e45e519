import { type ConfigValue, ConfigValueProblem } from './config-value.ts';

/** More than any sensible value needs: a few lines that refer to each other could otherwise grow beyond all bounds. */
const maxReplacements = 1000;
const maxLength = 1024 * 1024;

/** The scopes that a name is looked for in, the nearest first. */
export type ConfigScopes = readonly ReadonlyMap<string, ConfigValue>[];

/**
 * Replaces `%(name)s` in a value by the option `name` of the same section, else of the file's top (Python's ConfigObj).
 * Throws a {@link ConfigValueProblem} for a name that is not there, a list, and a circle. Other `%` stay.
 */
export function interpolateConfigValue(value: ConfigValue, scopes: ConfigScopes): ConfigValue {
  const search: Search = { scopes, trail: [], budget: { left: maxReplacements } };
  return typeof value === 'string' ? interpolate(value, search) : value.map((item) => interpolate(item, search));
}

interface Search {
  readonly scopes: ConfigScopes;
  /** The names that led here. */
  readonly trail: readonly string[];
  readonly budget: { left: number };
}

function interpolate(text: string, { scopes, trail, budget }: Search): string {
  if (!text.includes('%(')) {
    return text;
  }
  const result = text.replaceAll(/%\(([^()]*)\)s/g, (_, name: string) => {
    const found = scopes.findIndex((scope) => scope.has(name));
    const value = scopes[found]?.get(name);
    if (value === undefined) {
      throw new ConfigValueProblem(`missing option "${name}" in interpolation.`);
    }
    if (typeof value !== 'string') {
      throw new ConfigValueProblem(`option "${name}" in interpolation is a list.`);
    }
    if (trail.includes(name)) {
      throw new ConfigValueProblem(`interpolation loop detected in value "${name}".`);
    }
    budget.left -= 1;
    if (budget.left < 0) {
      throw new ConfigValueProblem('too many options in interpolation.');
    }
    return interpolate(value, { scopes: scopes.slice(found), trail: [...trail, name], budget });
  });
  if (result.length > maxLength) {
    throw new ConfigValueProblem('interpolation makes the value too long.');
  }
  return result;
}
