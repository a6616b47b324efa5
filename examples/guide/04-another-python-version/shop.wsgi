"""Uses an environment of its own, which is to be of the Python that runs it."""

python_home = '/srv/venvs/shop'

activate_this = python_home + '/bin/activate_this.py'
exec(open(activate_this).read(), dict(__file__=activate_this))

import json
import os
import sys

try:
    from flavour import __version__ as flavour
except ImportError:
    flavour = None


def application(environ, start_response):
    page = {
        'script': 'shop.wsgi',
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
