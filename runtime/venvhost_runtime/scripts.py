"""WSGI script files: loaded once in a process, under the module name that mod_wsgi gives them."""

import os
import sys

from .compat import PY2, allocate_lock
from .output import print_exception


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
        #: The import failed when the process started: it left modules behind, and is not tried again here.
        self.failed = False
        #: Why no process of this kind can import it.
        self.refused = None
        #: The file has changed, and another process is to take the place of this one.
        self.outdated = False
        self._known = False
        self._unchanged_for = None

    def changed(self, batch=None):
        """Whether the file is another one than the one that was loaded: time stamps that went back count too.

        Requests that were read together (``batch``) are answered by one look at the file, which came after them all.
        """
        if self.module is None and self.refused is None:
            return False
        if batch is not None and batch is self._unchanged_for:
            return False
        if self._differs():
            return True
        if self.module is None or "reload_required" not in self.module.__dict__:
            self._unchanged_for = batch
        return False

    def _differs(self):
        try:
            if _modified(self.path) != self.modified:
                return True
        except OSError:
            return False
        if self.module is None:
            return False
        required = self.module.__dict__.get("reload_required")
        if required is None:
            return False
        try:
            return bool(required(self.path))
        except BaseException:
            print_exception(sys.exc_info())
            return False

    def refuse(self, reason):
        """The import failed for a reason that stays the same until the file is changed."""
        self.refused = reason
        try:
            self.modified = _modified(self.path)
        except OSError:
            self.modified = None

    def drop(self, module):
        """Has the file executed again in place by the next request; ``module`` is the one that was found changed."""
        if self.module is module:
            self.module = None

    def load(self, control):
        """Executes the file in a fresh module. Raises whatever it raises; then nothing of the module is kept."""
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
        self.modified = modified
        self.module = module
        self.refused = None
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
            script = self._scripts.setdefault(path, Script(path, not self._is_own(path)))
        return script

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
