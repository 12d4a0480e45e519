import type { Project } from '../project/project.ts';
import { readRepositoryAt } from '../project/read-repository-at.ts';
import type { RepositoryView } from '../project/repository-view.ts';
import { selectTargets } from '../project/select-targets.ts';
import type { SelectedOutput } from '../project/target.ts';
import { DatapinError } from '../errors.ts';

/** Which revisions besides the work tree. */
export interface RevisionScope {
  readonly allBranches: boolean;
  readonly allTags: boolean;
  readonly allCommits: boolean;
}

/** What a transfer is about. */
export interface TransferSelection extends RevisionScope {
  readonly targets: readonly string[];
  readonly withDeps: boolean;
  readonly recursive: boolean;
}

/**
 * The outputs that targets select in the work tree and, where asked for, in other revisions (DVC: `brancher`). A target that another revision does
 * not have is no error there. Outputs of several revisions that pin the same thing come once for each.
 */
export async function selectForTransfer(view: RepositoryView, request: TransferSelection): Promise<readonly SelectedOutput[]> {
  const options = { recursive: request.recursive, withDeps: request.withDeps };
  const selected = [...(await selectTargets(view, request.targets, options)).outputs];
  for (const other of await otherRevisions(view.project, request)) {
    const outputs = await selectTargets(other, request.targets, options).then(
      (selection) => selection.outputs,
      (error: unknown) => {
        if (error instanceof DatapinError && error.code === 'unknown-target') return [];
        throw error;
      },
    );
    selected.push(...outputs);
  }
  return selected;
}

async function otherRevisions(project: Project, scope: RevisionScope): Promise<readonly RepositoryView[]> {
  if (project.git === undefined || !(scope.allBranches || scope.allTags || scope.allCommits)) return [];
  const revisions = await project.git.revisions({ branches: scope.allBranches, tags: scope.allTags, commits: scope.allCommits });
  const views: RepositoryView[] = [];
  for (const { commit } of revisions) views.push(await readRepositoryAt(project, commit));
  return views;
}
