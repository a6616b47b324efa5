import type { Machine } from '../../src/python/machine.js';
import { type FakeEntry, fakeMachine, libpython } from './fake-machine.js';

/**
 * A machine from a few lines of text:
 *
 *     root                               we are root; else we are the user tester (1000)
 *     folder PATH [MODE [UID]]
 *     file PATH [MODE [UID]]
 *     text PATH REST OF THE LINE         a file; \n in the text begins a new line
 *     link PATH TARGET
 *     python PATH VERSION                an interpreter that answers
 *     broken PATH                        an interpreter that does not
 *     venv PATH VERSION                  a virtual environment of /usr/bin/python3
 *     cfg PATH HOME VERSION              only the pyvenv.cfg of one
 *     program PATH                       a part of venvhost itself
 *     environment NAME=VALUE
 *     without PATH                       takes away what every machine has
 *     without-koffi                      nothing can load libraries for embedded mode
 *
 * Every machine has /usr/bin/python3 (3.11.2), setpriv, and the users root, www-data, alice and tester.
 */
export function describedMachine(text: string): Machine {
  const files: Record<string, FakeEntry> = {
    '/etc/passwd': { file: passwd },
    '/etc/group': { file: group },
    '/usr/bin/setpriv': { file: '' },
    '/usr/bin/python3': { file: '' },
    [libpython]: { file: '' },
    '/home/tester': { mode: 0o750, uid: 1000, gid: 1000 },
    '/home/alice': { mode: 0o700, uid: 1001, gid: 1001 },
    '/root': { mode: 0o700 },
    '/var/www': {},
  };
  const pythons: Record<string, string> = { '/usr/bin/python3': '3.11.2' };
  const environment: Record<string, string> = { PATH: '/usr/bin:/bin', HOME: '/home/tester' };
  const programs: string[] = [];
  let koffi = true;
  let self = { uid: 1000, gid: 1000, groups: [1000] };
  const words: Record<string, (path: string, ...rest: string[]) => void> = {
    root: () => {
      self = { uid: 0, gid: 0, groups: [0] };
    },
    folder: (path, mode, uid) => {
      files[path] = owned({}, mode, uid);
    },
    file: (path, mode, uid) => {
      files[path] = owned({ file: '' }, mode, uid);
    },
    text: (path, ...rest) => {
      files[path] = { file: rest.join(' ').replaceAll('\\n', '\n') };
    },
    link: (path, target) => {
      files[path] = { link: target! };
    },
    python: (path, version) => {
      files[path] ??= { file: '' };
      pythons[path] = version!;
    },
    broken: (path) => {
      files[path] = { file: '' };
    },
    venv: (path, version) => {
      files[`${path}/pyvenv.cfg`] = { file: `home = /usr/bin\nversion = ${version}\n` };
      files[`${path}/bin/python`] = { link: '/usr/bin/python3' };
      pythons[`${path}/bin/python`] = version!;
    },
    cfg: (path, home, version) => {
      files[`${path}/pyvenv.cfg`] = { file: `home = ${home}\nversion = ${version}\n` };
    },
    program: (path) => {
      files[path] = { file: '' };
      programs.push(path);
    },
    environment: (pair) => {
      const [name = '', value = ''] = pair.split('=');
      environment[name] = value;
    },
    without: (path) => {
      delete files[path];
    },
    'without-koffi': () => {
      koffi = false;
    },
  };
  for (const line of text.split('\n').filter(Boolean)) {
    const [word = '', ...rest] = line.split(/\s+/);
    const apply = words[word];
    if (!apply) throw new Error(`no such word of a machine: ${line}`);
    apply(rest[0] ?? '', ...rest.slice(1));
  }
  return fakeMachine({ koffi, files, pythons, self, environment, programs });
}

function owned(entry: FakeEntry, mode: string | undefined, uid: string | undefined): FakeEntry {
  return {
    ...entry,
    ...(mode !== undefined && { mode: Number.parseInt(mode, 8) }),
    ...(uid !== undefined && { uid: Number(uid), gid: Number(uid) }),
  };
}

const passwd = `root:x:0:0:root:/root:/bin/bash
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
tester:x:1000:1000::/home/tester:/bin/sh
alice:x:1001:1001::/home/alice:/bin/sh
`;

const group = `root:x:0:
www-data:x:33:
staff:x:50:alice
tester:x:1000:
alice:x:1001:
`;
