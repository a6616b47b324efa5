"""``wsgi.input`` and ``wsgi.file_wrapper``."""

import os
from stat import S_ISREG

from .compat import allocate_lock
from .frames import INITIAL_WINDOW

BLOCK = 64 * 1024


class Input(object):
    """The body of a request. Ends at its end (``wsgi.input_terminated``); a body that was cut raises, never ends.

    ``feed``, ``end`` and ``fail`` are called by the thread that reads the connection, the rest by the application.
    """

    def __init__(self, request, expected):
        """``expected`` is the Content-Length, None when it is not known."""
        self._request = request
        self._chunks = []
        self._first = 0  # bytes of the first chunk that were read
        self._available = 0
        self._ended = False
        self._failed = None
        self._allowed = INITIAL_WINDOW
        self._lock = allocate_lock()
        self._arrived = allocate_lock()
        self._arrived.acquire()
        self._waiting = False
        self._finished = False
        self._received = 0
        self._expected = expected

    # The side of the connection

    def feed(self, data):
        if not data:
            return
        with self._lock:
            self._chunks.append(data)
            self._available += len(data)
            self._received += len(data)
            self._wake()

    def end(self):
        with self._lock:
            if self._expected is not None and self._received < self._expected:
                self._failed = "unexpected end of the request body"
            else:
                self._ended = True
            self._wake()

    def fail(self, reason):
        with self._lock:
            if not self._ended:
                self._failed = reason
            self._wake()

    def finish(self):
        """The request is over: the application must not read any more."""
        self._finished = True

    def _wake(self):
        if self._waiting:
            self._waiting = False
            self._arrived.release()

    # The side of the application

    def read(self, size=-1):
        self._check()
        if size is None or size < 0:
            while self._wait():
                pass
            return self._take(self._available)
        while self._available < size and self._wait():
            pass
        return self._take(min(size, self._available))

    def readline(self, size=-1):
        self._check()
        searched = 0
        while True:
            found, searched = self._find_newline(searched)
            if found is None and (size is None or size < 0 or self._available < size):
                if self._wait():
                    continue
            end = self._available if found is None else found
            return self._take(end if size is None or size < 0 else min(end, size))

    def readlines(self, hint=-1):
        lines = []
        total = 0
        for line in self:
            lines.append(line)
            total += len(line)
            if hint is not None and 0 < hint <= total:
                break
        return lines

    def __iter__(self):
        return self

    def __next__(self):
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    next = __next__

    def close(self):
        pass

    def _check(self):
        if self._finished:
            raise RuntimeError("wsgi.input was read after request completed")

    def _wait(self):
        """Waits for more; False when the body is at its end. Raises when it was cut."""
        with self._lock:
            if self._failed is not None:
                raise IOError("mod_wsgi request data read error: %s" % self._failed)
            if self._ended:
                return False
            # The application wants more at once than the window holds: what has come counts as read.
            granted = self._grant_up_to(self._received)
            self._waiting = True
        self._request.about_to_wait(granted)
        self._arrived.acquire()
        return True

    def _grant_up_to(self, consumed):
        """How much to grant so that a whole window may be on the way behind ``consumed``; 0 while that is little."""
        granted = consumed + INITIAL_WINDOW - self._allowed
        if granted < INITIAL_WINDOW // 2 or self._ended:
            return 0
        self._allowed += granted
        return granted

    def _find_newline(self, searched):
        """Position after the first newline at or behind ``searched``, and up to where was searched."""
        position = -self._first
        for chunk in self._chunks[:]:
            end = position + len(chunk)
            if end > searched:
                index = chunk.find(b"\n", max(0, searched - position))
                if index >= 0:
                    return position + index + 1, searched
            position = end
        return None, max(position, 0)

    def _take(self, size):
        """The next ``size`` bytes, which are there; what was read is granted anew."""
        if size <= 0:
            return b""
        parts = []
        missing = size
        with self._lock:
            while missing:
                chunk = self._chunks[0]
                rest = len(chunk) - self._first
                if rest <= missing:
                    parts.append(chunk[self._first:] if self._first else chunk)
                    del self._chunks[0]
                    self._first = 0
                    missing -= rest
                else:
                    parts.append(chunk[self._first:self._first + missing])
                    self._first += missing
                    missing = 0
            self._available -= size
            granted = self._grant_up_to(self._received - self._available)
        if granted:
            self._request.grant(granted)
        return parts[0] if len(parts) == 1 else b"".join(parts)


class EmptyInput(object):
    """``wsgi.input`` of a request without a body."""

    def read(self, size=-1):
        return b""

    readline = read

    def readlines(self, hint=-1):
        return []

    def __iter__(self):
        return iter(())

    def close(self):
        pass

    def end(self):
        pass

    def fail(self, reason):
        pass

    def finish(self):
        pass


class FileWrapper(object):
    """PEP 3333, "Optional Platform-Specific File Handling". Only ``read()`` is asked of the object."""

    def __init__(self, filelike, blksize=8192):
        self.filelike = filelike
        self.blksize = blksize
        if hasattr(filelike, "close"):
            self.close = filelike.close

    def __iter__(self):
        return self

    def __next__(self):
        data = self.filelike.read(self.blksize)
        if data:
            return data
        raise StopIteration

    next = __next__

    def remaining(self):
        """Bytes from the position of a regular file to its end; None for anything else."""
        try:
            fd = self.filelike.fileno()
            status = os.fstat(fd)
            if not S_ISREG(status.st_mode):
                return None
            return max(0, status.st_size - self.filelike.tell())
        except Exception:
            return None
