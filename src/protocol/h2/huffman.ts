/**
 * The Huffman code of RFC 7541 appendix B. It is canonical: the lengths of the codes are all there is to know; codes of
 * one length follow each other in the order of their symbols.
 */

/** Code lengths in bits, by symbol; the last one is EOS. */
const LENGTHS = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28,
  28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10, 13,
  6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6, 5, 6,
  6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23,
  23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21,
  23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23,
  22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21,
  22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
]; // prettier-ignore

const EOS = 256;
const LONGEST = 30;

const CODES = new Uint32Array(257);
{
  let code = 0;
  for (let length = 1; length <= LONGEST; length++) {
    code *= 2;
    for (let symbol = 0; symbol <= EOS; symbol++) if (LENGTHS[symbol] === length) CODES[symbol] = code++;
  }
}

/*  The decoder goes four bits at a time through the inner nodes of the code's tree (256 of them). Each step is
 *
 *      STEPS[node << 4 | nibble] =  symbol << 16 | hasSymbol << 15 | accepted << 14 | bad << 13 | next node
 *
 *  No code is shorter than five bits, so a step meets one symbol at most. `accepted`: the string may end there, as
 *  what is left over is a prefix of EOS and shorter than a byte (section 5.2).
 */
const SYMBOL = 1 << 15;
const ACCEPTED = 1 << 14;
const BAD = 1 << 13;
const NODE = 0x1ff;
const STEPS = new Int32Array(256 << 4);
{
  // children[2n], children[2n + 1]: another inner node, or -1 - symbol
  const children: number[] = [0, 0];
  let nodes = 1;
  for (let symbol = 0; symbol <= EOS; symbol++) {
    let node = 0;
    for (let bit = LENGTHS[symbol] - 1; bit > 0; bit--) {
      const side = node * 2 + ((CODES[symbol] >>> bit) & 1);
      if (children[side] === 0) {
        children[side] = nodes++;
        children.push(0, 0);
      }
      node = children[side];
    }
    children[node * 2 + (CODES[symbol] & 1)] = -1 - symbol;
  }
  // nodes on the way to EOS: all ones, at most seven bits from the root
  const padding = new Set<number>([0]);
  for (let depth = 1, node = 0; depth <= 7; depth++) padding.add((node = children[node * 2 + 1]));
  for (let start = 0; start < nodes; start++) {
    for (let nibble = 0; nibble < 16; nibble++) {
      let node = start;
      let step = 0;
      for (let bit = 3; bit >= 0; bit--) {
        const next = children[node * 2 + ((nibble >> bit) & 1)];
        if (next >= 0) node = next;
        else {
          // EOS inside a string is an error (section 5.2)
          step = next === -1 - EOS ? BAD : ((-1 - next) << 16) | SYMBOL;
          node = 0;
        }
      }
      if (padding.has(node)) step |= ACCEPTED;
      STEPS[(start << 4) | nibble] = step | node;
    }
  }
}

/**
 * Decodes buffer[start..end) into `target`.
 * @returns the number of bytes written, -1 when it is not valid or does not fit
 */
export function huffmanDecode(buffer: Uint8Array, start: number, end: number, target: Uint8Array): number {
  const room = target.length;
  let length = 0;
  let step = ACCEPTED;
  for (let at = start; at < end; at++) {
    const byte = buffer[at];
    step = STEPS[((step & NODE) << 4) | (byte >> 4)];
    if ((step & SYMBOL) !== 0) {
      if (length === room) return -1;
      target[length++] = step >>> 16;
    } else if ((step & BAD) !== 0) return -1;
    step = STEPS[((step & NODE) << 4) | (byte & 0x0f)];
    if ((step & SYMBOL) !== 0) {
      if (length === room) return -1;
      target[length++] = step >>> 16;
    } else if ((step & BAD) !== 0) return -1;
  }
  return (step & ACCEPTED) === 0 ? -1 : length;
}

/** @returns bytes that latin1 `text` takes when coded */
export function huffmanLength(text: string): number {
  let bits = 0;
  for (let i = 0; i < text.length; i++) bits += LENGTHS[text.charCodeAt(i) & 0xff];
  return (bits + 7) >> 3;
}

/** Writes latin1 `text` coded, from `at` on. @returns the offset after it */
export function huffmanEncode(text: string, target: Uint8Array, at: number): number {
  let bits = 0;
  let pending = 0;
  for (let i = 0; i < text.length; i++) {
    const symbol = text.charCodeAt(i) & 0xff;
    const length = LENGTHS[symbol];
    let code = CODES[symbol];
    let left = length;
    // at most seven bits are pending: longer codes go in pieces, so that nothing leaves 32 bits
    while (left > 0) {
      const take = Math.min(8 - pending, left);
      bits = (bits << take) | (code >>> (left - take));
      left -= take;
      code &= left === 0 ? 0 : 2 ** left - 1;
      pending += take;
      if (pending === 8) {
        target[at++] = bits;
        bits = 0;
        pending = 0;
      }
    }
  }
  // filled up with the beginning of EOS: ones (section 5.2)
  if (pending > 0) target[at++] = (bits << (8 - pending)) | ((1 << (8 - pending)) - 1);
  return at;
}
