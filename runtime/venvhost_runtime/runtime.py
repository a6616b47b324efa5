"""One interpreter that takes requests: the main one of a process, or a sub-interpreter of it.

Its first thread is the monitor: instructions come in, workers are watched, the end is waited for.
"""

import errno
import os
import select
import sys

from . import frames, lifeline
from .api import Api
from .compat import PY2, clock
from .connection import Connection
from .descriptors import CLOSED_STATUS
from .journal import Journal
from .output import print_exception
from .scripts import Scripts
from .workers import Pool

#: Seconds between two looks at the leaders while requests run.
TICK = 0.002
#: Ticks without a request after which the monitor sleeps.
QUIET_TICKS = 50
#: Seconds that gateways have to close their connections when all answers were sent. A process that closes first
#: could take answers along that the gateway has not read: it notices the end while it writes.
CLOSING = 2.0


class Runtime(object):
    """What all parts of one interpreter share. ``leaving`` is the reason once nothing new is begun, None before."""

    def __init__(self, boot, control):
        self.boot = boot
        self.pid = os.getpid()
        self.control = control
        #: part of a gateway process: nothing here may end the process
        self.embedded = boot.get("embedded", False)
        self.leaving = None
        #: a script has changed: another process is to take the place of this one, which serves on until then
        self.outdated = False
        self.interrupted = False
        self.scripts = Scripts(boot["scripts"], boot["script_beginnings"])
        self.api = Api(self)
        #: of events of requests; most applications have none
        self.listeners = self.api.module.event_callbacks
        self.pool = Pool(self, boot["threads"])
        self.connections = []
        self.requests = 0
        self.journal = Journal(boot.get("journal_fd", frames.JOURNAL_FD))
        self._leave_until = None
        self._idle_since = None
        self._maximum = boot["maximum_requests"]
        self._poller = select.poll()
        self._readers = {}
        control.fell_behind = self.pool.wake_monitor
        self._writing = False
        self.watch(control.socket.fileno(), self._obey)
        self.watch(self.pool.wake_fd, self._awake)

    # What other threads ask for

    def leave(self, reason, script=None, graceful=None):
        """Begins nothing new from now on; serving ends when what was begun has ended. Only the first call counts."""
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

    def outdate(self, request, script):
        """The file of this script has changed: another process should take the place of this one.

        The request that found it comes back. The gateway decides who else waits for the new code; what it sends
        here from now on gets the old.
        """
        with self.pool.lock:
            known = self.outdated
            self.outdated = script.outdated = True
            if not known:
                for connection in self.connections:
                    connection.put(frames.OUTDATED, 0, b"")
        request.connection.refuse(request)
        if known:
            return
        for connection in self.connections[:]:
            connection.flush()
        self.control.send(frames.CONTROL_OUTDATED, {"script": script.path})

    def count_request(self):
        self.requests += 1
        if self._maximum and self.requests >= self._maximum:
            self.leave("maximum-requests")

    def forget(self, connection):
        """The connection has ended; its region of the journal may be used again."""
        if connection in self.connections:
            self.connections.remove(connection)
            self.release_region(connection.region)
            if self.leaving:
                self.pool.wake_monitor()

    def release_region(self, region):
        self.control.send(frames.CONTROL_RELEASED, {"region": region})

    # The first thread

    def watch(self, fd, read):
        """``read(fd)`` is called on the first thread when something has come."""
        self._readers[fd] = read
        self._poller.register(fd, select.POLLIN)

    def unwatch(self, fd):
        del self._readers[fd]
        self._poller.unregister(fd)

    def serve(self, early):
        """Until everything that was begun has ended after ``leave``, or the time for it is over.

        ``early`` are instructions that have come already.
        """
        for kind, values in early:
            self.obey(kind, values)
        quiet = QUIET_TICKS + 1
        while not self._finished():
            asleep = quiet > QUIET_TICKS and self.pool.sleep(self.connections)
            if self.pool.wake_fd in self._look(self._timeout(asleep)):
                quiet = 0
            if self.interrupted:
                self.leave("signal")
            quiet = 0 if self.pool.tick(self.connections) else quiet + 1

    def adopt(self, sock, region):
        """Takes requests of a gateway's connection from now on."""
        connection = Connection(self, sock, region, self.journal.words)
        self.connections.append(connection)
        connection.welcome()
        if not self.pool.lead(connection):
            # The gateway tries again.
            connection.lost()

    def finish_sending(self):
        for connection in self.connections[:]:
            connection.finish_sending()

    def load(self, script):
        module = script.load(self.control)
        # What clients have made up is imported by a successor when they ask for it.
        if not self.boot.get("invented"):
            self.control.send(frames.CONTROL_LOADED, {"script": script.path, "application_group": self.boot["application_group"]})
        return module

    def preload(self, scripts):
        """Imports scripts before the first request for them. A failure is told, and again at the first request."""
        for path in scripts:
            script = self.scripts.get(path)
            try:
                self.load(script)
            except BaseException:
                exc_info = sys.exc_info()
                reason = self.explain_import(exc_info)
                self.control.import_failed(script.path, reason, exc_info[1])
                print_exception(exc_info)
                if reason is None:
                    script.failed = True
                else:
                    script.refuse(reason)

    def explain_import(self, exc_info):
        """Why an import failed, where the interpreter is the reason; None else."""
        return None

    def _timeout(self, asleep):
        if self.leaving:
            return max(0.0, min(0.1, self._leave_until - clock()))
        return None if asleep else TICK

    def _look(self, timeout):
        """Waits until something has come, at most so many seconds; calls who watches for it. Returns the descriptors."""
        if self._writing != self.control.behind:
            self._writing = not self._writing
            events = select.POLLIN | (select.POLLOUT if self._writing else 0)
            self._poller.modify(self.control.socket.fileno(), events)
        try:
            found = self._poller.poll(None if timeout is None else timeout * 1000)
        except (select.error, OSError) as error:
            if error.args[0] != errno.EINTR:
                raise
            return []
        for fd, happened in found:
            if happened & select.POLLNVAL and fd in self._readers:
                self.descriptors_closed()
            if happened & select.POLLOUT:
                self.control.flush()
            if happened != select.POLLOUT and fd in self._readers:
                self._readers[fd](fd)
        return [fd for fd, _ in found]

    def _awake(self, fd):
        try:
            os.read(fd, 4096)
        except OSError:
            self.descriptors_closed()

    def descriptors_closed(self):
        """The application has closed what is not its own: nobody could tell this process anything any more."""
        if self.embedded:
            return
        try:
            os.write(2, b"the application has closed descriptors of the server: this process cannot go on\n")
        except OSError:
            pass
        os._exit(CLOSED_STATUS)

    def _obey(self, fd):
        received = self.control.receive()
        if received is None:
            if self.control.closed:
                self.descriptors_closed()
            self._abandoned(fd)
            return
        for kind, values in received:
            self.obey(kind, values)

    def _abandoned(self, fd):
        """The supervisor has gone. Nobody would restart or stop this process: it must not stay."""
        if not self.embedded:
            lifeline.cut()
        self.unwatch(fd)
        self.leave("stop", graceful=0)

    def obey(self, kind, values):
        if kind == frames.CONTROL_STOP:
            if values["stacks"] and not PY2:
                import faulthandler
                faulthandler.dump_traceback(2)
            self.leave("stop", graceful=values["graceful"])

    def _finished(self):
        if not self.leaving:
            return False
        now = clock()
        if now >= self._leave_until:
            return True
        if not self.idle():
            self._idle_since = None
            return False
        if self._idle_since is None:
            self._idle_since = now
        return not self.connections or now >= self._idle_since + CLOSING

    def idle(self):
        """Whether nothing is run any more."""
        return self.pool.running == 0
