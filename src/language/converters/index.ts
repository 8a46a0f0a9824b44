import { Registry } from '../../base/registry.js';
import type { ConverterDefinition } from '../definition.js';
import { arithmetic } from './arithmetic.js';
import { strings } from './strings.js';

/** Every converter, as the inventory lists them. */
export const converterDefinitions: readonly ConverterDefinition[] = [...arithmetic, ...strings];

export const converters = new Registry(converterDefinitions);
