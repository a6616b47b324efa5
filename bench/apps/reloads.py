"""`hello` with a start that takes a moment, as real applications have; `restart` reloads it."""

import time

time.sleep(0.3)


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "12")])
    return [b"Hello world\n"]
