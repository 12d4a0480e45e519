import { type Dirent, lstatSync, readdirSync } from 'node:fs';

import { DatapinError } from '../errors.ts';
import { isTracked } from './tracked-settings.ts';

/** What the tool writes to below `.dvc`, and the default cache. */
const ownPlaces = [
  '',
  '/tmp',
  '/tmp/lock',
  '/tmp/rwlock',
  '/tmp/rwlock.lock',
  '/tmp/datapin',
  '/cache',
  '/cache/files',
  '/cache/files/md5',
];

/** Folders in which nothing is ever a link. */
const ownFolders = ['/tmp/datapin', '/cache', '/cache/files/md5'];

/**
 * Throws `unsafe-path` when a clone brought a symbolic link in place of a file or folder that the tool writes to: what is written would land where
 * the link leads. A link that git does not track is the user's own (a cache on another disk) and is followed. Git is only asked where there is a link.
 */
export async function refusePlantedLinks({
  dvcDir,
  env,
}: {
  readonly dvcDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}): Promise<void> {
  const places = [
    ...ownPlaces.map((place) => dvcDir + place),
    ...ownFolders.flatMap((folder) => namesOfLinks(dvcDir + folder).map((name) => `${dvcDir}${folder}/${name}`)),
  ];
  for (const place of places) {
    if (lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink() !== true || !(await isTracked([place], env))) continue;
    throw new DatapinError('unsafe-path', `${place} is a symbolic link that came with the repository: nothing is written through it`, {
      hint: 'Take it out of git (`git rm --cached`), or replace it by a real file or folder.',
    });
  }
}

function namesOfLinks(folder: string): readonly string[] {
  let entries: readonly Dirent[] = [];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    // no cache yet
  }
  return entries.filter((entry) => entry.isSymbolicLink()).map(({ name }) => name);
}
