import { serverFlag, serverNumber, serverServed, serverValue, type ServerParameter } from './define.js';
import { duration } from '../values.js';

/** How much traffic a server gets. */
export const serverQueueParameters: readonly ServerParameter[] = [
  serverNumber('weight', 'share of the load', (server, value) => (server.weight = value), {
    min: 0,
    max: 256,
    complaint: (value) => `weight is not within 0 and 256 (${value}).`,
  }),
  serverNumber('maxconn', 'most concurrent connections; the rest waits', (server, value) => (server.maxconn = value)),
  serverNumber('minconn', 'maxconn at low load', (server, value) => (server.minconn = value)),
  serverNumber('maxqueue', 'longest queue', (server, value) => (server.maxqueue = value)),
  serverFlag('backup', 'used when the others are down', (server) => (server.backup = true)),
  serverFlag('no-backup', "undoes 'backup'", (server) => (server.backup = false)),
  serverNumber('max-reuse', 'requests on one connection', (server, value) => (server.maxReuse = value), { min: -1 }),
  serverNumber('pool-max-conn', 'most idle connections kept', (server, value) => (server.poolMaxConn = value), {
    min: -1,
  }),
  serverNumber(
    'pool-low-conn',
    'idle connections that are always kept',
    (server, value) => (server.poolLowConn = value),
  ),
  serverValue('pool-purge-delay', 'pause between purges of idle connections', (server, _word, words) => {
    words.back();
    server.poolPurgeDelay = duration(words);
  }),
  serverServed('pool-conn-name', 1, 'name of idle connections', 'connections are shared by address', { since: '3.2' }),
  serverServed('strict-maxconn', 0, 'idle connections count too', 'maxconn counts requests, as before', {
    since: '3.2',
  }),
  serverServed('hash-key', 1, 'what places it on the ring', 'its id does, as before HAProxy 3.0', { since: '3.0' }),
  serverValue(
    'cookie',
    "value of the persistence cookie; means nothing without a 'cookie' line",
    (server, word) => (server.cookie = word.text),
    {
      missing: "'cookie' expects <value> as argument.",
    },
  ),
  serverFlag('non-stick', 'not entered in stick tables', (server, context, word) => {
    server.nonStick = true;
    context.notDone(word, 'server … non-stick', 'stick tables do not exist yet', 'served');
  }),
  serverFlag('stick', "undoes 'non-stick'", (server) => (server.nonStick = false)),
  serverServed('shard', 1, 'which part of the peers it learns', 'no tables are synchronised', { since: '2.7' }),
];
