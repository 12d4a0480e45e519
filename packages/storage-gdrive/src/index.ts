import type { StoragePlugin } from '@datapin/storage';

import { gdriveOptions } from './gdrive-options.ts';
import { setupQuestions } from './setup/setup-questions.ts';

/** Google Drive: `gdrive://<id of a folder or shared drive>/path`, `gdrive://root/path`, `gdrive://appDataFolder/path`. */
const plugin: StoragePlugin = {
  name: 'gdrive',
  schemes: ['gdrive'],
  options: gdriveOptions,
  hostSetting: null,
  open: async (remote, host) => (await import('./gdrive-storage.ts')).openGdriveStorage(remote, host),
  setup: {
    questions: setupQuestions,
    run: async (dialog, host) => (await import('./setup/setup-gdrive.ts')).setupGdrive(dialog, host),
  },
};

export default plugin;
