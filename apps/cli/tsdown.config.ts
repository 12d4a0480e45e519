import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { defineConfig, type Rolldown, type UserConfig } from 'tsdown';

/** One bundle in parts: each command, and the local storage, is a file that is loaded when it is needed. Nothing is left to install. */
const config: UserConfig = defineConfig({
  entry: { cli: 'src/main.ts' },
  format: 'esm',
  platform: 'node',
  target: 'node22.13',
  minify: true,
  dts: false,
  publint: 'ci-only',
  plugins: [licences()],
  inputOptions: { resolve: { conditionNames: ['@datapin/source', 'node', 'import', 'module', 'default'] } },
  outputOptions: {
    // What many commands share comes in two files, not forty: each file costs a third of a millisecond at every start.
    codeSplitting: {
      groups: [
        { name: 'shared', test: /apps\/cli\/src|core\/src\/errors|storage\/src\/storage-error/u, minShareCount: 10, priority: 1 },
        { name: 'core', test: /packages\/(?:core|storage)\/src/u, minShareCount: 4 },
      ],
    },
  },
  deps: { alwaysBundle: [/.*/u] },
});

/** Puts the licences of the packages inside the bundle beside it, as they ask for. A package without one fails the build. */
function licences(): Rolldown.Plugin {
  return {
    name: 'licences',
    generateBundle(_, bundle) {
      const modules = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
      const folders = new Set(modules.filter((id) => id.includes('/node_modules/')).map(packageFolder));
      const texts = [...folders].sort().map((folder) => {
        const file = readdirSync(folder).find((name) => /^licen[cs]e/iu.test(name));
        if (file === undefined) throw new Error(`${folder} has no licence file`);
        const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name: string; version: string };
        return `${name} ${version}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
      });
      this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY-LICENCES.txt', source: texts.join(`\n${'-'.repeat(80)}\n\n`) });
    },
  };
}

function packageFolder(file: string): string {
  let folder = dirname(file);
  while (!existsSync(join(folder, 'package.json')) || dirname(folder) === folder) folder = dirname(folder);
  return folder;
}

export default config;
