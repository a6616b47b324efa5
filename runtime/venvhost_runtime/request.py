"""One request on its way through the application."""

import marshal
import os
import sys
import time

from . import frames
from .body import BLOCK, EmptyInput, FileWrapper, Input
from .compat import allocate_lock, stopwatch, thread_ident
from .output import ErrorStream, current_requests, flush_standard_streams, print_exception
from .response import Response


#: Seconds of nothing but empty blocks after which a client that has closed its sending side counts as gone.
SILENCE = 1.0


def read_shared(payload, scripts):
    """Entries of environ that many requests have in common, and the script that these are for."""
    entries = marshal.loads(payload)
    entries["wsgi.file_wrapper"] = FileWrapper
    return entries, scripts.get(entries["SCRIPT_FILENAME"])


def read_environ(payload, shared):
    """A whole environ of what the request has of its own and of ``shared``, by number; and its script."""
    number, first, last, values = marshal.loads(payload)
    entries, script = shared[number]
    if first is None:
        environ = entries.copy()
    else:
        environ = first
        environ.update(entries)
    # In the order of requestKeys in src/protocol/frames.ts.
    (environ["REQUEST_METHOD"], environ["SERVER_PROTOCOL"], environ["REQUEST_URI"], environ["QUERY_STRING"],
     environ["PATH_INFO"], environ["mod_wsgi.path_info"], environ["mod_wsgi.request_id"],
     environ["mod_wsgi.request_start"], environ["mod_wsgi.queue_start"], environ["SERVER_NAME"],
     environ["SERVER_PORT"], environ["SERVER_ADDR"], environ["REMOTE_ADDR"], environ["REMOTE_PORT"],
     environ["mod_wsgi.listener_host"], environ["mod_wsgi.listener_port"],
     environ["mod_wsgi.connection_id"]) = values
    environ.update(last)
    return environ, script


class Request(object):
    """A stream of the protocol, as the runtime sees it. Streams are numbered by the gateway."""

    # Defaults of the class cost less than attributes that each request sets.
    response = None
    aborted = False        # the client has gone, or the gateway
    done = False           # the application may not use it any more
    over = False           # the gateway has the end of the answer
    half_closed = False    # the client sends no more: it may read still, or be gone
    _silent_since = None   # when empty blocks began, and what had been sent then
    _silent_from = 0
    # Two numbers, each changed by one side only: a lost update would be credit that nobody gives again.
    granted = frames.INITIAL_WINDOW
    spent = 0
    credit_waiter = None
    data = None
    _warned = False

    def __init__(self, connection, stream_number, environ, script, has_body):
        self.connection = connection
        self.stream_number = stream_number
        self.environ = environ
        self.script = script
        #: what it was read with, see Connection.batch
        self.batch = connection.batch
        self.id = environ["mod_wsgi.request_id"]
        self.input = Input(self, _content_length(environ)) if has_body else EmptyInput()

    # The life of a request

    def run(self, runtime):
        """Calls the application and sends its answer. Whatever the application raises ends here."""
        environ = self.environ
        script = self.script
        response = self.response = Response(self, environ["REQUEST_METHOD"] == "HEAD")
        thread = thread_ident()
        current_requests[thread] = self
        errors = ErrorStream(runtime.control, self.id)
        environ["wsgi.input"] = self.input
        environ["wsgi.errors"] = errors
        environ["mod_wsgi.thread_id"] = thread
        environ["mod_wsgi.application_start"] = environ["mod_wsgi.daemon_start"] = time.time()
        started = stopwatch()
        result = None
        try:
            try:
                application = self._application(runtime, script)
                if application is None:
                    return
                if runtime.listeners:
                    application = runtime.api.request_started(self, application)
                result = application(environ, response.start_response)
                if os.getpid() != runtime.pid:
                    leave_child(_NOTHING)
                self._send(result, response)
            except BaseException:
                self._failed(runtime, sys.exc_info())
            finally:
                self._close(result)
        finally:
            self._end(runtime, errors, thread)
            script.cost += 0.25 * (stopwatch() - started - script.cost)

    def _application(self, runtime, script):
        """The callable object of the script, which is loaded first if need be; None when the request failed by it."""
        module = script.module
        if module is None:
            module = self._load(runtime, script)
            if module is None:
                return None
        name = self.environ.get("mod_wsgi.callable_object", "application")
        application = module.__dict__.get(name)
        if application is None:
            runtime.control.message(
                "error", "script \"%s\" does not contain a callable object \"%s\"" % (script.path, name), self.id)
            # As mod_wsgi: 404 in embedded mode, 500 else.
            self.fail(frames.FAILURE_MISSING if runtime.embedded else frames.FAILURE_CALLABLE)
        return application

    def _load(self, runtime, script):
        if script.foreign:
            runtime.control.message("error", "script \"%s\" is refused: the configuration does not give it to process group \"%s\"" % (
                script.path, runtime.boot["process_group"]), self.id)
            self.fail(frames.FAILURE_FOREIGN)
            return None
        with script.lock:
            if script.module is not None:
                return script.module
            if not script.begin_attempt():
                # Whether it is worth another attempt was asked before; it would be made in another process.
                self.fail(frames.FAILURE_IMPORT)
                return None
            try:
                return runtime.load(script)
            except EnvironmentError as error:
                if getattr(error, "filename", None) == script.path:
                    runtime.control.message("error", "script \"%s\" cannot be read: %s" % (script.path, error.strerror), self.id)
                    self.fail(frames.FAILURE_MISSING if error.errno == 2 else frames.FAILURE_IMPORT)
                    return None
                return self._import_failed(runtime, script)
            except BaseException:
                return self._import_failed(runtime, script)

    def _import_failed(self, runtime, script):
        """Returns the module that serves on all the same, if there is one."""
        tainted = runtime.tainted
        runtime.import_failed(script, sys.exc_info(), self.id)
        module = script.restore()
        if module is None and tainted and not runtime.embedded:
            # An earlier failure may be the reason: a process without any has to try it. Nothing was called yet.
            self.over = True
            runtime.renew(self, script, None, "due")
        elif module is None and runtime.boot["processes"] > 1:
            # Another one may have it from before. It comes back where none has.
            self.over = True
            self.connection.refuse(self)
        elif module is None:
            self.fail(frames.FAILURE_IMPORT)
        return module

    def _send(self, result, response):
        kind = type(result)
        if kind is list or kind is tuple:
            response.finish_list(result)
            return
        if kind is FileWrapper and not response.committed:
            remaining = result.remaining()
            if remaining is not None:
                response.declare_length(remaining)
                result.blksize = BLOCK
        for block in result:
            if self.aborted:
                return
            if not isinstance(block, bytes):
                raise TypeError("response iterable must yield bytes, not %s" % type(block).__name__)
            if block:
                if response.whole and kind is FileWrapper:
                    break
                response.send(block)
                if response.is_head:
                    break
            elif self.half_closed and self.seems_gone():
                return
        response.finish()

    def seems_gone(self):
        """After an empty block, for a client that sends no more: whether it got nothing else for a while.

        Data would tell, because a client that is gone answers it with a reset. The request is over then.
        """
        now = stopwatch()
        if self._silent_since is None or self._silent_from != self.spent:
            self._silent_since = now
            self._silent_from = self.spent
        if now - self._silent_since <= SILENCE:
            return False
        self.aborted = True
        if not self.over:
            self.fail(frames.FAILURE_GONE)
        return True

    def _failed(self, runtime, exc_info):
        if os.getpid() != runtime.pid:
            leave_child(exc_info)
        if self.aborted and isinstance(exc_info[1], IOError):
            return
        runtime.control.message("error", "%s raised processing \"%s\"" % (exc_info[0].__name__, self.script.path), self.id)
        print_exception(exc_info)
        runtime.api.request_exception(self, exc_info)
        if not self.over:
            if self.response.committed:
                self.end(frames.ABORT)
            else:
                self.fail(frames.FAILURE_RAISED)

    def _close(self, result):
        """PEP 3333: close() is called in any case, once."""
        if type(result) is list:
            return
        close = getattr(result, "close", None)
        if close is None:
            return
        try:
            close()
        except BaseException:
            print_exception(sys.exc_info())

    def _end(self, runtime, errors, thread):
        self.done = True
        self.input.finish()
        if not self.over:
            self.end(frames.ABORT)
        errors.flush()
        flush_standard_streams()
        if runtime.listeners:
            runtime.api.request_finished(self)
        current_requests.pop(thread, None)

    def survive(self, runtime, exc_info):
        """Ends a request that ended neither by an answer nor by a failure: memory is short, or a thread was told to stop."""
        print_exception(exc_info)
        self.done = True
        current_requests.pop(thread_ident(), None)
        if not self.over:
            self.end(frames.ABORT)

    # What the answer uses

    def put(self, kind, payload):
        self.connection.put(kind, self.stream_number, payload)

    def flush(self):
        self.connection.flush()

    def send_data(self, data):
        """Sends body bytes as far as credit allows, and waits for more credit; raises when the client has gone."""
        length = len(data)
        if length <= self.granted - self.spent and length <= frames.MAXIMUM_DATA and not self.aborted:
            self.spent += length
            self.connection.send_data(self.stream_number, data)
            return
        at = 0
        while at < length:
            allowed = min(self._wait_for_credit(), frames.MAXIMUM_DATA, length - at)
            part = data if allowed == length else data[at:at + allowed]
            at += allowed
            self.spent += allowed
            self.connection.send_data(self.stream_number, part)

    def _wait_for_credit(self):
        while self.granted <= self.spent and not self.aborted:
            waiter = allocate_lock()
            waiter.acquire()
            with self.connection.lock:
                if self.granted > self.spent or self.aborted:
                    break
                self.credit_waiter = waiter
            self.about_to_wait(0)
            waiter.acquire()
        if self.aborted:
            raise IOError("mod_wsgi client connection closed")
        return self.granted - self.spent

    def about_to_wait(self, granted):
        """This thread is going to sleep until frames come: somebody else must read them."""
        if granted:
            self.grant(granted)
        self.connection.hand_over()
        self.connection.flush()

    def grant(self, count):
        self.put(frames.CREDIT, frames.word.pack(count))
        self.flush()

    def end(self, kind):
        """Ends the stream with END or ABORT."""
        self.connection.put(kind, self.stream_number, b"")
        self.ended()

    def fail(self, failure):
        self.connection.put(frames.FAILED, self.stream_number, _FAILURES[failure])
        self.ended()

    def ended(self):
        self.over = True
        self.connection.forget(self.stream_number)

    def give_up(self):
        """The client has gone before the request was begun."""
        self.input.finish()
        self.end(frames.ABORT)

    def warn_length(self, declared, generated):
        if not self._warned:
            self._warned = True
            self.connection.runtime.control.message(
                "warn", "content length mismatch, expected %d, response generated %d" % (declared, generated), self.id)

    # What the gateway tells, on the thread that reads

    def add_credit(self, count):
        with self.connection.lock:
            self.granted += count
            self._wake()

    def abort(self, reason):
        with self.connection.lock:
            self.aborted = True
            self._wake()
        self.input.fail(reason)

    def _wake(self):
        waiter = self.credit_waiter
        if waiter is not None:
            self.credit_waiter = None
            waiter.release()


def leave_child(exc_info):
    """Ends a process that the application forked, where it comes back to the server: the request is its parent's.

    Says nothing: locks may have been copied while they were held.
    """
    code = getattr(exc_info[1], "code", None)
    if code is None:
        code = 0 if exc_info[0] is None or issubclass(exc_info[0], SystemExit) else 1
    os._exit(code & 255 if isinstance(code, int) else 1)


_NOTHING = (None, None, None)
_FAILURES = dict((code, frames.word.pack(code)[:1]) for code in range(1, 7))


def _content_length(environ):
    value = environ.get("CONTENT_LENGTH")
    return int(value) if value else None
