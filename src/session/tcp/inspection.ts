import { clock } from '../../base/clock.js';
import type { CompiledRule } from '../../core/action.js';
import { Outcome } from '../../core/action.js';
import { FE, LI } from '../../core/counters.js';
import { runRules } from '../../rules/run.js';
import type { Backend } from '../../state/backend.js';
import { applyPersistRules, applyRdpCookie, applyUseServer } from '../../upstream/direct.js';
import { matchSticky } from '../../upstream/sticking.js';
import { tallyBackend } from '../tally.js';
import { TcpPhase } from './phase.js';
import type { TcpSession } from './session.js';

const enum Step {
  Frontend,
  Backend,
  Ready,
}

/** `tcp-request content` rules, which look at what the client sends while it arrives, and the choice of a backend. */
export class Inspection {
  /** Rules are waiting for more, or for something that is not traffic. */
  waiting = false;
  /** `tcp-request inspect-delay` is over: rules must decide with what is there. */
  over = false;
  private step = Step.Frontend;
  private readonly rule = { next: 0 };

  constructor(private readonly session: TcpSession) {}

  /** Runs the rules from where they stand. */
  run(): void {
    const { session } = this;
    const { frontend } = session;
    this.waiting = false;
    for (;;) {
      switch (this.step) {
        case Step.Frontend:
          if (!this.passes(frontend.tcpContent)) return;
          if (!this.chooseBackend()) return;
          break;
        case Step.Backend: {
          const { backend } = session;
          if (backend?.model !== frontend.model && !this.passes((backend as Backend).tcpContent)) return;
          break;
        }
        case Step.Ready:
          applyUseServer(session.attempts, session.backend as Backend);
          applyRdpCookie(session.attempts, session.backend as Backend);
          this.applyStickRules();
          session.attempts.findServer();
          return;
      }
      this.step++;
      this.rule.next = 0;
    }
  }

  /** @returns false when it waits or the session is over */
  private passes(rules: CompiledRule[]): boolean {
    if (rules.length === 0) return true;
    const { session } = this;
    const { frontend } = session;
    const outcome = runRules(rules, session, this.rule);
    if (outcome === Outcome.Continue || outcome === Outcome.Stop) return true;
    if (outcome === Outcome.Wait) {
      this.waiting = true;
      const delay = session.backend?.model.tcpInspectDelay ?? frontend.tcpInspectDelay;
      if (!this.over) session.arm(Math.max(1, delay - (clock.recent() - session.acceptTick)));
      return false;
    }
    frontend.counters[FE.dreq]++;
    session.listener.counters[LI.dreq]++;
    session.end('PR');
    return false;
  }

  private applyStickRules(): void {
    const { session } = this;
    const backend = session.backend as Backend;
    if (backend.sticking !== undefined) session.sticky = matchSticky(session.attempts, backend, backend.sticking);
  }

  private chooseBackend(): boolean {
    const { session } = this;
    const { frontend } = session;
    let backend: Backend | undefined = undefined;
    for (const line of frontend.useBackends) {
      if (line.condition !== undefined && !line.condition(session)) continue;
      backend = line.choose(session);
      if (backend !== undefined) break;
    }
    backend ??= frontend.defaultBackend;
    if (backend === undefined) {
      session.phase = TcpPhase.Connect;
      session.fail('no-backend');
      return false;
    }
    session.backend = backend;
    if (backend.persistence !== undefined) applyPersistRules(session.attempts, backend);
    tallyBackend(backend);
    return true;
  }
}
