"""Where Python 2.7 and Python 3 differ."""

import os
import sys

PY2 = sys.version_info[0] == 2

if PY2:
    import thread as _thread
    import signal as _signal
    from time import time as stopwatch
    text_type = unicode  # noqa: F821

    def clock():
        """Seconds, to a hundredth, of a clock that nobody can set: what is waited for is measured with it.

        ``stopwatch`` is finer, and goes wrong when somebody sets the clock: for measurements that nothing waits for.
        """
        return os.times()[4]
else:
    import _thread
    import _signal
    from time import perf_counter as clock
    text_type = str
    stopwatch = clock

allocate_lock = _thread.allocate_lock
start_new_thread = _thread.start_new_thread
thread_ident = _thread.get_ident


def set_close_on_exec(fd, close=True):
    """Children of the application must not hold the sockets of the server."""
    if PY2:
        import fcntl
        flags = fcntl.fcntl(fd, fcntl.F_GETFD) & ~fcntl.FD_CLOEXEC
        fcntl.fcntl(fd, fcntl.F_SETFD, flags | (fcntl.FD_CLOEXEC if close else 0))
    else:
        os.set_inheritable(fd, not close)


def set_non_blocking(fd):
    if PY2:
        import fcntl
        fcntl.fcntl(fd, fcntl.F_SETFL, fcntl.fcntl(fd, fcntl.F_GETFL) | os.O_NONBLOCK)
    else:
        os.set_blocking(fd, False)


def as_text(value):
    """Text of whatever was written to a log stream; bytes that are not UTF-8 stay visible as escapes."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace" if PY2 else "backslashreplace")
    return value
