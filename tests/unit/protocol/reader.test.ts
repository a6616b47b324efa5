import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Frame } from '../../../src/protocol/frames.js';
import { word } from '../../../src/protocol/marshal.js';
import { FrameReader, type ReaderOptions } from '../../../src/protocol/reader.js';

function frame(type: number, stream: number, payload: string): string {
  return word(payload.length) + word((stream << 8) | type) + payload;
}

/** What comes out when the bytes arrive in chunks of this length. */
function cut(
  bytes: string,
  length: number,
  options: ReaderOptions = {},
): [number, number, string][] {
  const taken: [number, number, string][] = [];
  const reader = new FrameReader(
    (type, stream, payload) => taken.push([type, stream, payload.toString('latin1')]),
    options,
  );
  for (let at = 0; at < bytes.length; at += length)
    reader.push(Buffer.from(bytes.slice(at, at + length), 'latin1'));
  return taken;
}

const frames: [number, number, string][] = [
  [Frame.Head, 7, '200 OK'],
  [Frame.Data, 7, 'abcdefghijklmnopqrstuvwxyz'],
  [Frame.End, 7, ''],
  [Frame.Data, 8, ''],
  [Frame.Response, 9, 'head and body'],
];
const bytes = frames.map((one) => frame(...one)).join('');

test('frames come out whole however their bytes arrive', () => {
  for (let length = 1; length <= bytes.length; length++)
    assert.deepEqual(cut(bytes, length), frames);
});

test('frames in pieces have the same bytes in the same order, however these arrive', () => {
  for (let length = 1; length <= bytes.length; length++) {
    const taken = cut(bytes, length, { inPieces: Frame.Data });
    const data = taken.filter(([type, stream]) => type === Frame.Data && stream === 7);
    assert.equal(data.map(([, , text]) => text).join(''), 'abcdefghijklmnopqrstuvwxyz');
    assert.deepEqual(
      taken.filter(([type]) => type !== Frame.Data),
      frames.filter(([type]) => type !== Frame.Data),
    );
    assert.ok(taken.findIndex(([type]) => type === Frame.End) > taken.indexOf(data.at(-1)!));
  }
});

test('frames in pieces that lie whole in a chunk stay whole', () => {
  assert.deepEqual(cut(bytes, bytes.length, { inPieces: Frame.Data }), frames);
});
