import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Writes files below a folder: path → text, or something for JSON. */
export function writeTree(folder: string, files: Readonly<Record<string, unknown>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
}

export interface FixturePlugin {
  readonly name: string;
  readonly schemes: readonly string[];
  /** Leave the schemes out of package.json, as a package that is no plugin would. */
  readonly undeclared?: boolean;
}

/** The files of a plugin package. Its `name` member tells where it was loaded from. */
export function pluginFiles(at: string, { name, schemes, undeclared }: FixturePlugin): Readonly<Record<string, unknown>> {
  return {
    [`${at}/package.json`]: {
      name,
      version: '2.3.4',
      type: 'module',
      exports: { '.': { import: './dist/index.js' } },
      ...(undeclared === true ? {} : { datapin: { storage: { schemes } } }),
    },
    [`${at}/dist/index.js`]: `export default { name: ${JSON.stringify(at)}, schemes: ${JSON.stringify(schemes)}, options: {}, async open() { throw new Error('not opened here'); } };\n`,
  };
}
