import { badMessageCount, type BadMessage } from '../state/bad-message.js';
import type { Runtime } from '../state/runtime.js';
import type { AdminSession } from './context.js';
import { findSession, sessionDetails, sessionLine } from './sessions.js';

/** What only the thread knows that serves a connection. Questions and answers are plain data: they travel. */
export type Question =
  /** @see show sess. `id`: only that one */
  | { readonly about: 'sessions'; readonly inFull: boolean; readonly id?: string }
  | { readonly about: 'kill'; readonly id: string }
  | { readonly about: 'bad-messages' };

export interface Answer {
  /** Lines about sessions. */
  readonly lines: readonly string[];
  /** The session that was named is there. */
  readonly found: boolean;
  readonly messages: readonly BadMessage[];
  /** Bad messages seen so far. */
  readonly events: number;
}

const NOTHING: Answer = { lines: [], found: false, messages: [], events: 0 };

/** A thread's own answer. @param now Date.now() */
export function answerOf(question: Question, runtime: Runtime, sessions: readonly AdminSession[], now: number): Answer {
  switch (question.about) {
    case 'sessions':
      return aboutSessions(question.inFull, question.id, sessions, now);
    case 'kill': {
      const session = findSession(sessions, question.id);
      session?.kill('K');
      return { ...NOTHING, found: session !== undefined };
    }
    case 'bad-messages': {
      const requests = runtime.frontends.flatMap(({ badRequest }) => badRequest ?? []);
      const responses = runtime.backends.flatMap(({ badResponse }) => badResponse ?? []);
      return { ...NOTHING, messages: [...requests, ...responses], events: badMessageCount() };
    }
  }
}

function aboutSessions(
  inFull: boolean,
  id: string | undefined,
  sessions: readonly AdminSession[],
  now: number,
): Answer {
  const open = sessions.filter(({ transport }) => !transport.closed);
  if (id === undefined) {
    return {
      ...NOTHING,
      lines: open.map((session) => (inFull ? sessionDetails(session, now) : sessionLine(session, now))),
    };
  }
  const session = findSession(open, id);
  return session === undefined ? NOTHING : { ...NOTHING, found: true, lines: [sessionDetails(session, now)] };
}
