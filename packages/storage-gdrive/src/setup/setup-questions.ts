import type { SetupQuestion } from '@datapin/storage';

/** What the set-up of a remote in Google Drive asks. */
export const setupQuestions: Readonly<Record<string, SetupQuestion>> = {
  folder: {
    text:
      'Which folder of Google Drive is the data to lie in?\n' +
      'Open it in the browser (a shared drive works as well, and is the only way for a service account) and paste the address here, or the id at its end. ' +
      'A path may follow the id: <id>/datasets. "root" is the top of your own Drive.',
  },
  account: {
    text: 'Who is datapin to be for Google?',
    choices: {
      user: 'you, by a log-in in the browser: for people',
      'service-account': 'a service account, by its key file: for machines, with a shared drive or for a user of your organisation',
    },
    fallback: 'user',
  },
  key: {
    text:
      "Where is the service account's key file?\n" +
      'To get one: https://console.cloud.google.com/iam-admin/serviceaccounts → choose or create a project → "Create service account" → open it → ' +
      '"Keys" → "Add key" → "Create new key" → JSON. The file is downloaded. Also click "Enable" on https://console.cloud.google.com/apis/library/drive.googleapis.com.',
  },
  'act-for': {
    text:
      'Is the service account to act for a user of your organisation (domain-wide delegation)? Then type the address of that user; else leave it empty ' +
      'and add the service account to the shared drive.',
    fallback: '',
  },
  client: {
    text:
      'Google lets datapin in through an OAuth client of your own. Where is its file?\n' +
      'To get one, once: https://console.cloud.google.com/projectcreate → create a project → click "Enable" on ' +
      'https://console.cloud.google.com/apis/library/drive.googleapis.com → https://console.cloud.google.com/auth/overview → "Get started": any name, your ' +
      'address, "Internal" if it is offered, else "External" (then add yourself under "Audience" → "Test users", or click "Publish app", else the log-in ends ' +
      'after a week) → "Clients" → "Create client" → "Desktop app" → "Download JSON".',
  },
};
