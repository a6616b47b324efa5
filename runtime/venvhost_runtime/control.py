"""The connection to the supervisor: instructions come in, log lines and news of the process go out."""

import _socket
import marshal

from . import frames
from .compat import allocate_lock

MAXIMUM_TEXT = 32 * 1024


class Control(object):
    """Sends are whole frames, from any thread. A supervisor that has gone is noticed by the reading side."""

    def __init__(self, sock):
        self.socket = sock
        self._lock = allocate_lock()
        self._received = b""

    def send(self, kind, values):
        data = frames.control_frame(kind, values)
        try:
            with self._lock:
                self.socket.sendall(data)
        except _socket.error:
            pass

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
        except _socket.error:
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
