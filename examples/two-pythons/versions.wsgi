"""Tells as JSON which Python it runs on, where, and which packages it sees."""

import json
import os
import sys

try:
    from importlib.metadata import distributions

    def packages():
        return {found.metadata['Name']: found.version for found in distributions()}
except ImportError:  # Python 3.6 and 3.7

    def packages():
        names = [name for folder in sys.path if os.path.isdir(folder) for name in os.listdir(folder)]
        found = [name[: -len('.dist-info')] for name in names if name.endswith('.dist-info')]
        return dict(name.rsplit('-', 1) for name in found)


def application(environ, start_response):
    facts = {
        'version': '.'.join(map(str, sys.version_info[:3])),
        'prefix': sys.prefix,
        'executable': sys.executable,
        'packages': packages(),
        'process_group': environ['mod_wsgi.process_group'],
        'application_group': environ['mod_wsgi.application_group'],
        'pid': os.getpid(),
        'uid': os.getuid(),
    }
    body = json.dumps(facts, indent=2).encode('utf-8') + b'\n'
    start_response('200 OK', [('Content-Type', 'application/json')])
    return [body]
