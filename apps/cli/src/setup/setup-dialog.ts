import type { SetupDialog, SetupQuestion } from '@datapin/storage';

import { UsageError } from '../arguments/usage-error.ts';
import type { Printer } from '../output/printer.ts';
import { openBrowser } from './open-browser.ts';

export interface DialogParts {
  readonly questions: Readonly<Record<string, SetupQuestion>>;
  /** `--set name=value`, as typed. */
  readonly given: readonly string[];
  readonly printer: Printer;
  readonly readLines: () => AsyncIterable<string>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A set-up's conversation: answers that were given with `--set`, then the terminal. Without one, a question that is left is a usage error. */
export function setupDialog({ questions, given, printer, readLines, env }: DialogParts): SetupDialog {
  const answers = parseAnswers(given, questions);
  const lines = lineReader(readLines);

  async function askPerson(question: SetupQuestion): Promise<string> {
    const { text, choices = {}, fallback } = question;
    const options = Object.entries(choices).map(([choice, meaning]) => `  ${choice}: ${meaning}`);
    const ending = fallback === undefined || fallback === '' ? '' : ` [${fallback}]`;
    printer.note(['', ...text.split('\n'), ...options, `>${ending}`]);
    for (;;) {
      const line = await lines.next(undefined);
      if (line === undefined) throw new UsageError('the input ended before all questions were answered');
      const answer = line.trim() === '' ? fallback : line.trim();
      if (answer !== undefined && isPossible(answer, question)) return answer;
      if (answer !== undefined) printer.note(`Type one of: ${Object.keys(choices).join(', ')}`);
    }
  }

  return {
    async ask(name) {
      const question = questions[name];
      if (question === undefined) throw new TypeError(`the plugin asked ${name}, which is none of its questions`);
      const answer = answers.get(name);
      if (answer !== undefined) return answer;
      if (printer.interactive) return askPerson(question);
      if (question.fallback !== undefined) return question.fallback;
      throw new UsageError(`nobody is there to ask, and \`--set ${name}=…\` is missing`, question.text.replaceAll(/\s+/gu, ' '));
    },
    tell: (text) => printer.note(['', ...text.split('\n')]),
    openAddress(address) {
      if (printer.interactive) openBrowser(address, env);
    },
    async nextLine(signal) {
      const line = await lines.next(signal);
      // without input there is only the other way; the signal ends the wait
      return line ?? new Promise(() => {});
    },
  };
}

function parseAnswers(given: readonly string[], questions: DialogParts['questions']): ReadonlyMap<string, string> {
  const answers = new Map<string, string>();
  for (const text of given) {
    const equals = text.indexOf('=');
    const name = text.slice(0, equals === -1 ? text.length : equals);
    const question = Object.hasOwn(questions, name) ? questions[name] : undefined;
    if (equals === -1 || question === undefined) {
      throw new UsageError(`'${name}' is no question of this set-up`, `Its questions are: ${Object.keys(questions).join(', ')}.`);
    }
    const answer = text.slice(equals + 1);
    if (!isPossible(answer, question)) {
      throw new UsageError(`'${answer}' is no answer to ${name}`, `Answers: ${Object.keys(question.choices ?? {}).join(', ')}.`);
    }
    answers.set(name, answer);
  }
  return answers;
}

function isPossible(answer: string, { choices }: SetupQuestion): boolean {
  return choices === undefined || Object.hasOwn(choices, answer);
}

interface LineReader {
  /** The next line, `undefined` at the end of the input. Rejects with the signal's reason. */
  next(signal: AbortSignal | undefined): Promise<string | undefined>;
}

/** Lines one by one. A line that comes after nobody waited for it any more is kept for the next who asks. */
function lineReader(readLines: DialogParts['readLines']): LineReader {
  let iterator: AsyncIterator<string> | undefined;
  let pending: Promise<string | undefined> | undefined;
  return {
    async next(signal) {
      signal?.throwIfAborted();
      iterator ??= readLines()[Symbol.asyncIterator]();
      pending ??= iterator.next().then(({ done, value }) => (done === true ? undefined : value));
      const { promise: aborted, reject } = Promise.withResolvers<never>();
      const abort = (): void => reject(signal?.reason);
      signal?.addEventListener('abort', abort);
      try {
        const line = await Promise.race([pending, aborted]);
        pending = undefined;
        return line;
      } finally {
        signal?.removeEventListener('abort', abort);
      }
    },
  };
}
