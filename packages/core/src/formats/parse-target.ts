import { DatapinError } from '../errors.ts';

/** A target as typed, taken apart: a metafile, a stage in one, or (without `file`) the name of a stage or the path of an output. */
export interface ParsedTarget {
  readonly file: string | undefined;
  readonly name: string | undefined;
}

/** DVC's `TARGET_REGEX`: the last colon with no slash behind it starts the stage's name. */
const targetPattern = /^(?<path>.*?)(?::(?<name>[^\\/:]*))??$/u;

/**
 * Takes a target apart as DVC does (`parse_target`). `dir/dvc.yaml:train` has file and name; `:train` means `dvc.yaml` here;
 * `data.dvc` is a file; anything else is a name that may as well be an output's path. Throws `invalid-target` for a `dvc.lock`.
 */
export function parseTarget(target: string): ParsedTarget {
  if (target === '') return { file: undefined, name: undefined };
  const at = target.indexOf('@');
  const group = at === -1 ? target : target.slice(0, at);
  const key = at === -1 ? '' : target.slice(at);
  const found = targetPattern.exec(group)?.groups;
  if (found === undefined) return { file: target, name: undefined };
  const path = found['path'] ?? '';
  const bare = found['name'] ?? '';
  const name = bare === '' ? undefined : bare + (key === '@' ? '' : key);
  if (path === '') return { file: 'dvc.yaml', name };
  if (baseName(path) === 'dvc.lock') {
    throw new DatapinError('invalid-target', `'${target}' is written by the tool and is no target`, {
      hint: `Did you mean \`${target.replace('.lock', '.yaml')}\`?`,
    });
  }
  if (name !== undefined) return { file: path, name };
  return isMetafile(target) ? { file: target, name: undefined } : { file: undefined, name: target };
}

function baseName(path: string): string {
  return path.slice(path.search(/[^/\\]*$/u));
}

function isMetafile(path: string): boolean {
  return path.endsWith('.dvc') || baseName(path) === 'dvc.yaml';
}
