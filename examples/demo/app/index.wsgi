"""The start page of the demo."""


def application(environ, start_response):
    found = environ['PATH_INFO'] in ('', '/')
    status = '200 OK' if found else '404 Not Found'
    if 'text/html' in environ.get('HTTP_ACCEPT', ''):
        kind, text = 'text/html', PAGE if found else 'There is no such page. <a href="/">Start page</a>\n'
    else:
        kind, text = 'text/plain', TEXT if found else 'There is no such page.\n'
    body = text.encode('utf-8')
    start_response(status, [('Content-Type', kind + '; charset=utf-8'), ('Vary', 'Accept')])
    return [body]


TEXT = """One server, two process groups, each with the Python of its own virtual environment:
  /one
  /two
"""

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>venvhost demo</title>
<style>
  body { font: 1.1rem/1.6 system-ui, sans-serif; max-width: 40rem; margin: 5rem auto; padding: 0 1rem;
         color: #222; background: #fafafa }
  a { color: #06c }
</style>
<h1>venvhost is running</h1>
<p>One server, two process groups, each with the Python of its own virtual environment:</p>
<ul>
  <li><a href="/one">/one</a></li>
  <li><a href="/two">/two</a></li>
</ul>
<p>The configuration is <code>examples/demo/demo.conf</code>, in the directives of mod_wsgi.</p>
</html>
"""
