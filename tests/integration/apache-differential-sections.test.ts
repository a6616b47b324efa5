import { type Case, compareWithApache } from '../support/differential.js';

const granted = 'Require all granted';
const open = `<Directory "$HERE">\n${granted}\n</Directory>`;

const cases: readonly Case[] = [
  {
    name: 'a folder that is granted is open, with all below it',
    configuration: open,
    requests: ['/', '/f.txt', '/sub/f.txt', '/sub/', '/sub', '/missing', '/sub/deep/g.txt'],
  },
  {
    name: 'an application gets SCRIPT_NAME and PATH_INFO',
    configuration: `${open}\nWSGIScriptAlias /app $HERE/app.wsgi`,
    requests: ['/app', '/app/', '/app/x', '/apple', '/app//x'],
  },
];

compareWithApache('sections hold for the requests for which they hold in Apache', { cases });
