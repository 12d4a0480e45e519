import { createWriteStream, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { parseRemoteUrl, printRemoteUrl } from '@datapin/storage';

import type { ConfigEntry, RemoteConfig } from '../config/config.ts';
import { DatapinError } from '../errors.ts';
import type { DirectoryEntry } from '../formats/directory-object.ts';
import { etagListingHash } from '../formats/etag-listing.ts';
import type { DependencyRecord, RecordedContent, RecordedFile } from '../formats/metafile.ts';
import type { Stage } from '../project/stage.ts';
import type { SelectedOutput } from '../project/target.ts';
import { openState } from '../state/sqlite-state.ts';
import { hashOutput } from '../workspace/hash-output.ts';
import { openWorkspaceTemps } from '../workspace/workspace-temps.ts';
import type { BroughtImport, ImportContext } from './bring-imports.ts';
import { forEachBounded } from './bounded.ts';
import { progressCounter, totalSize } from './progress.ts';
import { yamlText } from './yaml-text.ts';
import { openRemote, type Remote } from './remote.ts';
import { findRemote } from '../config/find-remote.ts';

/**
 * Brings data of an `import-url` from its URL: for imports whose bytes are on no remote of ours (`--no-download`, or never pushed).
 * What the metafile recorded of the source (hash, etag, versions) decides whether it is still the same data: rejects with `source-changed` if not.
 */
export async function bringFromUrl(selected: SelectedOutput, options: ImportContext): Promise<BroughtImport> {
  const { stage } = selected.output;
  const record = stage.deps[0]?.record;
  if (record?.path === undefined) throw new DatapinError('invalid-metafile', `'${stage.file}' does not say what it imports`);
  const url = parseRemoteUrl(record.path);
  const { output } = selected;
  const brought =
    url.scheme === 'local'
      ? await fromFolder(record, localPath(url.path, stage, options), options, stage.file)
      : await fromStore(record, options, stage.file);
  if (output.id !== undefined && output.id.value !== brought.id.value) {
    throw new DatapinError(
      'object-corrupt',
      `'${output.path}' is pinned as ${output.id.value}, but ${printRemoteUrl(url)} has ${brought.id.value} now`,
    );
  }
  return brought;
}

/** A path of a project that was fetched is meant from where that project really lies; one that lies elsewhere says nothing about this machine. */
function localPath(path: string, { wdir }: Stage, { origin }: ImportContext): string {
  if (origin !== undefined) return resolve(origin.root, wdir, path);
  throw new DatapinError('unsupported', `'${path}', which data is imported from, lies on the machine of a source repository`);
}

function sourceChanged(what: string, metafile: string): DatapinError {
  return new DatapinError('source-changed', `${what} has changed since '${metafile}' imported it`, {
    hint: `Take the new data with \`dvc update ${metafile}\`.`,
  });
}

async function fromFolder(
  record: DependencyRecord,
  path: string,
  { cache, context, project }: ImportContext,
  metafile: string,
): Promise<BroughtImport> {
  using state = openState(project.tmpDir);
  const filter = { ignores: () => false };
  const hashed = await hashOutput(
    { root: dirname(path), path: basename(path), algorithm: 'md5', filter, state, store: { cache } },
    context,
  );
  if (hashed === undefined) throw new DatapinError('object-missing', `'${path}', which the data is imported from, does not exist`);
  if (record.hash?.name === 'md5' && record.hash.value !== hashed.id.value) throw sourceChanged(`'${path}'`, metafile);
  const files = hashed.files.length;
  return { id: hashed.id, fetched: files + (hashed.nfiles === undefined ? 0 : 1), files, bytes: 0, missing: [] };
}

async function fromStore(record: DependencyRecord, options: ImportContext, metafile: string): Promise<BroughtImport> {
  const { config, key, shown } = sourceRemote(record, options);
  await using remote = await openRemote(options.project, config, options.context, { jobs: options.jobs });
  const counter = progressCounter('download', options.context, remote.name);
  using temps = openWorkspaceTemps(options.project.tmpDir);
  const folder = join(options.project.tmpDir, 'datapin');
  const take = async (source: { key: string; version?: string | undefined; etag?: string | undefined }): Promise<string> =>
    remote.attempt({ object: source.key || shown, path: metafile }, async () => {
      await expectEtag(remote, { ...source, shown: source.key || shown }, metafile);
      const temp = temps.pathIn(folder);
      let came = 0;
      try {
        const body = await remote.storage.read(source.key, {
          signal: options.context.signal,
          ...(source.version === undefined ? {} : { version: source.version }),
        });
        await pipeline(
          counted(body, (bytes) => {
            came += bytes;
            counter.moved(bytes);
          }),
          createWriteStream(temp, { flags: 'wx' }),
        );
        const { id } = await options.cache.storeFile(temp, { algorithm: 'md5', signal: options.context.signal });
        counter.done();
        return id.value;
      } catch (error) {
        counter.moved(-came);
        throw error;
      } finally {
        rmSync(temp, { force: true });
      }
    });

  const listed = record.files ?? (isDirectory(record) ? await listSame(remote, { key, record, metafile }, options) : undefined);
  if (listed === undefined) {
    counter.expect(1, record.size);
    const md5 = await take({ key, version: record.versionId, etag: etagOf(record) });
    return { id: { algorithm: 'md5', value: md5 }, fetched: 1, files: 1, bytes: counter.bytes, missing: [] };
  }
  const entries: DirectoryEntry[] = [];
  counter.expect(listed.length, totalSize(listed));
  // The listing's etags were checked as a whole; asking for each again would double the requests.
  const checked = record.files === undefined;
  await forEachBounded(listed, { limit: remote.jobs, signal: options.context.signal }, async (file) => {
    const version = file.versionId ?? file.cloud?.versionId;
    entries.push({
      relpath: file.relpath,
      md5: await take({ key: `${key}/${file.relpath}`, version, etag: checked ? undefined : etagOf(file) }),
    });
  });
  if (checked) await listSame(remote, { key, record, metafile }, options);
  const { id } = await options.cache.writeDirectory(entries, 'md5');
  return { id, fetched: entries.length + 1, files: entries.length, bytes: counter.bytes, missing: [] };
}

interface SourceRemote {
  readonly config: RemoteConfig;
  readonly key: string;
  /** The source for messages. */
  readonly shown: string;
}

/**
 * An imported URL is a remote of its own: its bucket or host with the options of `fs_config`. `remote://name/path` is below a configured one.
 * A web address is no folder with keys: with its escapes and its query it names one thing, by the empty key.
 */
function sourceRemote(record: DependencyRecord, { project }: ImportContext): SourceRemote {
  const url = parseRemoteUrl(record.path ?? '');
  const key = url.path.replace(/^\/+/u, '').replace(/\/+$/u, '');
  if (url.scheme === 'remote') {
    const config = findRemote(project.config, url.authority);
    if (!isWebAddress(config.url)) return { config, key, shown: key };
    return { config: { ...config, url: `${config.url.replace(/\/+$/u, '')}/${key}` }, key: '', shown: key };
  }
  const options = new Map<string, ConfigEntry>();
  for (const [name, value] of record.fsConfig ?? [])
    options.set(yamlText(name), { value: yamlText(value), level: 'project', file: undefined });
  const host = `${url.scheme}://${url.authority}`;
  const isWeb = isWebAddress(host);
  return {
    config: {
      name: printRemoteUrl({ ...url, path: '' }),
      url: isWeb ? `${host}${url.path}` : host,
      options,
      tracked: new Set(['url', ...options.keys()]),
      local: new Set(),
    },
    key: isWeb ? '' : key,
    shown: isWeb ? printRemoteUrl(url) : key,
  };
}

function isWebAddress(url: string): boolean {
  return /^https?:\/\//iu.test(url);
}

function isDirectory(record: DependencyRecord): boolean {
  return record.nfiles !== undefined || record.hash?.value.endsWith('.dir') === true;
}

/** The files below a key, provided that they are still those that were imported; otherwise rejects with `source-changed`. */
async function listSame(
  remote: Remote,
  { key, record, metafile }: { readonly key: string; readonly record: DependencyRecord; readonly metafile: string },
  { context }: ImportContext,
): Promise<readonly RecordedFile[]> {
  const { storage } = remote;
  if (storage.list === undefined)
    throw new DatapinError('unsupported', `remote '${remote.name}' cannot list, so a directory cannot be imported from it`);
  const files: (RecordedFile & { readonly etag: string })[] = [];
  for await (const page of storage.list(`${key}/`, { signal: context.signal })) {
    for (const info of page) {
      // Some tools make an empty object for a folder.
      if (info.key.endsWith('/')) continue;
      if (info.etag === undefined)
        throw new DatapinError(
          'unsupported',
          `remote '${remote.name}' does not tell whether files have changed, so a directory cannot be imported from it`,
        );
      files.push({ relpath: info.key.slice(key.length + 1), size: info.size, etag: bareEtag(info.etag) });
    }
  }
  if (record.hash?.value !== undefined && etagListingHash(files) !== record.hash.value)
    throw sourceChanged(`'${key}' on ${remote.address}`, metafile);
  return files;
}

function bareEtag(etag: string): string {
  return etag.replaceAll('"', '');
}

/**
 * What the store said of the source when it was imported: `etag` of S3, `checksum` of a web server. For a server that tells nothing DVC records a long
 * number in its place, which nobody else can compare.
 */
function etagOf(record: RecordedContent): string | undefined {
  const word = record.hash?.name === 'etag' || record.hash?.name === 'checksum' ? record.hash.value : (record.etag ?? record.checksum);
  return word === undefined || /^\d{25,}$/u.test(word) ? undefined : word;
}

/** Without a version id only the etag tells whether it is still the data that was imported. */
async function expectEtag(
  remote: Remote,
  source: { key: string; shown: string; version?: string | undefined; etag?: string | undefined },
  metafile: string,
): Promise<void> {
  if (source.etag === undefined || source.version !== undefined) return;
  const info = await remote.storage.stat(source.key);
  if (info.etag === undefined || bareEtag(info.etag) === bareEtag(source.etag)) return;
  throw sourceChanged(`'${source.shown}' on ${remote.address}`, metafile);
}

async function* counted(body: AsyncIterable<Uint8Array>, count: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    count(chunk.byteLength);
    yield chunk;
  }
}
