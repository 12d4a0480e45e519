/**
 * The files of a new project by the names they have in `template`. Those with a `_` would mean something to npm, git, TypeScript or editors
 * where they lie; npm even leaves a `.gitignore` out of a package.
 */
export const projectFiles: Readonly<Record<string, string>> = {
  '_package.json': 'package.json',
  '_tsconfig.json': 'tsconfig.json',
  '_tsconfig.build.json': 'tsconfig.build.json',
  _gitignore: '.gitignore',
  '_github/workflows/test.yml': '.github/workflows/test.yml',
  '_README.md': 'README.md',
  _LICENSE: 'LICENSE',
  'src/index.ts': 'src/index.ts',
  'src/plugin.ts': 'src/plugin.ts',
  'src/storage.ts': 'src/storage.ts',
  'src/store.ts': 'src/store.ts',
  'src/classify.ts': 'src/classify.ts',
  'test/conformance.test.ts': 'test/conformance.test.ts',
  'test/plugin.test.ts': 'test/plugin.test.ts',
};
