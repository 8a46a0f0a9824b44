import type { AgentReply } from '../../core/check.js';
import { connectStep, expectStep, sendStep, type CheckPlan, type Verdict } from '../plan.js';

const OPERATIONS = new Set(['up', 'down', 'stopped', 'fail']);
const ADMIN = ['ready', 'drain', 'maint'] as const;

/**
 * Takes an agent's line apart: words between blanks, tabs and commas, in any order; of several of one kind the last one
 * counts (manual 5.2 `agent-check`).
 */
export function parseAgentLine(line: string): AgentReply {
  const hash = /(?:^|[ \t,])#/.exec(line);
  const words = (hash === null ? line : line.slice(0, hash.index)).split(/[ \t,]+/).filter((word) => word !== '');
  const reply: { -readonly [Key in keyof AgentReply]: AgentReply[Key] } = {
    operation: undefined,
    admin: undefined,
    weight: undefined,
    maxconn: undefined,
    unknown: undefined,
    description: hash === null ? '' : line.slice(hash.index).replace(/^[ \t,]*#[ \t]*/, ''),
  };
  for (const word of words) {
    const lower = word.toLowerCase();
    const admin = ADMIN.find((name) => name === lower);
    if (admin !== undefined) reply.admin = admin;
    else if (/^\d.*%/.test(word)) reply.weight = word;
    else if (lower.startsWith('maxconn:')) reply.maxconn = word.slice('maxconn:'.length);
    else if (OPERATIONS.has(lower)) reply.operation = word;
    else reply.unknown ??= word;
  }
  return reply;
}

/** Everything is said in one line; what has no end of it yet may go on. */
export function judgeAgent(received: string, ended: boolean): Verdict {
  const line = /^([^\r\n\0]*)([\r\n])?/.exec(received);
  if (line?.[2] !== undefined) return { status: 'CHECKED', code: 0, info: '', agent: parseAgentLine(line[1]) };
  return ended ? { status: 'L7TOUT', code: 0, info: 'Ignoring incomplete line from agent' } : undefined;
}

/** How an agent is asked. @param send gives `agent-send`, '' = it speaks by itself */
export function agentPlan(send: () => string): CheckPlan {
  return {
    kind: 'agent',
    steps: [
      connectStep({ sendProxy: 'never', relayed: 'never', tls: 'never' }),
      sendStep(1, send),
      expectStep(2, { on: 'custom', judge: judgeAgent }),
    ],
  };
}
