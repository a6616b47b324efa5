"""WSGI script files: loaded once in a process, under the module name that mod_wsgi gives them."""

import os
import sys

from .compat import PY2, allocate_lock, clock
from .output import print_exception

#: Scripts that could not be imported are forgotten when there are so many.
MOST = 1000


class Script(object):
    """One script file in this interpreter."""

    def __init__(self, path, foreign=False):
        self.path = path
        #: The configuration does not give it to this process group.
        self.foreign = foreign
        self.module = None
        self.modified = None
        #: Running mean of the seconds a request takes; unknown counts as slow.
        self.cost = 1.0
        self.lock = allocate_lock()
        #: When the last attempt to import it began, in Unix time.
        self.started = None
        #: The last attempt to import it failed, here or in another process, see ImportFailure.
        self.failure = None
        #: Another process tries to take the place of this one with the newest file, or the first that can be imported.
        self.outdated = False
        self._again = False
        self._previous = None
        self._known = False
        self._unchanged_for = None

    def changed(self, batch=None):
        """Why a new attempt to import the file is due: "changed", "due" or None.

        Time stamps that went back count too. Requests that were read together (``batch``) are answered by one look
        at the files, which came after them all.
        """
        if self.failure is not None:
            return self._changed_after_failure(batch)
        if self.module is None or batch is not None and batch is self._unchanged_for:
            return None
        if self._differs():
            return "changed"
        if "reload_required" not in self.module.__dict__:
            self._unchanged_for = batch
        return None

    def _changed_after_failure(self, batch):
        """A file that failed once is not tried again before it has changed, or what it imports, or time has passed."""
        failure = self.failure
        if batch is None or batch is not self._unchanged_for:
            if failure.outlived():
                return "changed"
            self._unchanged_for = batch
        return "due" if failure.due is not None and clock() >= failure.due else None

    def _differs(self):
        try:
            if _modified(self.path) != self.modified:
                return True
        except OSError:
            return False
        required = self.module.__dict__.get("reload_required")
        if required is None:
            return False
        try:
            return bool(required(self.path))
        except BaseException:
            print_exception(sys.exc_info())
            return False

    def replace(self, module):
        """Has the next request execute the file in place; ``module`` is what was found changed, if anything."""
        if self.module is module:
            self._previous = module
            self.module = None
            self._again = True

    @property
    def is_replaced(self):
        """Whether there is something that serves on if the file cannot be imported in place."""
        return self._previous is not None

    def begin_attempt(self):
        """Whether the file may be executed in this process now. The lock is held."""
        again, self._again = self._again, False
        return again or self.failure is None

    def restore(self):
        """What was replaced serves on, because the new file could not be imported; None where there was nothing."""
        module, self._previous = self._previous, None
        if module is not None:
            sys.modules[module.__name__] = module
            self.module = module
        return module

    def load(self, control, tell):
        """Executes the file in a fresh module. Raises whatever it raises; then nothing of the module is kept.

        ``tell`` is called before any thread can run it: a request that ends the process is no failed import.
        """
        name = module_name(self.path)
        control.message("info", "%s script \"%s\"" % ("reloading" if self._known else "loading", self.path))
        modified = _modified(self.path)
        with open(self.path, "rb") as file:
            source = file.read()
        code = compile(source, self.path, "exec", 0, True)
        module = type(sys)(name)
        module.__file__ = self.path
        module.__mtime__ = modified
        module.__loader__ = None
        sys.modules[name] = module
        try:
            exec(code, module.__dict__)
        except BaseException:
            sys.modules.pop(name, None)
            raise
        tell()
        self.modified = modified
        self.failure = self._previous = None
        self.module = module
        self._known = True
        return module


class Scripts(object):
    """All scripts of this interpreter, by path. ``own`` are the files and folders that it may run,
    ``beginnings`` how the paths of others begin that it may run.
    """

    def __init__(self, own, beginnings):
        self._own = own
        self._beginnings = tuple(beginnings)
        self._scripts = {}

    def get(self, path):
        script = self._scripts.get(path)
        if script is None:
            if len(self._scripts) >= MOST:
                self._forget_failed()
            script = self._scripts.setdefault(path, Script(path, not self._is_own(path)))
        return script

    def failed(self):
        """Those that could not be imported, and of which there is nothing."""
        return [script for script in list(self._scripts.values()) if script.module is None and script.failure is not None]

    def keep(self, script):
        """In case it was forgotten while a connection still had it."""
        self._scripts[script.path] = script

    def _forget_failed(self):
        """Any file of a folder of scripts can be asked for."""
        for path, script in list(self._scripts.items()):
            if script.module is None and not script.outdated and not script.lock.locked():
                self._scripts.pop(path, None)

    def _is_own(self, path):
        """What stands below a file is path information, so a script may also be shorter than the path of an alias."""
        if ".." in path.split("/"):
            return False
        if path.startswith(self._beginnings):
            return True
        above = path + "/"
        return any(path == own or own == "/" or path.startswith(own + "/") or own.startswith(above) for own in self._own) or any(
            beginning.startswith(above) for beginning in self._beginnings)


def module_name(path):
    """``_mod_wsgi_`` and the MD5 of the path, as mod_wsgi names the modules of scripts."""
    data = path if PY2 else path.encode("utf-8", "surrogateescape")
    return "_mod_wsgi_" + _md5(data)


def _md5(data):
    try:
        from _md5 import md5
    except ImportError:
        from hashlib import md5
    return md5(data).hexdigest()


def _modified(path):
    """Modification time in microseconds."""
    return int(os.stat(path).st_mtime * 1000000)
