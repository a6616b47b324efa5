"""Tells which site and process group answer."""


def application(environ, start_response):
    start_response('200 OK', [('Content-Type', 'text/plain; charset=utf-8')])
    text = 'this is %s, process group %s\n' % (environ['SITE_NAME'], environ['mod_wsgi.process_group'])
    return [text.encode('utf-8')]
