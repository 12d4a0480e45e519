import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parseRemoteUrl } from '@datapin/storage';
import { describe, expect, test } from 'vitest';

import { remoteAddress } from '../src/remote-address.ts';

const address = (url: string): ReturnType<typeof remoteAddress> => remoteAddress(parseRemoteUrl(url));

/** Path and query of a URL, what DVC's HTTP library (yarl) requests for it, and for an object below it. */
type Vector = readonly [written: string, itself: string, object: string];

test('URLs go over the wire as DVC sends them', () => {
  const vectors = JSON.parse(readFileSync(join(import.meta.dirname, 'vectors', 'yarl.json'), 'utf8')) as readonly Vector[];
  expect(vectors.length).toBeGreaterThan(300);
  for (const [written, itself, object] of vectors) {
    const remote = address(`http://host${written}`);
    expect([written, remote.targetOf(''), remote.targetOf('files/md5/ab/cdef.dir')]).toEqual([written, itself, object]);
  }
});

test.each([
  ['http://host', '/files/md5/ab/cd'],
  ['http://host/', '/files/md5/ab/cd'],
  ['http://host/a/', '/a/files/md5/ab/cd'],
  ['http://host//a', '//a/files/md5/ab/cd'],
  ['http://host/get?path=/data', '/get?path=/data/files/md5/ab/cd'],
])('objects of %s are at %s', (url, target) => {
  expect(address(url).targetOf('files/md5/ab/cd')).toBe(target);
});

describe('a key means nothing but itself', () => {
  test.each([
    ['a b', '/p/a%20b'],
    ['100%', '/p/100%25'],
    ['%20', '/p/%2520'],
    ['a?b#c', '/p/a%3Fb%23c'],
    ['a+b&c=d;e@f:g,h$', '/p/a+b&c=d;e@f:g,h$'],
    ['ü/漢😀', '/p/%C3%BC/%E6%BC%A2%F0%9F%98%80'],
    ["!'()*~", "/p/!'()*~"],
  ])('%s in a path', (key, target) => {
    expect(address('http://host/p').targetOf(key)).toBe(target);
  });

  test('in a query, what would separate is escaped', () => {
    expect(address('http://host/p?x=').targetOf('a&b=c+d')).toBe('/p?x=/a%26b%3Dc%2Bd');
  });

  test.each(['.', '..', 'a/../b', 'a/.', '\ud800'])('%j is refused', (key) => {
    expect(() => address('http://host/p').targetOf(key)).toThrow(expect.objectContaining({ code: 'invalid-request' }));
  });
});

test.each(['http://', 'http:///path', 'http://ho st/p', 'http://host?x=1', 'https://host:port/', 'http://host/a#b'])(
  '%s is no remote',
  (url) => {
    expect(() => address(url)).toThrow(expect.objectContaining({ code: 'invalid-request' }));
  },
);

test('the host is told without user, password and a port that goes without saying', () => {
  expect(address('https://me:p%40ss@Store.Example:443/x')).toMatchObject({
    origin: 'https://store.example',
    user: { name: 'me', password: 'p@ss' },
  });
});
