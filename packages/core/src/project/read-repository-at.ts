import { relative, sep } from 'node:path';

import { DatapinError } from '../errors.ts';
import { type BlobTexts, type CommitFiles, commitFiles } from './commit-files.ts';
import { isMetafileName } from './discover-stages.ts';
import { createMetafileLoader, type MetafileLoader } from './load-metafile.ts';
import type { Project } from './project.ts';
import { createView } from './read-repository.ts';
import type { RepositoryView } from './repository-view.ts';

/** Metafiles hardly change from commit to commit: each content is fetched once per project, however many commits are looked at. */
const textsPerProject = new WeakMap<Project, BlobTexts>();

/** A view of one commit, whose files can be asked for by git's names. */
export interface CommitView extends RepositoryView {
  readonly commit: string;
  readonly files: CommitFiles;
}

/**
 * The stages as they stand at a commit (full id), and with `sizes` how large its files are: one git process lists its tree, one reads the metafiles. A commit from before the
 * project existed has no stages. Rejects with `no-git`, `git-failed`.
 */
export async function readRepositoryAt(
  project: Project,
  commit: string,
  { sizes = false }: { readonly sizes?: boolean } = {},
): Promise<CommitView> {
  const { git } = project;
  if (!git) throw noGit(project);
  const texts = textsPerProject.get(project) ?? new Map<string, string>();
  textsPerProject.set(project, texts);
  const under = relative(git.workTree, project.root).split(sep).join('/');
  const files = await commitFiles(git, { commit, under, texts, sizes });
  await files.fetch(isWorthFetching);
  const load = fetchingOnDemand(createMetafileLoader({ project, files }), files);
  return { ...createView({ project, commit, files, gitIgnore: undefined, load }), commit, files };
}

/** There is no history to look into. */
export function noGit(project: Project): DatapinError {
  return new DatapinError('no-git', `'${project.root}' is not in a git repository`, { hint: 'This needs the history that git keeps.' });
}

function isWorthFetching(path: string): boolean {
  return isMetafileName(path) || /(^|\/)(dvc\.lock|params\.yaml|\.dvcignore)$/u.test(path);
}

/** A `dvc.yaml` may draw on files whose names are only known once it is read: these are fetched and it is read again. */
function fetchingOnDemand(load: MetafileLoader, files: CommitFiles): MetafileLoader {
  return async (file) => {
    for (;;) {
      try {
        const stages = await load(file);
        if (!(await files.fetchMissed())) return stages;
      } catch (error) {
        if (!(await files.fetchMissed())) throw error;
      }
    }
  };
}
