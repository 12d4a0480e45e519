import { randomUUID } from 'node:crypto';

/** A ref whose caches a job may use. GitHub writes a list of them into the job's token, the one that is looked in first at the front. */
export interface CacheScope {
  readonly ref: string;
  readonly access: 'read' | 'write' | 'read and write';
}

const permissions = { read: 1, write: 2, 'read and write': 3 } as const;

/** A token for ACTIONS_RUNTIME_TOKEN as the runner gets it: a JWT whose claim `ac` lists the scopes. Nobody signs it here. */
export function cacheToken(scopes: readonly CacheScope[]): string {
  const claims = {
    ac: JSON.stringify(scopes.map(({ ref, access }) => ({ Scope: ref, Permission: permissions[access] }))),
    jti: randomUUID(),
  };
  return [{ alg: 'none', typ: 'JWT' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.') + '.c2ln';
}

/** The token of a job that runs for `ref`: it reads and writes the ref's own caches, and reads those of the default branch. */
export function tokenFor(ref: string, defaultBranch = 'refs/heads/main'): string {
  const own: CacheScope = { ref, access: 'read and write' };
  return cacheToken(ref === defaultBranch ? [own] : [own, { ref: defaultBranch, access: 'read' }]);
}

/** The token of a job that an untrusted event started: it reads what `tokenFor` reads and writes nothing. */
export function readOnlyTokenFor(ref: string, defaultBranch = 'refs/heads/main'): string {
  return cacheToken([...new Set([ref, defaultBranch])].map((scope) => ({ ref: scope, access: 'read' })));
}

/** What a token allows; `undefined` when it is none of ours. */
export function scopesOf(token: string): readonly CacheScope[] | undefined {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { readonly ac: string };
    const scopes = JSON.parse(claims.ac) as readonly { readonly Scope: string; readonly Permission: number }[];
    return scopes.map(({ Scope, Permission }) => ({
      ref: Scope,
      access: Permission === 3 ? 'read and write' : Permission === 2 ? 'write' : 'read',
    }));
  } catch {
    return undefined;
  }
}
