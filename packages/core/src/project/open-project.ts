import { realpathSync } from 'node:fs';
import { join } from 'node:path';

import { loadConfig } from '../config/load-config.ts';
import { findGit } from './find-git.ts';
import { findProjectRoot } from './find-root.ts';
import { openGitRepository } from './git-repository.ts';
import type { Project, ProjectOptions } from './project.ts';

/**
 * Finds the project root at or above `cwd`, reads the configuration. Nothing is run, written or locked.
 * Rejects with `not-a-repository`, `invalid-config`.
 */
export async function openProject(options: ProjectOptions): Promise<Project> {
  const { env, storages, configOverrides, overridesLevel } = options;
  const root = findProjectRoot(options.cwd);
  const dvcDir = join(root, '.dvc');
  const config = loadConfig({ dvcDir, env, overrides: configOverrides, overridesLevel });
  const location = config.core.noScm ? undefined : findGit(root);
  return {
    root,
    cwd: realpathSync(options.cwd),
    dvcDir,
    tmpDir: join(dvcDir, 'tmp'),
    config,
    env,
    storages,
    git: location && openGitRepository(location, env),
  };
}
