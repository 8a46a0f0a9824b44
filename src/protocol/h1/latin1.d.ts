/** Node's own codecs behind toString('latin1') and write(…, 'latin1'), without the encoding look-up; there since Node 0.x, not in the types. */
declare interface Buffer {
  latin1Slice(start: number, end: number): string;
  latin1Write(text: string, offset: number, length: number): number;
}
