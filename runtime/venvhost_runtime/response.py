"""``start_response`` and the way of an answer to the gateway.

The checks and their texts are mod_wsgi's, because applications and their tests rely on them. Source: PEP 3333,
and section "Response rules" of mod_wsgi's behaviour.
"""

from . import frames
from .compat import PY2

#: Leaves room for the Content-Length that the server adds.
_LONGEST_HEAD = frames.MAXIMUM_HEAD - 64

#: Characters of a token, RFC 9110 section 5.6.2: what a header name may consist of.
_TOKEN = frozenset(b"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")

#: Heads that were checked already, by what the application gave; most applications have few.
_checked = {}
_CHECKED_MAXIMUM = 256
#: The last of them: status, headers, what came out. To compare with one is quicker than to look among many.
_last = (None, None, None)


class ClientGone(IOError):
    """Raised into ``write()`` when nobody reads any more."""


class Response(object):
    """The answer to one request, as far as the application has given it."""

    # Defaults of the class cost less than attributes that each answer sets.
    _head = None
    length = None  # declared Content-Length
    sent = 0
    committed = False
    complete = False  # the gateway has the whole answer
    status = None
    headers = None

    def __init__(self, request, is_head):
        self._request = request
        self.is_head = is_head

    def start_response(self, status, headers, exc_info=None):
        request = self._request
        if request.done:
            raise RuntimeError("start_response() called after request completed")
        if exc_info is not None:
            if not isinstance(exc_info, tuple) or len(exc_info) != 3:
                raise RuntimeError("start_response() argument 'exc_info' must be a 3-tuple or None")
            if self.committed:
                _reraise(exc_info)
        elif self._head is not None:
            # mod_wsgi lets a second head replace one that has not left. PEP 3333: a fatal error, as in wsgiref.
            raise AssertionError("start_response() called more than once without exc_info")
        if not isinstance(headers, list):
            raise TypeError("start_response() argument 2 must be list, not %s" % type(headers).__name__)
        # The head is made now: what the application does to its list afterwards has no effect.
        self._head, self.length = _encode_head(status, headers)
        self.status = status
        self.headers = headers
        runtime = request.connection.runtime
        if runtime.listeners:
            runtime.api.response_started(request, status, headers, exc_info)
        return self.write

    def write(self, data):
        if not isinstance(data, bytes):
            raise TypeError("write() argument must be bytes, not %s" % type(data).__name__)
        if self._request.done:
            raise RuntimeError("write() called after request completed")
        if self._request.aborted:
            raise ClientGone("mod_wsgi client connection closed")
        if data:
            self.send(data)
        elif self._request.half_closed and self._request.seems_gone():
            raise ClientGone("mod_wsgi client connection closed")

    def send(self, data):
        """Sends a block that is not empty, at once. The first one takes the head along."""
        if self._head is None:
            raise RuntimeError("start_response() must be called before response content is produced")
        request = self._request
        if self.length is not None:
            data = self._cut(data)
        if not self.committed:
            self.committed = True
            if self.length is not None and len(data) == self.length and not self.is_head and len(data) <= frames.MAXIMUM_DATA:
                self.sent = len(data)
                self._finish_with(data)
                request.flush()
                return
            request.put(frames.HEAD, self._head)
        if data and not self.is_head and not self.complete:
            self.sent += len(data)
            request.send_data(data)

    def finish_list(self, items):
        """Answers with a list or tuple that is there as a whole: one frame, with its length."""
        for item in items:
            if not isinstance(item, bytes):
                raise TypeError("response iterable must yield bytes, not %s" % type(item).__name__)
        body = items[0] if len(items) == 1 else b"".join(items)
        if self._head is None:
            raise RuntimeError("start_response() must be called before response content is produced")
        if self.committed or len(body) > frames.MAXIMUM_DATA:
            if not self.committed and self.length is None:
                self._declare(len(body))
            if body:
                self.send(body)
            self.finish()
            return
        self.committed = True
        if self.length is None and (body or not self.is_head):
            self._declare(len(body))
        if self.length is not None:
            body = self._cut(body)
        self.sent = len(body)
        if self.is_head:
            body = b""
        elif self.length is not None and self.sent < self.length and not self._bodyless():
            self._request.warn_length(self.length, self.sent)
            self._request.put(frames.HEAD, self._head)
            if body:
                self._request.put(frames.DATA, body)
            self._request.end(frames.ABORT)
            self.complete = True
            return
        self._finish_with(body)

    def finish(self):
        """The iterable is at its end."""
        if self.complete:
            return
        if self._head is None:
            raise RuntimeError("start_response() must be called before response content is produced")
        if not self.committed:
            self.committed = True
            if self.length is None and not self.is_head:
                self._declare(0)
            if not self.length or self.is_head or self._bodyless():
                self._finish_with(b"")
                return
            self._request.put(frames.HEAD, self._head)
        self.complete = True
        short = self.length is not None and self.sent < self.length and not self.is_head and not self._bodyless()
        if short:
            self._request.warn_length(self.length, self.sent)
        self._request.end(frames.ABORT if short else frames.END)

    def declare_length(self, length):
        """Content-Length for a body whose length the server knows, unless the application has declared one."""
        if self.length is None and not self.committed and self._head is not None:
            self._declare(length)

    @property
    def whole(self):
        """Whether a declared length has been reached: nothing more can be sent."""
        return self.complete or (self.length is not None and self.committed and self.sent >= self.length)

    def _bodyless(self):
        return self._head[:3] in (b"204", b"304")

    def _declare(self, length):
        self.length = length
        if not self._bodyless():
            self._head += b"\nContent-Length\n" + str(length).encode("ascii")

    def _cut(self, data):
        """What still fits into the declared length. RFC 9110 section 8.6: more would become the next answer."""
        room = self.length - self.sent
        if len(data) > room:
            self._request.warn_length(self.length, self.sent + len(data))
            return data[:room]
        return data

    def _finish_with(self, body):
        self.complete = True
        request = self._request
        request.connection.put_response(request.stream_number, self._head, body)
        request.ended()


def _encode_head(status, headers):
    """Checked bytes of the head (src/protocol/head.ts), and the declared length or None."""
    global _last
    last_status, last_headers, last = _last
    if status == last_status and headers == last_headers:
        return last
    try:
        key = (status, tuple(headers))
        known = _checked.get(key)
        if known is not None:
            _last = (status, headers[:], known)
            return known
    except TypeError:
        key = None
    parts = [_status_bytes(status)]
    length = None
    for header in headers:
        if not isinstance(header, tuple):
            raise TypeError("each header must be a 2-tuple, not %s" % type(header).__name__)
        if len(header) != 2:
            raise ValueError("each header must be a 2-tuple, got length %d" % len(header))
        name = _name_bytes(header[0])
        value = _value_bytes(header[1])
        parts.append(name)
        parts.append(value)
        if name.lower() == b"content-length":
            declared = _length(header[1])
            if length is not None and declared != length:
                raise ValueError("invalid Content-Length header value: %r" % (header[1],))
            length = declared
    head = b"\n".join(parts)
    if len(head) > _LONGEST_HEAD:
        raise ValueError("response headers must have at most %d bytes, got %d" % (_LONGEST_HEAD, len(head)))
    checked = (head, length)
    # Text that changes with each request (cookies, dates) would only fill the table: it starts anew when full.
    if key is not None:
        if len(_checked) >= _CHECKED_MAXIMUM:
            _checked.clear()
        _checked[key] = checked
    return checked


def _status_bytes(status):
    data = _native_bytes(status)
    if not data[:3].isdigit() or len(data) < 3:
        raise ValueError("status code must be a 3 digit integer: %r" % (data,))
    if data[3:4] != b" ":
        raise ValueError("no space following status code: %r" % (data,))
    if _has_control(data):
        raise ValueError("control character in status reason phrase: %r" % (data,))
    return data


def _name_bytes(name):
    data = _native_bytes(name)
    if not data:
        raise ValueError("header name is empty")
    if not _TOKEN.issuperset(data):
        for code in bytearray(data):
            if code < 32 or code == 127:
                raise ValueError("control character in header name: %r" % (data,))
        if b" " in data:
            raise ValueError("space character in header name: %r" % (data,))
        raise ValueError("invalid character in header name: %r" % (data,))
    return data


def _value_bytes(value):
    data = _native_bytes(value)
    if b"\r" in data or b"\n" in data:
        raise ValueError("carriage return/line feed character in header value: %r" % (data,))
    if _has_control(data):
        raise ValueError("control character in header value: %r" % (data,))
    return data


_CONTROLS = bytes(bytearray(code for code in range(32) if code != 9)) + b"\x7f"


def _has_control(data):
    return len(data.translate(None, _CONTROLS)) != len(data)


def _native_bytes(value):
    if not isinstance(value, str):
        raise TypeError("must be str, not %s" % type(value).__name__)
    return value if PY2 else value.encode("latin-1")


def _length(value):
    if not value.isdigit() or len(value) > 18:
        raise ValueError("invalid Content-Length header value: %r" % (value,))
    return int(value)


if PY2:
    exec("def _reraise(exc_info):\n    raise exc_info[0], exc_info[1], exc_info[2]\n")
else:
    def _reraise(exc_info):
        try:
            raise exc_info[1].with_traceback(exc_info[2])
        finally:
            exc_info = None
