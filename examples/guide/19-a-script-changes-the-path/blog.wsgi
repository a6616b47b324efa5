"""Imports from a folder beside it."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'project'))

import articles  # noqa: E402, F401

import json
import os
import sys

try:
    from flavour import __version__ as flavour
except ImportError:
    flavour = None


def application(environ, start_response):
    page = {
        'script': 'blog.wsgi',
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
