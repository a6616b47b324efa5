import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Peer } from './peer.js';

/** No server for Python: what node:http does with `hello` by its documented functions. */
export function nodeHttp(node: string): Peer {
  return {
    name: 'node-http',
    onRequest: true,
    version: () => `node:http alone, answering by itself`,
    refuses: (site) =>
      site.mounts.length === 1 && site.mounts[0]?.file === 'hello.py' ? undefined : 'hello only',
    launch(_site, { folder, port }) {
      const file = join(folder, 'server.mjs');
      writeFileSync(file, program(port));
      return { commands: [[node, file]] };
    },
  };
}

function program(port: number): string {
  return `import { createServer } from 'node:http';
const server = createServer((request, response) => {
  response.writeHead(200, ['Content-Type', 'text/plain', 'Content-Length', '12']);
  response.end('Hello world\\n');
});
server.keepAliveTimeout = 120000;
server.listen(${port}, '127.0.0.1', 4096);
`;
}
