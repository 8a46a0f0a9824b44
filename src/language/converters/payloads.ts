import { optional, protobufPath, string } from '../arguments.js';
import { ArgumentError, defineConverter, type ConverterDefinition } from '../definition.js';
import { fixValue, isFix, readFixTag } from '../payload/fix.js';
import { MQTT_CONNACK, MQTT_CONNECT, readFieldName, readPacket, readPacketType } from '../payload/mqtt.js';
import { findField, findFieldType, grpcMessage } from '../payload/protobuf.js';
import { toSint } from '../values.js';
import type { Sample } from '../../core/sample.js';

const MANUAL = '7.3.1';
const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1');

type Example = readonly [string, string, string | undefined];

function protobuf(
  name: string,
  summary: string,
  examples: readonly Example[],
  open: (bytes: Buffer) => Buffer | undefined,
): ConverterDefinition {
  return defineConverter({
    name,
    args: [protobufPath, optional(string)],
    in: 'bin',
    // Integers where a type is given, raw bytes where not; HAProxy lists only the latter.
    out: 'any',
    manual: MANUAL,
    summary,
    examples,
    compile([path, typeName]) {
      const type = typeName === undefined ? undefined : findFieldType(typeName);
      if (typeName !== undefined && type === undefined)
        throw new ArgumentError(`Wrong protocol buffer type '${typeName}'.`);
      return (input): Sample | undefined => {
        const message = open(bytesOf(input));
        const raw = message === undefined ? undefined : findField(message, path, type?.wire);
        if (raw === undefined) return undefined;
        return type === undefined
          ? { type: 'bin', value: raw.toString('latin1') }
          : { type: 'sint', value: toSint(type.read(raw)) };
      };
    },
  });
}

/** Parsers of other protocols' messages (manual 7.3.1). */
export const payloads = [
  protobuf(
    'protobuf',
    "a field of a protocol buffers message, by numbers with dots; as an integer with the field's type",
    [
      ['\x08\x01', '1,int32', '1'],
      ['\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01', '1,int32', '-1'],
      ['\x08\x03', '1,sint64', '-2'],
      ['\x08\x03', '1,bool', '3'],
      ['\x12\x03abc\x08\x07\x12\x03def', '2', 'abc'],
      ['\x12\x03abc\x08\x07', '1,int32', '7'],
      ['\x12\x05\x0a\x03abc', '2.1', 'abc'],
      ['\x0d\x00\x00\x80\x3f', '1,float', '1'],
      ['\x0d\xff\xff\xff\xff', '1,sfixed32', '-1'],
      ['\x0d\xff\xff\xff\xff', '1,fixed32', '4294967295'],
      ['\x09\xff\xff\xff\xff\xff\xff\xff\xff', '1,sfixed64', '-1'],
      ['\x09\x00\x00\x00\x00\x00\x00\xf0\x3f', '1,double', '1'],
      ['\x08\x03', '1,fixed32', undefined],
      ['\x12\x03a', '2', undefined],
    ],
    (bytes) => bytes,
  ),
  protobuf(
    'ungrpc',
    'a field of the protocol buffers message within a gRPC message',
    [
      ['\0\0\0\0\x02\x08\x07', '1,int32', '7'],
      ['\0\0\0\0\x09\x12\x07\x08\x05\x12\x03abc', '2.1,int32', '5'],
      ['\0\0\0\0\x09\x12\x07\x08\x05\x12\x03abc', '2.2', 'abc'],
      ['\0\0\0\0\x09\x08\x07', '1,int32', undefined],
    ],
    grpcMessage,
  ),
  defineConverter({
    name: 'fix_is_valid',
    args: [],
    in: 'bin',
    out: 'bool',
    manual: MANUAL,
    summary: 'whether it is a valid FIX message',
    examples: [
      ['8=FIX.4.4\x019=5\x0135=A\x0110=180\x01', '', '1'],
      ['8=FIX.4.4\x019=5\x0135=A\x0110=181\x01', '', '0'],
      ['8=FIX.9.9\x019=5\x0135=A\x0110=180\x01', '', '0'],
      ['8=FIX.4.4\x019=6\x0135=A\x0110=180\x01', '', '0'],
    ],
    compile: () => isFix,
  }),
  defineConverter({
    name: 'fix_tag_value',
    args: [string],
    in: 'bin',
    out: 'bin',
    manual: MANUAL,
    summary: 'the value of a tag of a FIX message, by number or name',
    examples: [
      ['8=FIX.4.4\x019=5\x0135=A\x0110=180\x01', '35', 'A'],
      ['8=FIX.4.4\x019=5\x0135=A\x0110=180\x01', 'BeginString', 'FIX.4.4'],
      ['8=FIX.4.4\x019=5\x0135=A\x0110=180\x01', '49', undefined],
    ],
    compile([name]) {
      const tag = readFixTag(name);
      if (tag === undefined) throw new ArgumentError(`Unknown FIX tag name '${name}'.`);
      return (input) => fixValue(input, tag);
    },
  }),
  defineConverter({
    name: 'mqtt_is_valid',
    args: [],
    in: 'bin',
    out: 'bool',
    manual: MANUAL,
    summary: 'whether it is a valid CONNECT or CONNACK packet of MQTT',
    examples: [
      ['\x20\x02\0\0', '', '1'],
      ['\x21\x02\0\0', '', '0'],
      ['\x10\x14\0\x04MQTT\x04\x02\0\x3c\0\x08test_sub', '', '1'],
      ['\x10\x14\0\x04MQTT\x07\x02\0\x3c\0\x08test_sub', '', '0'],
    ],
    compile: () => (input) => readPacket(bytesOf(input)) !== undefined,
  }),
  defineConverter({
    name: 'mqtt_field_value',
    args: [string, string],
    in: 'bin',
    out: 'str',
    manual: MANUAL,
    summary: "a field of an MQTT packet, or a property of MQTT 5.0 by its number; the packet's type comes first",
    examples: [
      ['\x10\x14\0\x04MQTT\x04\x02\0\x3c\0\x08test_sub', 'connect,client_identifier', 'test_sub'],
      ['\x10\x14\0\x04MQTT\x04\x02\0\x3c\0\x08test_sub', '1,Protocol_Name', 'MQTT'],
      ['\x10\x14\0\x04MQTT\x04\x02\0\x3c\0\x08test_sub', 'connect,keepalive', '60'],
      ['\x10\x14\0\x04MQTT\x04\x02\0\x3c\0\x08test_sub', 'connect,username', undefined],
      ['\x10\x18\0\x04MQTT\x05\x02\0\x3c\x03!\0\x14\0\x08test_sub', 'connect,33', '20'],
      ['\x20\x02\0\x05', 'connack,reason_code', '5'],
      ['\x20\x02\0\x05', 'connect,flags', undefined],
    ],
    compile([packet, field]) {
      const type = readPacketType(packet);
      if (type === undefined) throw new ArgumentError(`Unknown MQTT type '${packet}'.`);
      const key = readFieldName(type, field);
      if (key === undefined || (type !== MQTT_CONNECT && type !== MQTT_CONNACK))
        throw new ArgumentError(`Unknown MQTT field name '${field}' for packet type '${packet}'.`);
      return (input) => {
        const found = readPacket(bytesOf(input));
        return found?.type === type ? found.fields.get(key) : undefined;
      };
    },
  }),
];
