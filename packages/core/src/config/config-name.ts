import { DatapinError } from '../errors.ts';
import type { NamedSectionKind } from '../formats/config-syntax.ts';

/** A section: `core`, or `remote "x"` by kind and name. */
export interface SectionName {
  readonly kind: NamedSectionKind | undefined;
  readonly name: string;
}

/** One setting. */
export interface SettingName {
  readonly section: SectionName;
  readonly option: string;
}

/**
 * Reads `section.option`, `remote.name.option` or `db.name.option` in any case (DVC: `NAME_REGEX`); a name may have dots of its own.
 * Throws `usage`.
 */
export function parseSettingName(text: string): SettingName {
  const parts = text.toLowerCase().split('.');
  const [first = '', ...rest] = parts;
  const option = rest.pop();
  const kind = (first === 'remote' || first === 'db') && rest.length > 0 ? first : undefined;
  if (option === undefined || (kind === undefined && rest.length > 0)) {
    throw new DatapinError('usage', `'${text}' is no setting: a name looks like section.option, remote.name.option or db.name.option`);
  }
  return { section: { kind, name: kind === undefined ? first : rest.join('.') }, option };
}

/** The setting as {@link parseSettingName} reads it. */
export function printSettingName({ section, option }: SettingName): string {
  return [...(section.kind === undefined ? [] : [section.kind]), section.name, option].join('.');
}
