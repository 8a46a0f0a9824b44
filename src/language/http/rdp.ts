/**
 * The cookie in the first packet of an RDP connection: TPKT header, X.224 connection request, then
 * `Cookie: name=value` (MS-RDPBCGR section 2.2.1.1).
 * @returns 'short' while the packet is not complete, undefined when it is no such packet
 */
export function readRdpCookie(text: string, name: string): { readonly value: string } | 'short' | undefined {
  if (text.length > 0 && text.charCodeAt(0) !== 3) return undefined;
  if (text.length < 11) return 'short';
  const length = (text.charCodeAt(2) << 8) | text.charCodeAt(3);
  if ((text.charCodeAt(5) & 0xf0) !== 0xe0) return undefined;
  if (text.length < Math.min(length, 4096)) return 'short';
  const found = /^Cookie: ([^=]*)=([^\r\n;]*)(?:\r|\n|;)/i.exec(text.slice(11, length));
  if (found === null) return undefined;
  return name === '' || found[1].trim().toLowerCase() === name.toLowerCase() ? { value: found[2].trim() } : undefined;
}
