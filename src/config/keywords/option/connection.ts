import type { ProxyKeyword } from '../../keyword.js';
import { integer } from '../values.js';
import { flag, option } from './define.js';
import { ignoredText } from '../proxy/define.js';

const SPLICE = { served: 'Node has no splice(): bytes are copied, with large buffers' };

const redispatch = option({
  name: 'redispatch',
  side: 'backend',
  summary: 'a request whose server cannot be reached goes to another',
  negatable: true,
  extraIgnored: true,
  ignored: (proxy) => ignoredText('redispatch', proxy),
  parse(words, proxy, context) {
    if (context.negated || context.restoresDefault === true) {
      words.rest();
      proxy.redispatch = 0;
      return;
    }
    const interval = words.more() ? integer(words, {}) : 0;
    // a bare `option redispatch` and `0` both mean: on the last retry
    proxy.redispatch = interval === 0 ? -1 : interval;
  },
});

export const connectionOptions: readonly ProxyKeyword[] = [
  redispatch,
  flag('allbackups', 'backend', 'all backup servers share the load, not the first only'),
  flag('persist', 'backend', "keeps clients on their cookie's server although it is down"),
  flag('prefer-last-server', 'backend', 'keeps to the server of the last request'),
  flag('transparent', 'backend', "connects to the client's destination"),
  flag('independent-streams', 'both', 'sending does not refresh the timeout for receiving', {
    served: 'activity in either direction refreshes both',
  }),
  flag('nolinger', 'both', 'closes with a reset', { served: 'connections close the ordinary way' }),
  flag('clitcpka', 'frontend', 'TCP keep-alive towards clients'),
  flag('srvtcpka', 'backend', 'TCP keep-alive towards servers'),
  option({
    name: 'tcpka',
    side: 'both',
    summary: 'TCP keep-alive towards both',
    parse(_words, proxy) {
      proxy.options.tcpka = true;
    },
  }),
  flag('tcp-smart-accept', 'frontend', 'delays the first acknowledgement', {
    served: 'the kernel acknowledges when it likes',
  }),
  flag('tcp-smart-connect', 'backend', 'delays the last acknowledgement of the handshake', {
    served: 'the kernel acknowledges when it likes',
  }),
  flag('splice-auto', 'both', 'forwards inside the kernel', SPLICE),
  flag('splice-request', 'both', 'forwards requests inside the kernel', SPLICE),
  flag('splice-response', 'both', 'forwards responses inside the kernel', SPLICE),
];
