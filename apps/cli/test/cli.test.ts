import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { runCli } from '../src/cli.ts';
import { emptyFolder } from './empty-folder.ts';
import { fakeHost } from './fake-host.ts';

describe('the version', () => {
  test.each([['--version'], ['-V']])('is printed by %s', async (flag) => {
    const { host, out, err } = fakeHost();
    expect(await runCli([flag], host)).toBe(0);
    expect([out(), err()]).toEqual(['1.2.3\n', '']);
  });
});

describe('help', () => {
  test('of everything goes to stdout and lists every group', async () => {
    const { host, out, err } = fakeHost();
    expect(await runCli(['--help'], host)).toBe(0);
    expect(out()).toMatchSnapshot();
    expect(err()).toBe('');
  });

  test('of a command tells arguments, options, examples and exit codes', async () => {
    const { host, out } = fakeHost();
    expect(await runCli(['push', '--help'], host)).toBe(0);
    expect(out()).toMatchSnapshot();
  });

  test('fits a narrow terminal', async () => {
    const { host, out } = fakeHost({ columns: 50 });
    expect(await runCli(['pull', '-h'], host)).toBe(0);
    const prose = out()
      .split('\n')
      .filter((line) => !line.includes('datapin '));
    expect(Math.max(...prose.map((line) => line.length))).toBeLessThanOrEqual(50);
  });

  test('has explanations below the names in a very narrow one, further in than any name', async () => {
    const { host, out } = fakeHost({ columns: 40 });
    await runCli(['pull', '-h'], host);
    expect(out()).toContain('\n      --json\n          Print one JSON document\n          instead of text.\n  -f, --force\n');
  });

  test('wins over mistakes in the rest of the line', async () => {
    const { host, out } = fakeHost();
    expect(await runCli(['remote', 'add', '--nonsense', '--help'], host)).toBe(0);
    expect(out()).toContain('Usage: datapin remote add [options] <name> <url>');
  });
});

describe('what to do about a result', () => {
  const clone = (): string => {
    const cwd = emptyFolder();
    mkdirSync(join(cwd, '.dvc'));
    writeFileSync(join(cwd, '.dvc/config'), '[core]\n    no_scm = true\n');
    writeFileSync(join(cwd, 'a.dvc'), 'outs:\n- md5: 60b725f10c9c85c70d97880dfe8191b3\n  size: 2\n  hash: md5\n  path: a\n');
    return cwd;
  };

  test('is said on stderr behind it', async () => {
    const { host, out, err } = fakeHost({ cwd: clone() });
    expect(await runCli(['status'], host)).toBe(0);
    expect(out()).toContain('not in cache:       a');
    expect(err()).toBe('hint: `datapin pull` downloads what is not in the cache.\n');
  });

  test.each(['--json', '-q'])('is not said with %s', async (flag) => {
    const { host, err } = fakeHost({ cwd: clone() });
    await runCli(['status', flag], host);
    expect(err()).toBe('');
  });
});

describe('a wrong command line ends with 254', () => {
  test('without a command, with the overview on stderr', async () => {
    const { host, out, err } = fakeHost();
    expect(await runCli([], host)).toBe(254);
    expect(out()).toBe('');
    expect(err()).toContain('Usage: datapin [options] <command>');
    expect(err()).toContain('ERROR: no command given\n');
  });

  test('with a misspelt command, and says what was meant', async () => {
    const { host, err } = fakeHost();
    expect(await runCli(['stauts'], host)).toBe(254);
    expect(err()).toBe("ERROR: unknown command 'stauts'\nhint: Did you mean `datapin status`?\n");
  });

  test('with an option that is not built yet', async () => {
    const { host, err } = fakeHost();
    expect(await runCli(['push', '--run-cache'], host)).toBe(254);
    expect(err()).toContain('ERROR: `--run-cache` is not supported yet\n');
  });

  test('with -q and -v together', async () => {
    const { host, err } = fakeHost();
    expect(await runCli(['-q', 'push', '-v'], host)).toBe(254);
    expect(err()).toBe('ERROR: `-q` and `-v` exclude each other\n');
  });
});

describe('an error', () => {
  const nowhere = emptyFolder;

  test('goes to stderr with its hint, and decides the exit code', async () => {
    const { host, out, err } = fakeHost({ cwd: nowhere() });
    expect(await runCli(['status'], host)).toBe(253);
    expect(out()).toBe('');
    expect(err()).toMatch(/^ERROR: .*repository/u);
  });

  test('is also one JSON document on stdout with --json', async () => {
    const { host, out } = fakeHost({ cwd: nowhere() });
    expect(await runCli(['push', '--json'], host)).toBe(253);
    expect(JSON.parse(out())).toMatchObject({ error: { code: 'not-a-repository', message: expect.any(String) } });
  });

  test('of the command line is JSON, too', async () => {
    const { host, out } = fakeHost();
    expect(await runCli(['push', '--json', '--nonsense'], host)).toBe(254);
    expect(JSON.parse(out())).toEqual({ error: { code: 'usage', message: 'unrecognized option `--nonsense`' } });
  });

  test('is still printed with -q, and not with -qq', async () => {
    const quiet = fakeHost({ cwd: nowhere() });
    await runCli(['status', '-q'], quiet.host);
    expect(quiet.err()).toContain('ERROR');
    const silent = fakeHost({ cwd: nowhere() });
    await runCli(['status', '-qq'], silent.host);
    expect(silent.err()).toBe('');
  });

  test('of the settings says so, whatever the command was', async () => {
    const cwd = nowhere();
    mkdirSync(join(cwd, '.dvc'));
    writeFileSync(join(cwd, '.dvc/config'), '[core]\n    no_scm = true\n    nonsense = 1\n');
    const { host, err } = fakeHost({ cwd });
    expect(await runCli(['push'], host)).toBe(251);
    expect(err()).toMatch(/^ERROR: configuration error - .*nonsense/u);
  });

  test('of the settings does not keep `doctor` from telling what can be known', async () => {
    const cwd = nowhere();
    mkdirSync(join(cwd, '.dvc'));
    writeFileSync(join(cwd, '.dvc/config'), '[core]\n    nonsense = 1\n');
    const { host, out, err } = fakeHost({ cwd });
    expect(await runCli(['doctor'], host)).toBe(251);
    expect(out()).toMatch(/^datapin version: .*\n-+\nPlatform: .*\nPlugins: local.*\nRepo: cannot be opened\n$/u);
    expect(err()).toMatch(/^ERROR: configuration error - .*nonsense.*\nhint: `datapin config -u core\.nonsense` takes it away\.\n$/u);
    const asJson = fakeHost({ cwd });
    expect(await runCli(['doctor', '--json'], asJson.host)).toBe(251);
    expect(JSON.parse(asJson.out())).toMatchObject({
      version: expect.any(String),
      plugins: expect.any(Array),
      error: { code: 'invalid-config' },
    });
  });

  test('of the storage is told with its causes by -v, and never with a stack', async () => {
    const cwd = nowhere();
    mkdirSync(join(cwd, '.dvc'));
    writeFileSync(join(cwd, '.dvc/config'), '[core]\n    no_scm = true\n    remote = x\n[\'remote "x"\']\n    url = gs://bucket\n');
    writeFileSync(join(cwd, 'a.dvc'), 'outs:\n- md5: 60b725f10c9c85c70d97880dfe8191b3\n  size: 2\n  hash: md5\n  path: a\n');
    const { host, err } = fakeHost({ cwd });
    expect(await runCli(['-v', 'pull'], host)).toBe(255);
    expect(err()).toMatch(/^datapin 1\.2\.3, Node\.js /u);
    expect(err()).toContain('no storage plugin serves gs:// URLs yet');
    expect(err()).not.toContain('    at ');
  });

  test('names a --cd that is no directory', async () => {
    const { host, err } = fakeHost({ cwd: nowhere() });
    expect(await runCli(['--cd', 'nope', 'status'], host)).toBe(1);
    expect(err()).toBe("ERROR: cannot change to 'nope': there is no such directory\n");
  });

  test('is "interrupted" once Ctrl-C was pressed, whatever it looked like', async () => {
    const { host, err } = fakeHost({ cwd: nowhere(), signal: AbortSignal.abort() });
    expect(await runCli(['push'], host)).toBe(252);
    expect(err()).toBe('ERROR: interrupted by the user\n');
  });
});
