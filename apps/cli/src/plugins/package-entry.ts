import { readFileSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';

import { field } from './find-plugins.ts';

/**
 * The file that `import('<package>')` (or, with `./name`, that of a part of it) would load from exactly this folder: `exports` of package.json with the conditions of an import,
 * else `main`. Node's own resolution would go on looking in the folders above, where nobody installed a plugin. `undefined` when there is none.
 * Rules: https://nodejs.org/api/packages.html#package-entry-points
 */
export function packageEntry(directory: string, conditions: ReadonlySet<string>, part: '.' | `./${string}` = '.'): string | undefined {
  const manifest: unknown = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  const exported = field(manifest, 'exports');
  const target = exported === undefined || exported === null ? legacyEntry(manifest, part) : pick(exportOf(exported, part), conditions);
  if (target === undefined) return undefined;
  const file = resolve(directory, target);
  return file.startsWith(directory + sep) ? file : undefined;
}

/** Without `exports`: `main`, and no parts. */
function legacyEntry(manifest: unknown, part: string): string | undefined {
  if (part !== '.') return undefined;
  const main = field(manifest, 'main');
  return typeof main === 'string' ? main : 'index.js';
}

/** `exports` may be the target of `.` itself, or have it as a member. */
function exportOf(exported: unknown, part: string): unknown {
  return part === '.' ? (field(exported, '.') ?? exported) : field(exported, part);
}

function pick(target: unknown, conditions: ReadonlySet<string>): string | undefined {
  if (typeof target === 'string') return target;
  if (Array.isArray(target)) return target.map((one) => pick(one, conditions)).find((one) => one !== undefined);
  if (typeof target !== 'object' || target === null) return undefined;
  for (const [condition, inner] of Object.entries(target)) {
    if (condition !== 'default' && !conditions.has(condition)) continue;
    const found = pick(inner, conditions);
    if (found !== undefined) return found;
  }
  return undefined;
}
