import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../support/command.js';
import { type Answer, ask } from '../support/http.js';
import { reachableRepository } from '../support/reachable-repository.js';
import { makeReadableFolder } from '../support/run-folder.js';
import { type Server, startVenvhost } from '../support/server.js';
import { testWithPackageIndex } from '../support/skipping.js';
import { makeVenv } from '../support/venvs.js';

const repository = await reachableRepository();

testWithPackageIndex(
  "Django: the admin's login page with static files, a form, an upload, a streamed download",
  { oldest: '3.10' },
  async (python) => {
    const venv = await makeVenv(python, { requirements: ['Django>=5'] });
    const here = makeReadableFolder('django-');
    cpSync(join(repository, 'examples/django'), here, { recursive: true });
    await manage(venv, here, 'migrate');
    await manage(venv, here, 'collectstatic');
    const defines = [`HERE=${here}`, `VENV=${venv}`, 'PORT=0'];
    const server = await startVenvhost([
      'run',
      ...['-f', join(here, 'django.conf')],
      ...defines.flatMap((define) => ['-D', define]),
    ]);
    try {
      await showsAdminLogin(server);
      await acceptsForm(server);
      await takesUpload(server);
      await streamsDownload(server);
    } finally {
      await server.stop();
      rmSync(here, { recursive: true });
    }
  },
);

async function showsAdminLogin(server: Server): Promise<void> {
  const page = await ask(server.port, '/admin/login/?next=/admin/');
  assert.equal(page.status, 200, server.output());
  assert.match(page.text, /Django administration/);
  const sheets = [...page.text.matchAll(/href="(\/static\/[^"]+\.css)"/g)].map(
    (match) => match[1]!,
  );
  assert.ok(sheets.length > 0, 'the page links to style sheets');
  for (const sheet of sheets) {
    const css = await ask(server.port, sheet);
    assert.equal(css.status, 200, sheet);
    assert.match(css.headers['content-type'] ?? '', /^text\/css/);
    assert.ok(css.body.length > 100 && !css.cut, sheet);
  }
  const redirected = await ask(server.port, '/admin/');
  assert.equal(redirected.status, 302);
  assert.equal(redirected.headers['location'], '/admin/login/?next=/admin/');
}

async function acceptsForm(server: Server): Promise<void> {
  const { token, cookie } = crossSiteToken(await ask(server.port, '/greet/'));
  const form = new URLSearchParams({ csrfmiddlewaretoken: token, name: 'Zoë' }).toString();
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const answer = await ask(server.port, '/greet/', {
    method: 'POST',
    headers: { ...headers, Cookie: cookie },
    body: form,
  });
  assert.equal(answer.text, 'Hello, Zoë!\n');
  const forged = await ask(server.port, '/greet/', { method: 'POST', headers, body: form });
  assert.equal(forged.status, 403, 'without the cookie');
}

async function takesUpload(server: Server): Promise<void> {
  const { token, cookie } = crossSiteToken(await ask(server.port, '/upload/'));
  // Larger than what Django keeps in memory, so that it goes through a temporary file.
  const content = randomBytes(5 * 1024 * 1024);
  const boundary = `b-${randomBytes(8).toString('hex')}`;
  const body = Buffer.concat([
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n${token}\r\n` +
        `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="some.bin"\r\n` +
        'Content-Type: application/octet-stream\r\n\r\n',
    ),
    content,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
  const answer = await ask(server.port, '/upload/', {
    method: 'POST',
    headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}`, Cookie: cookie },
    body,
  });
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(JSON.parse(answer.text), {
    name: 'some.bin',
    size: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
  });
}

async function streamsDownload(server: Server): Promise<void> {
  const answer = await ask(server.port, '/download/160/');
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['transfer-encoding'], 'chunked');
  assert.equal(answer.cut, false);
  assert.equal(answer.body.length, 160 * 64 * 1024);
}

function crossSiteToken(page: Answer): { token: string; cookie: string } {
  const token = /name="csrfmiddlewaretoken" value="([^"]+)"/.exec(page.text)?.[1];
  const cookie = /csrftoken=[^;]+/.exec(page.headers['set-cookie'] ?? '')?.[0];
  assert.ok(token && cookie, page.text);
  return { token, cookie };
}

async function manage(venv: string, here: string, command: string): Promise<void> {
  const args = [join(here, 'manage.py'), command, '--no-input', '--verbosity', '0'];
  const done = await runCommand(join(venv, 'bin/python'), args, { cwd: here, deadline: 120_000 });
  assert.equal(done.status, 0, done.output);
}
