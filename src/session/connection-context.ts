import type { Reply, StreamControl } from '../core/action.js';
import type { ReceivedHeader } from '../core/proxy-header.js';
import type { Sample } from '../core/sample.js';
import type { SessionContext } from '../core/stream.js';
import type { Endpoint } from '../core/transport.js';
import type { Frontend } from '../state/frontend.js';
import { Facts } from './facts.js';
import { Timers } from './timers.js';

/** What `tcp-request connection` and `session` rules run on: a connection of which nothing was read yet. */
export class ConnectionContext implements StreamControl {
  readonly backend = undefined;
  readonly server = undefined;
  readonly request = undefined;
  readonly response = undefined;
  readonly requestBuffer = '';
  readonly responseBuffer = '';
  readonly requestComplete = false;
  readonly timers = new Timers();
  readonly log = new Facts();
  txnVars: Map<string, Sample> | undefined = undefined;
  reqVars: Map<string, Sample> | undefined = undefined;
  resVars: Map<string, Sample> | undefined = undefined;
  reply: Reply | undefined = undefined;
  denyStatus = 0;
  tarpit = 0;

  constructor(
    readonly session: SessionContext,
    readonly frontend: Frontend,
  ) {}

  /** `tcp-request connection` rules change the connection itself, `fc_src` included; those of sessions what is told of it. */
  ofConnection = true;

  /** Headers that rules said will come, in this order. */
  readonly expected: ReceivedHeader['protocol'][] = [];

  expectHeader(protocol: ReceivedHeader['protocol']): void {
    this.expected.push(protocol);
  }

  sendInformational(): void {
    // Nothing is known of the protocol yet; no rule of these sets asks for it.
  }

  setSource(endpoint: Endpoint): void {
    const { session } = this;
    session.source = endpoint;
    if (this.ofConnection && session.connection !== undefined)
      session.connection = { remote: endpoint, local: session.connection.local };
  }

  setDestination(endpoint: Endpoint): void {
    const { session } = this;
    session.destination = endpoint;
    if (this.ofConnection && session.connection !== undefined)
      session.connection = { remote: session.connection.remote, local: endpoint };
  }

  setTimeout(): void {
    // Streams have timeouts; a connection without one yet has nothing to set.
  }

  setPriority(): void {
    // Likewise: only a stream waits in queues.
  }

  /** These rules decide at once. */
  suspend(): () => void {
    return () => undefined;
  }
}
