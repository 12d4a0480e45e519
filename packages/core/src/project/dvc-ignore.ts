import { createIgnoreRules, type IgnoreDecision, type IgnoreRules } from '../formats/ignore-rules.ts';
import type { WalkFilter } from '../workspace/walk-directory.ts';
import type { FileTree } from './file-tree.ts';

/** The `.dvcignore` files of a tree, each read when a path below its folder is first asked for. */
export interface DvcIgnore extends WalkFilter {
  /** The verdict with the patterns that led to it, for `check-ignore`. */
  decide(path: string, kind: 'file' | 'folder'): IgnoreDecision;
  /** Like {@link WalkFilter.ignores}, but a project inside this one is no reason: for paths that are outputs. */
  ignoresOutput(path: string, kind: 'file' | 'folder'): boolean;
}

/** Rules of a tree of files, as DVC applies them (`DvcIgnoreFilter`). A folder with a `.dvc` of its own is another project and left out. */
export function createDvcIgnore(files: FileTree): DvcIgnore {
  const rulesPerFolder = new Map<string, IgnoreRules>();
  const verdicts = new Map<string, boolean>();

  const rulesIn = (folder: string): IgnoreRules => {
    let rules = rulesPerFolder.get(folder);
    if (!rules) {
      const inherited = folder === '' ? createIgnoreRules() : rulesIn(parentOf(folder));
      const file = folder === '' ? '.dvcignore' : `${folder}/.dvcignore`;
      const text = inherited.ignores(file, false) ? undefined : files.read(file);
      rules = text === undefined ? inherited : inherited.withFile(folder, text);
      rulesPerFolder.set(folder, rules);
    }
    return rules;
  };

  const isSubProject = (folder: string): boolean => files.kind(`${folder}/.dvc`) !== undefined;

  const ignoresFolder = (folder: string): boolean => {
    if (folder === '') return false;
    let verdict = verdicts.get(folder);
    if (verdict === undefined) {
      const parent = parentOf(folder);
      verdict = ignoresFolder(parent) || rulesIn(parent).ignoresEntry(folder, true) || isSubProject(folder);
      verdicts.set(folder, verdict);
    }
    return verdict;
  };

  return {
    ignores(path, kind) {
      if (kind === 'folder') return ignoresFolder(path);
      const parent = parentOf(path);
      return ignoresFolder(parent) || rulesIn(parent).ignoresEntry(path, false);
    },
    ignoresOutput: (path, kind) => rulesIn(parentOf(path)).ignores(path, kind === 'folder'),
    decide(path, kind) {
      let rules = rulesIn(parentOf(path));
      for (let folder = kind === 'folder' ? path : parentOf(path); folder !== ''; folder = parentOf(folder)) {
        if (isSubProject(folder)) rules = rules.withSubProject(folder);
      }
      return rules.decide(path, kind === 'folder');
    },
  };
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
