import { chmodSync, statSync } from 'node:fs';

import type { WorkTree } from '../checkout/work-tree.ts';
import { DatapinError } from '../errors.ts';
import { identityOf } from '../hashing/file-identity.ts';
import type { HashAlgorithm, ObjectId } from '../hashing/object-id.ts';
import { createPacer } from '../pacing.ts';
import type { StateRecord } from '../state/state.ts';
import { type HashedFile, type HashedFiles, hashOutputFiles } from '../workspace/hash-output.ts';
import { checkPinnedPaths } from '../workspace/path-gate.ts';

/** How a path of the work tree becomes cache content. */
export interface StoreRequest {
  /** An output or a part of one, relative to the project root. */
  readonly path: string;
  readonly algorithm: HashAlgorithm;
  /** Whether the bytes go into the cache; otherwise they are only hashed. */
  readonly store: boolean;
  /** Whether the files are then linked from the cache as `cache.type` wants it. */
  readonly relink: boolean;
  /** What is pinned for the path now. */
  readonly expected?: ObjectId | undefined;
}

/**
 * Hashes a file or directory, stores its files in the cache, and links them back into the work tree. `undefined` when nothing is there.
 * Rejects with what hashing, storing and placing reject with, and `unsafe-path` for names that no checkout would write.
 */
export async function storeFiles(request: StoreRequest, tree: WorkTree): Promise<HashedFiles | undefined> {
  const { path, algorithm, store, relink, expected } = request;
  const { cache, state, view, context, project } = tree;
  const hardlink = relink && project.config.cache.types[0] === 'hardlink';
  const found = await hashOutputFiles(
    {
      root: project.root,
      path,
      algorithm,
      filter: view.dvcIgnore,
      state,
      store: store ? { cache, hardlink, expected } : undefined,
    },
    context,
  );
  if (found === undefined) return undefined;
  if (found.isDirectory) checkPinnedPaths(namesOf(found.files));
  if (store && relink) await linkBack(found, request, tree);
  return found;
}

function* namesOf(files: readonly HashedFile[]): Generator<string> {
  for (const { relpath } of files) yield relpath;
}

/** Replaces what is not the kind of link that the configuration wants; a symbolic link to data is always replaced by the data. */
async function linkBack({ files, isexec }: HashedFiles, { path, algorithm }: StoreRequest, tree: WorkTree): Promise<void> {
  const pacer = createPacer(tree.context.signal);
  const records: StateRecord[] = [];
  for (const file of files) {
    const id = { algorithm, value: file.hash };
    const destination = `${tree.project.root}/${file.relpath === '' ? path : `${path}/${file.relpath}`}`;
    if (!tree.placer.needsRelink(id, destination, file)) continue;
    const gated = tree.gate.forWriting(file.relpath === '' ? path : `${path}/${file.relpath}`);
    // What a link leads to is not replaced, and may be a file that just was.
    if (!file.isLink) refuseChanged(gated, file);
    await tree.placer.place(id, gated, { replace: true, exec: isexec });
    records.push({ path: gated, algorithm, hash: file.hash, identity: identityOf(statSync(gated)) });
    if (pacer.due()) await pacer.rest();
  }
  tree.state.put(records);
  if (isexec) makeExecutable(`${tree.project.root}/${path}`);
}

/** What was written since the file was stored must not be replaced by the older bytes. */
function refuseChanged(path: string, file: HashedFile): void {
  const { size, mtimeMs } = statSync(path);
  if (size === file.identity.size && mtimeMs === file.identity.mtimeMs) return;
  throw new DatapinError('changed-while-read', `${path} changed while it was being added`, {
    hint: 'Wait until the program that writes it is done, then try again.',
  });
}

/** DVC: `set_exec` after the checkout, so that everybody gets the same mode. */
function makeExecutable(path: string): void {
  const { mode } = statSync(path);
  if ((mode & 0o100) === 0) chmodSync(path, (mode & 0o7777) | 0o100);
}
