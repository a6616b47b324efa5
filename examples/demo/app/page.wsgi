"""Shows which Python, environment and package version this process group runs on."""

import html
import inspect
import os
import sys

import mod_wsgi
from venvhost_greeting import greet

try:
    from importlib.metadata import version
except ImportError:  # Python 3.6 and 3.7

    def version(name):
        start = name.replace('-', '_') + '-'
        for folder in filter(os.path.isdir, sys.path):
            for entry in os.listdir(folder):
                if entry.startswith(start) and entry.endswith('.dist-info'):
                    return entry[len(start) : -len('.dist-info')]
        return None


def application(environ, start_response):
    group = mod_wsgi.process_group
    # The two versions of the package are incompatible, which is why each has an environment of its own.
    if 'mark' in inspect.signature(greet).parameters:
        greeting = greet(name='process group "%s"' % group)
    else:
        greeting = greet('process group "%s"' % group)
    facts = [
        ('process group', group),
        ('Python', sys.version),
        ('sys.prefix', sys.prefix),
        ('venvhost-greeting', version('venvhost-greeting')),
        ('process', 'pid %d' % os.getpid()),
    ]
    if 'text/html' in environ.get('HTTP_ACCEPT', ''):
        kind, text = 'text/html', page(greeting, facts, environ['SCRIPT_NAME'])
    else:
        lines = [greeting] + ['%-18s %s' % (name + ':', ' '.join(value.split())) for name, value in facts]
        kind, text = 'text/plain', '\n'.join(lines) + '\n'
    body = text.encode('utf-8')
    start_response('200 OK', [('Content-Type', kind + '; charset=utf-8'), ('Vary', 'Accept')])
    return [body]


def page(greeting, facts, here):
    rows = ''.join(
        '<tr><th>%s</th><td>%s</td></tr>' % (html.escape(name), html.escape(value)) for name, value in facts
    )
    other = '/two' if here == '/one' else '/one'
    return TEMPLATE % {'greeting': html.escape(greeting), 'rows': rows, 'other': other}


TEMPLATE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>venvhost demo</title>
<style>
  body { font: 1.05rem/1.6 system-ui, sans-serif; max-width: 46rem; margin: 4rem auto; padding: 0 1rem;
         color: #222; background: #fafafa }
  h1 { font-size: 1.5rem }
  table { border-collapse: collapse; width: 100%%; background: #fff; box-shadow: 0 1px 4px #0002 }
  th, td { text-align: left; padding: .5rem .9rem; border-bottom: 1px solid #eee; vertical-align: top }
  th { white-space: nowrap; font-weight: 600; color: #555 }
  td { font-family: ui-monospace, monospace; font-size: .92rem; overflow-wrap: anywhere }
  a { color: #06c }
</style>
<h1>%(greeting)s</h1>
<table>%(rows)s</table>
<p>See <a href="%(other)s">the other process group</a>, or <a href="/">the start page</a>.</p>
</html>
"""
