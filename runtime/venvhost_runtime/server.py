"""The main thread of a daemon process: gateways come in, instructions come in, workers are watched, the end."""

import _socket
import errno
import os
import select
import sys

from . import frames
from .api import Api
from .compat import PY2, clock, set_close_on_exec
from .connection import Connection
from .journal import Journal
from .output import print_exception
from .scripts import Scripts
from .workers import Pool

#: Seconds between two looks at the leaders while requests run.
TICK = 0.002
#: Ticks without a request after which the monitor sleeps.
QUIET_TICKS = 50

_SO_PEERCRED = getattr(_socket, "SO_PEERCRED", None) or 17


class Runtime(object):
    """What all parts of one process share. ``leaving`` is the reason once nothing new is begun, None before."""

    def __init__(self, boot, control, listener, journal_fd):
        self.boot = boot
        self.control = control
        self.leaving = None
        self.interrupted = False
        self.scripts = Scripts()
        self.api = Api(self)
        self.pool = Pool(self, boot["threads"])
        self.connections = []
        self.requests = 0
        self._listener = listener
        self._journal = Journal(journal_fd)
        self._leave_until = None
        self._maximum = boot["maximum_requests"]

    def listen(self):
        self._listener.listen(16)

    # What other threads ask for

    def leave(self, reason, script=None, graceful=None):
        """Begins nothing new from now on; the process ends when what was begun has ended. Only the first call counts."""
        with self.pool.lock:
            if self.leaving:
                return
            self.leaving = reason
            self._leave_until = clock() + (self.boot["graceful_timeout"] if graceful is None else graceful)
        if reason != "stop":
            self.control.send(frames.CONTROL_LEAVING, {"reason": reason, "script": script})
        for connection in self.connections[:]:
            connection.go_away()
        self.pool.refuse_pending()
        self.pool.wake_monitor()

    def count_request(self):
        self.requests += 1
        if self._maximum and self.requests >= self._maximum:
            self.leave("maximum-requests")

    def forget(self, connection):
        """The connection has ended; its region of the journal may be used again."""
        if connection in self.connections:
            self.connections.remove(connection)
            self._journal.release_region(connection.region)

    # The main thread

    def serve(self):
        """Until the process has to end. Raises nothing."""
        poller = select.poll()
        for fd in (self._listener.fileno(), frames.CONTROL_FD, self.pool.wake_fd):
            poller.register(fd, select.POLLIN)
        quiet = 0
        while not self._finished():
            asleep = quiet > QUIET_TICKS and self.pool.sleep(self.connections)
            for fd, _ in self._poll(poller, asleep):
                if fd == self._listener.fileno():
                    self._accept()
                elif fd == self.pool.wake_fd:
                    os.read(fd, 4096)
                    quiet = 0
                else:
                    self._obey()
            if self.interrupted:
                self.leave("signal")
            quiet = 0 if self.pool.tick(self.connections) else quiet + 1

    def _poll(self, poller, asleep):
        if self.leaving:
            timeout = max(0.0, min(0.1, self._leave_until - clock()))
        else:
            timeout = None if asleep else TICK
        try:
            return poller.poll(None if timeout is None else timeout * 1000)
        except (select.error, OSError) as error:
            if error.args[0] != errno.EINTR:
                raise
            return []

    def _finished(self):
        return self.leaving and (self.pool.running == 0 or clock() >= self._leave_until)

    def _accept(self):
        try:
            if PY2:
                sock, _ = self._listener.accept()
            else:
                fd, _ = self._listener._accept()
                sock = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM, 0, fileno=fd)
        except _socket.error:
            return
        sock.setblocking(True)
        set_close_on_exec(sock.fileno())
        region = self._journal.claim_region() if self._is_gateway(sock) else None
        if region is None:
            sock.close()
            return
        connection = Connection(self, sock, region, self._journal.words)
        self.connections.append(connection)
        self.pool.lead(connection)

    def _is_gateway(self, sock):
        """Only the user of the gateways may send requests, whoever got hold of the socket's path."""
        if not sys.platform.startswith("linux"):
            return True
        uid = frames.welcome.unpack(sock.getsockopt(_socket.SOL_SOCKET, _SO_PEERCRED, 12))[1]
        if uid in (self.boot["gateway_uid"], 0):
            return True
        self.control.message("error", "refused a connection of user id %d, who is not the gateway" % uid)
        return False

    def _obey(self):
        received = self.control.receive()
        if received is None:
            # The supervisor has gone. Nobody would restart or stop this process: it must not stay.
            os._exit(0)
        for kind, values in received:
            if kind == frames.CONTROL_STOP:
                self.leave("stop", graceful=values["graceful"])

    def interrupt(self):
        """Called by signal handlers, which run between two instructions of the main thread: no lock may be taken."""
        self.interrupted = True
        self.pool.wake_monitor()

    def finish_sending(self):
        for connection in self.connections[:]:
            connection.finish_sending()

    # Scripts that are imported before the first request

    def preload(self):
        for entry in self.boot["preload"]:
            script = self.scripts.get(entry["script"])
            try:
                script.load(self.control)
            except BaseException:
                script.failed = True
                self.control.message("error", "script \"%s\" could not be imported" % script.path)
                print_exception(sys.exc_info())


def open_listener():
    """The Unix socket that the supervisor has bound and this process inherits; nobody else listens on it."""
    if PY2:
        listener = _socket.fromfd(frames.LISTEN_FD, _socket.AF_UNIX, _socket.SOCK_STREAM)
        os.close(frames.LISTEN_FD)
    else:
        listener = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM, 0, fileno=frames.LISTEN_FD)
    listener.setblocking(False)
    set_close_on_exec(listener.fileno())
    return listener
