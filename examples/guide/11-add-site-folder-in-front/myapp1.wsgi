"""Activates its own virtual environment before it imports anything else."""

from __future__ import print_function

import site
import sys

python_home = '/srv/venvs/myapp1'

before = list(sys.path)
site.addsitedir('%s/lib/python%d.%d/site-packages' % ((python_home,) + sys.version_info[:2]))
added = [folder for folder in sys.path if folder not in before]
sys.path[:] = added + before

import json
import os
import sys

try:
    from flavour import __version__ as flavour
except ImportError:
    flavour = None


def application(environ, start_response):
    page = {
        'script': 'myapp1.wsgi',
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
