import { expect, test } from 'vitest';
import { dynamicCookie } from './dynamic-cookie.js';

test.each([
  ['127.0.0.1', 80, '356167688c9ce987'],
  ['127.0.0.1', 8080, '74bda92f1cdfaf1a'],
  ['10.1.2.3', 8080, '56fe37cbba674d46'],
  ['10.1.2.3', 0, '62aaec92e594af43'],
  ['2001:db8::1', 8080, '1d1e065205c42d20'],
  ['', 80, undefined],
])('%s port %i, as HAProxy 2.6 makes it', (address, port, cookie) =>
  expect(dynamicCookie('MYKEY', address, port)).toBe(cookie),
);
