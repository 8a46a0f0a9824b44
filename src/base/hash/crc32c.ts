const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ 0x82f63b78;
  return crc;
});

/** CRC-32C of RFC 4960 appendix B, over bytes as latin1. */
export function crc32c(text: string): number {
  let crc = -1;
  for (let index = 0; index < text.length; index++) crc = TABLE[(crc ^ text.charCodeAt(index)) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}
