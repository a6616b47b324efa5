"""The connection to the supervisor: instructions come in, log lines and news of the process go out."""

import _socket
import errno
import marshal
import select

from . import frames
from .compat import allocate_lock, clock

MAXIMUM_TEXT = 32 * 1024

#: Seconds that a thread waits, once, for a supervisor that does not read.
MOMENT = 0.5
#: Bytes that wait for it before what the application writes is dropped. The socket holds some more.
MAXIMUM_UNSENT = 256 * 1024

_DROPPABLE = (frames.CONTROL_LOG, frames.CONTROL_MESSAGE)


class Control(object):
    """Sends are whole frames, from any thread. A supervisor that has gone is noticed by the reading side.

    One that stands still must not hold the application: what it does not read is kept, then dropped and counted.
    """

    def __init__(self, sock):
        self.socket = sock
        #: called when something is left for ``flush``
        self.fell_behind = None
        self._lock = allocate_lock()
        #: whether it was closed here, by code that closes what is not its own
        self.closed = False
        self._received = b""
        self._unsent = []
        self._length = 0
        self._dropped = 0

    @property
    def behind(self):
        """Whether the supervisor has not taken all that was sent."""
        return bool(self._unsent)

    def send(self, kind, values):
        data = frames.control_frame(kind, values)
        with self._lock:
            if self._drain(0):
                self._unsent.append(data)
                self._length += len(data)
                if self._drain(MOMENT):
                    return
                fell_behind = self.fell_behind
            elif kind in _DROPPABLE and self._length > MAXIMUM_UNSENT:
                self._dropped += 1
                return
            else:
                self._unsent.append(data)
                self._length += len(data)
                return
        if fell_behind is not None:
            fell_behind()

    def flush(self, seconds=0):
        """Sends what was left, as far as the supervisor takes it within that time."""
        with self._lock:
            self._drain(seconds)

    def _drain(self, seconds):
        """Whether nothing is left. The lock is held."""
        until = None
        while self._unsent:
            try:
                sent = self.socket.send(self._unsent[0], _socket.MSG_DONTWAIT)
            except _socket.error as error:
                if error.errno in (errno.EAGAIN, errno.EWOULDBLOCK):
                    until = until or clock() + seconds
                    if self._can_send(until):
                        continue
                    return False
                if error.errno == errno.EINTR:
                    continue
                del self._unsent[:]
                self._length = 0
                return True
            self._length -= sent
            if sent == len(self._unsent[0]):
                del self._unsent[0]
            else:
                self._unsent[0] = self._unsent[0][sent:]
            if not self._unsent and self._dropped:
                self._tell_dropped()
        return True

    def _can_send(self, until):
        left = until - clock()
        if left <= 0:
            return False
        poller = select.poll()
        poller.register(self.socket.fileno(), select.POLLOUT)
        try:
            return bool(poller.poll(left * 1000))
        except (select.error, OSError) as error:
            return error.args[0] == errno.EINTR

    def _tell_dropped(self):
        text = "%d entries of the log were dropped: the server did not read them" % self._dropped
        self._dropped = 0
        data = frames.control_frame(frames.CONTROL_MESSAGE, {"level": "warn", "request": None, "text": text})
        self._unsent.append(data)
        self._length += len(data)

    def log(self, stream, request, text):
        for start in range(0, len(text), MAXIMUM_TEXT):
            part = text[start:start + MAXIMUM_TEXT]
            self.send(frames.CONTROL_LOG, {"stream": stream, "request": request, "text": part})

    def message(self, level, text, request=None):
        """A sentence of the runtime itself; level is info, warn or error."""
        self.send(frames.CONTROL_MESSAGE, {"level": level, "request": request, "text": text})

    def import_failed(self, script, reason, error, request=None):
        """As message(), for a script; who hears it may know where a module is that was not found."""
        text = "script \"%s\" could not be imported%s" % (script, ": " + reason if reason else "")
        self.send(frames.CONTROL_MESSAGE, {
            "level": "error", "request": request, "text": text, "script": script, "missing": missing_module(error)})

    def receive(self):
        """The frames that have come, as (kind, dict) pairs; None at the end of file. Blocks until there are some."""
        try:
            data = self.socket.recv(65536)
        except _socket.error as error:
            self.closed = error.errno in (errno.EBADF, errno.ENOTSOCK)
            data = b""
        if not data:
            return None
        self._received += data
        received = []
        while len(self._received) >= frames.HEADER_LENGTH:
            length, tag = frames.header.unpack_from(self._received, 0)
            end = frames.HEADER_LENGTH + length
            if len(self._received) < end:
                break
            received.append((tag & 255, marshal.loads(self._received[frames.HEADER_LENGTH:end])))
            self._received = self._received[end:]
        return received


def missing_module(error):
    """The name of the module that the first of these errors did not find; None where they have another cause."""
    error = first_error(error)
    if not isinstance(error, ImportError):
        return None
    words = str(error).split("No module named ")
    return words[1].strip("'\"") if len(words) == 2 and words[0] == "" else None


def first_error(error):
    """The error that all others came from."""
    seen = []
    while not any(error is one for one in seen):
        seen.append(error)
        earlier = getattr(error, "__cause__", None)
        if earlier is None and not getattr(error, "__suppress_context__", False):
            earlier = getattr(error, "__context__", None)
        if earlier is None:
            break
        error = earlier
    return error
