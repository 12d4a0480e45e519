import { defineConfig, type UserConfig } from 'tsdown';

/** One bundle in parts: each command, and the local storage, is a file that is loaded when it is needed. Nothing is left to install. */
const config: UserConfig = defineConfig({
  entry: { cli: 'src/main.ts' },
  format: 'esm',
  platform: 'node',
  target: 'node22.13',
  minify: true,
  dts: false,
  publint: 'ci-only',
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

export default config;
