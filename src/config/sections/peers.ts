import { linesOf, MANY, otherSection } from './other.js';

const line = linesOf('3.5');
const expectsAddress = "'peer' expects <name> and <addr>[:<port>] as arguments.";

export const peersSection = otherSection({
  name: 'peers',
  manual: '3.5',
  summary: 'other proxies that share stick-tables',
  naming: { missing: 'missing name for peers section.' },
  keywords: [
    line('bind', 'where this peer listens', { max: MANY }),
    line('default-bind', 'parameters of bind lines', { max: MANY }),
    line('default-server', 'parameters of the peers', { max: MANY }),
    line('disabled', 'the section is read but does not run', { min: 0 }),
    line('enabled', 'undoes disabled', { min: 0 }),
    line('log', 'where the log goes', { max: MANY }),
    line('peer', 'a peer and its address', { min: 2, max: MANY, missing: expectsAddress }),
    line('server', 'a peer, with parameters as on server lines', { max: MANY }),
    line('shards', 'how many peers share the keys', { min: 1 }),
    line('table', 'a stick-table', { min: 2, max: MANY }),
  ],
  duplicate: (name, place) =>
    `peers section '${name}' has the same name as another peers section declared at ${place}.`,
  why: 'stick-tables are not synchronised with other proxies',
  effect: 'served',
});
