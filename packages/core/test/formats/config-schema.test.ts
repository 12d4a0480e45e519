import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { dvcRemoteRules, dvcScheme, findConfigProblems } from '../../src/formats/config-schema.ts';
import type { ConfigText } from '../../src/formats/config-syntax.ts';
import type { ConfigValue } from '../../src/formats/config-value.ts';

type Options = Readonly<Record<string, ConfigValue>>;
type Sections = Readonly<Record<string, Options>>;

/** What DVC 3.67.1's `Config.validate` says; `null` for nothing. */
interface Row {
  readonly config: Readonly<Record<string, Options | Sections>>;
  readonly problem: string | null;
}

const rows: readonly Row[] = JSON.parse(readFileSync(new URL('../vectors/config-schema.json', import.meta.url), 'utf8'));

function asText(config: Row['config']): ConfigText {
  const named = { remote: new Map(), machine: new Map(), db: new Map() };
  const sections = new Map();
  for (const [name, content] of Object.entries(config)) {
    if (name === 'remote' || name === 'machine' || name === 'db') {
      for (const [own, options] of Object.entries(content)) named[name].set(own, new Map(Object.entries(options)));
    } else {
      sections.set(name, new Map(Object.entries(content)));
    }
  }
  return { sections, named };
}

describe('a configuration', () => {
  it.each(rows)('is judged as by DVC: $config', ({ config, problem }) => {
    expect(findConfigProblems(asText(config))[0]?.message ?? null).toBe(problem);
  });

  it('of ours may have any remote, but no other settings than DVC', () => {
    const remotes = { x: { url: 'blob://b', shiny: '1' }, y: { shiny: '1' } };
    expect(findConfigProblems(asText({ remote: remotes }), { foreign: true })).toEqual([]);
    expect(findConfigProblems(asText({ core: { shiny: '1' } }), { foreign: true })).toMatchObject([{ path: ['core', 'shiny'] }]);
  });

  it('does not take a name that every object has for an option', () => {
    expect(findConfigProblems(asText({ core: { constructor: '1' } }))[0]?.message).toBe(
      "extra keys not allowed @ data['core']['constructor']",
    );
    expect(findConfigProblems(asText({ constructor: {} }))[0]?.message).toBe("extra keys not allowed @ data['constructor']");
    expect(dvcRemoteRules('constructor://x')).toBeUndefined();
  });
});

describe('the scheme of an address', () => {
  it.each([
    ['s3://bucket/x', 's3'],
    ['S3://bucket', 's3'],
    ['s3:/bucket', ''],
    ['s3://', ''],
    ['file:///x', ''],
    ['/abs', ''],
    ['rel/x', ''],
    [String.raw`C:\x`, ''],
    ['webdavs://h', 'webdavs'],
  ])('%s is that of DVC', (url, scheme) => {
    expect(dvcScheme(url)).toBe(scheme);
  });
});
