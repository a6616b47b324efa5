import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modernAccess } from '../../../src/config/old-access.js';

test('Order, Allow and Deny become Require lines of the same meaning', () => {
  const cases: [Parameters<typeof modernAccess>[0], string[]][] = [
    [{ order: 'allow,deny', allow: ['all'], deny: [] }, ['Require all granted']],
    [{ order: 'allow,deny', allow: [], deny: [] }, ['Require all denied']],
    [{ order: 'allow,deny', allow: ['10.1'], deny: ['all'] }, ['Require all denied']],
    [{ order: 'deny,allow', allow: [], deny: [] }, ['Require all granted']],
    [{ order: 'deny,allow', allow: ['all'], deny: ['all'] }, ['Require all granted']],
    [{ order: 'deny,allow', allow: [], deny: ['all'] }, ['Require all denied']],
    [
      { order: 'deny,allow', allow: ['10.1', 'a.org', 'env=x'], deny: ['all'] },
      ['Require ip 10.1', 'Require host a.org', 'Require env x'],
    ],
    [
      { order: 'allow,deny', allow: ['a.org', '::1'], deny: ['10.1'] },
      [
        '<RequireAll>',
        '  <RequireAny>',
        '    Require ip ::1',
        '    Require host a.org',
        '  </RequireAny>',
        '  Require not ip 10.1',
        '</RequireAll>',
      ],
    ],
    [
      { order: 'deny,allow', allow: ['10.1.2.3'], deny: ['10.1'] },
      [
        '<RequireAll>',
        '  Require all granted',
        '  Require not ip 10.1',
        '</RequireAll>',
        'Require ip 10.1.2.3',
      ],
    ],
  ];
  for (const [old, expected] of cases) assert.deepEqual(modernAccess(old), expected);
});
