import { optional, string } from './arguments.js';
import { USES } from './checkpoint.js';
import { defineConverter, defineFetch } from './definition.js';

const REASON = 'there is no Lua';
const ANY_ARGUMENTS = Array.from({ length: 5 }, () => optional(string));

/** Stands for every `lua.…` fetch: their names are only known to scripts. */
export const LUA_FETCH = defineFetch({
  name: 'lua.',
  args: ANY_ARGUMENTS,
  out: 'str',
  use: USES.constant,
  manual: '7.3',
  summary: 'a fetch registered by a Lua script',
  pending: REASON,
  compile: () => () => undefined,
});

/** Stands for every `lua.…` converter. */
export const LUA_CONVERTER = defineConverter({
  name: 'lua.',
  args: ANY_ARGUMENTS,
  in: 'str',
  out: 'str',
  manual: '7.3.1',
  summary: 'a converter registered by a Lua script',
  pending: REASON,
  examples: [],
  pure: false,
  compile: () => () => undefined,
});
