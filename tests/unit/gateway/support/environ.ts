/** Reads what the gateway writes as an environ: a marshal dict of both dialects. */
export type EnvironValue = string | number | boolean | null | EnvironValue[];

export function readEnviron(bytes: Buffer): Map<string, EnvironValue> {
  let at = 0;
  const length = (size: 1 | 4): number => {
    at += size;
    return size === 1 ? bytes.readUInt8(at - 1) : bytes.readUInt32LE(at - 4);
  };
  const text = (size: number, encoding: 'latin1' | 'utf8'): string => {
    at += size;
    return bytes.toString(encoding, at - size, at);
  };
  const value = (): EnvironValue => {
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
        const items: EnvironValue[] = [];
        for (let left = length(4); left > 0; left--) items.push(value());
        return items;
      }
      default:
        throw new Error(`unexpected tag ${JSON.stringify(tag)} at ${at - 1}`);
    }
  };
  if (bytes[at++] !== 123) throw new Error('not a dict');
  const environ = new Map<string, EnvironValue>();
  while (bytes[at] !== 48) environ.set(String(value()), value());
  if (at + 1 !== bytes.length) throw new Error('bytes after the dict');
  return environ;
}
