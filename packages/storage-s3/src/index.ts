import type { StoragePlugin } from '@datapin/storage';
import { s3Options } from './s3-options.ts';
import { openS3Storage } from './s3-storage.ts';

/** Amazon S3 and stores that speak its protocol: `s3://bucket/prefix`. */
const plugin: StoragePlugin = {
  name: 's3',
  schemes: ['s3'],
  options: s3Options,
  hostSetting: 'endpointurl',
  open: (remote, host) => openS3Storage(remote, host),
};

export default plugin;
