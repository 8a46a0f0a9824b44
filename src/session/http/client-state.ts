/** Where a client's connection is. */
export const enum ClientState {
  /** Between requests: nothing of the next one has arrived. */
  Idle,
  Head,
  Body,
  /** The request is complete, its response is not. */
  Waiting,
  /** Bytes both ways (101, CONNECT). */
  Tunnel,
  /** Everything was sent; what still arrives is thrown away until the peer closes. */
  Lingering,
  Dead,
}
