"""The slow application of `mixed`: it waits as for a database."""

import time


def application(environ, start_response):
    time.sleep(0.1)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
    return [b"slow\n"]
