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
from .connection import Connection, encoded
from .descriptors import CLOSED_STATUS
from .import_failure import ImportFailure, describe, repeated, stamp, wall_clock
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
#: Seconds after which a process asks again for another one, should nobody have answered.
FORGOTTEN = 10.0


class Runtime(object):
    """What all parts of one interpreter share. ``leaving`` is the reason once nothing new is begun, None before."""

    def __init__(self, boot, control):
        self.boot = boot
        self.pid = os.getpid()
        self.control = control
        #: part of a gateway process: nothing here may end the process
        self.embedded = boot.get("embedded", False)
        self.leaving = None
        #: scripts that another process has to try: this one serves on until that has taken its place
        self.outdated = set()
        #: an import has failed here, and left modules behind that may make others fail
        self.tainted = False
        self.interrupted = False
        self.scripts = Scripts(boot["scripts"], boot["script_beginnings"])
        #: whether this process is told to go as soon as it cannot import a script: another one serves
        self.on_trial = "trial" in boot
        self._invented = bool(boot.get("invented"))
        for failure in boot.get("failed", ()):
            self._remember(failure)
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

    def renew(self, request, script, module, why):
        """Another attempt to import this script is due. Returns whether the request has come to its end here.

        The request goes back, and waits for a process that has the script newly imported. The gateway decides who
        else waits; what it sends here from now on gets what there is. Where only time has passed nobody waits
        who can be answered.
        """
        if self.embedded:
            script.replace(module)
            return False
        failure = script.failure
        if why == "due" and module is not None:
            if failure is not None:
                failure.postpone(FORGOTTEN)
            self._ask_for_another(script, why)
            return False
        self.scripts.keep(script)
        with self.pool.lock:
            known = script.outdated
            script.outdated = True
            self.outdated.add(script.path)
            if not known:
                self._put(frames.OUTDATED, script.path)
        request.connection.refuse(request)
        if not known:
            self._flush()
            self._ask_for_another(script, why)
        return True

    def tried(self, values):
        """Another process could not import a script: what is here is the best that there is."""
        if values["application_group"] != self.boot["application_group"]:
            return
        script = self.scripts.get(values["script"])
        with self.pool.lock:
            self._remember(values)
            if script.outdated:
                script.outdated = False
                self.outdated.discard(script.path)
                self._put(frames.CURRENT, script.path)
            if script.module is None:
                self._put(frames.LACKS, script.path)
        self._flush()

    def _remember(self, values):
        if values["application_group"] == self.boot["application_group"]:
            self.scripts.get(values["script"]).failure = ImportFailure(values, values["seconds"])

    def _ask_for_another(self, script, why):
        self.control.send(frames.CONTROL_OUTDATED, {
            "script": script.path, "application_group": self.boot["application_group"], "why": why,
            "stamp": stamp(script.path), "invented": self._invented})

    def _put(self, kind, path):
        for connection in self.connections:
            connection.put(kind, 0, encoded(path))

    def _flush(self):
        for connection in self.connections[:]:
            connection.flush()

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
        values = {"script": script.path, "application_group": self.boot["application_group"]}
        self.scripts.keep(script)
        script.started = wall_clock()
        # Should the import end the process, others know which.
        if not self._invented:
            self.control.send(frames.CONTROL_LOADING, dict(values, stamp=stamp(script.path)))
        return script.load(self.control, lambda: self._tell_loaded(values))

    def _tell_loaded(self, values):
        # What clients have made up is imported by a successor when they ask for it.
        if not self._invented:
            self.control.send(frames.CONTROL_LOADED, values)

    def preload(self, scripts):
        """Imports scripts before the first request for them. False where one cannot be, and this process is on trial."""
        for path in scripts:
            script = self.scripts.get(path)
            if script.failure is not None and not self._is_tried(path) and not script.failure.outlived():
                continue
            try:
                self.load(script)
            except BaseException:
                if not os.path.exists(path):
                    if not self.on_trial:
                        self.control.message("error", "script \"%s\" does not exist" % path)
                    continue
                self.import_failed(script, sys.exc_info())
                if self.on_trial:
                    return False
        return True

    def _is_tried(self, path):
        tried = self.boot.get("trial")
        return tried is not None and (tried["script"], tried["application_group"]) == (path, self.boot["application_group"])

    def import_failed(self, script, exc_info, request=None):
        """Remembers why, and tells it, unless it was told before and nothing has changed."""
        explained = self.explain_import(exc_info)
        values = describe(exc_info, script.path, script.started)
        if explained is not None:
            values["reason"] = explained
        before = script.failure
        failure = ImportFailure(values, None)
        if explained is None:
            self.tainted = True
            repeated(failure, before)
        script.failure = failure
        if before is None or not before.same(failure):
            self.control.import_failed(script.path, explained or failure.kind, exc_info[1], request)
            print_exception(exc_info)
        with self.pool.lock:
            if script.module is None and not script.is_replaced:
                self._put(frames.LACKS, script.path)
        self._flush()
        self.control.send(frames.CONTROL_IMPORT_FAILED, dict(
            values, script=script.path, application_group=self.boot["application_group"], lasting=explained is not None))

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
        elif kind == frames.CONTROL_TRIED:
            self.tried(values)

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
