import { DatapinError } from '../errors.ts';
import { findConfigProblems } from '../formats/config-schema.ts';
import { type ConfigText, emptyConfigText } from '../formats/config-syntax.ts';
import { parseSettingName } from './config-name.ts';
import { withSetting } from './edit-config.ts';

/** Settings from the command line or a caller as a text. Throws `usage` for a name that is none, `invalid-config` for a value that does not fit. */
export function readOverrides(overrides: ReadonlyMap<string, string>): ConfigText {
  let text = emptyConfigText;
  for (const [name, value] of overrides) {
    text = withSetting(text, parseSettingName(name), value);
  }
  const [problem] = findConfigProblems(text, { foreign: true });
  if (problem !== undefined) {
    throw new DatapinError('invalid-config', `config error: ${problem.message} in the settings given for this run`);
  }
  return text;
}
