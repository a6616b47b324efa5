/**
 * Python's `marshal` format, as far as the protocol needs it: a dict that one C call of the runtime decodes.
 * Encoded values are latin-1 text, one character a byte, so that an environ is made by joining strings and is
 * written once. Source: Python/marshal.c, formats 2 (Python 2.7) and 4 (Python 3.4 and newer).
 */

/** Which Python reads it: the types of its native strings differ. */
export type Dialect = 2 | 3;

export type MarshalValue =
  | null
  | boolean
  | number
  | string
  | readonly MarshalValue[]
  | { readonly [key: string]: MarshalValue };

export const dictOpen = '{';
export const dictClose = '0';

/**
 * A native string. In WSGI its characters stand for bytes and are at most U+00FF (PEP 3333);
 * Python 2 gets these bytes. Characters above reach Python 3 as they are, Python 2 as UTF-8.
 */
export function encodeText(value: string, dialect: Dialect): string {
  if (dialect === 2) return encodeBytes(value);
  if (!isAscii(value)) return tagged('u', utf8(value));
  return value.length < 256 ? `z${String.fromCharCode(value.length)}${value}` : tagged('a', value);
}

/** A dict entry with a text value. The key must be ASCII. */
export function encodePair(key: string, value: string, dialect: Dialect): string {
  return encodeKey(key, dialect) + encodeText(value, dialect);
}

/** The key of a dict entry, ASCII and shorter than 256. Python interns it, so that lookups compare by identity. */
export function encodeKey(key: string, dialect: Dialect): string {
  return dialect === 2 ? encodeBytes(key) : `Z${String.fromCharCode(key.length)}${key}`;
}

/** Any value. Whole numbers of 32 bits become int, other numbers float, arrays list. */
export function encodeMarshal(value: MarshalValue, dialect: Dialect): string {
  if (value === null) return 'N';
  if (typeof value === 'boolean') return value ? 'T' : 'F';
  if (typeof value === 'number')
    return (value | 0) === value ? `i${word(value)}` : encodeFloat(value);
  if (typeof value === 'string') return encodeText(value, dialect);
  if (isList(value)) return sequence('[', value, dialect);
  const entries = Object.entries(value).map(
    ([key, item]) => encodeKey(key, dialect) + encodeMarshal(item, dialect),
  );
  return dictOpen + entries.join('') + dictClose;
}

export function encodeTuple(values: readonly MarshalValue[], dialect: Dialect): string {
  return sequence('(', values, dialect);
}

/** The start of a tuple whose `length` values follow. */
export function tupleOpen(length: number): string {
  return `(${word(length)}`;
}

/** Little-endian, as all machines are that Node.js runs on. */
const double = new Float64Array(1);
const halves = new Uint32Array(double.buffer);

export function encodeFloat(value: number): string {
  double[0] = value;
  return `g${word(halves[0] as number)}${word(halves[1] as number)}`;
}

/** u32 LE as four latin-1 characters. */
export function word(value: number): string {
  return String.fromCharCode(value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24);
}

/** Decodes what `marshal.dumps(value, 0)` of any Python writes for None, bool, int, text, list, tuple and dict.
 * @throws RangeError when the bytes are cut or of another type. */
export function decodeMarshal(bytes: Buffer): MarshalValue {
  const cursor = { at: 0 };
  const value = decodeValue(bytes, cursor);
  if (value === undefined) throw new RangeError('marshal data without a value');
  return value;
}

function sequence(tag: string, values: readonly MarshalValue[], dialect: Dialect): string {
  return tag + word(values.length) + values.map((item) => encodeMarshal(item, dialect)).join('');
}

function isList(value: MarshalValue): value is readonly MarshalValue[] {
  return Array.isArray(value);
}

function encodeBytes(value: string): string {
  return tagged('s', isLatin1(value) ? value : utf8(value));
}

function tagged(tag: string, bytes: string): string {
  return tag + word(bytes.length) + bytes;
}

function utf8(value: string): string {
  return Buffer.from(value, 'utf8').toString('latin1');
}

function isAscii(value: string): boolean {
  for (let index = 0; index < value.length; index++)
    if (value.charCodeAt(index) > 127) return false;
  return true;
}

function isLatin1(value: string): boolean {
  for (let index = 0; index < value.length; index++)
    if (value.charCodeAt(index) > 255) return false;
  return true;
}

/** `undefined` stands for the NULL that ends a dict. */
function decodeValue(bytes: Buffer, cursor: { at: number }): MarshalValue | undefined {
  const tag = String.fromCharCode(bytes.readUInt8(cursor.at++));
  switch (tag) {
    case '0':
      return undefined;
    case 'N':
      return null;
    case 'T':
      return true;
    case 'F':
      return false;
    case 'i':
      cursor.at += 4;
      return bytes.readInt32LE(cursor.at - 4);
    case 'I':
      cursor.at += 8;
      return Number(bytes.readBigInt64LE(cursor.at - 8));
    case 'u':
    case 's':
    case 't':
      return decodeString(bytes, cursor);
    case '(':
    case '[':
      return decodeList(bytes, cursor);
    case '{':
      return decodeDict(bytes, cursor);
    default:
      throw new RangeError(`marshal data with a value of unexpected type ${JSON.stringify(tag)}`);
  }
}

function decodeString(bytes: Buffer, cursor: { at: number }): string {
  const length = bytes.readUInt32LE(cursor.at);
  const start = cursor.at + 4;
  if (start + length > bytes.length) throw new RangeError('marshal data ends inside a string');
  cursor.at = start + length;
  return bytes.toString('utf8', start, cursor.at);
}

function decodeList(bytes: Buffer, cursor: { at: number }): MarshalValue[] {
  const length = bytes.readUInt32LE(cursor.at);
  cursor.at += 4;
  const values: MarshalValue[] = [];
  for (let index = 0; index < length; index++) values.push(decodeValue(bytes, cursor) ?? null);
  return values;
}

function decodeDict(bytes: Buffer, cursor: { at: number }): MarshalValue {
  const entries: [string, MarshalValue][] = [];
  for (let key = decodeValue(bytes, cursor); key !== undefined; key = decodeValue(bytes, cursor)) {
    entries.push([String(key), decodeValue(bytes, cursor) ?? null]);
  }
  return Object.fromEntries(entries);
}
