import { setFlagsFromString } from 'node:v8';

/**
 * What regular expressions need of V8 (base/regex-guard.ts): its linear engine takes over where a pattern backtracks too
 * much, and the flag `l` may be written, by which V8 tells what that engine can do. Must be set before any pattern is
 * compiled, and before compiled code is taken (launch.ts): code made under other flags is refused.
 */
export function setV8Flags(): void {
  setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
  setFlagsFromString('--enable-experimental-regexp-engine');
}
