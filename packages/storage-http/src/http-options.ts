import type { OptionSpec } from '@datapin/storage';

/** Every option that DVC 3.67 takes for `http://` and `https://` remotes beside those of all remotes (`dvc/config_schema.py`), by the same name. */
export const httpOptions: Readonly<Record<string, OptionSpec>> = {
  auth: {
    type: 'string',
    description: 'how to say who asks: basic (user and password) or custom (custom_auth_header and password); nothing is sent without it',
    choices: ['basic', 'digest', 'custom'],
  },
  user: { type: 'string', description: 'user for auth = basic' },
  password: { type: 'string', description: 'password for auth = basic, value of the header for auth = custom', secret: true },
  custom_auth_header: { type: 'string', description: 'name of the header that carries the password, for auth = custom' },
  ask_password: { type: 'boolean', description: 'DVC asks for the password then; here it has to be configured' },
  ssl_verify: {
    type: 'boolean-or-path',
    description: 'whether to verify the certificate, or a PEM file of authorities to trust besides the usual ones',
  },
  method: { type: 'string', description: 'how objects are uploaded: POST or PUT (default POST, as in DVC)', choices: ['post', 'put'] },
  connect_timeout: { type: 'number', description: 'seconds until a connection has to stand, 0 for no limit (default 60)' },
  read_timeout: { type: 'number', description: 'seconds without a byte from the server before giving up, 0 for no limit (default 60)' },
  verify: { type: 'boolean', description: 'hash objects of this remote again after downloading; they always are' },
};
