import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TsdownPlugin } from 'tsdown';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

/** A bundle holds other people's code: this puts `licenses.txt` beside it, with name, version and licence text of every package in it. */
export function thirdPartyLicenses(): TsdownPlugin {
  return {
    name: 'third-party-licenses',
    generateBundle(_options, bundle) {
      const folders = new Set<string>();
      for (const part of Object.values(bundle)) {
        if (part.type !== 'chunk') continue;
        for (const id of part.moduleIds) {
          const folder = packageFolderOf(id);
          if (folder !== undefined) folders.add(folder);
        }
      }
      const sections = new Set([...folders].map(describePackage));
      this.emitFile({ type: 'asset', fileName: 'licenses.txt', source: [...sections].sort().join(`\n${'-'.repeat(80)}\n\n`) });
    },
  };
}

/** The package that a module belongs to; `undefined` for the workspace's own. */
function packageFolderOf(module: string): string | undefined {
  if (!module.includes('node_modules')) return undefined;
  for (let folder = dirname(module); folder !== dirname(folder); folder = dirname(folder)) {
    // folders within a package may have a package.json that only says which kind of modules they hold
    if (existsSync(join(folder, 'package.json')) && readManifest(folder).name !== undefined) return folder;
  }
  return undefined;
}

function describePackage(folder: string): string {
  const { name, version, license } = readManifest(folder);
  const file = readdirSync(folder).find((entry) => /^licen[cs]e(?:\.|$)/iu.test(entry));
  const text = file === undefined ? '' : `\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
  return `${name} ${version} (${license ?? 'see below'})\n${text}`;
}

function readManifest(folder: string): Partial<Manifest> {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Partial<Manifest>;
}
