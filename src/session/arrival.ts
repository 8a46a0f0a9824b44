import type { ReceivedHeader } from '../core/proxy-header.js';
import type { Sample } from '../core/sample.js';
import type { Tracked } from '../core/stick-table.js';
import type { Endpoint } from '../core/transport.js';

/** Both ends of a client's connection. */
export interface Ends {
  readonly remote: Endpoint;
  readonly local: Endpoint;
}

/** What a connection brings along that had to show a PROXY header before it became a session. */
export interface Arrival {
  /** Date.now() and performance.now() at accept. */
  readonly acceptDate: number;
  readonly acceptTick: number;
  /** performance.now() when it had shown it, -1 = it had nothing to show. */
  readonly handshakeEnd: number;
  /** What headers and rules put in the place of the connection's own ends; undefined = nothing. */
  readonly sourceOverride: Endpoint | undefined;
  readonly destinationOverride: Endpoint | undefined;
  /** What `tcp-request connection` rules made of the connection itself. */
  readonly ends: Ends | undefined;
  readonly receivedHeader: ReceivedHeader | undefined;
  readonly vars: Map<string, Sample> | undefined;
  /** What `tcp-request connection track-sc` follows. */
  readonly tracked: Tracked | undefined;
}
