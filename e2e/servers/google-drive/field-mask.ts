/** Field masks in Drive's syntax: `a,b,files(id,name)`, `*`. Throws on a field that the resource does not have. */
export function applyFields(resource: Readonly<Record<string, unknown>>, mask: string | null, known: FieldTree): Record<string, unknown> {
  if (mask === null || mask === '*') return { ...resource };
  const wanted = parseMask(mask);
  return pick(resource, wanted, known);
}

/** Fields of a resource; those of a list's elements below it. */
export interface FieldTree {
  readonly [name: string]: FieldTree | true;
}

type Mask = Map<string, Mask | undefined>;

function pick(resource: Readonly<Record<string, unknown>>, mask: Mask, known: FieldTree): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const [name, inner] of mask) {
    const below = known[name];
    if (below === undefined) throw new SyntaxError(`Invalid field selection ${name}`);
    const value = resource[name];
    if (value === undefined) continue;
    picked[name] =
      inner === undefined || below === true
        ? value
        : Array.isArray(value)
          ? value.map((item: Record<string, unknown>) => pick(item, inner, below))
          : value;
  }
  return picked;
}

function parseMask(text: string): Mask {
  let at = 0;
  function list(): Mask {
    const mask: Mask = new Map();
    for (;;) {
      const name = /^[A-Za-z0-9]+/u.exec(text.slice(at))?.[0];
      if (name === undefined) throw new SyntaxError(`Invalid field selection at ${at}`);
      at += name.length;
      if (text[at] === '(') {
        at += 1;
        mask.set(name, list());
        if (text[at] !== ')') throw new SyntaxError('Invalid field selection: a parenthesis is open');
        at += 1;
      } else mask.set(name, undefined);
      if (text[at] !== ',') return mask;
      at += 1;
    }
  }
  const mask = list();
  if (at < text.length) throw new SyntaxError(`Invalid field selection at ${at}`);
  return mask;
}
