import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { DatapinError } from '../errors.ts';
import { errnoOf } from '../io-error.ts';
import { pidExists } from '../process-identity.ts';

/** Who works on a path, as DVC writes it. */
export interface PathUser {
  readonly pid: number;
  readonly cmd: string;
}

/** `.dvc/tmp/rwlock` (`dvc/rwlock.py`): absolute path → who writes it; absolute path → who reads it. */
export interface PathUsers {
  readonly write: Readonly<Record<string, PathUser>>;
  readonly read: Readonly<Record<string, readonly PathUser[]>>;
}

const fileName = 'rwlock';
/** DVC rewrites the file in place: a torn read is over after this many tries, else it is the leftover of a crash and means nothing. */
const readTries = 5;
const readDelayMs = 20;

/**
 * Rejects with `locked`, naming the blocker, when a live process announced that it reads or writes one of these absolute paths, or one above or below.
 * DVC does so while a stage's command runs, when it does not hold the repository's lock.
 */
export async function checkNotBusy(tmpDir: string, paths: readonly string[]): Promise<void> {
  const users = await readPathUsers(tmpDir);
  const entries = [
    ...Object.entries(users.write).map(([path, user]) => ({ path, users: [user] })),
    ...Object.entries(users.read).map(([path, readers]) => ({ path, users: readers })),
  ];
  for (const entry of entries) {
    const path = paths.find((candidate) => overlap(candidate, entry.path));
    if (path === undefined) continue;
    const blocker = entry.users.find(({ pid }) => pid !== process.pid && pidExists(pid));
    if (blocker === undefined) continue;
    throw new DatapinError('locked', `${path} is busy: process ${blocker.pid} (${blocker.cmd}) works on ${entry.path}`, {
      hint: 'Wait until it is done.',
    });
  }
}

/** What is announced; a file that is not there, or that a crash left torn, announces nothing. */
export async function readPathUsers(tmpDir: string): Promise<PathUsers> {
  for (let attempt = 1; ; attempt += 1) {
    let text: string;
    try {
      text = readFileSync(join(tmpDir, fileName), 'utf8');
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      return { write: {}, read: {} };
    }
    const users = parsePathUsers(text);
    if (users !== undefined) return users;
    if (attempt === readTries) return { write: {}, read: {} };
    await setTimeout(readDelayMs);
  }
}

/** Replaces the announcements in one step; DVC reads them under its own guard, which we cannot take where this is used. */
export function writePathUsers(tmpDir: string, users: PathUsers): void {
  const temp = join(tmpDir, `${fileName}.${process.pid}.tmp`);
  try {
    writeFileSync(temp, JSON.stringify(users));
    renameSync(temp, join(tmpDir, fileName));
  } catch (error) {
    rmSync(temp, { force: true });
    throw error;
  }
}

function parsePathUsers(text: string): PathUsers | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  const write: Record<string, PathUser> = {};
  const read: Record<string, PathUser[]> = {};
  for (const [path, user] of Object.entries(isRecord(value['write']) ? value['write'] : {})) {
    if (isUser(user)) write[path] = user;
  }
  for (const [path, users] of Object.entries(isRecord(value['read']) ? value['read'] : {})) {
    if (Array.isArray(users)) read[path] = users.filter((user) => isUser(user));
  }
  return { write, read };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isUser(value: unknown): value is PathUser {
  return isRecord(value) && typeof value['pid'] === 'number' && typeof value['cmd'] === 'string';
}

function overlap(a: string, b: string): boolean {
  return a === b || a.startsWith(b + sep) || b.startsWith(a + sep);
}
