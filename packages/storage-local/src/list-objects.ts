import { type Dir, type Dirent, opendirSync, statSync } from 'node:fs';

import type { ObjectInfo } from '@datapin/storage';

import { classify, isAbsence } from './classify.ts';
import { isUsableKey, keyPath } from './key-path.ts';
import { isTemporaryName } from './temporary-files.ts';

export interface ObjectListing {
  readonly base: string;
  readonly prefix: string;
  readonly pageSize: number;
  /** Called for every entry; throws when the listing has to end, and may want to wait. */
  readonly pause: () => Promise<void> | undefined;
}

/**
 * The objects below a folder whose key starts with a prefix. Memory does not grow with their number. Links to files are objects, links
 * to folders are not followed (DVC: likewise). A folder that is not there holds nothing; one that cannot be read is an error.
 */
export async function* listObjects({ base, prefix, pageSize, pause }: ObjectListing): AsyncGenerator<readonly ObjectInfo[]> {
  const cut = prefix.lastIndexOf('/') + 1;
  const [start, namePrefix] = [prefix.slice(0, cut), prefix.slice(cut)];
  if (start !== '' && !isUsableKey(start.slice(0, -1))) return;
  const folders = [start];
  let page: ObjectInfo[] = [];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of entriesOf(base, folder)) {
      const pausing = pause();
      if (pausing !== undefined) await pausing;
      if (folder === start && !entry.name.startsWith(namePrefix)) continue;
      const key = folder + entry.name;
      if (entry.isDirectory()) folders.push(`${key}/`);
      else if (!isTemporaryName(entry.name)) {
        const size = sizeOf(keyPath(base, key));
        if (size !== undefined) page.push({ key, size });
      }
      if (page.length === pageSize) {
        yield page;
        page = [];
      }
    }
  }
  if (page.length > 0) yield page;
}

function* entriesOf(base: string, folder: string): Generator<Dirent> {
  const path = folder === '' ? base : keyPath(base, folder.slice(0, -1));
  const directory = openFolder(path);
  if (directory === undefined) return;
  try {
    for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) yield entry;
  } catch (error) {
    throw classify(error, `cannot list ${path}`);
  } finally {
    directory.closeSync();
  }
}

function openFolder(path: string): Dir | undefined {
  try {
    return opendirSync(path, { bufferSize: 256 });
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw classify(error, `cannot list ${path}`);
  }
}

/** `undefined` for what is no file, or went away since it was seen. */
function sizeOf(path: string): number | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats?.isFile() === true ? stats.size : undefined;
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw classify(error, `cannot read ${path}`);
  }
}
