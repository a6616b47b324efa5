def application(environ, start_response):
    read = environ["wsgi.input"].read
    length = 0
    while True:
        block = read(65536)
        if not block:
            break
        length += len(block)
    body = b"%d\n" % length
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
