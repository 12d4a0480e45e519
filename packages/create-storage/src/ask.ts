import { createInterface } from 'node:readline/promises';

import type { Arguments } from './arguments.ts';
import { CreateError } from './create-error.ts';
import { checkName, checkScheme, schemeOf } from './names.ts';

export interface Answers {
  readonly name: string;
  readonly scheme: string;
}

/** Where questions are asked; `undefined` where nobody would answer. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** Name and scheme: as given, as one follows from the other, or as answered. Throws a `CreateError` for what cannot be used, or asked. */
export async function completeAnswers(given: Arguments, terminal: Terminal | undefined): Promise<Answers> {
  if (given.name !== undefined) checkName(given.name);
  if (given.scheme !== undefined) checkScheme(given.scheme);
  const scheme = given.scheme ?? (given.name === undefined ? undefined : schemeOf(given.name));
  if (given.name !== undefined && scheme !== undefined) return { name: given.name, scheme };
  if (terminal === undefined) {
    throw new CreateError(
      given.name === undefined
        ? 'name the package: npm create @datapin/storage datapin-storage-blob'
        : `no URL scheme follows from '${given.name}'; give one: --scheme blob`,
    );
  }
  return ask({ ...given, scheme }, terminal);
}

async function ask(given: Pick<Arguments, 'name' | 'scheme'>, { input, output }: Terminal): Promise<Answers> {
  // a promise of readline's own would never settle when the input ends
  const questions = createInterface({ input, output });
  const ended = new AbortController();
  questions.once('close', () => ended.abort());

  async function answerTo(question: string, check: (answer: string) => void, suggestion?: string): Promise<string> {
    for (;;) {
      const shown = suggestion === undefined ? question : `${question} (${suggestion})`;
      const typed = (await questions.question(`${shown}: `, { signal: ended.signal })).trim();
      const answer = typed === '' ? (suggestion ?? '') : typed;
      try {
        check(answer);
        return answer;
      } catch (error) {
        if (!(error instanceof CreateError)) throw error;
        output.write(`  ${error.message}\n`);
      }
    }
  }

  try {
    const suggested = given.scheme === undefined ? undefined : `datapin-storage-${given.scheme}`;
    const name = given.name ?? (await answerTo('Name of the package, like datapin-storage-blob', checkName, suggested));
    const scheme = given.scheme ?? (await answerTo('URL scheme of its remotes, like blob', checkScheme, schemeOf(name)));
    return { name, scheme };
  } catch (error) {
    throw ended.signal.aborted ? new CreateError('no answer came; nothing was written') : error;
  } finally {
    questions.close();
  }
}
