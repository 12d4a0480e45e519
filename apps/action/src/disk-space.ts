import { statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

import { DatapinError, type LinkType } from '@datapin/core';

import { formatBytes } from './format-bytes.ts';

/** Bytes that are about to be written: into a cache, and from there to where the data belongs. */
export interface SpaceNeed {
  readonly cacheDir: string;
  /** Absent when nothing is placed. */
  readonly destination: string | undefined;
  readonly bytes: number;
  readonly links: readonly LinkType[];
}

/** Some room that the machine keeps for itself. */
const reserve = 32 * 1024 ** 2;

/** Throws `disk-full` when the data would not fit: before the first byte is downloaded, not after the last that had room. */
export function checkSpace(needs: readonly SpaceNeed[]): void {
  const byDevice = new Map<number, { readonly path: string; bytes: number }>();
  const add = (path: string, bytes: number): void => {
    const there = existing(path);
    const { dev } = statSync(there);
    const known = byDevice.get(dev);
    if (known === undefined) byDevice.set(dev, { path: there, bytes });
    else known.bytes += bytes;
  };
  for (const { cacheDir, destination, bytes, links } of needs) {
    if (bytes === 0) continue;
    add(cacheDir, bytes);
    // A clone shares its bytes with the object, but whether that works is only known when it is tried.
    if (destination !== undefined && links[0] !== 'hardlink' && links[0] !== 'symlink') add(destination, bytes);
  }
  for (const { path, bytes } of byDevice.values()) {
    const { bavail, bsize } = statfsSync(path);
    const free = bavail * bsize;
    if (bytes + reserve <= free) continue;
    throw new DatapinError('disk-full', `the data needs ${formatBytes(bytes)} at ${path}, and ${formatBytes(free)} are free`, {
      hint: 'Nothing was downloaded. Free some space in a step before, pull fewer targets or a shard, or set `link: hardlink`, so that data and cache share their bytes.',
    });
  }
}

function existing(path: string): string {
  return statSync(path, { throwIfNoEntry: false }) === undefined && dirname(path) !== path ? existing(dirname(path)) : path;
}
