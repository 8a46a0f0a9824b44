import { duration, integer } from '../keywords/values.js';
import { linesOf, MANY, otherSection } from './other.js';

/** Sections that HAProxy 3.x has and 2.6 has not; the numbers are those of its manual. */

const store = linesOf('12.7');
export const crtStoreSection = otherSection({
  name: 'crt-store',
  manual: '12.7',
  summary: 'certificates and how they are loaded',
  since: '3.0',
  naming: 'optional',
  keywords: [
    store('crt-base', 'folder of the certificates'),
    store('key-base', 'folder of the keys'),
    store('load', 'a certificate', { min: 2, max: MANY }),
  ],
  why: 'certificates are loaded where bind lines name their files',
  effect: 'served',
});

const profile = linesOf('8.3.5');
export const logProfileSection = otherSection({
  name: 'log-profile',
  manual: '8.3.5',
  summary: 'log formats by event',
  since: '3.1',
  naming: { missing: "'log-profile' expects a name." },
  keywords: [
    profile('log-tag', 'the program name in log lines'),
    profile('on', 'what is logged at a step', { max: MANY }),
  ],
  why: 'log lines have the format of their proxy',
  effect: 'served',
});

const traces = linesOf('12.1');
export const tracesSection = otherSection({
  name: 'traces',
  manual: '12.1',
  summary: 'messages for developers',
  since: '3.1',
  naming: 'none',
  keywords: [traces('trace', 'what is traced', { max: MANY })],
  why: 'nothing is traced',
  effect: 'served',
});

const acme = linesOf('12.8');
export const acmeSection = otherSection({
  name: 'acme',
  manual: '12.8',
  summary: 'how certificates are renewed',
  since: '3.2',
  naming: { missing: "'acme' expects a name." },
  keywords: [
    acme('account-key', "the account's key"),
    acme('acme-vars', 'values for the challenge'),
    acme('bits', 'length of the key', { check: (words) => void integer(words) }),
    acme('challenge', 'kind of challenge'),
    acme('challenge-ready', 'when a challenge is ready', { max: MANY }),
    acme('contact', 'mail address of the account'),
    acme('curves', 'curve of the key'),
    acme('directory', "the authority's URL"),
    acme('dns-delay', 'time before the name is looked up', { check: (words) => void duration(words) }),
    acme('dns-timeout', 'longest time to look it up', { check: (words) => void duration(words) }),
    acme('keytype', 'RSA or ECDSA', { check: (words) => void words.oneOf('key type', ['RSA', 'ECDSA']) }),
    acme('map', 'where challenges are kept'),
    acme('profile', 'profile of the certificate'),
    acme('provider-name', 'name of the DNS provider'),
    acme('reuse-key', 'whether the key stays', { check: (words) => void words.oneOf('value', ['on', 'off']) }),
  ],
  why: 'certificates are not renewed',
  effect: 'refused',
});

const health = linesOf('12.9');
export const healthcheckSection = otherSection({
  name: 'healthcheck',
  manual: '12.9',
  summary: 'a health check that servers may refer to',
  since: '3.4',
  naming: { missing: "'healthcheck' expects a name." },
  keywords: [
    health('http-check', 'a step of an HTTP check', { max: MANY }),
    health('tcp-check', 'a step of a TCP check', { max: MANY }),
    health('type', 'the kind of check', { max: MANY }),
  ],
  why: 'servers are checked as their backend says',
  effect: 'served',
});
