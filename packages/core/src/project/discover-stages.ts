import type { WalkFilter } from '../workspace/walk-directory.ts';
import type { FileTree } from './file-tree.ts';
import type { Stage } from './stage.ts';

export interface StageWalk {
  readonly files: FileTree;
  /** `.dvcignore`, with everything DVC never looks at: `.dvc`, `.git`, other projects inside this one. */
  readonly dvcIgnore: WalkFilter;
  /** Git's rules; `undefined` without git and for a commit. */
  readonly gitIgnore: WalkFilter | undefined;
  readonly load: (file: string) => Promise<readonly Stage[]>;
}

/** Whether a file is a metafile by its name: `x.dvc` or `dvc.yaml`. */
export function isMetafileName(path: string): boolean {
  return path.endsWith('.dvc') || path === 'dvc.yaml' || path.endsWith('/dvc.yaml');
}

/**
 * Finds and loads every metafile of a project, in a fixed order, as DVC does (`collect_files`): from the root down; ignored folders and files
 * are left out, and a folder that is an output of a stage found before is never entered, however large it is.
 */
export async function discoverStages(walk: StageWalk): Promise<readonly Stage[]> {
  const stages: Stage[] = [];
  const outputs = new Set<string>();
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const prefix = folder === '' ? '' : `${folder}/`;
    const entries = walk.files.list(folder);
    for (const entry of entries) {
      const path = prefix + entry.name;
      if (entry.kind !== 'file' || !isMetafileName(path) || isIgnored(walk, path, 'file')) continue;
      for (const stage of await walk.load(path)) {
        stages.push(stage);
        for (const output of stage.outs) outputs.add(output.path);
      }
    }
    // The last one pushed is the first one entered.
    for (const entry of entries.toReversed()) {
      const path = prefix + entry.name;
      if (entry.kind === 'folder' && !outputs.has(path) && !isIgnored(walk, path, 'folder')) folders.push(path);
    }
  }
  return stages;
}

function isIgnored(walk: StageWalk, path: string, kind: 'file' | 'folder'): boolean {
  return walk.dvcIgnore.ignores(path, kind) || (walk.gitIgnore?.ignores(path, kind) ?? false);
}
