import assert from 'node:assert/strict';
import { test } from 'node:test';
import { environNumbers } from '../../../src/protocol/frames.js';
import { hostPlan, mountPlan, settings } from './support/plans.js';
import { get, run } from './support/running.js';

test('an environ holds exactly what the reference lists', async (t) => {
  const running = await run(t, {
    hosts: (folder) => [
      hostPlan({ documentRoot: '/srv/www', mounts: [mountPlan('/app', `${folder}/app.wsgi`)] }),
    ],
    group: { threads: 5, multiprocess: true },
  });
  const runtime = await running.runtime((request) => request.text('ok'));
  const client = running.client();
  await client
    .send(get('/app/a%20b//c?x=%20', 'User-Agent: me', 'X-Two: 1', 'x-two: 2'))
    .response();
  const environ = Object.fromEntries((await runtime.request(0)).environ);
  for (const key of ['mod_wsgi.request_start', 'mod_wsgi.queue_start']) {
    assert.ok(Math.abs(Number(environ[key]) - Date.now() / 1000) < 10);
    delete environ[key];
  }
  for (const key of ['REMOTE_PORT', 'mod_wsgi.request_id', 'mod_wsgi.connection_id']) {
    assert.match(String(environ[key]), /^[0-9a-z-]+$/);
    delete environ[key];
  }
  assert.deepEqual(environ, {
    GATEWAY_INTERFACE: 'CGI/1.1',
    SERVER_SIGNATURE: '',
    SERVER_SOFTWARE: 'venvhost/0.0.0',
    SERVER_NAME: 'example.com',
    SERVER_ADDR: '127.0.0.1',
    SERVER_PORT: '80',
    REMOTE_ADDR: '127.0.0.1',
    DOCUMENT_ROOT: '/srv/www',
    REQUEST_SCHEME: 'http',
    CONTEXT_PREFIX: '',
    CONTEXT_DOCUMENT_ROOT: '/srv/www',
    SERVER_ADMIN: 'admin@example.com',
    SCRIPT_FILENAME: running.script,
    SERVER_PROTOCOL: 'HTTP/1.1',
    REQUEST_METHOD: 'GET',
    QUERY_STRING: 'x=%20',
    REQUEST_URI: '/app/a%20b//c?x=%20',
    SCRIPT_NAME: '/app',
    PATH_INFO: '/a b/c',
    HTTP_HOST: 'example.com',
    HTTP_USER_AGENT: 'me',
    HTTP_X_TWO: '1, 2',
    'wsgi.version': [1, 0],
    'wsgi.url_scheme': 'http',
    'wsgi.multithread': true,
    'wsgi.multiprocess': true,
    'wsgi.run_once': false,
    'wsgi.input_terminated': true,
    'apache.version': [2, 4, 62],
    'mod_wsgi.version': [6, 0, 5],
    'mod_wsgi.process_group': 'site',
    'mod_wsgi.application_group': '',
    'mod_wsgi.callable_object': 'application',
    'mod_wsgi.request_handler': 'wsgi-script',
    'mod_wsgi.handler_script': '',
    'mod_wsgi.script_name': '/app',
    'mod_wsgi.path_info': '/a b/c',
    'mod_wsgi.script_reloading': '1',
    'mod_wsgi.server_pid': String(process.pid),
    'mod_wsgi.listener_host': '127.0.0.1',
    'mod_wsgi.listener_port': String(running.port),
  });
});

async function environOf(
  t: Parameters<typeof run>[0],
  bytes: string,
  about: Partial<typeof settings> = {},
  dialect: 2 | 3 = 3,
) {
  const running = await run(t, { host: { settings: { ...settings, ...about } }, ...{} });
  const runtime = await running.runtime((request) => request.text('ok'), { dialect });
  await running.ask(bytes);
  return (await runtime.request(0)).environ;
}

test('headers that could pose as others are dropped', async (t) => {
  const environ = await environOf(
    t,
    get(
      '/',
      'X_Forwarded_For: evil',
      'Proxy: evil',
      'Authorization: secret',
      'Content-Type: a/b',
      'X.Y: z',
      'Cookie: a=1',
      'Cookie: b=2',
    ),
  );
  const keys = [...environ.keys()];
  assert.deepEqual(keys.filter((key) => key.startsWith('HTTP_')).sort(), [
    'HTTP_COOKIE',
    'HTTP_HOST',
  ]);
  assert.equal(environ.get('CONTENT_TYPE'), 'a/b');
  assert.equal(environ.get('HTTP_COOKIE'), 'a=1; b=2', 'a comma would be a part of a value');
});

test('Authorization is passed where the configuration says so', async (t) => {
  const environ = await environOf(t, get('/', 'Authorization: Basic x'), {
    passAuthorization: true,
  });
  assert.equal(environ.get('HTTP_AUTHORIZATION'), 'Basic x');
});

test('variables are in the environ but overwrite nothing, and HTTPS becomes the scheme', async (t) => {
  const environ = await environOf(t, get('/'), {
    environment: [
      { kind: 'set', name: 'DATABASE', value: 'x' },
      { kind: 'set', name: 'REMOTE_ADDR', value: '6.6.6.6' },
      { kind: 'set', name: 'HTTPS', value: 'On' },
    ],
  });
  assert.equal(environ.get('DATABASE'), 'x');
  assert.equal(environ.get('REMOTE_ADDR'), '127.0.0.1');
  assert.equal(environ.get('HTTPS'), undefined);
  assert.equal(environ.get('wsgi.url_scheme'), 'https');
});

test('bytes above ASCII arrive as latin-1 characters in both dialects', async (t) => {
  for (const dialect of [2, 3] as const) {
    const environ = await environOf(t, get('/%C3%A9', 'X-Name: caf\xe9'), {}, dialect);
    assert.equal(environ.get('PATH_INFO'), '/\u00c3\u00a9');
    assert.equal(environ.get('HTTP_X_NAME'), 'caf\xe9');
  }
});

test('the port is that of the Host header, else that of ServerName, else the default', async (t) => {
  const port = async (host: string, about = {}) => {
    const running = await run(t, { host: about });
    const runtime = await running.runtime((request) => request.text('ok'));
    await running.ask(`GET / HTTP/1.0\r\n${host}\r\n`);
    return (await runtime.request(0)).environ.get('SERVER_PORT');
  };
  assert.equal(await port('Host: a:8080\r\n'), '8080');
  assert.equal(await port('Host: a\r\n', { port: 81 }), '81');
  assert.equal(await port('', { scheme: 'https' }), '443');
});

test('no two requests share an id', async (t) => {
  const running = await run(t);
  const runtime = await running.runtime((request) => request.text('ok'));
  const client = running.client();
  for (let index = 0; index < 3; index++) await client.send(get('/')).response();
  const ids = runtime.requests.map((request) => request.environ.get('mod_wsgi.request_id'));
  assert.equal(new Set(ids).size, 3);
});

test('every answer gets a line in the access log', async (t) => {
  const running = await run(t, {
    host: {
      accessLogs: [
        {
          log: 0,
          format: [
            { field: 'h' },
            ' "',
            { field: 'r' },
            '" ',
            { field: 's', final: true },
            ' ',
            { field: 'b' },
            ' "',
            { field: 'i', argument: 'Referer' },
            '" ',
            { field: 'o', argument: 'X-Out' },
            ' ',
            { field: 'U' },
            { field: 'q' },
          ],
        },
      ],
    },
  });
  await running.runtime((request) => request.respond('200 OK\nX-Out\nyes', 'hello'));
  await running.ask(get('/a%20b?c', 'Referer: "quoted"'));
  await running.ask('GET / HTTP/1.1\r\nHost: a b\r\n\r\n');
  assert.equal(
    running.lines[0],
    '127.0.0.1 "GET /a%20b?c HTTP/1.1" 200 5 "\\"quoted\\"" yes /a b?c\n',
  );
  assert.match(running.lines[1] ?? '', /^127\.0\.0\.1 "GET \/ HTTP\/1\.1" 400 /);
});

test('what requests of a script share is sent once on a connection, and anew when it changes', async (t) => {
  const running = await run(t, {
    hosts: (folder) => [
      hostPlan({
        mounts: [mountPlan('/a', `${folder}/app.wsgi`), mountPlan('/b', `${folder}/app.wsgi`)],
      }),
    ],
  });
  const runtime = await running.runtime((request) => request.text('ok'));
  const client = running.client();
  for (const path of ['/a/1', '/b/2', '/a/3', '/b/4']) await client.send(get(path)).response();
  assert.equal(runtime.environs, 2);
  const names = runtime.requests.map(({ environ }) => environ.get('SCRIPT_NAME'));
  assert.deepEqual(names, ['/a', '/b', '/a', '/b']);
});

test('more scripts than a connection has numbers for are told apart', async (t) => {
  const running = await run(t, {
    hosts: (folder) => [
      hostPlan({
        maxKeepAliveRequests: 0,
        mounts: [
          { ...mountPlan('', `${folder}/app.wsgi`), url: { kind: 'regex', source: '^/s\\d+' } },
        ],
      }),
    ],
  });
  const runtime = await running.runtime((request) => request.text('ok'));
  const client = running.client();
  const names = Array.from({ length: 3 * environNumbers }, (_, index) => `/s${index % 150}`);
  for (const name of names) await client.send(get(name)).response();
  assert.deepEqual(
    runtime.requests.map(({ environ }) => environ.get('SCRIPT_NAME')),
    names,
  );
});
