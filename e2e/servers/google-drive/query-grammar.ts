import type { StoredFile } from './file-store.ts';

/** A search query that was understood. */
export interface ParsedQuery {
  matches(file: StoredFile): boolean;
  /** Ids that stand before `in parents`. */
  readonly parents: ReadonlySet<string>;
  readonly asksForName: boolean;
}

interface Token {
  readonly kind: 'word' | 'text' | 'sign';
  readonly value: string;
}

/**
 * Parses the part of Drive's search language that the reference documents and a storage needs, and nothing else: `and`, `or`, `not`, parentheses, `name`,
 * `mimeType`, `trashed`, `'id' in parents`. Anything else throws. Names compare without regard to case.
 */
export function parseQuery(text: string): ParsedQuery {
  const tokens = [...tokensOf(text)];
  const parents = new Set<string>();
  let asksForName = false;
  let at = 0;

  function take(kind: Token['kind'], value?: string): Token {
    const token = tokens[at];
    if (token === undefined || token.kind !== kind || (value !== undefined && token.value !== value)) {
      throw new SyntaxError(`expected ${value ?? kind} at ${JSON.stringify(token?.value ?? 'the end')}`);
    }
    at += 1;
    return token;
  }
  function next(kind: Token['kind'], value: string): boolean {
    return tokens[at]?.kind === kind && tokens[at]?.value === value;
  }

  type Test = (file: StoredFile) => boolean;
  function either(): Test {
    const tests = [all()];
    while (next('word', 'or')) {
      at += 1;
      tests.push(all());
    }
    return (file) => tests.some((test) => test(file));
  }
  function all(): Test {
    const tests = [one()];
    while (next('word', 'and')) {
      at += 1;
      tests.push(one());
    }
    return (file) => tests.every((test) => test(file));
  }
  function one(): Test {
    if (next('sign', '(')) {
      at += 1;
      const inner = either();
      take('sign', ')');
      return inner;
    }
    if (next('word', 'not')) {
      at += 1;
      const inner = one();
      return (file) => !inner(file);
    }
    if (tokens[at]?.kind === 'text') {
      const id = take('text').value;
      take('word', 'in');
      take('word', 'parents');
      parents.add(id);
      return (file) => file.parents.includes(id);
    }
    const field = take('word').value;
    const operator = take('sign').value;
    if (operator !== '=' && operator !== '!=') throw new SyntaxError(`no operator ${operator} for ${field}`);
    const equals = operator === '=';
    if (field === 'trashed') {
      const value = take('word').value;
      if (value !== 'true' && value !== 'false') throw new SyntaxError('trashed is true or false');
      return (file) => (file.trashed === (value === 'true')) === equals;
    }
    const value = take('text').value;
    if (field === 'name') {
      asksForName = true;
      return (file) => (file.name.toLowerCase() === value.toLowerCase()) === equals;
    }
    if (field === 'mimeType') return (file) => (file.mimeType === value) === equals;
    throw new SyntaxError(`no field ${field}`);
  }

  const matches = either();
  if (at < tokens.length) throw new SyntaxError(`unexpected ${JSON.stringify(tokens[at]?.value)}`);
  return { matches, parents, asksForName };
}

function* tokensOf(text: string): Generator<Token, void, undefined> {
  let rest = text;
  while (rest !== '') {
    const space = /^\s+/u.exec(rest);
    const word = /^[A-Za-z]+/u.exec(rest);
    const quoted = /^'((?:[^'\\]|\\['\\])*)'/su.exec(rest);
    const sign = /^(?:!=|=|\(|\))/u.exec(rest);
    const match = space ?? word ?? quoted ?? sign;
    if (match === null) throw new SyntaxError(`cannot read ${JSON.stringify(rest.slice(0, 20))}`);
    rest = rest.slice(match[0].length);
    if (word !== null) yield { kind: 'word', value: match[0] };
    else if (quoted !== null) yield { kind: 'text', value: (quoted[1] ?? '').replace(/\\(['\\])/gu, '$1') };
    else if (sign !== null) yield { kind: 'sign', value: match[0] };
  }
}
