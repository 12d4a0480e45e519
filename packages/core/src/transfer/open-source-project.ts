import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';

import { DatapinError } from '../errors.ts';
import { lstatIfThere } from '../file-stats.ts';
import type { RepoReference } from '../formats/metafile.ts';
import { isYamlMap, type YamlMap } from '../formats/yaml-value.ts';
import { yamlText } from './yaml-text.ts';
import { openProject } from '../project/open-project.ts';
import type { Project } from '../project/project.ts';

/** The project in a checked-out source repository that an imported path belongs to. */
export interface SourceProject {
  readonly project: Project;
  /** The imported path relative to that project's root. */
  readonly path: string;
  /** Where the project really is and where its cache is, when the source is a folder on this machine. */
  readonly local: { readonly root: string; readonly cacheDir: string } | undefined;
}

/**
 * Opens the DVC project nearest above the imported path (a repository may hold several); `undefined` when the source has none and the path
 * is git's. The source's configuration comes from the commit; relative remotes of a local source are meant as seen from where it really lies.
 */
export async function openSourceProject(request: {
  readonly folder: string;
  readonly url: string;
  readonly path: string;
  readonly repo: RepoReference;
  readonly project: Project;
  readonly metafile: string;
}): Promise<SourceProject | undefined> {
  const { folder, url, project, metafile } = request;
  const wanted = resolve(folder, request.path.replace(/^\/+/u, ''));
  if (wanted !== folder && !wanted.startsWith(folder + sep)) {
    throw new DatapinError('unsafe-path', `'${metafile}' imports '${request.path}', which is outside of its source`);
  }
  const root = nearestProject(wanted, folder);
  if (root === undefined) return undefined;
  const opened = await openProject({
    cwd: root,
    env: project.env,
    storages: project.storages,
    configOverrides: overridesOf(request.repo, metafile),
    overridesLevel: 'project',
  });
  const path = relative(root, wanted).split(sep).join('/');
  if (!isAbsolute(url)) return { project: opened, path, local: undefined };
  const original = join(url, relative(folder, root));
  const cacheDir = resolve(original, relative(root, opened.config.cache.dir));
  return { project: withRemotesSeenFrom(opened, join(original, '.dvc')), path, local: { root: original, cacheDir } };
}

function nearestProject(wanted: string, folder: string): string | undefined {
  for (let at = wanted; at.startsWith(folder); at = dirname(at)) {
    if (lstatIfThere(join(at, '.dvc'))?.isDirectory() === true) return at;
  }
  return undefined;
}

/** Local remotes that were written relative to the source's `.dvc` are resolved against the folder that the source was fetched from. */
function withRemotesSeenFrom(project: Project, dvcDir: string): Project {
  const remotes = new Map(project.config.remotes);
  for (const [name, remote] of remotes) {
    const written = remote.relativeUrl;
    if (written !== undefined) remotes.set(name, { ...remote, url: resolve(dvcDir, written) });
  }
  return { ...project, config: { ...project.config, remotes } };
}

/** `repo.config` and `repo.remote` of an import: settings for the source, as a mapping, or the name of its remote. */
function overridesOf(repo: RepoReference, metafile: string): ReadonlyMap<string, string> {
  const overrides = new Map<string, string>();
  const { config, remote } = repo;
  if (typeof config === 'string') {
    throw new DatapinError(
      'unsupported',
      `'${metafile}' names a configuration file for its source ('${config}'), which is not supported yet`,
    );
  }
  if (isYamlMap(config)) flatten(config, '', overrides);
  if (typeof remote === 'string') overrides.set('core.remote', remote);
  if (isYamlMap(remote)) {
    const name = 'import-remote';
    overrides.set('core.remote', name);
    flatten(remote, `remote.${name}.`, overrides);
  }
  return overrides;
}

function flatten(mapping: YamlMap, prefix: string, into: Map<string, string>): void {
  for (const [key, value] of mapping) {
    if (isYamlMap(value)) flatten(value, `${prefix}${yamlText(key)}.`, into);
    else into.set(`${prefix}${yamlText(key)}`, yamlText(value));
  }
}
