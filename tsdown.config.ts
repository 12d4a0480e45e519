import { defineConfig, type UserConfig } from 'tsdown';

/** What every published library shares; a package's own config is this, unchanged or with one difference. */
const library: UserConfig = defineConfig({
  entry: 'src/index.ts',
  format: 'esm',
  platform: 'node',
  target: 'node22.13',
  dts: { sourcemap: true },
  sourcemap: true,
  exports: { devExports: '@datapin/source' },
  // nothing may be inlined that is not a declared dependency
  deps: { onlyBundle: [] },
  publint: 'ci-only',
  failOnWarn: true,
});

export default library;
