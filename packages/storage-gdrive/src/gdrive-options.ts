import type { OptionSpec } from '@datapin/storage';

/** Every option that DVC 3.67 takes for a `gdrive://` remote beside those of all remotes (`dvc/config_schema.py`), by the same name. */
export const gdriveOptions: Readonly<Record<string, OptionSpec>> = {
  profile: { type: 'string', description: 'name of the saved credentials in the user cache folder (default "default")' },
  gdrive_use_service_account: { type: 'boolean', description: 'act as a service account instead of a user (default false)' },
  gdrive_client_id: { type: 'string', description: 'id of your own OAuth client' },
  gdrive_client_secret: { type: 'string', description: 'secret of your own OAuth client', secret: true },
  gdrive_user_credentials_file: { type: 'path', description: "file with a user's saved credentials, kept up to date" },
  gdrive_service_account_user_email: {
    type: 'string',
    description: 'user on whose behalf the service account acts (domain-wide delegation)',
  },
  gdrive_service_account_json_file_path: { type: 'path', description: "the service account's key file" },
  gdrive_trash_only: { type: 'boolean', description: 'move removed objects to the trash instead of deleting them (default false)' },
  gdrive_acknowledge_abuse: { type: 'boolean', description: 'download files that Google takes for malware as well (default false)' },
  verify: { type: 'boolean', description: 'hash objects of this remote again after downloading; they always are' },
};
