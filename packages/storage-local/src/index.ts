export { localPlugin as default, localPlugin } from './local-plugin.ts';
