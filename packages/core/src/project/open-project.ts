import { realpathSync } from 'node:fs';
import { join } from 'node:path';

import { isForeignPlace } from '../cache/cache-place.ts';
import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load-config.ts';
import { findGit } from './find-git.ts';
import { findProjectRoot } from './find-root.ts';
import { openGitRepository } from './git-repository.ts';
import { refusePlantedLinks } from './planted-links.ts';
import type { Project, ProjectOptions } from './project.ts';
import { isLocalLevelTracked } from './tracked-settings.ts';

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
  const boundary = location?.workTree ?? root;
  const isBounded = await isCacheOfRepository(config, { dvcDir, env, boundary });
  return {
    root,
    cwd: realpathSync(options.cwd),
    dvcDir,
    tmpDir: join(dvcDir, 'tmp'),
    config: { ...config, cache: { ...config.cache, boundary: isBounded ? boundary : undefined } },
    env,
    storages,
    git: location && openGitRepository(location, env),
  };
}

/** Whether the repository and not the user chose where the cache is. Git is only asked where it would make a difference. */
async function isCacheOfRepository(
  { cache }: Config,
  place: Pick<Project, 'dvcDir' | 'env'> & { readonly boundary: string },
): Promise<boolean> {
  if (cache.level === 'local') return isForeignPlace(cache.dir, place.boundary) && (await isLocalLevelTracked(place));
  return cache.level === 'project';
}
