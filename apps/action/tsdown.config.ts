import { defineConfig, type UserConfig } from 'tsdown';

import { bundleWithout } from './bundle-without.ts';
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
  plugins: [
    bundleWithout([
      // for `fetch` with a proxy; requests of the client itself go through proxies by another way
      { package: 'undici', importer: '@actions/http-client/lib/index.js', names: ['ProxyAgent'] },
      // one of two ways to download; ours is the other
      { package: '@azure/storage-blob', importer: '@actions/cache/lib/internal/downloadUtils.js', names: ['BlockBlobClient'] },
    ]),
    thirdPartyLicenses(),
  ],
  deps: { alwaysBundle: [/.*/] },
});

export default config;
