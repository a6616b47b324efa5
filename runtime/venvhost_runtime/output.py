"""What the application writes, line by line on its way to the log, tagged with the request that wrote it."""

import sys

from .compat import PY2, as_text, text_type, thread_ident

#: thread identity -> the request that the thread is running
current_requests = {}

#: Characters after which a line is cut, so that output without line ends cannot fill the memory.
LONGEST_LINE = 32 * 1024


def current_request_id():
    request = current_requests.get(thread_ident())
    return request.id if request is not None else None


class _TextStream(object):
    """What both kinds of streams have of a file that is written to."""

    __slots__ = ()
    encoding = "utf-8"
    errors = "backslashreplace"
    newlines = None
    closed = False

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def isatty(self):
        return False

    def readable(self):
        return False

    def writable(self):
        return True

    def seekable(self):
        return False

    def close(self):
        self.flush()

    @property
    def buffer(self):
        return _Bytes(self)


class LineStream(_TextStream):
    """A text stream that gives whole lines to ``emit(request_id, text)``. Each thread has its own unfinished line."""

    def __init__(self, name, emit, fd):
        self.name = name
        self._emit = emit
        self._fd = fd
        self._unfinished = {}
        self._held = set()
        self._blank_due = set()

    def write(self, text):
        text = _plain_text(text)
        key = thread_ident()
        text = self._unfinished.pop(key, "") + text
        if key in self._held:
            self._unfinished[key] = text
            return len(text)
        lines, newline, rest = text.rpartition("\n")
        if newline:
            self._emit(current_request_id(), lines)
        if len(rest) > LONGEST_LINE:
            self._emit(current_request_id(), rest)
        elif rest:
            self._unfinished[key] = rest
        return len(text)

    if PY2:
        # The print statement keeps in it whether a blank is due; threads must not share that.
        @property
        def softspace(self):
            return thread_ident() in self._blank_due

        @softspace.setter
        def softspace(self, due):
            (self._blank_due.add if due else self._blank_due.discard)(thread_ident())

    def flush(self):
        if not self._unfinished:
            return
        key = thread_ident()
        if key in self._held:
            return
        rest = self._unfinished.pop(key, "")
        if rest:
            self._emit(current_request_id(), rest)

    def hold(self):
        """Keeps what this thread writes until ``release``, so that it becomes one entry of the log."""
        self._held.add(thread_ident())

    def release(self):
        key = thread_ident()
        self._held.discard(key)
        rest = self._unfinished.pop(key, "").rstrip("\n")
        if rest:
            self._emit(current_request_id(), rest)

    def fileno(self):
        return self._fd


class ErrorStream(_TextStream):
    """``wsgi.errors`` of one request, whichever thread writes."""

    __slots__ = ("_control", "_id", "_rest")

    def __init__(self, control, request_id):
        self._control = control
        self._id = request_id
        self._rest = ""

    def write(self, text):
        text = _plain_text(text)
        lines, newline, self._rest = (self._rest + text).rpartition("\n")
        if newline:
            self._control.log("errors", self._id, lines)
        if len(self._rest) > LONGEST_LINE:
            self.flush()
        return len(text)

    def flush(self):
        if self._rest:
            rest, self._rest = self._rest, ""
            self._control.log("errors", self._id, rest)

    def fileno(self):
        return 2


class _Bytes(object):
    """``sys.stdout.buffer``, ``wsgi.errors.buffer``: bytes go the same way, also below a TextIOWrapper."""

    closed = False

    def __init__(self, stream):
        self._stream = stream
        for name in ("readable", "writable", "seekable", "isatty", "fileno", "close"):
            setattr(self, name, getattr(stream, name))

    def write(self, data):
        self._stream.write(as_text(bytes(data)))
        return len(data)

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def flush(self):
        self._stream.flush()


def _plain_text(text):
    """Text of the exact type: a subclass, such as markup, would have a say in what becomes of it."""
    if type(text) is text_type:
        return text
    if isinstance(text, text_type):
        return text_type().join((text,))
    if PY2 and isinstance(text, str):
        return as_text(text)
    raise TypeError("write() argument must be str, not %s" % type(text).__name__)


def replace_standard_streams(control):
    """``sys.stdout`` and ``sys.stderr`` go to the log; ``sys.stdin`` is at its end already (fd 0 is /dev/null)."""
    for name, fd in (("stdout", 1), ("stderr", 2)):
        stream = LineStream("<%s>" % name, _emitter(control, name), fd)
        setattr(sys, name, stream)
        setattr(sys, "__%s__" % name, stream)
        _own_streams.append(stream)


def flush_standard_streams():
    """What the application has put in the place of ours, if anything: closed, open; it may write to ours. Then ours."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name, None)
        if type(stream) is not LineStream:
            try:
                stream.flush()
            except BaseException:
                pass
    for stream in _own_streams:
        stream.flush()


_own_streams = []


def _emitter(control, name):
    return lambda request_id, text: control.log(name, request_id, text)


def print_exception(exc_info):
    """The traceback of an exception, as the interpreter prints it, as one entry of the log. Never raises."""
    kind, value, trace = exc_info
    # Frames of the runtime itself tell nobody anything.
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(_OUR_FOLDER):
        trace = trace.tb_next
    if not PY2:
        try:
            value = value.with_traceback(trace)
        except BaseException:
            pass
    theirs = sys.stderr
    if isinstance(theirs, LineStream) or not _own_streams:
        _print_whole(theirs, kind, value, trace)
        return
    # The application has put something there that may hide what it is given, or raise.
    sys.stderr = _own_streams[-1]
    try:
        _print_whole(sys.stderr, kind, value, trace)
    finally:
        sys.stderr = theirs


def _print_whole(stream, kind, value, trace):
    hold = getattr(stream, "hold", None)
    if hold is not None:
        hold()
    try:
        sys.__excepthook__(kind, value, trace)
    except BaseException:
        stream.write("%s (its traceback cannot be printed)\n" % kind.__name__)
    finally:
        if hold is not None:
            stream.release()


_OUR_FOLDER = __file__.rpartition("/")[0] + "/"
