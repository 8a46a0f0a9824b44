/** The HAProxy version whose configurations and behaviour tsproxy follows; what version tests compare with. */
export const COMPATIBILITY_VERSION = '2.6.12';

/** Four numbers of `MAJOR.MINOR[-devN|.PATCH]`, as HAProxy orders versions: 2.4-dev19 < 2.4 < 2.4.1. */
function parseVersion(text: string): number[] | undefined {
  const match = /^(\d+)(?:\.(\d+)(?:-dev(\d*)|\.(\d+))?)?/.exec(text);
  if (match === null) return undefined;
  const [, major, minor = '0', development, patch = '0'] = match;
  return [Number(major), Number(minor), development === undefined ? 1 : 0, Number(development ?? patch)];
}

/** Negative, 0 or positive as `left` is older, the same or newer. What is no version is older than all. */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [parseVersion(left), parseVersion(right)];
  if (a === undefined || b === undefined) return (a === undefined ? 0 : 1) - (b === undefined ? 0 : 1);
  const at = a.findIndex((part, index) => part !== b[index]);
  return at < 0 ? 0 : a[at] - b[at];
}
