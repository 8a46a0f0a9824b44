import { Outcome } from '../../core/action.js';
import { defineAction, HTTP_REQUEST } from '../definition.js';
import { NORMALIZERS, type Normalizer } from '../../language/http/normalize.js';

/** Makes targets that mean the same look the same (manual 4.2, `http-request normalize-uri`). */
export const normalizeUri = defineAction({
  name: 'normalize-uri',
  rulesets: HTTP_REQUEST,
  manual: '4.2',
  summary: 'rewrites the target into a canonical form',
  compile(cursor) {
    const name = cursor.oneOf('normalizer', Object.keys(NORMALIZERS));
    const normalizer: Normalizer = NORMALIZERS[name];
    const option = normalizer.option !== undefined && cursor.take(normalizer.option);
    return (stream) => {
      const { request } = stream;
      if (request === undefined) return Outcome.Continue;
      const normalized = normalizer.apply(request.target, option);
      if (normalized === undefined) {
        stream.denyStatus = 400;
        stream.reply = undefined;
        return Outcome.Deny;
      }
      if (normalized !== request.target) request.target = normalized;
      return Outcome.Continue;
    };
  },
});
