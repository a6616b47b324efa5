"""Where the descriptors of the server stand in a process that belongs to an application.

High: code that turns a program into a daemon closes what it finds from 3 on, as a rule up to 64, 256 or 1024. Code
that closes all closes ours too, and the process has to end (``Runtime.descriptors_closed``).
"""

import _socket
import os

from .compat import PY2, set_close_on_exec

try:
    import fcntl
except ImportError:
    fcntl = None

#: As ``DescriptorsClosed`` in src/supervisor/daemon.ts: the exit status of a process that had to end for it.
CLOSED_STATUS = 113

#: The lowest of ours, where the limit of the process has room for as many more.
_LOWEST = 1100


def _lowest():
    try:
        limit = os.sysconf("SC_OPEN_MAX")
    except (AttributeError, ValueError, OSError):
        limit = 256
    return min(_LOWEST, limit // 2) if limit > 0 else _LOWEST


def copied(fd):
    """A copy of a descriptor with a high number, not for children. The descriptor itself where there is none."""
    try:
        copy = fcntl.fcntl(fd, fcntl.F_DUPFD, _lowest())
    except (AttributeError, IOError, OSError):
        copy = os.dup(fd)
    set_close_on_exec(copy)
    return copy


def raised(fd):
    """The same under a high number; the old one is closed."""
    copy = copied(fd)
    os.close(fd)
    return copy


def open_socket(fd):
    """The Unix socket of a descriptor that is given away, with a high number."""
    if not PY2:
        sock = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM, 0, fileno=raised(fd))
    else:
        # It makes a copy of its own, with the lowest number that is free.
        below = _taken_below(_lowest())
        try:
            sock = _socket.fromfd(fd, _socket.AF_UNIX, _socket.SOCK_STREAM)
        finally:
            for one in below:
                os.close(one)
        os.close(fd)
        set_close_on_exec(sock.fileno())
    sock.setblocking(True)
    return sock


def _taken_below(lowest):
    taken = []
    try:
        while not taken or taken[-1] < lowest - 1:
            taken.append(os.dup(0))
            set_close_on_exec(taken[-1])
    except (IOError, OSError):
        pass
    return taken


def pipe():
    """Both ends of a pipe, with high numbers."""
    return tuple(raised(fd) for fd in os.pipe())


def socket_pair():
    """Two Unix sockets that are connected, with high numbers."""
    ours, theirs = _socket.socketpair()
    # Closed with the last references to these.
    return open_socket(copied(ours.fileno())), open_socket(copied(theirs.fileno()))
