import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, ask } from '../support/http.js';
import { pythonsForVenvs } from '../support/pythons.js';
import { withSite } from '../support/site.js';

const configuration = `
<LocationMatch "^/a/(\\w+\\s?)*$">
    SetEnv PLACE a
</LocationMatch>
SetEnvIf Cookie "(.*;)*\\s*sid=x$" SESSION=yes
SetEnvIf X-Blanks "\\s+$" BLANKS=yes
SetEnvIf X-Around "^(?!x)(\\w+\\s?)*$" AROUND=yes
AliasMatch "^/~([^/]+)(/?.*)*/x$" /srv/nobody/$1
`;

const attacks: readonly [path: string, headers: Record<string, string>, status: number][] = [
  [`/a/${'a'.repeat(41)}!`, {}, 200],
  [`/a/${'a'.repeat(8000)}!`, {}, 200],
  ['/', { Cookie: ';'.repeat(60) }, 200],
  ['/', { Cookie: ';'.repeat(8000) }, 200],
  [`/~${'a'.repeat(43)}`, {}, 200],
  [`/~${'a/'.repeat(4000)}`, {}, 200],
  ['/', { 'X-Blanks': `x${' '.repeat(8000)}x` }, 200],
  // Nothing but time limits this one; to go on as if it did not match could open a place.
  ['/', { 'X-Around': `${'a'.repeat(60)}!` }, 400],
];

test('texts made to keep patterns of the configuration busy hold nobody up', async (t) => {
  const {
    pythons: [python],
    reason,
  } = pythonsForVenvs(1);
  if (!python) return t.skip(reason);
  await withSite(
    python,
    { mounts: { '/': 'says-hello' }, more: () => configuration },
    async (server) => {
      assert.equal((await ask(server.port, '/a/b c', {})).status, 400, 'a blank is no target');
      for (const [path, headers, status] of attacks) {
        const name = `${path.slice(0, 20)} ${JSON.stringify(headers).slice(0, 40)}`;
        const all: Promise<Answer>[] = Array.from({ length: 20 }, () =>
          ask(server.port, path, { headers }),
        );
        // The others are asked in between, on connections of their own.
        const [others, attackers] = await Promise.all([
          Promise.all([1, 2, 3].map(() => ask(server.port, '/other', { patience: 10_000 }))),
          Promise.all(all),
        ]);
        assert.deepEqual(new Set(others.map((answer) => answer.status)), new Set([200]), name);
        assert.deepEqual(
          new Set(attackers.map((answer) => answer.status)),
          new Set([status]),
          name,
        );
      }
      const refused = await server.until(
        (line) => line.type === 'request-rejected' && /X-Around|took more/.test(String(line.msg)),
        'tells the pattern',
      );
      assert.match(String(refused.msg), /the pattern "\^\(\?!x\).*" took more than 20 ms/);
    },
  );
});
