import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import { isRunning, ownProcess, type ProcessIdentity } from './process-identity.ts';

/**
 * Temp files on the way to their final names, and a journal of the folders they are in. A journal that outlives its process tells the next
 * writer where to look for that process's leftovers, so that nothing else ever has to be searched.
 */
export interface TempFiles extends Disposable {
  /** A new name in a folder that will hold the final file. Noted in the journal before it is returned. */
  pathIn(folder: string): string;
}

/** After this time without a change, what a process on another machine or in another container left behind counts as dead. */
const foreignLifeMs = 24 * 60 * 60 * 1000;

const tempPattern = /^\.datapin-(?<space>[0-9a-f]{8})-(?<pid>\d+)-(?<start>\d+)-\d+\.tmp$/u;
const journalPattern = /^\.datapin-(?<space>[0-9a-f]{8})-(?<pid>\d+)-(?<start>\d+)-\d+\.journal$/u;

let counter = 0;

/** Whether a file name is one of our temp files, of whatever process: such a file is never data. */
export function isTempName(name: string): boolean {
  return name.startsWith('.datapin-') && tempPattern.test(name);
}

/** Temp files of this process, with the journal in `journalDir` (made when first needed). Disposing removes the journal. */
export function openTempFiles(journalDir: string): TempFiles {
  const folders = new Set<string>();
  let journal: { readonly path: string; readonly file: number } | undefined;
  const prefix = prefixOf(ownProcess());
  return {
    pathIn(folder) {
      if (!folders.has(folder)) {
        journal ??= openJournal(journalDir, prefix);
        writeSync(journal.file, `${JSON.stringify(folder)}\n`);
        folders.add(folder);
      }
      counter += 1;
      return `${folder}/${prefix}${counter}.tmp`;
    },
    [Symbol.dispose]() {
      if (journal === undefined) return;
      closeSync(journal.file);
      rmSync(journal.path, { force: true });
      journal = undefined;
      folders.clear();
    },
  };
}

/** Removes the temp files that dead processes left, as their journals in `journalDir` tell. Never fails: what cannot be removed stays. */
export function cleanLeftovers(journalDir: string): void {
  for (const name of listNames(journalDir)) {
    const owner = ownerIn(journalPattern, name);
    if (owner === undefined) continue;
    const path = join(journalDir, name);
    if (!isDead(owner, path)) continue;
    for (const folder of foldersIn(path)) removeTemps(folder, owner);
    quietly(() => {
      rmSync(path, { force: true });
    });
  }
}

function openJournal(journalDir: string, prefix: string): { path: string; file: number } {
  mkdirSync(journalDir, { recursive: true });
  counter += 1;
  const path = join(journalDir, `${prefix}${counter}.journal`);
  return { path, file: openSync(path, 'ax') };
}

function removeTemps(folder: string, owner: ProcessIdentity): void {
  const prefix = prefixOf(owner);
  for (const name of listNames(folder)) {
    if (!name.startsWith(prefix) || !isTempName(name)) continue;
    quietly(() => {
      rmSync(join(folder, name), { recursive: true, force: true });
    });
  }
}

function isDead(owner: ProcessIdentity, journal: string): boolean {
  const running = isRunning(owner);
  if (running !== undefined) return !running;
  const stats = statSync(journal, { throwIfNoEntry: false });
  return stats !== undefined && Date.now() - stats.mtimeMs > foreignLifeMs;
}

/** The last line may be torn. */
function foldersIn(journal: string): readonly string[] {
  const text = quietly(() => readFileSync(journal, 'utf8')) ?? '';
  return text.split('\n').flatMap((line) => quietly(() => [String(JSON.parse(line))]) ?? []);
}

function prefixOf(owner: ProcessIdentity): string {
  return `.datapin-${owner.space}-${owner.pid}-${owner.start}-`;
}

function ownerIn(pattern: RegExp, name: string): ProcessIdentity | undefined {
  const groups = pattern.exec(name)?.groups;
  if (groups === undefined) return undefined;
  return { space: groups['space'] ?? '', pid: Number(groups['pid']), start: groups['start'] ?? '' };
}

function listNames(folder: string): readonly string[] {
  return quietly(() => readdirSync(folder)) ?? [];
}

function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
