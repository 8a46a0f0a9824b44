import { Registry } from '../../base/registry.js';
import { cacheSection } from './cache.js';
import type { SectionDefinition } from './define.js';
import { fcgiAppSection } from './fcgi-app.js';
import { globalSection } from './global.js';
import { httpErrorsSection } from './http-errors.js';
import { logForwardSection } from './log-forward.js';
import { mailersSection } from './mailers.js';
import { acmeSection, crtStoreSection, healthcheckSection, logProfileSection, tracesSection } from './newer.js';
import { peersSection } from './peers.js';
import { programSection } from './program.js';
import { backendSection, defaultsSection, frontendSection, listenSection } from './proxies.js';
import { resolversSection } from './resolvers.js';
import { ringSection } from './ring.js';
import { userlistSection } from './userlist.js';

/** All kinds of sections, by the word that opens them. */
export const sections = new Registry<SectionDefinition>([
  acmeSection,
  backendSection,
  cacheSection,
  crtStoreSection,
  defaultsSection,
  fcgiAppSection,
  frontendSection,
  globalSection,
  healthcheckSection,
  httpErrorsSection,
  listenSection,
  logForwardSection,
  logProfileSection,
  mailersSection,
  peersSection,
  programSection,
  resolversSection,
  ringSection,
  tracesSection,
  userlistSection,
]);
