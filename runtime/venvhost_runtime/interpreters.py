"""Sub-interpreters: application groups other than that of the main interpreter, in the same process.

A sub-interpreter runs the same runtime as the main one, with modules, ``sys.path``, threads and connections of
its own; they share the process and the GIL, as under mod_wsgi. Between the two stands a control connection as
between supervisor and daemon.
"""

import os
import sys
import time

from . import frames
from .compat import allocate_lock, clock, start_new_thread
from .control import Control
from .descriptors import copied, socket_pair

try:
    import _interpreters
except ImportError:
    try:
        import _xxsubinterpreters as _interpreters
    except ImportError:
        _interpreters = None

#: Makes the package in a sub-interpreter. What is packed is described in compiled.py.
_LOAD = """
import sys
sys.path[:] = [entry for entry in sys.path if entry != folder]
if packed:
    import marshal
    load, modules = marshal.loads(packed)
    space = {}
    exec(load, space)
    space["load"](folder, modules, len(packed))
    del load, modules, space, packed
else:
    sys.path.insert(0, folder.rpartition("/")[0])
    import venvhost_runtime.boot
    del sys.path[0]
"""
#: Ends when it has served.
_RUN = """
sys.modules["venvhost_runtime.boot"].run_interpreter(fd)
"""
#: Raises where the interpreter cannot be destroyed.
_CHECK = """
sys.modules["venvhost_runtime.leftovers"].check()
"""
#: Seconds that its threads have to end.
_PATIENCE = 5
#: One at a time is made: together they would fight for the GIL, and those that serve already would lose.
_making = allocate_lock()


class Interpreter(object):
    """A sub-interpreter, as the main interpreter sees it."""

    def __init__(self, group, boot, spawn, invented=False):
        """``spawn(fd)`` makes one from outside, where Python cannot. ``invented``: see interpreter_table.py."""
        self.group = group
        self.invented = invented
        #: of gateways
        self.connections = 0
        self.retired = False
        self.destroyed = False
        ours, theirs = socket_pair()
        self._boot = boot
        self.control = Control(ours)
        #: its scripts are imported
        self.ready = False
        self.ended = False
        values = dict(boot)
        values["application_group"] = group
        values["invented"] = invented
        del values["secret"]
        for name in ("preload", "failed"):
            values[name] = [entry for entry in boot.get(name, ()) if entry["application_group"] == group]
        self.control.send(frames.CONTROL_BOOT, values)
        if _interpreters is None:
            spawn(copied(theirs.fileno()))
            theirs.close()
        else:
            start_new_thread(self._run, (theirs.detach(),))

    def adopt(self, fd, region):
        """Hands over a connection of a gateway; the interpreter closes it."""
        self.connections += 1
        self.control.send(frames.CONTROL_ADOPT, {"fd": fd, "region": region})

    def retire(self):
        """Ends it although the process lives on, which needs its memory."""
        self.retired = True
        self.stop(0)

    def stop(self, graceful):
        self.control.send(frames.CONTROL_STOP, {"graceful": graceful, "stacks": False})

    def _run(self, fd):
        folder = __file__.rpartition("/")[0]
        try:
            with _making:
                # Kept for ever: where the last reference goes, an interpreter ends with whatever still runs in it.
                self._id = _create()
                _interpreters.run_string(self._id, _LOAD, {"folder": folder, "packed": self._packed()})
            _interpreters.run_string(self._id, _RUN, {"fd": fd})
            if self.retired and self._is_clean():
                _interpreters.destroy(self._id)
                self.destroyed = True
        except BaseException as error:
            sys.stderr.write("sub-interpreter ended: %s\n" % error)

    def _is_clean(self):
        """Whether it can be destroyed while the process lives on."""
        until = clock() + _PATIENCE
        while True:
            try:
                # From Python 3.13 on what was raised is returned.
                return _interpreters.run_string(self._id, _CHECK) is None
            except Exception as error:
                # Up to Python 3.11 it is this one while there are threads; what the check raises has a class of its own.
                if type(error) is not RuntimeError or clock() > until:
                    return False
            time.sleep(0.02)

    def _packed(self):
        """The runtime as it was compiled for this Python; empty where each interpreter imports its sources."""
        length = sys.modules["venvhost_runtime"].packed_length
        return os.pread(self._boot["compiled_fd"], length, 0).partition(b"\0")[2] if length else b""


def _create():
    """With the configuration that C extensions know: shared GIL, threads, fork."""
    if _interpreters.__name__ == "_interpreters":
        return _interpreters.create("legacy")
    if sys.version_info >= (3, 9):
        return _interpreters.create(isolated=False)
    return _interpreters.create()
