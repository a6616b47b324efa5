"""Tells which Python runs it, where its modules come from, and which version of one package it sees."""

import json
import os
import sys

try:
    from flavour import __version__ as flavour
except ImportError:
    flavour = None


def application(environ, start_response):
    page = {
        'script': 'myapp2.wsgi',
        'version': '.'.join(map(str, sys.version_info[:3])),
        'prefix': sys.prefix,
        'path': sys.path,
        'process_group': environ['mod_wsgi.process_group'],
        'application_group': environ['mod_wsgi.application_group'],
        'pid': os.getpid(),
        'flavour': flavour,
    }
    start_response('200 OK', [('Content-Type', 'application/json')])
    return [json.dumps(page, indent=2).encode('utf-8')]
