import { requestKeys } from '../../../../src/protocol/frames.js';

/** Reads what the gateway writes as an environ: marshal data of both dialects. */
export type EnvironValue = string | number | boolean | null | EnvironValue[];
export type Environ = Map<string, EnvironValue>;

type Value = EnvironValue | Environ | Value[];

/** The payload of an Environ frame. */
export function readShared(bytes: Buffer): Environ {
  const shared = readValue(bytes);
  if (!(shared instanceof Map)) throw new Error('not a dict');
  return shared;
}

/** The payload of a Request frame, put together with the environs that were sent before. */
export function readRequest(bytes: Buffer, shared: ReadonlyMap<number, Environ>): Environ {
  const [number, first, last, values] = readValue(bytes) as [
    number,
    Environ | null,
    Environ,
    EnvironValue[],
  ];
  const known = shared.get(number);
  if (!known) throw new Error(`nothing was sent under the number ${number}`);
  if (values.length !== requestKeys.length) throw new Error(`${values.length} values`);
  const own = requestKeys.map((key, index) => [key, values[index] as EnvironValue] as const);
  return new Map([...(first ?? []), ...known, ...own, ...last]);
}

function readValue(bytes: Buffer): Value {
  let at = 0;
  const length = (size: 1 | 4): number => {
    at += size;
    return size === 1 ? bytes.readUInt8(at - 1) : bytes.readUInt32LE(at - 4);
  };
  const text = (size: number, encoding: 'latin1' | 'utf8'): string => {
    at += size;
    return bytes.toString(encoding, at - size, at);
  };
  const value = (): Value => {
    const tag = String.fromCharCode(bytes.readUInt8(at++));
    switch (tag) {
      case 'z':
      case 'Z':
        return text(length(1), 'latin1');
      case 'a':
      case 's':
        return text(length(4), 'latin1');
      case 'u':
        return text(length(4), 'utf8');
      case 'N':
        return null;
      case 'T':
        return true;
      case 'F':
        return false;
      case 'i':
        at += 4;
        return bytes.readInt32LE(at - 4);
      case 'g':
        at += 8;
        return bytes.readDoubleLE(at - 8);
      case '(': {
        const items: Value[] = [];
        for (let left = length(4); left > 0; left--) items.push(value());
        return items;
      }
      case '{': {
        const entries: Environ = new Map();
        while (bytes[at] !== 48) entries.set(String(value()), value() as EnvironValue);
        at++;
        return entries;
      }
      default:
        throw new Error(`unexpected tag ${JSON.stringify(tag)} at ${at - 1}`);
    }
  };
  const read = value();
  if (at !== bytes.length) throw new Error('bytes after the value');
  return read;
}
