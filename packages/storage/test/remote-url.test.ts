import { expect, test } from 'vitest';

import { keyPrefixOf, parseRemoteUrl, printRemoteUrl } from '../src/remote-url.ts';

test.each([
  ['s3://bucket/a b/%20', { scheme: 's3', authority: 'bucket', path: '/a b/%20' }],
  ['HTTPS://Host:8443', { scheme: 'https', authority: 'Host:8443', path: '' }],
  ['webdav://me:secret@host/x', { scheme: 'webdav', authority: 'me:secret@host', path: '/x' }],
  ['/mnt/data', { scheme: 'local', authority: '', path: '/mnt/data' }],
  ['../data', { scheme: 'local', authority: '', path: '../data' }],
  ['file:///mnt/data', { scheme: 'local', authority: '', path: '/mnt/data' }],
])('%s is split, not rewritten', (text, url) => {
  expect(parseRemoteUrl(text)).toEqual(url);
});

test.each([
  ['s3://bucket/prefix', 's3://bucket/prefix'],
  ['webdavs://me@host/x', 'webdavs://me@host/x'],
  ['webdavs://me:secret@host/x', 'webdavs://me:***@host/x'],
  ['https://me:se@cret@host/x', 'https://me:***@host/x'],
  ['https://host/get?path=/data&sig=secret&secret', 'https://host/get?path=***&sig=***&***'],
  ['https://host/path#secret?x=1', 'https://host/path#***'],
  ['s3://bucket/what?=a key', 's3://bucket/what?=a key'],
  ['/mnt/data?x=1', '/mnt/data?x=1'],
])('%s is shown as %s', (text, shown) => {
  expect(printRemoteUrl(parseRemoteUrl(text))).toBe(shown);
});

test.each([
  ['s3://bucket', ''],
  ['s3://bucket/', ''],
  ['s3://bucket//a//b/', 'a//b'],
])('keys of %s are below %j', (text, prefix) => {
  expect(keyPrefixOf(parseRemoteUrl(text))).toBe(prefix);
});
