import { Registry } from '../../base/registry.js';
import type { ConverterDefinition } from '../definition.js';
import { arithmetic } from './arithmetic.js';
import { dates } from './dates.js';
import { encodings } from './encodings.js';
import { hashes } from './hashes.js';
import { maps } from './maps.js';
import { misc } from './misc.js';
import { pendingConverters } from './pending.js';
import { strings } from './strings.js';

/** Every converter, as the inventory lists them. */
export const converterDefinitions: readonly ConverterDefinition[] = [
  ...arithmetic,
  ...dates,
  ...encodings,
  ...hashes,
  ...maps,
  ...misc,
  ...pendingConverters,
  ...strings,
];

export const converters = new Registry(converterDefinitions);
