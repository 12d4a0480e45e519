import type { Answer, Personality, SeenRequest } from './fake-server.ts';

export interface NextcloudOptions {
  readonly user: string;
  readonly password: string;
  /** Longest body that the proxy before it lets through, in bytes. */
  readonly longestBody?: number;
  /** Asked before every request. */
  readonly maintenance?: () => boolean;
}

/** What sabre/dav says of an error. */
function sabreError(status: number, exception: string, message: string): Answer {
  const body = `<?xml version="1.0" encoding="utf-8"?>\n<d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"><s:exception>Sabre\\DAV\\Exception\\${exception}</s:exception><s:message>${message}</s:message></d:error>`;
  return { status, headers: { 'content-type': 'application/xml; charset=utf-8' }, body };
}

/**
 * Nextcloud as clients meet it: it gives cookies away and takes whoever sends them back for a browser that needs a CSRF token; it has a
 * mode for maintenance, in which nothing is there; a proxy before it limits bodies; large files come in chunks; every answer carries an OC-ETag.
 */
export function nextcloud({
  user,
  password,
  longestBody = Number.POSITIVE_INFINITY,
  maintenance = () => false,
}: NextcloudOptions): Personality {
  return {
    credentials: { user, password, scheme: 'basic' },
    chunks: true,
    headers: { 'set-cookie': 'oc_sessionPassphrase=abc; path=/; HttpOnly', 'oc-etag': '"65f1"', 'x-powered-by': 'PHP/8.3' },
    intercept: ({ method, target, headers }: SeenRequest) => {
      if (headers['cookie'] !== undefined) return sabreError(401, 'NotAuthenticated', 'CSRF check not passed.');
      if (Number(headers['content-length'] ?? 0) > longestBody) return { status: 413, body: '<html>Request Entity Too Large</html>' };
      // every request about chunks names the file that they are for
      if (target.includes('/uploads/') && /^(?:MKCOL|PUT|MOVE)$/u.test(method) && headers['destination'] === undefined)
        return sabreError(400, 'BadRequest', 'Destination header is missing');
      if (maintenance())
        return { ...sabreError(503, 'ServiceUnavailable', 'System in maintenance mode.'), headers: { 'retry-after': '120' } };
      return undefined;
    },
  };
}
