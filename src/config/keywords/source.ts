import { parseAddress, type AddressRules } from '../address.js';
import type { Cursor, Word } from '../cursor.js';
import type { ParseContext } from '../keyword.js';

/**
 * `<addr>[:<port>] [usesrc <addr>|client|clientip|hdr_ip(…)] [interface <name>]`, of `source` lines and parameters.
 * @returns the words, address first
 */
export function parseSource(
  words: Cursor,
  rules: AddressRules,
  expects: string,
  context: ParseContext,
): readonly Word[] {
  const address = words.peek();
  if (address === undefined) return words.fail(expects, words.endSpan);
  words.next('');
  const result = parseAddress(address, rules, context.env);
  if (!result.ok) return words.fail(`'source ${address.text}' : ${result.why}`, address, result.hint);
  const taken = [address];
  if (result.address.portEnd > result.address.port) {
    context.notDone(address, `source ${address.text}`, 'the kernel chooses the port', 'served');
  }
  for (;;) {
    const word = words.peek();
    if (word?.text === 'usesrc') {
      words.next('');
      const who = words.peek();
      if (who === undefined)
        return words.fail("'usesrc' expects <addr>[:<port>], 'client', or 'clientip' as argument.", words.endSpan);
      taken.push(word, words.next(''));
      context.notDone(
        word,
        'source … usesrc',
        "connections with a client's address need the kernel's transparent sockets",
        'refused',
      );
    } else if (word?.text === 'interface') {
      words.next('');
      if (!words.more()) words.fail("'source' : missing interface name.", words.endSpan);
      taken.push(word, words.next(''));
      context.notDone(word, 'source … interface', 'the routing table chooses the interface', 'served');
    } else {
      return taken;
    }
  }
}
