import { readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import type { WorkTree } from '../checkout/work-tree.ts';
import { addGitignoreEntry } from '../formats/gitignore-entry.ts';
import { renderDvcFile } from '../formats/dvc-file.ts';
import type { StageFile } from '../formats/metafile.ts';
import { errnoOf, ioError } from '../io-error.ts';
import { projectGitIgnore } from '../project/read-repository.ts';
import { writeTextAtomically } from '../workspace/atomic-write.ts';

/** A `.dvc` file that is to be written. Paths are relative to the project root. */
export interface MetafileChange {
  readonly file: string;
  readonly content: StageFile;
  /** Outputs that git must ignore. */
  readonly ignored: readonly string[];
}

/**
 * Writes the `.gitignore` entries of a `.dvc` file's outputs, then the file itself: the last step of whatever changed the outputs. Returns the absolute
 * paths to `git add`: the metafile always, as DVC tells it, and each `.gitignore` that changed. When the metafile cannot be written, the entries are taken back.
 */
export async function writeMetafile({ file, content, ignored }: MetafileChange, tree: WorkTree): Promise<readonly string[]> {
  const path = join(tree.project.root, file);
  const text = await renderDvcFile(content, readText(path));
  const changed = new Map<string, string | undefined>();
  for (const output of ignored) ignoreOutput(output, tree, changed);
  try {
    writeTextAtomically(path, text, tree.temps);
  } catch (error) {
    for (const [gitignore, previous] of changed) restore(gitignore, previous, tree);
    throw error;
  }
  return [...changed.keys(), path];
}

/** Writes the `.gitignore` entries of outputs; returns the absolute paths of the files that changed. */
export function ignoreInGit(outputs: readonly string[], tree: WorkTree): readonly string[] {
  const changed = new Map<string, string | undefined>();
  for (const output of outputs) ignoreOutput(output, tree, changed);
  return [...changed.keys()];
}

/** DVC asks for the plain path, so a rule for folders only (`data/`) does not count. */
function ignoreOutput(output: string, tree: WorkTree, changed: Map<string, string | undefined>): void {
  const { project, temps } = tree;
  const rules = projectGitIgnore(project);
  if (rules === undefined || rules.ignores(output, 'file')) return;
  const place = join(project.root, output);
  const gitignore = join(dirname(place), '.gitignore');
  const previous = readText(gitignore);
  if (!writeTextAtomically(gitignore, addGitignoreEntry(previous ?? '', basename(place)), temps)) return;
  if (!changed.has(gitignore)) changed.set(gitignore, previous);
}

function restore(path: string, text: string | undefined, tree: WorkTree): void {
  try {
    if (text === undefined) rmSync(path);
    else writeTextAtomically(path, text, tree.temps);
  } catch {
    // the first failure is the one to tell
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw ioError(error, `cannot read ${path}`);
  }
}
