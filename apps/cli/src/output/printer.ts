import { type Env, readEnv } from '../env-vars.ts';
import { choosePaint, type Paint } from './colors.ts';
import { printable, printableResult, printableText } from './printable.ts';

/** `-qq`, `-q`, nothing, `-v`. Decided once; every line goes through a printer that knows it. */
export type Verbosity = 'silent' | 'quiet' | 'default' | 'verbose';

/** What a printer needs of `process.stdout` and `process.stderr`. */
export interface OutputStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** One line, or several. What would break a line or speak to a terminal is escaped in each, so names from anywhere may be in them. */
export type Lines = string | readonly string[];

/**
 * Where every line of the program goes. Results are data and go to stdout; everything else goes to stderr, so that a pipe
 * only sees what was asked for. All texts are whole lines without the last newline.
 */
export interface Printer {
  readonly verbosity: Verbosity;
  /** Colours for {@link Printer.data}. */
  readonly paint: Paint;
  /** Whether stderr is a terminal that can show a line that changes. */
  readonly interactive: boolean;
  /**
   * A result as its text for {@link Printer.data} may show it: in a terminal with every name in it escaped, for a pipe as it is, which is what DVC
   * prints and scripts read.
   */
  shown<T>(result: T): T;
  /** A command's result; silenced by `-q`. In a terminal only colours get through. */
  data(text: string): void;
  /** A result that was asked for by `--json`, or that is all a command is for; `-q` does not silence it. */
  always(text: string): void;
  json(value: unknown): void;
  note(lines: Lines): void;
  /** Only with `-v`. */
  detail(lines: Lines): void;
  /** What to do about a result. */
  hint(text: string): void;
  warning(message: Lines, hint?: string): void;
  error(message: Lines, hint?: string): void;
  /**
   * Replaces the one line that changes while work goes on; `undefined` takes it away. Of several forms, longest first, the first that fits is shown.
   * Only when {@link Printer.interactive}.
   */
  live(text: string | readonly string[] | undefined): void;
}

export interface PrinterOptions {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Env;
  readonly verbosity: Verbosity;
}

/** The terminal itself writes `^C` behind the live line; it must not make it wrap. */
const roomForInterrupt = 3;

const clearLine = '\r\u001B[2K';

export function createPrinter({ stdout, stderr, env, verbosity }: PrinterOptions): Printer {
  const terminal = stdout.isTTY === true;
  const paint = choosePaint(env, terminal);
  const paintError = choosePaint(env, stderr.isTTY === true);
  const interactive = stderr.isTTY === true && readEnv(env, 'TERM') !== 'dumb' && (verbosity === 'default' || verbosity === 'verbose');
  const loud = verbosity === 'default' || verbosity === 'verbose';
  let live = '';

  function writeLine(stream: OutputStream, text: string): void {
    if (live !== '') stderr.write(clearLine);
    stream.write(`${text}\n`);
    if (live !== '') stderr.write(live);
  }
  function hintLine(hint: string): string {
    return `${paintError('cyan', 'hint')}: ${printable(hint)}`;
  }
  function withHint(text: string, hint: string | undefined): string {
    return hint === undefined ? text : `${text}\n${hintLine(hint)}`;
  }

  return {
    verbosity,
    paint,
    interactive,
    shown: (result) => (terminal ? printableResult(result) : result),
    data(text) {
      if (loud) writeLine(stdout, terminal ? printableText(text) : text);
    },
    always(text) {
      writeLine(stdout, terminal ? printableText(text) : text);
    },
    json(value) {
      writeLine(stdout, terminal ? JSON.stringify(value, undefined, 2) : JSON.stringify(value));
    },
    note(lines) {
      if (loud) writeLine(stderr, joined(lines));
    },
    detail(lines) {
      if (verbosity === 'verbose') writeLine(stderr, paintError('dim', joined(lines)));
    },
    hint(text) {
      if (loud) writeLine(stderr, hintLine(text));
    },
    warning(message, hint) {
      if (loud) writeLine(stderr, withHint(`${paintError('yellow', 'WARNING')}: ${joined(message)}`, hint));
    },
    error(message, hint) {
      if (verbosity !== 'silent') writeLine(stderr, withHint(`${paintError('red', 'ERROR')}: ${joined(message)}`, hint));
    },
    live(text) {
      if (!interactive) return;
      const shown = text === undefined ? '' : fitted(typeof text === 'string' ? [text] : text, (stderr.columns ?? 80) - roomForInterrupt);
      if (shown === live) return;
      stderr.write(`${clearLine}${shown}`);
      live = shown;
    },
  };
}

function joined(lines: Lines): string {
  return typeof lines === 'string' ? printable(lines) : lines.map(printable).join('\n');
}

/** A line that wraps cannot be taken away again, so the last form is cut. */
function fitted(forms: readonly string[], width: number): string {
  const texts = forms.map(printable);
  const last = texts.at(-1) ?? '';
  return texts.find((text) => text.length <= width) ?? `${last.slice(0, Math.max(width - 1, 0))}…`;
}
