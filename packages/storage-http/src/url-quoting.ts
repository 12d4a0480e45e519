/** Where a text stands in a URL. */
export type UrlPart = 'path' | 'query';

/** Characters that need no escape, and those among them whose escape means something else and stays. */
const rules: Readonly<Record<UrlPart, { readonly plain: RegExp; readonly kept: string }>> = {
  path: { plain: /[A-Za-z0-9\-._~!$'()*,+&=;@:/]/u, kept: '/+' },
  query: { plain: /[A-Za-z0-9\-._~!$'()*,+&=;@:/?]/u, kept: '=+&;' },
};

/**
 * A part of a URL that a person wrote, as it goes over the wire, the way that DVC's HTTP library does it (yarl, `_Quoter` with `requote`): escapes stay
 * escapes, except of characters that need none; whatever else a URL cannot hold is escaped; a `%` that begins no escape becomes `%25`; a
 * space in the query becomes `+`. Applying it twice changes nothing more. Lone surrogates disappear.
 */
export function requote(text: string, part: UrlPart): string {
  const { plain, kept } = rules[part];
  return text.replace(/%[0-9A-Fa-f]{2}|[\s\S]/gu, (piece) => {
    if (piece.length === 3 && piece.startsWith('%')) {
      const character = String.fromCharCode(Number.parseInt(piece.slice(1), 16));
      return plain.test(character) && !kept.includes(character) ? character : piece.toUpperCase();
    }
    if (piece === ' ' && part === 'query') return '+';
    if (plain.test(piece)) return piece;
    return piece.isWellFormed() ? escaped(piece) : '';
  });
}

/** `.` and `..` resolved, as RFC 3986 §5.2.4 and yarl do. */
export function withoutDotSegments(path: string): string {
  if (!path.includes('.')) return path;
  const segments = path.replace(/^\//u, '').split('/');
  const resolved: string[] = [];
  for (const segment of segments) {
    if (segment === '..') resolved.pop();
    else if (segment !== '.') resolved.push(segment);
  }
  if (segments.at(-1) === '.' || segments.at(-1) === '..') resolved.push('');
  return `/${resolved.join('/')}`;
}

/**
 * A key, which means nothing but itself, for a path or a query: what {@link requote} escapes and besides every character that would be read as something
 * else there. The text has to be well-formed.
 */
export function quoteKey(key: string, part: UrlPart): string {
  const encoded = key.split('/').map(escaped).join('/');
  return part === 'query' ? encoded : encoded.replace(/%(?:24|26|2B|2C|3A|3B|3D|40)/gu, decodeURIComponent);
}

function escaped(text: string): string {
  return encodeURIComponent(text);
}
