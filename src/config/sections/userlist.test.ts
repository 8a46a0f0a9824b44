import { expect, test } from 'vitest';
import { readConfiguration } from '../read.js';

test.each([
  ['password $1$salt$ez2vlPGdaLYkJam5pWs/Y1', undefined],
  ['password $5$saltsalt$0IyaXrmV7.sGNS6tirgqHLqX/G.FBvgkYA.lpPdS5sA', undefined],
  ['insecure-password abc', undefined],
  ['password $2y$10$abc', /bcrypt is not computed/],
  ['password $y$j9T$abc', /yescrypt and scrypt are not computed/],
  ['password abJnggxhB/yWI', /DES hashes are not computed/],
  ['password $9$abc', /this kind of hash is not known/],
])('user a %s', (words, problem) => {
  const text = `userlist u\n user a ${words}\n`;
  const { diagnostics } = readConfiguration([{ path: 'x.cfg', text }], { env: {}, offline: false });
  const alerts = diagnostics.list.filter(({ severity }) => severity === 'alert').map(({ message }) => message);
  if (problem === undefined) expect(alerts).toEqual([]);
  else expect(alerts.join()).toMatch(problem);
});
