import type { Endpoint } from '../core/transport.js';

export const NO_ADDRESS = -1;

/** An address as one unsigned word: IPv4 as it is, the four words of IPv6 combined by XOR; NO_ADDRESS for others. */
export function addressWord({ address, family }: Endpoint): number {
  if (family === 4) return dotted(address, 0) >>> 0;
  return family === 6 ? ipv6Word(address) >>> 0 : NO_ADDRESS;
}

function dotted(text: string, start: number): number {
  let word = 0;
  let byte = 0;
  for (let i = start; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : DOT;
    if (code === DOT) {
      word = (word << 8) | byte;
      byte = 0;
    } else byte = byte * 10 + code - 48;
  }
  return word;
}

/**
 * Only the parity of a group's place matters: even ones are high halves of a word, odd ones low halves. Behind `::` the
 * places are known from the end, so those groups are first summed up as if they began at 0.
 */
function ipv6Word(text: string): number {
  let word = 0;
  let group = 0;
  let place = 0;
  let digits = 0;
  let afterGap = -1;
  let end = text.indexOf('%');
  if (end < 0) end = text.length;
  let groupStart = 0;
  const gap = text.indexOf('::');
  // groups behind the gap, counted so that the place of the first is known
  if (gap >= 0) {
    let behind = gap + 2 < end ? 1 : 0;
    for (let i = gap + 2; i < end; i++) {
      const code = text.charCodeAt(i);
      if (code === COLON) behind++;
      else if (code === DOT) {
        behind++;
        break;
      }
    }
    afterGap = 8 - behind;
  }
  for (let i = 0; i <= end; i++) {
    const code = i < end ? text.charCodeAt(i) : COLON;
    if (code === DOT) return word ^ dotted(text.slice(0, end), groupStart);
    if (code === COLON) {
      if (digits > 0) word ^= (place & 1) === 0 ? group << 16 : group;
      if (digits > 0) place++;
      if (i === gap) place = afterGap;
      group = digits = 0;
      groupStart = i + 1;
    } else {
      group = (group << 4) | hexDigit(code);
      digits++;
    }
  }
  return word;
}

function hexDigit(code: number): number {
  return code <= 57 ? code - 48 : (code | 32) - 87;
}

const DOT = 46;
const COLON = 58;
