import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** Tests run on the sources: nothing has to be built first. */
const conditions = ['@datapin/source', 'node', 'import', 'default'];
const setupFiles = ['./scripts/loopback-only.setup.ts'];

const config: ViteUserConfig = defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    // one file per processor; by itself one of them would be left idle, and on two that is half of the time
    maxWorkers: '100%',
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['{packages,apps,examples}/*/test/**/*.test.ts', 'scripts/test/**/*.test.ts'], setupFiles },
      },
      // Needs real DVC, versitygw, moto and act: `npm run test:real` brings them and runs it.
      {
        extends: true,
        test: {
          name: 'real',
          include: ['e2e/test/**/*.test.ts', '{packages,apps}/*/real/**/*.test.ts'],
          setupFiles,
          testTimeout: 300_000,
          hookTimeout: 120_000,
          // two thousand times something real answers: one slip in all of them says nothing of a change. Who works on the tests sees it; CI names it
          retry: process.env['CI'] === undefined ? 0 : 1,
        },
      },
    ],
  },
});

export default config;
