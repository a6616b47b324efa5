"""100 MiB, or as many bytes as the query says, in blocks of 64 KiB."""

BLOCK = b"0123456789abcdef" * 4096


def blocks(length):
    for _ in range(length // len(BLOCK)):
        yield BLOCK
    if length % len(BLOCK):
        yield BLOCK[: length % len(BLOCK)]


def application(environ, start_response):
    length = int(environ.get("QUERY_STRING") or 100 * 1024 * 1024)
    start_response("200 OK", [("Content-Type", "application/octet-stream"), ("Content-Length", str(length))])
    return blocks(length)
