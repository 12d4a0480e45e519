type Env = Readonly<Record<string, string | undefined>>;

/** The `Authorization` value that GitHub's git server takes a token in. A secret like the token itself. */
export function basicAuthorization(token: string): string {
  return Buffer.from(`x-access-token:${token}`).toString('base64');
}

export interface GitAccess {
  readonly serverUrl: string;
  readonly token: string | undefined;
  /** The checked-out repository: in a container it may belong to another user, which git takes for a trap. */
  readonly workspace: string;
}

/**
 * The environment in which git shows a token to one server and to no other (git-config(1), `http.<url>.extraHeader`). Nothing is written to a file.
 * What a checkout left in one for the same server is set aside: two such headers make GitHub refuse.
 */
export function gitEnvironment(env: Env, { serverUrl, token, workspace }: GitAccess): Env {
  const header = `http.${serverUrl}/.extraheader`;
  const settings: (readonly [string, string])[] = [['safe.directory', workspace]];
  if (token !== undefined) settings.push([header, ''], [header, `AUTHORIZATION: basic ${basicAuthorization(token)}`]);
  const first = Number(env['GIT_CONFIG_COUNT'] ?? '0') || 0;
  const added: Record<string, string> = { GIT_CONFIG_COUNT: String(first + settings.length) };
  for (const [index, [name, value]] of settings.entries()) {
    added[`GIT_CONFIG_KEY_${first + index}`] = name;
    added[`GIT_CONFIG_VALUE_${first + index}`] = value;
  }
  return { ...env, ...added };
}
