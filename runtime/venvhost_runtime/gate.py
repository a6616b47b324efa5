"""Who may send requests: the gateways of this server, and nobody else, whoever got hold of the socket's path."""

import _socket
import sys

from . import frames
from .compat import PY2, clock

_SO_PEERCRED = getattr(_socket, "SO_PEERCRED", None) or 17
#: version, number of the gateway, and whether the name is invented, before the secret
_NUMBERS = 12
_NAME = _NUMBERS + frames.SECRET_LENGTH
_LONGEST = _NAME + 4096
#: Seconds between two messages about connections that were refused.
_QUIET = 60


class Gate(object):
    """Looks at each connection twice: who made it, and what its first frame shows."""

    def __init__(self, boot, control):
        self._secret = boot["secret"] if PY2 else boot["secret"].encode("ascii")
        self._gateway = boot["gateway_uid"]
        self._control = control
        self._told = None
        self._refused = 0

    def admits(self, sock):
        """Whether the other side runs as the user of the gateways; always where the system does not tell."""
        uid = _peer(sock)
        if uid is None or uid in (self._gateway, 0):
            return True
        self._refuse(uid, "who is not the gateway")
        return False

    def read_hello(self, sock):
        """The application group that a gateway asks for, and whether clients have made its name up; None for
        whoever does not show the secret.

        Reads the first frame and not a byte more: the rest is for another interpreter. The gateway writes it whole.
        """
        try:
            head = sock.recv(frames.HEADER_LENGTH)
            if not head:
                return None
            length, tag = frames.header.unpack(head) if len(head) == frames.HEADER_LENGTH else (0, 0)
            payload = sock.recv(length) if tag == frames.HELLO and _NAME <= length <= _LONGEST else b""
            if not payload or len(payload) < length or not _same(payload[_NUMBERS:_NAME], self._secret):
                self._refuse(_peer(sock), "which did not show the secret of the gateways")
                return None
            if frames.word.unpack_from(payload, 0)[0] != frames.PROTOCOL_VERSION:
                return None
            name = payload[_NAME:]
            return name if PY2 else name.decode("utf-8"), frames.word.unpack_from(payload, 8)[0] != 0
        except (_socket.error, UnicodeDecodeError):
            return None

    def _refuse(self, uid, why):
        """One message a minute: who tries may try often."""
        self._refused += 1
        now = clock()
        if self._told is not None and now < self._told + _QUIET:
            return
        more = " (%d since the last message)" % self._refused if self._refused > 1 else ""
        self._control.message("error", "refused a connection of %s, %s%s" % (
            "another process" if uid is None else "a process of user id %d" % uid, why, more))
        self._told = now
        self._refused = 0


def _peer(sock):
    if not sys.platform.startswith("linux"):
        return None
    return frames.credentials.unpack(sock.getsockopt(_socket.SOL_SOCKET, _SO_PEERCRED, frames.credentials.size))[1]


def _same(shown, secret):
    """Compares in a time that does not tell how much was right; ``hmac`` has this too, and much more to import."""
    difference = len(shown) ^ len(secret)
    for one, other in zip(bytearray(shown), bytearray(secret)):
        difference |= one ^ other
    return difference == 0
