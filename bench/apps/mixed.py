"""Both applications of `mixed` in one, for servers that have one application only."""

import hello
import slow


def application(environ, start_response):
    if environ["PATH_INFO"].startswith("/slow"):
        return slow.application(environ, start_response)
    return hello.application(environ, start_response)
