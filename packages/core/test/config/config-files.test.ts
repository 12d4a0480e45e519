import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { type ConfigPlaces, configFiles } from '../../src/config/config-files.ts';

const directories = (places: ConfigPlaces): string[] =>
  configFiles(places)
    .filter(({ kind }) => kind === 'dvc')
    .map(({ path }) => path.slice(0, -'/config'.length));

describe.skipIf(process.platform === 'win32')('the configuration files of the machine and of the user (paths of other systems)', () => {
  it.each([
    ['linux', { HOME: '/h' }, ['/etc/xdg/dvc', '/h/.config/dvc']],
    ['linux', { HOME: '/h', XDG_CONFIG_HOME: '/c', XDG_CONFIG_DIRS: '/d:/e' }, ['/d/dvc', '/c/dvc']],
    ['linux', { HOME: '/h', DVC_SYSTEM_CONFIG_DIR: '/s', DVC_GLOBAL_CONFIG_DIR: '/g' }, ['/s', '/g']],
    ['darwin', { HOME: '/h' }, ['/Library/Application Support/dvc', '/h/Library/Application Support/dvc']],
  ] as const)('on %s with %j are where DVC has them', (platform, env, expected) => {
    expect(directories({ platform, env })).toEqual(expected);
  });

  it('on win32 are where DVC has them', () => {
    const env = { PROGRAMDATA: '/ProgramData', LOCALAPPDATA: '/Local', USERPROFILE: '/User' };
    expect(directories({ platform: 'win32', env })).toEqual(['/ProgramData/iterative/dvc', '/Local/iterative/dvc']);
  });
});

describe('the configuration files of a repository', () => {
  it('win over the others, ours over those of DVC, the local ones over all', () => {
    const files = configFiles({ dvcDir: '/r/.dvc', env: { DVC_SYSTEM_CONFIG_DIR: '/s', DVC_GLOBAL_CONFIG_DIR: '/g' } });
    expect(files.map(({ path }) => path)).toEqual(
      ['/s/config', '/s/datapin', '/g/config', '/g/datapin'].concat(
        ['config', 'datapin', 'config.local', 'datapin.local'].map((name) => join('/r/.dvc', name)),
      ),
    );
  });
});
