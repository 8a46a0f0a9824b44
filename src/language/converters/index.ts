import { Registry } from '../../base/registry.js';
import type { ConverterDefinition } from '../definition.js';
import { arithmetic } from './arithmetic.js';
import { ciphers } from './ciphers.js';
import { dates } from './dates.js';
import { encodings } from './encodings.js';
import { forwarded } from './forwarded.js';
import { hashes } from './hashes.js';
import { maps } from './maps.js';
import { misc } from './misc.js';
import { payloads } from './payloads.js';
import { pendingConverters } from './pending.js';
import { strings } from './strings.js';
import { tableConverters } from './tables.js';
import { tokens } from './tokens.js';

/** Every converter, as the inventory lists them. */
export const converterDefinitions: readonly ConverterDefinition[] = [
  ...arithmetic,
  ...ciphers,
  ...dates,
  ...encodings,
  ...forwarded,
  ...hashes,
  ...maps,
  ...misc,
  ...payloads,
  ...pendingConverters,
  ...strings,
  ...tableConverters,
  ...tokens,
];

export const converters = new Registry(converterDefinitions);
