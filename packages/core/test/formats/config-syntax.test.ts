import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { type ConfigText, emptyConfigText, parseConfigText, printConfigText } from '../../src/formats/config-syntax.ts';

interface FileVector {
  readonly text: string;
  readonly parsed?: Readonly<Record<string, unknown>>;
  readonly error?: string;
  readonly 'after_core.autostage=True'?: string;
}
interface QuotingVector {
  readonly value: string;
  readonly text?: string;
}

const read = (name: string): string => readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8');
const files: readonly FileVector[] = JSON.parse(read('config-files'));
const quoting: readonly QuotingVector[] = JSON.parse(read('config-quoting'));

const parse = (text: string): ConfigText => parseConfigText(text, { file: '.dvc/config' });
const print = (text: ConfigText): string => printConfigText(text, { file: '.dvc/config' });

/** In the shape that DVC gives a parsed file. */
function asDvc({ sections, named }: ConfigText): unknown {
  const plain = (options: ReadonlyMap<string, unknown>): unknown => Object.fromEntries(options);
  const each = (map: ReadonlyMap<string, ReadonlyMap<string, unknown>>): Record<string, unknown> =>
    Object.fromEntries([...map].map(([name, options]) => [name, plain(options)]));
  return { ...each(sections), remote: each(named.remote), machine: each(named.machine), db: each(named.db) };
}

function withOption(config: ConfigText, section: string, option: string, value: string): ConfigText {
  return {
    ...config,
    sections: new Map(config.sections).set(section, new Map([...(config.sections.get(section) ?? []), [option, value]])),
  };
}

describe('a configuration file', () => {
  it.each(files.filter(({ parsed }) => parsed !== undefined))('reads as in DVC: $text', ({ text, parsed }) => {
    expect(asDvc(parse(text))).toEqual(parsed);
  });

  it.each(files.filter((row) => row['after_core.autostage=True'] !== undefined))('is written as by DVC: $text', (row) => {
    expect(print(withOption(parse(row.text), 'core', 'autostage', 'True'))).toBe(row['after_core.autostage=True']);
  });

  it.each(files.filter(({ parsed, error }) => parsed === undefined && error !== undefined))(
    'is refused as by DVC: $text',
    ({ text, error }) => {
      const line = /at line \d+/.exec(error ?? '')?.[0] ?? 'missing option "x" in interpolation';
      expect(() => parse(text)).toThrow(
        expect.objectContaining({ code: 'invalid-config', message: expect.stringMatching(new RegExp(`${line}.*|.*${line}`)) }),
      );
      expect(() => parse(text)).toThrow("'.dvc/config'");
    },
  );

  it('without settings is one empty line', () => {
    expect(print(emptyConfigText)).toBe('\n');
  });

  it('does not show a line it cannot read, which may be a secret', () => {
    expect(() => parse('[core]\npassword hunter2\n')).toThrow(expect.objectContaining({ message: expect.not.stringContaining('hunter2') }));
  });

  it.each([
    ['a byte order mark', '\uFEFF[core]\nremote = x\n'],
    ['a section in a section', '[core]\n[[x]]\n'],
    ['an open triple quote', "[core]\nremote = '''x\n"],
    ['something behind a triple quote', "[core]\nremote = '''x''' y\n"],
    ['something behind a quote', '[core]\nremote = "x" y\n'],
    ['a quote that stays open', '[core]\nremote = "x\n'],
    ['an empty item', '[cache]\ntype = a,,b\n'],
    ['a name without a value', '[core]\nremote\n'],
    ['a value without a name', '[core]\n= x\n'],
    ['an interpolation in a circle', '[core]\na = %(b)s\nb = %(a)s\n'],
    ['an interpolation of a list', '[core]\na = %(b)s\nb = x, y\n'],
    ['an empty section name', '[]\n'],
  ])('with %s is refused', (_, text) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'invalid-config' }));
  });

  it('whose values refer to each other without end is refused soon', () => {
    const lines = Array.from({ length: 60 }, (_, index) => `a${index + 1} = %(a${index})s%(a${index})s`);
    expect(() => parse(`[core]\na0 = ''\n${lines.join('\n')}\n`)).toThrow('too many options in interpolation');
  });

  it.each([
    ['x = a # comment', 'a'],
    ['x = "a # b" # comment', 'a # b'],
    ['x = a "b" c', 'a "b" c'],
    ['x = "a", b', ['a', 'b']],
    ['x = a,', ['a']],
    ['x = ,', []],
    ['x = , # comment', []],
    ['x = \'a,b\', "c#d" # e', ['a,b', 'c#d']],
    ['x =', ''],
    ['x = # comment', ''],
    ['x=a=b', 'a=b'],
    ['"x" = a', 'a'],
    ['  x  =  a  ', 'a'],
    ['y = 1\nx = %(y)s-%(y)s', '1-1'],
    ["x = '''a\n # b\n'''  # c", 'a\n # b\n'],
    ['x = """a\'\'\'b"""', "a'''b"],
  ])('reads %j', (line, value) => {
    expect(parse(`[core]\n${line}\n`).sections.get('core')?.get('x')).toEqual(value);
  });

  it('takes names from the top of the file for interpolation', () => {
    expect(parse('base = s3://b\n["remote \\"x\\""]\nurl = a\n[core]\nx = %(base)s/y\n').sections.get('core')?.get('x')).toBe('s3://b/y');
  });

  it('may have CRLF line ends', () => {
    expect(asDvc(parse('[core]\r\nremote = x\r\n'))).toMatchObject({ core: { remote: 'x' } });
  });
});

describe('a value', () => {
  it.each(quoting.filter(({ text }) => text !== undefined))('is quoted as by DVC: $value', ({ value, text }) => {
    expect(print(withOption(emptyConfigText, 'core', 'remote', value))).toBe(text);
  });

  it.each(quoting.filter(({ value }) => !value.includes('%(')).map(({ value }) => value))('reads back: %j', (value) => {
    const text = print(withOption(emptyConfigText, 'core', 'remote', value));
    expect(parse(text).sections.get('core')?.get('remote')).toBe(value);
  });

  it.each([[[]], [['a']], [['a', 'b c', 'd,e']]])('that is a list reads back: %j', (list) => {
    const text = print({ ...emptyConfigText, sections: new Map([['cache', new Map([['type', list]])]]) });
    expect(parse(text).sections.get('cache')?.get('type')).toEqual(list);
  });

  it('that is not ASCII is written as UTF-8, which DVC can read but not write', () => {
    expect(print(withOption(emptyConfigText, 'core', 'remote', '\u00e9'))).toBe('[core]\n    remote = \u00e9\n');
  });

  it('that holds both triple quotes cannot be written', () => {
    expect(() => print(withOption(emptyConfigText, 'core', 'remote', `'''"""`))).toThrow(
      expect.objectContaining({ code: 'invalid-config' }),
    );
  });
});
