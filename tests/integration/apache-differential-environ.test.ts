import { compareWithApache } from '../support/differential.js';

const open = '<Directory "$HERE">\nRequire all granted\n</Directory>';

compareWithApache('environ says what it says in Apache', {
  cases: [
    {
      name: 'names of application groups keep the case of ServerName',
      configuration: `ServerName CamelCase.test\n${open}
WSGIScriptAlias /resource $HERE/app.wsgi application-group=%{RESOURCE}
WSGIScriptAlias /server $HERE/app.wsgi application-group=%{SERVER}
WSGIScriptAlias /host $HERE/app.wsgi application-group=%{HOST}`,
      environ: ['SERVER_NAME', 'mod_wsgi.application_group'],
      requests: ['/resource', '/server', '/host'].flatMap((ask) => [
        { ask, host: 'CamelCase.test' },
        { ask, host: 'camelcase.test' },
      ]),
    },
    {
      name: 'a canonical name keeps the case of ServerName',
      configuration: `ServerName CamelCase2.test\nUseCanonicalName On\n${open}\nWSGIScriptAlias /app $HERE/app.wsgi`,
      environ: ['SERVER_NAME'],
      requests: [{ ask: '/app', host: 'camelcase2.test' }],
    },
    {
      name: 'the constants of CGI are there',
      configuration: `${open}\nWSGIScriptAlias /app $HERE/app.wsgi`,
      environ: ['GATEWAY_INTERFACE', 'SERVER_SIGNATURE'],
      requests: ['/app', '/app/', '/app/x/y'],
    },
    {
      name: 'PATH_TRANSLATED is left out, as mod_wsgi 6 does',
      configuration: `${open}\nWSGIScriptAlias /app $HERE/app.wsgi`,
      environ: ['PATH_TRANSLATED'],
      requests: [
        {
          ask: '/app/x/y',
          here: '200 | the application | SCRIPT_NAME="/app" | PATH_INFO="/x/y" | PATH_TRANSLATED=null',
          why: 'Apache looks a second file up for it',
        },
      ],
    },
  ],
});
