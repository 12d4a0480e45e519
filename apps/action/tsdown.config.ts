import { defineConfig, type UserConfig } from 'tsdown';

import { thirdPartyLicenses } from '../../scripts/third-party-licenses.ts';

/** Everything in a few files beside each other: a runner installs nothing. A storage is a part that is loaded when a remote needs it. */
const config: UserConfig = defineConfig({
  entry: { main: 'src/main.ts', post: 'src/post.ts' },
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minify: true,
  dts: false,
  inputOptions: { resolve: { conditionNames: ['@datapin/source', 'node', 'import', 'module', 'default'] } },
  plugins: [thirdPartyLicenses()],
  deps: { alwaysBundle: [/.*/] },
});

export default config;
