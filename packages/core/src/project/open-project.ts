import { realpathSync } from 'node:fs';
import { join } from 'node:path';

import { loadConfig } from '../config/load-config.ts';
import { findGit } from './find-git.ts';
import { findProjectRoot } from './find-root.ts';
import { openGitRepository } from './git-repository.ts';
import { refusePlantedLinks } from './planted-links.ts';
import type { Project, ProjectOptions } from './project.ts';

/**
 * Finds the project root at or above `cwd`, reads the configuration. Nothing is run, written or locked.
 * Rejects with `not-a-repository`, `invalid-config`, `unsafe-path`.
 */
export async function openProject(options: ProjectOptions): Promise<Project> {
  const { env, storages, configOverrides, overridesLevel } = options;
  const root = findProjectRoot(options.cwd);
  const dvcDir = join(root, '.dvc');
  await refusePlantedLinks({ dvcDir, env });
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
