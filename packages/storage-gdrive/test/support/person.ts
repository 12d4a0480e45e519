import type { SetupDialog } from '@datapin/storage';

/** Somebody who answers a set-up. */
export interface Person {
  readonly dialog: SetupDialog;
  readonly told: readonly string[];
}

export interface PersonOptions {
  readonly answers: Readonly<Record<string, string>>;
  /** What the browser does with the log-in page. */
  readonly browse?: (address: string) => Promise<unknown>;
  /** Lines that are typed, given what was told last. */
  readonly lines?: (told: string) => Promise<string>;
}

/** A person with answers ready. Questions that have none fail. */
export function person({ answers, browse, lines }: PersonOptions): Person {
  const told: string[] = [];
  return {
    told,
    dialog: {
      async ask(question) {
        const answer = answers[question];
        if (answer === undefined) throw new Error(`nobody knows the answer to ${question}`);
        return answer;
      },
      tell: (text) => told.push(text),
      openAddress: (address) => void browse?.(address),
      nextLine: async (signal) => {
        if (lines !== undefined) return lines(told.at(-1) ?? '');
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        });
      },
    },
  };
}

/** The address in what a set-up tells. */
export function addressIn(text: string): string {
  const address = /https?:\/\/\S+\/auth\?\S+/u.exec(text)?.[0];
  if (address === undefined) throw new Error(`no address to log in with in: ${text}`);
  return address;
}
