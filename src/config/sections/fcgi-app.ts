import { linesOf, MANY, otherSection } from './other.js';

const line = linesOf('10.1.1');

export const fcgiAppSection = otherSection({
  name: 'fcgi-app',
  manual: '10.1.1',
  summary: 'an application that speaks FastCGI',
  naming: { missing: "'fcgi-app' expects <name> as argument." },
  keywords: [
    line('acl', 'a condition', { min: 2, max: MANY }),
    line('docroot', 'where the documents are'),
    line('index', 'script for paths that end in a slash'),
    line('log-stderr', "where the application's errors go", { max: MANY }),
    line('option', 'how connections are used', {
      max: 2,
      negatable: true,
      check(words) {
        const option = words.oneOf('option', ['get-values', 'keep-conn', 'max-reqs', 'mpxs-conns']);
        if (option === 'max-reqs') words.integer('a number of requests', { min: 1 });
      },
    }),
    line('pass-header', 'a request header that the application gets', { max: MANY }),
    line('path-info', 'splits script name and path', {}),
    line('set-param', 'a parameter of the request', { min: 2, max: MANY }),
  ],
  duplicate: (name, place) => `fcgi-app section '${name}' has the same name as another one declared at ${place}.`,
  why: 'FastCGI is not spoken',
  effect: 'served',
});
