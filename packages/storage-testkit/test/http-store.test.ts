import { describeStorage } from '../src/index.ts';
import { httpStorePlugin } from './http-store/plugin.ts';
import { startHttpStoreServer } from './http-store/test-server.ts';

describeStorage('a store in memory, by HTTP', { plugin: httpStorePlugin(), start: startHttpStoreServer, http: true });
