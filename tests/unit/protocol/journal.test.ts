import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mostInvented } from '../../../src/gateway/runtimes/invented-groups.js';
import { regions } from '../../../src/protocol/journal.js';

test('the journal has room for as many application groups as requests may bring into being, and for those of a configuration, of two gateways', () => {
  assert.ok(regions >= 2 * (mostInvented + 50), `${regions} regions`);
});
