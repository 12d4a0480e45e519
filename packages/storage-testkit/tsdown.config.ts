import { defineConfig, type UserConfig } from 'tsdown';

import library from '../../tsdown.config.ts';

/** `run` is the suite without vitest. */
const config: UserConfig = defineConfig({ ...library, entry: { index: 'src/index.ts', run: 'src/run.ts' } });

export default config;
