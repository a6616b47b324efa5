import { breaksGroup, type Explanation, nothing, refuses } from './explanation.js';

/** Codes of the plan: hosts, mounts, groups, users. */
export const planning = {
  'unknown-process-group': {
    cause: 'WSGIProcessGroup, or process-group=, names a group that no WSGIDaemonProcess defines.',
    happens: refuses,
    remedy: 'Correct the name, or define the group.',
    example: 'WSGIDaemonProcess blog python-home=/srv/venvs/blog\nWSGIProcessGroup blog',
  },
  'process-group-not-accessible': {
    cause:
      'The group is defined inside of another <VirtualHost>, and only hosts of that name may use it.',
    happens: refuses,
    remedy: 'Move WSGIDaemonProcess out of the <VirtualHost>.',
  },
  'unused-process-group': {
    cause:
      'A WSGIDaemonProcess is defined, but no mount runs in it: the line that chooses it is missing.',
    happens:
      'Its processes run and get no request; its python-home has no effect on any application.',
    remedy: 'Choose the group where the application is mounted.',
    example: 'WSGIProcessGroup blog',
  },
  'shadowed-alias': {
    cause: 'An earlier alias matches every URL of this one; the first match wins.',
    happens:
      'The server does not start; where both name the same script and options it does, and this is a warning.',
    remedy: 'Write longer URLs before shorter ones, / last.',
    example: 'WSGIScriptAlias /shop /srv/shop.wsgi\nWSGIScriptAlias / /srv/blog.wsgi',
  },
  'alias-slash-missing': {
    cause:
      'What follows in a URL is appended to the target letter by letter, as in Apache: with /static/ and /srv/files, /static/x is looked for at /srv/filesx.',
    happens: 'The server starts; most requests of the alias get 404.',
    remedy: 'Write both with a slash at the end, or both without.',
    example: 'Alias /static /srv/files',
  },
  'no-listen': {
    cause: 'Neither Listen nor --listen says where to listen.',
    happens: 'The server listens on 127.0.0.1:8080.',
    remedy: 'State the address.',
    example: 'Listen 80',
  },
  'listen-duplicate': {
    cause: 'Two Listen lines claim the same address and port.',
    happens: refuses,
    remedy: 'Remove one of them.',
  },
  'nothing-mounted': {
    cause: 'A host has no WSGIScriptAlias, no Alias and no DocumentRoot.',
    happens: 'Every request for it gets 404.',
    remedy: 'Mount an application.',
    example: 'WSGIScriptAlias / /srv/blog/app.wsgi',
  },
  'access-denied-by-default': {
    cause: 'As in Apache 2.4, nothing is served from a folder that no Require opens.',
    happens: 'Every request for it gets 403.',
    remedy: 'Open the folder of the script.',
    example: '<Directory /srv/blog>\n    Require all granted\n</Directory>',
  },
  'script-missing': {
    cause: 'The file or folder that a WSGIScriptAlias leads to does not exist.',
    happens: 'Requests for it get 404 until it is there.',
    remedy: 'Correct the path, or put the script there.',
  },
  'folder-missing': {
    cause: 'The folder of an Alias or of DocumentRoot does not exist.',
    happens: 'Requests for it get 404 until it is there.',
    remedy: 'Correct the path, or make the folder.',
  },
  'embedded-restricted': {
    cause: 'A mount has no process group, and WSGIRestrictEmbedded is On.',
    happens: refuses,
    remedy: 'Choose a process group for the mount.',
    example: 'WSGIProcessGroup blog',
  },
  'log-folder-open': {
    cause:
      'A folder on the way to ErrorLog, CustomLog or PidFile belongs to another user, or others may write in it.',
    happens:
      'The server writes there itself, as root maybe. It follows no link of others, opens no named pipe and no file with a second name, and does not start where one is in its way: whoever may write there can prevent the start.',
    remedy: 'Give the folder to root.',
    example: 'chown root: /srv/logs && chmod 0755 /srv/logs',
  },
  'embedded-mode': {
    cause: 'A mount has no process group, and so runs in embedded mode, as with mod_wsgi.',
    happens:
      'The application runs inside of the gateway processes, with one Python for the whole server.',
    remedy:
      'Choose a process group where the application needs an environment or a user of its own.',
    example: 'WSGIProcessGroup blog',
  },
  'embedding-unavailable': {
    cause: 'A mount runs in embedded mode, and the optional npm package koffi is not installed.',
    happens: refuses,
    remedy: 'Install it, or choose a process group for the mount.',
    example: 'npm install koffi',
  },
  'library-missing': {
    cause:
      'Embedded mode loads the shared library of Python, and this Python was built without one.',
    happens: refuses,
    remedy:
      'Choose a process group, which needs no library, or a Python built with --enable-shared.',
    example: 'WSGIProcessGroup blog',
  },
  'library-broken': {
    cause:
      'The shared library of Python could not be loaded, or is of another version or build than the interpreter.',
    happens: refuses,
    remedy: 'Choose a process group, or install that Python again.',
    example: 'WSGIProcessGroup blog',
  },
  'embedded-beside-group': {
    cause:
      'A virtual host defines a process group, but the mount does not choose it: WSGIDaemonProcess alone changes nothing.',
    happens: 'The application runs in embedded mode, without the python-home of the group.',
    remedy: 'Choose the group in the same host.',
    example: 'WSGIProcessGroup blog',
  },
  'application-group-shared': {
    cause:
      'Two different scripts run in the same application group of the same process group, often because of WSGIApplicationGroup %{GLOBAL}.',
    happens:
      'They share modules and os.environ: with Django, the settings of whichever is loaded first count for both.',
    remedy: 'Give each its own process group, or leave WSGIApplicationGroup out.',
    example:
      'WSGIScriptAlias /a /srv/a.wsgi process-group=a application-group=%{GLOBAL}\nWSGIScriptAlias /b /srv/b.wsgi process-group=b application-group=%{GLOBAL}',
  },
  'host-not-listened': {
    cause: 'A <VirtualHost> is for a port on which nothing listens.',
    happens: 'It gets no request.',
    remedy: 'Add a Listen line, or change the port of the host.',
    example: 'Listen 8080',
  },
  'path-unreachable': {
    cause:
      'A folder on the way to a file does not let a user enter that needs it: often a home folder of mode 0700.',
    happens: 'Requests for it get 403 or 500.',
    remedy: 'Move the files, for example to /srv, or let others enter the folder.',
    example: 'chmod o+x /home/alice',
  },
  'environment-chosen': {
    cause: 'venvhost serve was given no --venv.',
    happens: nothing,
    remedy: 'Name another environment with --venv.',
    example: 'venvhost serve app.wsgi --venv ~/venvs/blog',
  },
  'user-defaulted': {
    cause: 'root starts the server, and the configuration names no User.',
    happens:
      'Gateways and applications run as the first of www-data, apache and nobody that exists.',
    remedy: 'State the user.',
    example: 'User www-data',
  },
  'group-name-of-clients': {
    cause:
      'A group name is %{HOST}, and its place takes requests for every name; or it is %{ENV:…}, and SetEnvIf puts a part of the request into that variable.',
    happens:
      'It is served. Each name that a client makes up costs an interpreter, or processes, of its own. In a process group there is room for 64 application groups, less as many as the configuration has ServerNames and ServerAliases without wildcards, at least 16; those of the configuration always have room. An application group ends when it was not asked for within ten minutes, or within one when another needs its place; while none can go, new names get 503.',
    remedy:
      'Write %{SERVER} instead of %{HOST}, or list the names with ServerAlias in a <VirtualHost> that is not the first of its address.',
    example:
      '<VirtualHost *:80>\n    ServerName nobody.example\n</VirtualHost>\n<VirtualHost *:80>\n    ServerName a.example\n    ServerAlias b.example c.example\n    WSGIApplicationGroup %{HOST}\n</VirtualHost>',
  },
  'gateway-user-shared': {
    cause:
      'Some process groups have a user of their own (user=), and another one runs as the user of the gateways, or its application runs in embedded mode, inside of them. As with mod_wsgi, a group without user= runs as User.',
    happens:
      'It is served. An application that runs as the user of the gateways can send them signals, which stops all sites for a moment; it cannot read their memory, nor connect to other process groups. An application in embedded mode can do all that a gateway can, and so run any script of any process group as the user of that group.',
    remedy:
      'Give the group a user of its own, or give gateways one with GatewayUser. A machine that has a user called venvhost needs no GatewayUser, unless something runs in embedded mode. An application in embedded mode gets a process group.',
    example: 'GatewayUser venvhost',
  },
  'user-unknown': {
    cause: 'A user or group is not known to this machine.',
    happens: refuses,
    remedy: 'Correct the name, or make the user.',
    example: 'useradd --system blog',
  },
  'user-is-root': {
    cause: 'The configuration asks for root to run an application or the gateway.',
    happens: refuses,
    remedy: 'Name a user of its own.',
    example: 'WSGIDaemonProcess blog user=blog',
  },
  'user-needs-root': {
    cause: 'The configuration names another user, and venvhost was not started by root.',
    happens: refuses,
    remedy: 'Start it as root, or as that user with the line left out.',
  },
  'user-switch-unavailable': {
    cause: 'root starts the server, and this machine has no setpriv.',
    happens: refuses,
    remedy: 'Install util-linux.',
  },
  'program-unreachable': {
    cause:
      'venvhost or Node is installed where the user of gateways or daemons cannot read, often below /root.',
    happens: refuses,
    remedy: 'Install both where everybody can read them.',
  },
  'start-refused': {
    cause:
      'The folder of a log, of PidFile or of WSGISocketPrefix does not exist or is closed, or a port or address cannot be bound. check asks the system for the same things as the start.',
    happens:
      'The server does not start. For a user who is not root, missing rights are a warning: who starts it may have them.',
    remedy: 'Do what the hint says.',
    example: 'mkdir -p /var/log/blog',
  },
  'socket-path-too-long': {
    cause: 'The kernel takes about a hundred bytes for the path of a Unix socket.',
    happens: refuses,
    remedy: 'Choose a shorter prefix.',
    example: 'WSGISocketPrefix /run/venvhost',
  },
  'working-folder-missing': {
    cause: 'home= of WSGIDaemonProcess names a folder that does not exist, or a file.',
    happens: breaksGroup,
    remedy: 'Make the folder, or leave home= out.',
  },
  'daemon-unusable': {
    cause:
      'At run time, the processes of a group end before they are ready, and no finding about the environment explains it. The last lines that they wrote stand in the log.',
    happens: 'The group answers 503 and is tried again, each time later, until a process comes up.',
    remedy: 'Correct what the last lines name; nothing needs to be restarted.',
  },
  'locale-missing': {
    cause: 'lang= or locale= names a locale that was not generated on this machine.',
    happens:
      'The C library falls back to C, and text that is not ASCII may fail to be printed or opened.',
    remedy: 'Generate it, or use C.UTF-8, which is always there.',
    example: 'WSGIDaemonProcess blog lang=C.UTF-8',
  },
  'selinux-enforcing': {
    cause:
      'SELinux is in enforcing mode, and files lie where services may be forbidden to read or execute.',
    happens:
      'Compiled modules may fail with "failed to map segment from shared object" or "Permission denied" although the modes are right.',
    remedy: 'Look for denials, and give the files a context that services may execute.',
    example:
      'ausearch -m avc -ts recent\nsemanage fcontext -a -t bin_t "/srv/venvs(/.*)?" && restorecon -R /srv/venvs',
  },
} as const satisfies Record<string, Explanation>;
