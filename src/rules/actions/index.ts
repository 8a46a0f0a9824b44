import type { ActionDefinition } from '../definition.js';
import { answers } from './answers.js';
import { connectionActions } from './connection.js';
import { counterActions } from './counters.js';
import { doResolve } from './do-resolve.js';
import { earlyHint } from './early-hint.js';
import { expectHeaderActions } from './expect-header.js';
import { headerActions } from './headers.js';
import { normalizeUri } from './normalize-uri.js';
import { patternActions } from './patterns.js';
import { pendingActions } from './pending.js';
import { redirect } from './redirect.js';
import { requestLineActions } from './request-line.js';
import { trackAction } from './track.js';
import { useService } from './use-service.js';
import { variableActions } from './variables.js';
import { waitForBody } from './wait-for-body.js';

/** Every action of rules. Several may share a name when they belong to different rulesets. */
export const actions: readonly ActionDefinition[] = [
  ...answers,
  ...connectionActions,
  ...counterActions,
  doResolve,
  earlyHint,
  ...expectHeaderActions,
  ...headerActions,
  normalizeUri,
  ...patternActions,
  ...pendingActions,
  redirect,
  ...requestLineActions,
  trackAction,
  useService,
  ...variableActions,
  waitForBody,
];
