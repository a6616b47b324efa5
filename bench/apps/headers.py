"""40 request headers in, 20 response headers out; the body tells how many came."""

HEADERS = [("X-Answer-%02d" % number, "the value of header number %d" % number) for number in range(18)]


def application(environ, start_response):
    came = sum(1 for key in environ if key.startswith("HTTP_X_BENCH_"))
    body = b"%d\n" % came
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))] + HEADERS)
    return [body]
