import { describe, expect, test } from 'vitest';

import { createPrinter, type Printer, type Verbosity } from '../../src/output/printer.ts';
import { fakeHost } from '../fake-host.ts';

function sayEverything(printer: Printer): void {
  printer.data('data');
  printer.always('always');
  printer.note('note');
  printer.detail('detail');
  printer.warning('warning', 'do this');
  printer.error('error', 'do that');
}

describe('what is said where', () => {
  test.each<[Verbosity, string, string]>([
    ['silent', 'always\n', ''],
    ['quiet', 'always\n', 'ERROR: error\nhint: do that\n'],
    ['default', 'data\nalways\n', 'note\nWARNING: warning\nhint: do this\nERROR: error\nhint: do that\n'],
    ['verbose', 'data\nalways\n', 'note\ndetail\nWARNING: warning\nhint: do this\nERROR: error\nhint: do that\n'],
  ])('%s', (verbosity, stdout, stderr) => {
    const { host, out, err } = fakeHost();
    sayEverything(createPrinter({ ...host, verbosity }));
    expect([out(), err()]).toEqual([stdout, stderr]);
  });
});

describe('colours', () => {
  const painted = (env: Record<string, string>, terminal: boolean): string =>
    createPrinter({ ...fakeHost({ env, terminal }).host, verbosity: 'default' }).paint('red', 'x');

  test('are for terminals', () => {
    expect(painted({}, true)).toBe('\u001B[31mx\u001B[0m');
    expect(painted({}, false)).toBe('x');
    expect(painted({ TERM: 'dumb' }, true)).toBe('x');
  });

  test('are turned off by NO_COLOR, on by FORCE_COLOR; NO_COLOR wins', () => {
    expect(painted({ NO_COLOR: '1' }, true)).toBe('x');
    expect(painted({ NO_COLOR: '' }, true)).toBe('\u001B[31mx\u001B[0m');
    expect(painted({ FORCE_COLOR: '1' }, false)).toBe('\u001B[31mx\u001B[0m');
    expect(painted({ FORCE_COLOR: '0' }, true)).toBe('x');
    expect(painted({ NO_COLOR: '1', FORCE_COLOR: '1' }, true)).toBe('x');
  });
});

describe('the live line', () => {
  test('is replaced in place, cut to the terminal, and out of the way of other lines', () => {
    const { host, out, err } = fakeHost({ terminal: true, columns: 14, env: { NO_COLOR: '1' } });
    const printer = createPrinter({ ...host, verbosity: 'default' });
    printer.live('working hard at it');
    printer.data('result');
    printer.live(undefined);
    expect(err()).toBe('\r\u001B[2Kworking ha…\r\u001B[2Kworking ha…\r\u001B[2K');
    expect(out()).toBe('result\n');
  });

  test('is the longest of several forms that fits, else the last one, cut', () => {
    const { host, err } = fakeHost({ terminal: true, columns: 14, env: { NO_COLOR: '1' } });
    const printer = createPrinter({ ...host, verbosity: 'default' });
    printer.live(['working hard at it', 'working', 'work']);
    printer.live(['working hard at it', 'working harder']);
    expect(err()).toBe('\r\u001B[2Kworking\r\u001B[2Kworking ha…');
  });

  test.each<[string, Parameters<typeof fakeHost>[0], Verbosity]>([
    ['a pipe', { terminal: false }, 'default'],
    ['a dumb terminal', { terminal: true, env: { TERM: 'dumb' } }, 'default'],
    ['-q', { terminal: true }, 'quiet'],
  ])('is not there for %s', (_, options, verbosity) => {
    const { host, err } = fakeHost(options);
    const printer = createPrinter({ ...host, verbosity });
    printer.live('working');
    expect([printer.interactive, err()]).toEqual([false, '']);
  });
});

describe('what could speak to a terminal', () => {
  const odd = 'a\u001B[2Jb\nc';

  test('is escaped on stderr wherever that goes, line by line', () => {
    const { host, err } = fakeHost();
    const printer = createPrinter({ ...host, verbosity: 'verbose' });
    printer.error([odd, 'second'], odd);
    printer.warning(odd, odd);
    printer.note([odd, 'second']);
    printer.detail(odd);
    const shown = String.raw`a\x1b[2Jb\nc`;
    expect(err()).toBe(`ERROR: ${shown}\nsecond\nhint: ${shown}\nWARNING: ${shown}\nhint: ${shown}\n${shown}\nsecond\n${shown}\n`);
  });

  test('is escaped on stdout when that is a terminal, our colours excepted; a pipe gets results as they are', () => {
    const results: string[] = [];
    for (const terminal of [true, false]) {
      const { host, out } = fakeHost({ terminal });
      const printer = createPrinter({ ...host, verbosity: 'default' });
      printer.data(printer.paint('red', printer.shown(odd)));
      printer.data(odd);
      results.push(out());
    }
    expect(results).toEqual(['\u001B[31ma\\x1b[2Jb\\nc\u001B[0m\na\\x1b[2Jb\nc\n', `${odd}\n${odd}\n`]);
  });

  test('is escaped in the live line', () => {
    const { host, err } = fakeHost({ terminal: true });
    createPrinter({ ...host, verbosity: 'default' }).live('a\nb');
    expect(err()).toBe('\r\u001B[2Ka\\nb');
  });
});

test('JSON is one line in a pipe and indented in a terminal', () => {
  const pipe = fakeHost();
  createPrinter({ ...pipe.host, verbosity: 'quiet' }).json({ a: [1] });
  expect(pipe.out()).toBe('{"a":[1]}\n');
  const terminal = fakeHost({ terminal: true });
  createPrinter({ ...terminal.host, verbosity: 'default' }).json({ a: 1 });
  expect(terminal.out()).toBe('{\n  "a": 1\n}\n');
});
