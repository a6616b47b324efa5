import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Peer, Place, Site } from './peer.js';
import { versionFrom } from './versions.js';

const nginx = '/usr/sbin/nginx';
const uwsgi = '/usr/bin/uwsgi-core';
const plugins = '/usr/lib/uwsgi/plugins';

export const nginxUwsgi: Peer = {
  name: 'nginx-uwsgi',
  version() {
    const front = versionFrom([nginx, '-v'], /nginx\/(\S+)/);
    const back = versionFrom([uwsgi, '--version'], /^(\d\S+)/m);
    return front && back && `uWSGI ${back} behind nginx ${front}`;
  },
  refuses: (site) =>
    site.mounts.some((mount) => mount.venv) ? 'an environment each needs a uWSGI each' : undefined,
  launch(site, place) {
    const file = join(place.folder, 'nginx.conf');
    writeFileSync(file, configuration(site, place));
    return {
      commands: [
        uwsgiCommand(site, place),
        [nginx, '-p', place.folder, '-c', file, '-e', join(place.folder, 'nginx-error.log')],
      ],
    };
  },
  reload: 'touch',
};

function uwsgiCommand(site: Site, { folder, apps, venv }: Place): string[] {
  // The first one answers what no other mount does, so the root comes first.
  const mounts = [...site.mounts]
    .reverse()
    .flatMap(({ url, file }) => ['--mount', `${url}=${join(apps, file)}`]);
  return [
    uwsgi,
    ...['--plugins-dir', plugins, '--plugin', 'python3', '--socket', join(folder, 'uwsgi.sock')],
    ...['--master', '--die-on-term', '--need-app', '--disable-logging', '--manage-script-name'],
    ...['--processes', `${site.processes}`, '--threads', `${site.threads}`, '--enable-threads'],
    ...['--venv', venv, '--pythonpath', apps, '--buffer-size', '32768', '--listen', '1024'],
    ...['--touch-reload', join(apps, site.mounts[0]!.file)],
    ...(site.mounts.every((mount) => !mount.group) ? ['--single-interpreter'] : []),
    ...mounts,
  ];
}

function configuration({ connections }: Site, { folder, port }: Place): string {
  return `daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/nginx-error.log error;
events { worker_connections ${2 * connections + 1024}; }
http {
  access_log off;
  keepalive_timeout 120;
  keepalive_requests 1000000000;
  client_max_body_size 0;
  large_client_header_buffers 8 32k;
  client_body_temp_path ${folder}/body;
  uwsgi_temp_path ${folder}/uwsgi;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  scgi_temp_path ${folder}/scgi;
  include /etc/nginx/uwsgi_params;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / { uwsgi_pass unix:${folder}/uwsgi.sock; }
  }
}
`;
}
