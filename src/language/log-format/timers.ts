import type { StreamContext } from '../../core/stream.js';

/**
 * The timers of manual 8.4, from the timestamps of a stream. All are whole milliseconds since the stream began, cut
 * off as HAProxy does before they are subtracted, so that the parts add up; -1 = not reached.
 */
function since(stream: StreamContext, at: number): number {
  return at < 0 ? -1 : Math.max(0, Math.floor(at - stream.timers.accept));
}

/** `%Th`: handshakes (TLS, PROXY protocol), which go before the first request of a connection. */
function handshake(stream: StreamContext): number {
  const { handshakeEnd = -1, acceptTick } = stream.session;
  return handshakeEnd < 0 || stream.timers.accept > acceptTick ? 0 : Math.max(0, since(stream, handshakeEnd));
}

/** Idle before the request (`%Ti`), after handshakes; connections without a request have none. */
export function idle(stream: StreamContext): number {
  return Math.max(0, since(stream, stream.timers.requestStart) - handshake(stream));
}

/** What goes before the first byte of the request. */
function before(stream: StreamContext): number {
  return handshake(stream) + idle(stream);
}

/** `%Tq`: until the request was complete. TCP has no request: 0. */
function request(stream: StreamContext): number {
  const at = since(stream, stream.timers.requestEnd);
  return at < 0 && stream.frontend.mode === 'tcp' ? 0 : at;
}

function between(from: number, to: number): number {
  return to < 0 ? -1 : to - Math.max(0, from);
}

/** Last moment known: with `option logasap` the stream has not ended yet. */
function close(stream: StreamContext): number {
  const { timers } = stream;
  if (timers.end >= 0) return since(stream, timers.end);
  return Math.max(
    0,
    since(stream, Math.max(timers.responseHead, timers.connectEnd, timers.queueEnd, timers.requestEnd)),
  );
}

export const timerOf = {
  Th: handshake,
  Ti: idle,
  TR(stream: StreamContext): number {
    const end = since(stream, stream.timers.requestEnd);
    return end < 0 ? -1 : end - before(stream);
  },
  Tq: request,
  Tw: (stream: StreamContext): number => between(request(stream), since(stream, stream.timers.queueEnd)),
  Tc: (stream: StreamContext): number =>
    between(since(stream, stream.timers.queueEnd), since(stream, stream.timers.connectEnd)),
  Tr: (stream: StreamContext): number =>
    between(since(stream, stream.timers.connectEnd), since(stream, stream.timers.responseHead)),
  Td(stream: StreamContext): number {
    const { timers } = stream;
    const from = since(
      stream,
      (stream.backend ?? stream.frontend).mode === 'http' ? timers.responseHead : timers.connectEnd,
    );
    return from < 0 ? -1 : close(stream) - from;
  },
  Ta: (stream: StreamContext): number => Math.max(0, close(stream) - before(stream)),
  Tt: close,
  Tu: (stream: StreamContext): number => close(stream) - idle(stream),
} as const;

/** Date at which the stream began, in ms since the epoch. */
export function acceptDate(stream: StreamContext): number {
  const { session, timers } = stream;
  return session.acceptDate + Math.max(0, timers.accept - session.acceptTick);
}

/** Date at which its request began. */
export function requestDate(stream: StreamContext): number {
  return acceptDate(stream) + before(stream);
}
