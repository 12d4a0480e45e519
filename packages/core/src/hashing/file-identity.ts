import type { Stats } from 'node:fs';

/** What tells one state of a file from another without reading it. Times in milliseconds with fractions, as `fs.Stats` has them. */
export interface FileIdentity {
  readonly dev: number;
  readonly ino: number;
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
}

/** The identity that `stat`, `lstat` or `fstat` saw. */
export function identityOf(stats: Stats): FileIdentity {
  return { dev: stats.dev, ino: stats.ino, size: stats.size, mtimeMs: stats.mtimeMs, ctimeMs: stats.ctimeMs };
}

/** Whether two looks at a path saw the same file in the same state. */
export function sameIdentity(a: FileIdentity, b: FileIdentity): boolean {
  return a.ino === b.ino && a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.dev === b.dev;
}

/** Longest tick of a kernel's file clock (100 Hz), doubled. */
const fineTickMs = 20;
/** FAT and HFS+ keep whole or even seconds. */
const coarseTickMs = 2_000;

/**
 * How many milliseconds after its last change the file system may still give a further change the same times: until then an identity proves
 * nothing (git calls such an entry "racily clean"). Judged by ctime, which nobody can set.
 */
export function tickOf(identity: FileIdentity): number {
  return identity.ctimeMs % 1_000 === 0 ? coarseTickMs : fineTickMs;
}

/** Whether any change of the file after `nowMs` must show in its identity. */
export function isSettled(identity: FileIdentity, nowMs: number): boolean {
  return nowMs - identity.ctimeMs > tickOf(identity);
}
