import type { ConfigOptions, ConfigText } from '../formats/config-syntax.ts';
import type { ConfigValue } from '../formats/config-value.ts';
import type { SectionName, SettingName } from './config-name.ts';

/** The options of a section; `undefined` when the text does not have it. */
export function sectionOptions(text: ConfigText, { kind, name }: SectionName): ConfigOptions | undefined {
  return kind === undefined ? text.sections.get(name) : text.named[kind].get(name);
}

/** The value of a setting. */
export function settingValue(text: ConfigText, { section, option }: SettingName): ConfigValue | undefined {
  return sectionOptions(text, section)?.get(option);
}

/** The text with a section replaced, or with a new one at the end; `undefined` takes it away. */
export function withSection(text: ConfigText, { kind, name }: SectionName, options: ConfigOptions | undefined): ConfigText {
  const before = kind === undefined ? text.sections : text.named[kind];
  const after = new Map(before);
  if (options === undefined) {
    after.delete(name);
  } else {
    after.set(name, options);
  }
  return kind === undefined ? { ...text, sections: after } : { ...text, named: { ...text.named, [kind]: after } };
}

/** The text with a setting changed, or added at the end of its section; `undefined` takes it away. */
export function withSetting(text: ConfigText, { section, option }: SettingName, value: ConfigValue | undefined): ConfigText {
  const options = new Map(sectionOptions(text, section) ?? []);
  if (value === undefined) {
    options.delete(option);
  } else {
    options.set(option, value);
  }
  return withSection(text, section, options);
}
