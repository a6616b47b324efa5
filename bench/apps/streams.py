"""A slow generator: 20 lines, one each 100 ms. The query may ask for another number of lines."""

import time


def lines(count):
    for number in range(count):
        if number:
            time.sleep(0.1)
        yield b"line %d\n" % number


def application(environ, start_response):
    count = int(environ.get("QUERY_STRING") or 20)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return lines(count)
