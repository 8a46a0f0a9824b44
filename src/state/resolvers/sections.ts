import { readFileSync } from 'node:fs';
import type { ConfigModel, ResolversModel } from '../../config/model.js';
import { addSystemServers, newResolvers } from '../../config/sections/resolvers.js';

/** The section that is there without being configured (manual 5.3.2). */
const DEFAULT_SECTION = 'default';

export function hasSection({ resolvers }: ConfigModel, name: string): boolean {
  return name === DEFAULT_SECTION || resolvers.some((section) => section.name === name);
}

/** All sections, with the one that is made of the system's name servers unless the configuration has its name. */
export function allSections({ resolvers }: ConfigModel): readonly ResolversModel[] {
  if (resolvers.some(({ name }) => name === DEFAULT_SECTION)) return resolvers;
  const span = { source: { file: '', line: 0, text: '' }, column: 1, length: 1 };
  const section = newResolvers(DEFAULT_SECTION, span);
  try {
    addSystemServers(section, readFileSync('/etc/resolv.conf', 'utf8'), span);
  } catch {
    // as in HAProxy: without the file there is no such section
  }
  return section.nameservers.length === 0 ? resolvers : [...resolvers, section];
}
