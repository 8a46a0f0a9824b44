import { ConfigError } from '../config/diagnostics.js';
import { compileExpressionWord } from '../language/expression.js';
import { compileFormat } from '../language/log-format/compile.js';
import type { Scope } from '../language/scope.js';
import type { CheckLanguage } from './plan.js';

/** The expression language for the checks of one backend. @param scope with `places` of TcpCheck */
export function checkLanguage(scope: Scope): CheckLanguage {
  return {
    format: (word) => compileFormat(word, scope),
    number(word) {
      const expression = compileExpressionWord(word, scope).as('sint');
      if (expression === undefined) throw new ConfigError(word.span, `'${word.text}' does not yield a number.`);
      return (stream) => {
        const value = expression.evaluate(stream);
        return value === undefined ? undefined : Number(value);
      };
    },
  };
}
