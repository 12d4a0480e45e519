import { existsSync, statfsSync } from 'node:fs';

import { parseRemoteUrl, printRemoteUrl } from '@datapin/storage';

import { DatapinError } from '../errors.ts';
import { probeLinks } from '../environment/probe-links.ts';
import { probeLock } from '../environment/probe-lock.ts';
import type { Project } from '../project/project.ts';

/** One line of `datapin doctor`: what was looked at, what was found, and whether it is a problem. */
export interface EnvironmentFinding {
  readonly topic: string;
  readonly found: string;
  readonly problem?: string;
  readonly hint?: string;
}

/**
 * Repository, cache and the links that work from it, file systems, lock, git, remotes and their plugins. Nothing is asked of a remote.
 * What is tried on disk is removed again.
 */
export async function inspectEnvironment(project: Project): Promise<readonly EnvironmentFinding[]> {
  return [repository(project), await gitProgram(project), ...cache(project), await lock(project), ...(await remotes(project))];
}

function repository({ root, git, config }: Project): EnvironmentFinding {
  if (config.core.noScm) return { topic: 'Repo', found: `dvc (no_scm), ${root}` };
  if (!git)
    return {
      topic: 'Repo',
      found: `dvc, ${root}`,
      problem: 'git does not know this folder',
      hint: 'Run `git init`, or set `core.no_scm`.',
    };
  return { topic: 'Repo', found: `${git.workTree === root ? 'dvc' : 'dvc (subdir)'}, git, ${root}` };
}

async function gitProgram({ env, root }: Project): Promise<EnvironmentFinding> {
  const { findGitProgram, runGit } = await import('../project/git-program.ts');
  try {
    const program = findGitProgram(env);
    const { stdout } = await runGit(program, { cwd: root, args: ['version'] });
    return { topic: 'Git', found: `${stdout.toString('utf8').trim()} (${program.path})` };
  } catch (error) {
    return { topic: 'Git', found: 'none', ...described(error) };
  }
}

function cache(project: Project): readonly EnvironmentFinding[] {
  const { dir, types, shared } = project.config.cache;
  const findings: EnvironmentFinding[] = [{ topic: 'Workspace directory', found: fileSystemOf(project.root) }];
  if (!existsSync(dir)) return [...findings, { topic: 'Cache directory', found: `${dir} (made when first needed)` }];
  findings.push({ topic: 'Cache directory', found: `${dir}${shared ? ', shared by a group' : ''}, ${fileSystemOf(dir)}` });
  try {
    const works = probeLinks(project);
    const usable = types.filter((type) => works.includes(type));
    findings.push({
      topic: 'Cache types',
      found: `${works.join(', ')}; wanted: ${types.join(', ')}`,
      ...(usable.length === 0 ? { problem: 'none of the wanted kinds of link works here', hint: 'Add `copy` to `cache.type`.' } : {}),
    });
  } catch (error) {
    findings.push({ topic: 'Cache types', found: 'unknown', ...described(error) });
  }
  return findings;
}

async function lock(project: Project): Promise<EnvironmentFinding> {
  if (project.config.core.hardlinkLock) {
    return {
      topic: 'Lock',
      found: 'core.hardlink_lock',
      problem: 'this kind of lock is not supported yet',
      hint: 'Unset `core.hardlink_lock`.',
    };
  }
  try {
    if (await probeLock(project)) return { topic: 'Lock', found: 'flock, the same as DVC' };
    return {
      topic: 'Lock',
      found: 'announced in .dvc/tmp/rwlock',
      problem: 'there is no flock here: a DVC that starts at the same moment may not notice',
      hint: 'Install util-linux, which brings `flock`.',
    };
  } catch (error) {
    return { topic: 'Lock', found: 'none', ...described(error) };
  }
}

async function remotes({ config, storages }: Project): Promise<readonly EnvironmentFinding[]> {
  if (config.remotes.size === 0) return [{ topic: 'Remotes', found: 'none' }];
  const findings: EnvironmentFinding[] = [];
  for (const remote of config.remotes.values()) {
    const topic = `Remote ${remote.name}${remote.name === config.core.remote ? ' (default)' : ''}`;
    try {
      const url = parseRemoteUrl(remote.url);
      findings.push({ topic, found: printRemoteUrl(url) });
      await storages.load(url.scheme);
    } catch (error) {
      const found = findings.at(-1)?.topic === topic ? (findings.pop()?.found ?? '') : 'not usable';
      findings.push({ topic, found, ...described(error) });
    }
  }
  return findings;
}

function described(error: unknown): Pick<EnvironmentFinding, 'problem' | 'hint'> {
  if (!(error instanceof DatapinError)) return { problem: error instanceof Error ? error.message : String(error) };
  return { problem: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) };
}

/** Linux names its file systems by number (`statfs(2)`). */
const fileSystems: ReadonlyMap<number, string> = new Map([
  [0xef53, 'ext4'],
  [0x9123683e, 'btrfs'],
  [0x58465342, 'xfs'],
  [0x01021994, 'tmpfs'],
  [0x794c7630, 'overlay'],
  [0x6969, 'nfs'],
  [0x65735546, 'fuse'],
  [0x2fc12fc1, 'zfs'],
  [0x01021997, '9p'],
  [0xff534d42, 'cifs'],
]);

function fileSystemOf(path: string): string {
  try {
    const { type, bavail, bsize } = statfsSync(path);
    const free = `${((bavail * bsize) / 2 ** 30).toFixed(1)} GiB free`;
    const name = process.platform === 'linux' ? fileSystems.get(type) : undefined;
    return name === undefined ? free : `${name}, ${free}`;
  } catch {
    return 'unknown';
  }
}
