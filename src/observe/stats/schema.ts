/** `show schema json` and `;json-schema`: the shape of `show info json` and `show stat json` (draft 4). */
const reference = (name: string): object => ({ $ref: `#/definitions/${name}` });
const natural = { type: 'integer', minimum: 0 };
const oneOf = (...words: string[]): object => ({ type: 'string', enum: [...words, 'Unknown'] });

function typedValue(type: string, value: object): object {
  return {
    properties: { type: { type: 'string', enum: [type] }, value },
    required: ['type', 'value'],
  };
}

const METRIC = {
  field: reference('field'),
  processNum: reference('processNum'),
  tags: reference('tags'),
  value: reference('typedValue'),
};

const SCHEMA = {
  $schema: 'http://json-schema.org/draft-04/schema#',
  oneOf: [
    {
      title: 'Info',
      type: 'array',
      items: { title: 'InfoItem', type: 'object', properties: METRIC, required: Object.keys(METRIC) },
    },
    {
      title: 'Stat',
      type: 'array',
      items: {
        title: 'StatRow',
        type: 'array',
        items: {
          title: 'StatItem',
          type: 'object',
          properties: {
            objType: oneOf('Frontend', 'Backend', 'Listener', 'Server'),
            proxyId: natural,
            id: natural,
            ...METRIC,
          },
          required: ['objType', 'proxyId', 'id', ...Object.keys(METRIC)],
        },
      },
    },
    { title: 'Error', type: 'object', properties: { errorStr: { type: 'string' } }, required: ['errorStr'] },
  ],
  definitions: {
    field: { type: 'object', properties: { pos: natural, name: { type: 'string' } }, required: ['pos', 'name'] },
    processNum: { type: 'integer', minimum: 1 },
    tags: {
      type: 'object',
      properties: {
        origin: oneOf('Metric', 'Status', 'Key', 'Config', 'Product'),
        nature: oneOf(
          'Gauge',
          'Limit',
          'Min',
          'Max',
          'Rate',
          'Counter',
          'Duration',
          'Age',
          'Time',
          'Name',
          'Output',
          'Avg',
        ),
        scope: oneOf('Cluster', 'Process', 'Service', 'System'),
      },
      required: ['origin', 'nature', 'scope'],
    },
    typedValue: {
      type: 'object',
      oneOf: [
        typedValue('s32', { type: 'integer', minimum: -2147483648, maximum: 2147483647 }),
        typedValue('s64', { type: 'integer', minimum: -9007199254740991, maximum: 9007199254740991 }),
        typedValue('u32', { type: 'integer', minimum: 0, maximum: 4294967295 }),
        typedValue('u64', { type: 'integer', minimum: 0, maximum: 9007199254740991 }),
        typedValue('str', { type: 'string' }),
      ],
    },
  },
};

export const JSON_SCHEMA = JSON.stringify(SCHEMA);
