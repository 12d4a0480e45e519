/** Options of all storages whose values must not be shown, by their last part: `remote.x.password`, `secret_access_key`, `sas_token`, … */
const secretOption = /(?:password|passphrase|secret|token|(?:^|[._])key|key_id|credential|connection_string|custom_auth_header|sas)/iu;
/** `scheme://user:password@host` */
const passwordInUrl = /^[a-z][a-z0-9+.-]*:\/\/[^/@:]*:([^/@]+)@/iu;

/** The environment variables that hold credentials of the storages. */
const secretVariables = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_CONTAINER_AUTHORIZATION_TOKEN'];

/** The secrets that this run has been given: those in the settings and those in the environment. To be masked before anything is logged. */
export function secretsOf(config: ReadonlyMap<string, string>, env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const secrets = new Set<string>();
  for (const [name, value] of config) {
    const password = passwordInUrl.exec(value)?.[1];
    if (password !== undefined) secrets.add(password).add(decode(password));
    if (secretOption.test(name)) secrets.add(value);
  }
  for (const name of secretVariables) secrets.add(env[name] ?? '');
  return [...secrets].filter((secret) => secret !== '');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
