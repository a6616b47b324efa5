import json

ROWS = [
    {"id": number, "name": "article %d" % number, "price": number * 1.25, "tags": ["new", "blue"], "stock": None}
    for number in range(110)
]


def application(environ, start_response):
    body = json.dumps({"page": 1, "rows": ROWS}).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
