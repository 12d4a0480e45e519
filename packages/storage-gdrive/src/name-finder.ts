import type { DriveFile } from './drive-client.ts';
import { namedChildren, type NameQuestion } from './drive-query.ts';

/** Names in one query. Drive refuses queries that are too long or too deep. */
const namesAtOnce = 20;
const queriesAtOnce = 2;

interface Waiting {
  readonly question: NameQuestion;
  readonly resolve: (files: readonly DriveFile[]) => void;
  readonly reject: (reason: unknown) => void;
}

/** Looks names up. Questions that come while a query is under way share the next one. */
export interface NameFinder {
  /** Everything of exactly this name in any of the folders, asked of Drive now. */
  find(question: NameQuestion): Promise<readonly DriveFile[]>;
}

/** `ask` runs a query to its last page. */
export function createNameFinder(ask: (query: string) => Promise<readonly DriveFile[]>): NameFinder {
  const waiting: Waiting[] = [];
  let running = 0;
  let scheduled = false;

  async function run(batch: readonly Waiting[]): Promise<void> {
    running += 1;
    try {
      const files = await ask(namedChildren(batch.map(({ question }) => question)));
      for (const { question, resolve } of batch) {
        resolve(files.filter(({ name, parents }) => name === question.name && parents.some((id) => question.parents.includes(id))));
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      running -= 1;
      next();
    }
  }

  function next(): void {
    if (waiting.length === 0 || running >= queriesAtOnce || scheduled) return;
    scheduled = true;
    // those that ask in the same turn go together
    setImmediate(() => {
      scheduled = false;
      const batch = waiting.splice(0, namesAtOnce);
      if (batch.length > 0) void run(batch);
      next();
    });
  }

  return {
    find: (question) =>
      new Promise((resolve, reject) => {
        waiting.push({ question, resolve, reject });
        next();
      }),
  };
}
