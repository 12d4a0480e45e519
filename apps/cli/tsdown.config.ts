import { defineConfig, type UserConfig } from 'tsdown';

/** One bundle in parts: each command, and the local storage, is a file that is loaded when it is needed. Nothing is left to install. */
const config: UserConfig = defineConfig({
  entry: { cli: 'src/main.ts' },
  format: 'esm',
  platform: 'node',
  target: 'node22.13',
  minify: true,
  dts: false,
  inputOptions: { resolve: { conditionNames: ['@datapin/source', 'node', 'import', 'module', 'default'] } },
  deps: { alwaysBundle: [/.*/] },
});

export default config;
