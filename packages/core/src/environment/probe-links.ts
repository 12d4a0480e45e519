import { randomUUID } from 'node:crypto';
import { constants, copyFileSync, linkSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { LinkType } from '../config/config.ts';
import type { Project } from '../project/project.ts';

/** Which kinds of link work from the cache to the work tree, by trying each once. The cache must exist. Throws `fs` errors when it cannot be written to. */
export function probeLinks(project: Project): readonly LinkType[] {
  const name = `.datapin-probe-${randomUUID()}`;
  const source = join(project.config.cache.dir, name);
  // Inside of `.dvc`, which is on the work tree's file system.
  const target = join(project.tmpDir, name);
  mkdirSync(project.tmpDir, { recursive: true });
  const ways: Readonly<Record<LinkType, () => void>> = {
    reflink: () => copyFileSync(source, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE),
    hardlink: () => linkSync(source, target),
    symlink: () => symlinkSync(source, target),
    copy: () => copyFileSync(source, target, constants.COPYFILE_EXCL),
  };
  const kinds: readonly LinkType[] = ['reflink', 'hardlink', 'symlink', 'copy'];
  try {
    writeFileSync(source, 'probe', { flag: 'wx' });
    return kinds.filter((kind) => works(ways[kind], target));
  } finally {
    rmSync(source, { force: true });
  }
}

function works(attempt: () => void, target: string): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  } finally {
    rmSync(target, { force: true });
  }
}
