import { existsSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

import type { WorkTree } from '../checkout/work-tree.ts';
import { DatapinError } from '../errors.ts';
import { statIfThere } from '../file-stats.ts';
import { identityOf } from '../hashing/file-identity.ts';
import { ioError } from '../io-error.ts';
import { createPacer } from '../pacing.ts';
import type { Project } from '../project/project.ts';
import type { StateRecord } from '../state/state.ts';
import { hashOutput } from '../workspace/hash-output.ts';
import { checkPinnedPaths } from '../workspace/path-gate.ts';
import type { AddedContent } from './add-content.ts';

/** What `add --out` is asked for. */
export interface CopyRequest {
  /** Anywhere on this machine, as typed. */
  readonly source: string;
  /** The output, or a folder that it goes into. */
  readonly out: string;
  /** Whether something that is there already is replaced. */
  readonly force: boolean;
}

/**
 * Where `add --out` puts a copy: absolute paths (DVC: `resolve_output`). Throws `unsupported` for a URL, `target-missing`, and `unsaved-changes` when
 * something is there already.
 */
export function resolveCopy(request: CopyRequest, project: Pick<Project, 'cwd'>): { readonly source: string; readonly target: string } {
  if (/^[a-z][a-z0-9+.-]*:\/\//iu.test(request.source)) {
    throw new DatapinError(
      'unsupported',
      `cannot add ${request.source.replace(/\/\/[^/@]*@/u, '//')}: adding from a URL is not supported yet`,
    );
  }
  const source = resolve(project.cwd, request.source);
  if (!existsSync(source)) throw new DatapinError('target-missing', `'${request.source}' does not exist`);
  const out = resolve(project.cwd, request.out);
  const target = statIfThere(out)?.isDirectory() === true ? join(out, basename(source)) : out;
  if (existsSync(target) && !request.force) {
    throw new DatapinError('unsaved-changes', `'${target}' already exists`, { hint: 'To override it, re-run with --force.' });
  }
  return { source, target };
}

/** Stores the source in the cache and places it as the output at `path`, which is replaced. Nothing is removed before all of it is stored. */
export async function addCopy(source: string, path: string, tree: WorkTree): Promise<AddedContent> {
  const { cache, state, context } = tree;
  const found = await hashOutput(
    { root: dirname(source), path: basename(source), algorithm: 'md5', filter: { ignores: () => false }, state, store: { cache } },
    context,
  );
  if (found === undefined) throw new DatapinError('target-missing', `'${source}' does not exist`);
  const isDirectory = found.nfiles !== undefined;
  if (isDirectory) checkPinnedPaths(found.files.map(({ relpath }) => relpath));
  removeWhole(path, tree);
  const pacer = createPacer(context.signal);
  const records: StateRecord[] = [];
  // An output that is a directory exists even when it is empty.
  if (isDirectory) tree.gate.forWriting(`${path}/x`);
  for (const { relpath, hash } of found.files) {
    const destination = tree.gate.forWriting(relpath === '' ? path : `${path}/${relpath}`);
    await tree.placer.place({ algorithm: 'md5', value: hash }, destination, { exec: found.isexec });
    records.push({ path: destination, algorithm: 'md5', hash, identity: identityOf(statSync(destination)) });
    if (pacer.due()) await pacer.rest();
  }
  state.put(records);
  return { ...found, addedFiles: found.files.length, addedBytes: found.size };
}

/** Removes what `--force` allowed to be replaced. */
function removeWhole(path: string, { gate }: WorkTree): void {
  const place = gate.existing(path);
  if (place === undefined) return;
  try {
    rmSync(place, { recursive: true, force: true });
  } catch (error) {
    throw ioError(error, `cannot remove '${path}'`);
  }
  gate.forget(path);
}
