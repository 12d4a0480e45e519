import { expect, test } from 'vitest';

import { proxySettings } from '../src/proxy-settings.ts';

const none = { http: undefined, https: undefined, no: undefined };

test.each([
  [{}, none],
  [
    { http_proxy: 'http://a:1', https_proxy: 'http://b:2', no_proxy: 'c' },
    { http: 'http://a:1', https: 'http://b:2', no: 'c' },
  ],
  [
    { HTTP_PROXY: 'http://a:1', HTTPS_PROXY: 'http://b:2', NO_PROXY: 'c' },
    { http: 'http://a:1', https: 'http://b:2', no: 'c' },
  ],
  [
    { http_proxy: 'http://lower:1', HTTP_PROXY: 'http://upper:1' },
    { ...none, http: 'http://lower:1' },
  ],
  [
    { http_proxy: '', HTTP_PROXY: 'http://upper:1', https_proxy: '' },
    { ...none, http: 'http://upper:1' },
  ],
])('%j names %j', (env, proxies) => {
  expect(proxySettings(env)).toEqual(proxies);
});
