import { clock } from '../base/clock.js';
import { type CompiledRule, Outcome } from '../core/action.js';
import { FE, LI } from '../core/counters.js';
import type { SecureTransport } from '../core/tls.js';
import type { Transport } from '../core/transport.js';
import { countSession } from '../rules/tracking.js';
import type { Carry } from '../protocol/carry.js';
import { runRules } from '../rules/run.js';
import type { Arrival } from '../session/arrival.js';
import { ConnectionContext } from '../session/connection-context.js';
import type { Engine } from '../session/engine.js';
import { H2Client } from '../session/h2/client.js';
import { H1Client } from '../session/http/client.js';
import { tallySession, tallyVain } from '../session/tally.js';
import { type HttpVersion, TcpSession } from '../session/tcp/session.js';
import type { Frontend, Listener } from '../state/frontend.js';
import { Entrance, needsEntrance, type EntranceUser } from './entrance.js';
import { logFailure } from './failure-log.js';
import { Handshake } from './handshake.js';
import type { Session } from './session.js';

const NOTHING = Buffer.alloc(0);

/**
 * The way of an accepted connection to a session that is open:
 *
 *     accept ─► tcp-request connection ─► PROXY header ─► TLS ─► tcp-request session ─► session
 */
export class Admission implements EntranceUser {
  private readonly onGone = (session: Session): void => this.gone(session);
  private readonly onHttp2 = (before: H1Client, buffer: Buffer, start: number, end: number): void =>
    this.becomeHttp2(before).takeOver(buffer, start, end);
  private readonly onHttp = (before: TcpSession, protocol: HttpVersion | undefined, read: Carry | undefined): void =>
    this.becomeHttp(before, protocol, read);

  constructor(
    readonly frontend: Frontend,
    readonly engine: Engine,
    /** All that are on the way or open. */
    private readonly sessions: Set<Session>,
    private readonly gone: (session: Session) => void,
  ) {}

  admit(transport: Transport, listener: Listener): void {
    if (needsEntrance(listener)) {
      const entrance = new Entrance(transport, listener, this);
      this.sessions.add(entrance);
      entrance.open();
      return;
    }
    const secure = listener.tls?.secure(transport);
    const session = this.create(secure ?? transport, listener);
    if (this.frontend.tcpConnection.length > 0 && !this.connectionAllowed(this.contextOf(session), listener))
      session.turnAway();
    else this.proceed(secure, session, listener);
  }

  private create(transport: Transport, listener: Listener, arrival?: Arrival): Session {
    const { frontend, engine, onGone } = this;
    let session: Session;
    if (frontend.mode !== 'http')
      session = session = new TcpSession(transport, frontend, listener, engine, onGone, this.onHttp, arrival);
    else if (listener.bind.proto === 'h2')
      session = new H2Client(transport, frontend, listener, engine, onGone, arrival);
    else session = new H1Client(transport, frontend, listener, engine, onGone, this.onHttp2, arrival);
    this.sessions.add(session);
    return session;
  }

  /** The client speaks HTTP/2: by its first bytes, or by ALPN. The connection stays, its session becomes another. */
  private becomeHttp2(before: Session): H2Client {
    const { frontend, engine, onGone } = this;
    const { transport, listener, silent } = before;
    const session = new H2Client(
      transport,
      frontend,
      listener as Listener,
      engine,
      onGone,
      before as H1Client | TcpSession,
    );
    session.silent = silent;
    this.sessions.delete(before);
    this.sessions.add(session);
    return session;
  }

  /** A TCP session turned out to be one of HTTP (manual 4.2 `switch-mode`). */
  private becomeHttp(before: TcpSession, protocol: HttpVersion | undefined, read: Carry | undefined): void {
    const { frontend, engine, onGone } = this;
    const { transport, listener, silent } = before;
    if ((protocol ?? transport.tls?.alpn) === 'h2') {
      if (before.backend !== undefined) tallyVain(before.backend);
      const session = this.becomeHttp2(before);
      if (read === undefined) session.takeOver(NOTHING, 0, 0);
      else session.takeOver(read.buffer, read.start, read.end);
      if (before.clientEnded) session.onEnd();
      else transport.resume();
      return;
    }
    const session = new H1Client(transport, frontend, listener, engine, onGone, this.onHttp2, before);
    session.silent = silent;
    this.sessions.delete(before);
    this.sessions.add(session);
    session.takeOver(before, read, before.clientEnded, protocol !== undefined);
  }

  /** What was agreed on by ALPN, where the bind line leaves it open (manual 5.1 `proto`). */
  private negotiated({ tls }: SecureTransport, session: Session, { bind }: Listener): Session {
    const http2 = this.frontend.mode === 'http' && bind.proto === undefined && tls?.alpn === 'h2';
    return http2 ? this.becomeHttp2(session) : session;
  }

  private contextOf(session: Session): ConnectionContext {
    return new ConnectionContext(session, this.frontend);
  }

  // --- connections that have to show something first ---

  /** `tcp-request connection`: before anything is read (manual 4.2). */
  connectionAllowed(context: ConnectionContext, listener: Listener): boolean {
    return this.passes(this.frontend.tcpConnection, context, listener, FE.dcon, LI.dcon);
  }

  arrived(entrance: Entrance): void {
    const { listener } = entrance;
    this.sessions.delete(entrance);
    const secure = listener.tls?.secure(entrance.transport);
    const session = this.create(secure ?? entrance.transport, listener, entrance);
    session.silent = entrance.silent;
    this.proceed(secure, session, listener);
  }

  left(entrance: Entrance): void {
    this.gone(entrance);
  }

  private proceed(secure: SecureTransport | undefined, session: Session, listener: Listener): void {
    if (secure === undefined) this.enter(session, listener);
    else this.shakeHands(secure, session, listener);
  }

  private shakeHands(transport: SecureTransport, session: Session, listener: Listener): void {
    const { owner } = transport;
    const { frontend } = this;
    if (frontend.logger.active) {
      // it cannot be asked for when the connection is gone
      const { source } = session;
      session.source = source;
    }
    const { counters } = frontend;
    this.engine.process.countTls(clock.recent());
    const handshake = new Handshake(transport, {
      handshakeOver: () => {
        transport.owner = owner;
        session.handshakeEnd = clock.recent();
        const resumed = transport.tls?.resumed === true;
        if (!resumed) this.engine.process.tlsKeyRate.add(1, clock.recent());
        counters[resumed ? FE.tlsResumed : FE.tlsFull]++;
        listener.counters[resumed ? LI.tlsResumed : LI.tlsFull]++;
        this.enter(this.negotiated(transport, session, listener), listener);
      },
      handshakeFailed: (failure, error) => {
        session.failure = failure;
        counters[FE.tlsFailed]++;
        listener.counters[LI.tlsFailed]++;
        session.handshakeEnd = clock.recent();
        logFailure(this.contextOf(session), failure);
        session.turnAway();
        owner.onClose(error);
      },
    });
    handshake.begin(frontend.timeouts.client);
  }

  // --- the session ---

  /** The connection is ready, TLS and all: `tcp-request session` has the last word (manual 4.2). */
  private enter(session: Session, listener: Listener): void {
    if (this.sessionAllowed(session, listener)) {
      tallySession(this.frontend);
      if (session.tracked !== undefined) countSession(session);
      session.open();
      return;
    }
    // what came behind a header will not be read: the client is told by a reset, as when it stays in the kernel
    if (session.receivedHeader !== undefined && session.tls === undefined && !session.silent) session.transport.reset();
    session.turnAway();
  }

  private sessionAllowed(session: Session, listener: Listener): boolean {
    const { tcpSession } = this.frontend;
    if (tcpSession.length === 0) return true;
    const context = this.contextOf(session);
    context.ofConnection = false;
    return this.passes(tcpSession, context, listener, FE.dses, LI.dses);
  }

  private passes(rules: CompiledRule[], context: ConnectionContext, listener: Listener, fe: FE, li: LI): boolean {
    if (rules.length === 0) return true;
    const outcome = runRules(rules, context, { next: 0 });
    if (outcome === Outcome.Continue || outcome === Outcome.Stop) return true;
    this.frontend.counters[fe]++;
    listener.counters[li]++;
    return false;
  }
}
