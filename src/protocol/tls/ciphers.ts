/** Bits of a cipher's key, by its OpenSSL name, as SSL_CIPHER_get_bits answers. */
const BITS: readonly (readonly [RegExp, number])[] = [
  [/AES_?256|CHACHA20|CAMELLIA256|ARIA256/, 256],
  [/AES_?128|CAMELLIA128|ARIA128|SEED|RC4|IDEA/, 128],
  [/3DES|DES-CBC3/, 168],
];

/** 0 = it does not encrypt, or is not known. */
export function keyBits(cipher: string): number {
  return BITS.find(([pattern]) => pattern.test(cipher))?.[1] ?? 0;
}
