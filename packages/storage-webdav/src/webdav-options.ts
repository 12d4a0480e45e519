import type { OptionSpec } from '@datapin/storage';

/** Every option that DVC 3.67 takes for a `webdav://` or `webdavs://` remote (`dvc/config_schema.py`), by the same name. */
export const webdavOptions: Readonly<Record<string, OptionSpec>> = {
  user: { type: 'string', description: 'user name, unless the URL holds one' },
  password: {
    type: 'string',
    description: 'password of the user (an app password where the server has those), or value of custom_auth_header',
    secret: true,
  },
  ask_password: { type: 'boolean', description: 'DVC asks for the password; here it has to be configured (default false)' },
  token: { type: 'string', description: 'bearer token; takes precedence over user and password', secret: true },
  bearer_token_command: {
    type: 'string',
    description: 'command that prints a bearer token, run again when the server refuses the token; never taken from a file that git tracks',
  },
  custom_auth_header: { type: 'string', description: 'name of a header that carries the password, when there is no user' },
  cert_path: { type: 'path', description: 'PEM file with the client certificate' },
  key_path: { type: 'path', description: 'PEM file with its key, unless that is in cert_path' },
  timeout: { type: 'integer', description: 'seconds without a sign of the server before giving up (default 30)' },
  ssl_verify: { type: 'boolean-or-path', description: 'whether to verify the certificate, or a PEM file of the authorities to trust' },
  verify: { type: 'boolean', description: 'hash objects of this remote again after downloading; they always are' },
};
