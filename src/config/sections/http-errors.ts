import { linesOf, otherSection } from './other.js';

const line = linesOf('3.8');

export const httpErrorsSection = otherSection({
  name: 'http-errors',
  manual: '3.8',
  summary: 'error pages that proxies may refer to',
  naming: { missing: 'missing name for http-errors section.' },
  keywords: [
    line('errorfile', 'the page for a status', {
      min: 2,
      missing: 'errorfile: expects <status_code> and <file> as arguments.',
    }),
  ],
  duplicate: (name, place) => `http-errors section '${name}' already exists (declared at ${place}).`,
  why: "HAProxy's own error pages are sent",
  effect: 'served',
});
