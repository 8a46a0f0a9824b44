import { closest } from '../../base/closest.js';
import type { Cursor, Word } from '../../config/cursor.js';
import { Outcome } from '../../core/action.js';
import { refuse } from '../../language/scope.js';
import { atCondition, defineAction, type Ruleset } from '../definition.js';
import { services, type ServiceDefinition } from '../services.js';

/** `use-service <name>` (manual 4.2, `http-request use-service`). */
export const useService = defineAction({
  name: 'use-service',
  rulesets: ['http-request', 'tcp-request content'],
  manual: '4.2',
  summary: "lets a service of the proxy answer in the server's place; there is `prometheus-exporter`",
  compile(cursor, scope, { word, ruleset }) {
    const name = cursor.peek();
    if (name === undefined || atCondition(cursor)) return cursor.fail("'use-service' expects a service name.", word);
    cursor.next('a service name');
    if (name.text.startsWith('lua.')) {
      refuse(scope, name.span, `service '${name.text}'`, 'there is no Lua');
      return () => Outcome.Continue;
    }
    const definition = findService(cursor, name, ruleset);
    const provided = scope.environment.services;
    return (stream) => {
      const service = provided.get(definition.name);
      if (service === undefined) return Outcome.Invalid;
      stream.log.serverName = service.name;
      stream.intercept?.();
      stream.reply = service.answer(stream);
      return Outcome.Done;
    };
  },
});

function findService(cursor: Cursor, word: Word, ruleset: Ruleset): ServiceDefinition {
  const known: readonly ServiceDefinition[] = services;
  const found = known.find(({ name }) => name === word.text);
  if (found === undefined) {
    const near = closest(
      word.text,
      known.map(({ name }) => name),
    );
    const hint = near === undefined ? undefined : `did you mean '${near}'?`;
    return cursor.fail(`'${word.text}' unknown service name.`, word, hint);
  }
  if (!found.rulesets.includes(ruleset)) {
    const places = found.rulesets.map((place) => `'${place}'`).join(', ');
    return cursor.fail(`${found.title} service only available on ${places} rulesets`, word);
  }
  return found;
}
