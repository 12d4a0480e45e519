import { appendFileSync, lstatSync, writeFileSync } from 'node:fs';

import { objectKey, objectName, type PinnedContent } from '@datapin/core';

import { joined } from './pins.ts';

export type FileSource = 'workspace' | 'local-cache' | 'actions-cache' | 'remote' | 'missing';

/** What a manifest says of a project. */
export interface ManifestPart {
  /** Data's place relative to the workspace. */
  readonly placedAt: string;
  readonly contents: readonly PinnedContent[];
  readonly cacheDir: string;
  /** Sizes of objects, where they are known. */
  readonly sizes: ReadonlyMap<string, number>;
  readonly sourceOf: (name: string, path: string) => FileSource;
}

const linesPerWrite = 5000;

/**
 * Writes all files of a run with hash, size and where they came from, as JSON: `{"version": 1, "rev": …, "files": [{"path", "md5", "size",
 * "source"}]}`. One file a line, so that also large ones can be looked at with the usual tools.
 */
export function writeManifest(path: string, { rev, parts }: { readonly rev: string; readonly parts: readonly ManifestPart[] }): void {
  writeFileSync(path, `{"version":1,"rev":${JSON.stringify(rev)},"files":[`);
  let lines: string[] = [];
  let separator = '\n';
  const flush = (): void => {
    if (lines.length === 0) return;
    appendFileSync(path, separator + lines.join(',\n'));
    separator = ',\n';
    lines = [];
  };
  for (const { placedAt, contents, cacheDir, sizes, sourceOf } of parts) {
    for (const { files } of contents) {
      for (const file of files ?? []) {
        const name = objectName(file.id);
        const size =
          file.size ?? sizes.get(name) ?? lstatSync(`${cacheDir}/${objectKey(file.id)}`, { throwIfNoEntry: false })?.size ?? null;
        const source = sourceOf(name, file.path);
        lines.push(JSON.stringify({ path: joined(placedAt, file.path), md5: file.id.value, size, source }));
        if (lines.length >= linesPerWrite) flush();
      }
    }
  }
  flush();
  appendFileSync(path, '\n]}\n');
}
