"""One gateway's connection: its frames come in on the thread that leads it and go out from any thread."""

import _socket
import os
import sys
from _collections import deque

from . import frames
from .compat import PY2, allocate_lock, as_text
from .journal import SLOTS
from .output import print_exception
from .request import Request, leave_child, read_environ, read_shared

#: Below the size from which malloc maps memory anew for each buffer.
RECEIVE = 96 * 1024
FLUSH_AT = 64 * 1024
#: A shorter frame is joined with what goes before it: the copy is cheaper than a second part.
LONG = 4096

_unpack = frames.header.unpack_from
_pack = frames.header.pack
_pack_response = frames.response_header.pack
_word = frames.word.unpack_from
_sendmsg = getattr(_socket.socket, "sendmsg", None)  # not in Python 2.7


def encoded(path):
    """As the gateway knows a script."""
    return as_text(path).encode("utf-8", "replace" if PY2 else "surrogateescape")


class Connection(object):
    def __init__(self, runtime, sock, region, words):
        self.runtime = runtime
        #: the journal, and where this connection's region starts in it
        self.words = words
        self.socket = sock
        self.region = region
        self.lock = runtime.pool.lock
        #: the worker that reads; changes only under the lock
        self.leader = None
        #: turns of the leader that the monitor saw last
        self.seen_turns = -1
        self.closed = False
        #: stands for what was read last; a new object for each time
        self.batch = None
        #: number -> entries that requests share, and their script
        self._shared = {}
        self._streams = {}
        self._rest = b""
        #: bytes that are still to come of a Data frame, and its stream
        self._left = 0
        self._body = 0
        self._out = deque()
        self._out_length = 0
        self._send_lock = allocate_lock()

    # Reading, on the leader

    def receive(self):
        """Reads once and takes the frames; False when the gateway has gone."""
        try:
            left = self._left
            if left:
                return self._take_piece(self.socket.recv(left if left < RECEIVE else RECEIVE))
            data = self.socket.recv(RECEIVE)
            self.batch = object()
            return len(data) > 0 and self._take_all(data)
        except _socket.error:
            return False
        except Exception:
            # Out of memory: a connection that is not read any more would look like a frozen process.
            print_exception(sys.exc_info())
            return False

    def _take_all(self, data):
        if self._rest:
            data = self._rest + data
        at = 0
        end = len(data)
        while end - at >= 8:
            length, tag = _unpack(data, at)
            stop = at + 8 + length
            if stop > end:
                if tag & 255 != frames.DATA:
                    break
                self._left = stop - end
                self._body = tag >> 8
                stop = end
            kind = tag & 255
            if kind == frames.REQUEST or kind == frames.REQUEST_WITH_BODY:
                self._take_request(tag >> 8, data[at + 8:stop], kind == frames.REQUEST_WITH_BODY)
            else:
                self._take(kind, tag >> 8, data[at + 8:stop])
            at = stop
        self._rest = data[at:] if at < end else b""
        return True

    def _take_request(self, number, payload, has_body):
        environ, script = read_environ(payload, self._shared)
        request = self._streams[number] = Request(self, number, environ, script, has_body)
        self.runtime.pool.add(request)

    def _take_piece(self, data):
        """A further piece of the Data frame under way; where the bytes of a body are cut means nothing."""
        self._left -= len(data)
        if data:
            self._take(frames.DATA, self._body, data)
        return len(data) > 0

    def _take(self, kind, number, payload):
        if kind == frames.ENVIRON:
            self._shared[number] = read_shared(payload, self.runtime.scripts)
            return
        request = self._streams.get(number)
        if request is None:
            return  # what was on the way for a stream that is over
        if kind == frames.DATA:
            request.input.feed(payload)
        elif kind == frames.END:
            request.input.end()
        elif kind == frames.CREDIT:
            request.add_credit(_word(payload)[0])
        elif kind == frames.ABORT:
            request.abort("client connection closed")
        elif kind == frames.HALF_CLOSED:
            request.half_closed = True

    def welcome(self):
        self.put(frames.WELCOME, 0, frames.welcome.pack(frames.PROTOCOL_VERSION, self.region, SLOTS))
        if self.runtime.leaving:
            self.put(frames.GO_AWAY, 0, b"")
        if self.runtime.outdated:
            for path in list(self.runtime.outdated):
                self.put(frames.OUTDATED, 0, encoded(path))
        for script in self.runtime.scripts.failed():
            self.put(frames.LACKS, 0, encoded(script.path))
        self.flush()

    # Writing, on any thread

    def put(self, kind, number, payload):
        """Appends a frame to what leaves with the next flush."""
        self._out.append(_pack(len(payload), number << 8 | kind) + payload)
        self._out_length += len(payload)

    def put_response(self, number, head, body):
        """The same for a whole answer."""
        length = 4 + len(head) + len(body)
        self._out.append(_pack_response(length, number << 8 | frames.RESPONSE, len(head)) + head + body)
        self._out_length += length

    def flush(self):
        """Sends what is there. A thread that finds another one sending leaves its frames to that one."""
        while self._out:
            self._stay_parent()
            if not self._send_lock.acquire(False):
                return
            try:
                self._out_length = 0
                self.socket.sendall(self._drain())
            except _socket.error:
                self._out.clear()
            finally:
                self._send_lock.release()

    def send_data(self, number, data):
        """Sends a Data frame behind what waits. A long one is not copied, where Python can send in parts."""
        if len(data) < LONG or _sendmsg is None:
            self.put(frames.DATA, number, data)
        else:
            self._stay_parent()
            with self._send_lock:
                try:
                    self._out_length = 0
                    before = self._drain() + _pack(len(data), number << 8 | frames.DATA)
                    sent = _sendmsg(self.socket, (before, data)) - len(before)
                    if sent < len(data):
                        self.socket.sendall(memoryview(before + data)[len(before) + sent:])
                except _socket.error:
                    self._out.clear()
        if self._out:
            self.flush()

    def _stay_parent(self):
        if os.getpid() != self.runtime.pid:
            leave_child((None, None, None))

    def _drain(self):
        # Frame by frame: others append at the same time, and no frame may be lost between two lists.
        out = self._out
        parts = []
        try:
            while True:
                parts.append(out.popleft())
        except IndexError:
            return parts[0] if len(parts) == 1 else b"".join(parts)

    def flush_if_long(self):
        if self._out_length > FLUSH_AT:
            self.flush()

    def finish_sending(self):
        """Waits until everything has left; used once, at the end of the process."""
        with self._send_lock:
            pass
        self.flush()

    def refuse(self, request):
        """The request was not begun here, and will not be."""
        self.put(frames.REFUSED, request.stream_number, b"")
        self.forget(request.stream_number)

    def go_away(self):
        self.put(frames.GO_AWAY, 0, b"")
        self.flush()

    def forget(self, number):
        self._streams.pop(number, None)

    def hand_over(self):
        """Called by a thread that stops reading for a while, in case it is the one that reads."""
        self.runtime.pool.hand_over(self)

    def lost(self):
        """The gateway has gone: nobody waits for these answers."""
        self.closed = True
        for request in list(self._streams.values()):
            request.abort("gateway has gone")
        self.socket.close()
        self.runtime.forget(self)
