import { defineConfig, type UserConfig } from 'tsdown';

/** A program without dependencies: `npm create` has one small package to fetch. */
const config: UserConfig = defineConfig({
  entry: 'src/main.ts',
  format: 'esm',
  platform: 'node',
  target: 'node22.13',
  dts: false,
  publint: 'ci-only',
  failOnWarn: true,
});

export default config;
