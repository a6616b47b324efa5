"""The main interpreter of a daemon process: gateways come in here, and go to the interpreter they name."""

import _socket
import os
import sys

from . import frames
from .compat import PY2, clock
from .descriptors import copied, open_socket
from .gate import Gate
from .interpreter_table import InterpreterTable
from .runtime import Runtime

#: Connections that may be without their first frame; of more, the oldest are closed. A gateway sends it at once.
_MOST_NEWCOMERS = 64
#: What is remembered for interpreters that are not there yet.
_MOST_FAILED = 500


class Process(Runtime):
    """Adds to a runtime what there is once in a process: the listening socket, and the other interpreters."""

    def __init__(self, boot, control, listener):
        Runtime.__init__(self, boot, control)
        self._listener = listener
        #: connections that have not said yet which application group they are for
        self._newcomers = []
        self._gate = Gate(boot, control)
        self._interpreters = InterpreterTable(self)
        self.trial_failed = False

    def listen(self):
        self._listener.listen(16)
        self.watch(self._listener.fileno(), self._accept)

    def open(self):
        """Imports what is to be imported first, then takes requests, and says so. False when its trial has failed."""
        self.trial_failed = not self.preload_all()
        if self.boot.get("await_interpreters") and not self.trial_failed:
            self._await_interpreters()
        if self.trial_failed:
            return False
        self.listen()
        self.control.send(frames.CONTROL_READY, {
            "pid": os.getpid(), "version": ".".join(map(str, sys.version_info[:3])),
            "prefix": sys.prefix, "executable": sys.executable})
        return True

    def interrupt(self):
        """Called by signal handlers, which run between two instructions of the main thread: no lock may be taken."""
        self.interrupted = True
        self.pool.wake_monitor()

    @property
    def has_interpreters(self):
        return len(self._interpreters.all()) > 0

    def leave(self, reason, script=None, graceful=None):
        Runtime.leave(self, reason, script, graceful)
        for interpreter in self._interpreters.all():
            interpreter.stop(self.boot["graceful_timeout"] if graceful is None else graceful)

    def release_region(self, region):
        self.journal.release_region(region)

    def idle(self):
        return Runtime.idle(self) and all(one.ended for one in self._interpreters.all())

    def await_interpreters(self):
        """After ``serve``: they run their exit functions, before those of this one. Not for ever."""
        until = clock() + 0.8 * self.boot["shutdown_timeout"]
        while clock() < until and not all(one.ended for one in self._interpreters.all()):
            self._look(0.1)

    def preload_all(self):
        """The scripts of this interpreter first; the others are made for theirs. False as ``preload``."""
        own = self.boot["application_group"]
        if not self.preload([entry["script"] for entry in self.boot["preload"] if entry["application_group"] == own]):
            return False
        for entry in self.boot["preload"]:
            if entry["application_group"] != own and self.boot["sub_interpreters"]:
                self._interpreter(entry["application_group"], entry.get("invented", False))
        return True

    def _await_interpreters(self):
        """Until they have imported their scripts. The supervisor ends what takes longer than startup-timeout."""
        while not self.leaving and not self.trial_failed and any(
                not (one.ready or one.ended) for one in self._interpreters.all()):
            self._look(None)
            if self.interrupted:
                self.leave("signal")

    def _accept(self, fd):
        try:
            if PY2:
                accepted, _ = self._listener.accept()
                sock = open_socket(os.dup(accepted.fileno()))
            else:
                accepted, _ = self._listener._accept()
                sock = open_socket(accepted)
        except (_socket.error, OSError):
            return
        if not self._gate.admits(sock):
            sock.close()
            return
        if len(self._newcomers) >= _MOST_NEWCOMERS:
            silent = self._newcomers.pop(0)
            self.unwatch(silent.fileno())
            silent.close()
        sock.setblocking(False)
        self._newcomers.append(sock)
        self.watch(sock.fileno(), self._greet)

    def _greet(self, fd):
        """Takes a connection whose first frame shows the secret to the interpreter that it names."""
        sock = next(one for one in self._newcomers if one.fileno() == fd)
        self._newcomers.remove(sock)
        self.unwatch(fd)
        hello = self._gate.read_hello(sock)
        region = None if hello is None else self.journal.claim_region()
        if region is None:
            sock.close()
            return
        sock.setblocking(True)
        group, invented = hello
        if group == self.boot["application_group"] or not self.boot["sub_interpreters"]:
            self.adopt(sock, region)
        else:
            interpreter = self._interpreter(group, invented)
            if interpreter is None:
                self.release_region(region)
            else:
                interpreter.adopt(copied(fd), region)
            sock.close()

    def _interpreter(self, group, invented=False):
        known = self._interpreters.all()
        interpreter = self._interpreters.get(group, invented)
        if interpreter is not None and interpreter not in known:
            self.watch(interpreter.control.socket.fileno(), lambda fd: self._hear(interpreter, fd))
        return interpreter

    def tried(self, values):
        group = values["application_group"]
        if group == self.boot["application_group"]:
            Runtime.tried(self, values)
            return
        for interpreter in self._interpreters.all():
            if interpreter.group == group and not interpreter.ended:
                interpreter.control.send(frames.CONTROL_TRIED, values)
        # For interpreters that are made later.
        others = [one for one in self.boot.get("failed", ()) if (one["script"], one["application_group"]) != (values["script"], group)]
        self.boot["failed"] = others[-_MOST_FAILED:] + [values]

    def spawn(self, fd):
        """The gateway makes a sub-interpreter, which runs ``embedded.start_interpreter(fd)``."""
        self.control.send(frames.CONTROL_INTERPRET, {"fd": fd})

    def _hear(self, interpreter, fd):
        """A sub-interpreter speaks to this one as a daemon to its supervisor."""
        received = interpreter.control.receive()
        if received is None:
            interpreter.ended = True
            self.unwatch(fd)
            interpreter.control.socket.close()
            return
        for kind, values in received:
            if kind == frames.CONTROL_RELEASED:
                self.release_region(values["region"])
                self._interpreters.released(interpreter)
            elif kind == frames.CONTROL_LEAVING:
                self.leave(values["reason"], values["script"])
            elif kind == frames.CONTROL_READY:
                interpreter.ready = True
            else:
                if kind == frames.CONTROL_IMPORT_FAILED and self.on_trial:
                    self.trial_failed = True
                self.control.send(kind, values)


def open_listener(fd):
    """The Unix socket that the supervisor has bound and this process inherits; nobody else listens on it."""
    listener = open_socket(fd)
    listener.setblocking(False)
    return listener
