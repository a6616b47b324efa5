"""A script that could not be imported: why, and what must change before it is worth another attempt."""

import os
import sys
from time import time as wall_clock

from .compat import PY2, clock

#: Of the paths that are watched; more is not remembered of one failure.
LONGEST = 16 * 1024
#: Seconds until an attempt without any change, where nobody says otherwise: doubled each time.
FIRST_PAUSE = 2.0
LONGEST_PAUSE = 60.0


class ImportFailure(object):
    """``values`` are those of ImportFailed in src/protocol/control.ts; ``pause`` in seconds, None: until a change."""

    def __init__(self, values, pause):
        self.kind = values["kind"]
        self.reason = values["reason"]
        self._stamps = [line.partition(" ")[::2] for line in values["files"].split("\n") if line]
        self.attempts = 1
        self.postpone(pause)

    def postpone(self, pause):
        """Until so many seconds have passed, only a change is worth an attempt."""
        self.due = None if pause is None else clock() + pause

    def outlived(self):
        """Whether a file that had to do with it is another one by now, or is there at last."""
        return any(stamp(path) != known for known, path in self._stamps)

    def same(self, other):
        """Whether both failed in the same way with the same files, so that nobody needs to read it twice."""
        stamps = dict((path, known) for known, path in self._stamps)
        return self.kind == other.kind and all(stamps.get(path, known) == known for known, path in other._stamps)


def repeated(failure, before):
    """Counts an attempt that changed nothing, and waits longer each time."""
    if before is not None and before.same(failure):
        failure.attempts = before.attempts + 1
    failure.postpone(min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(failure.attempts - 1, 10)))


def describe(exc_info, script, started):
    """What is to be remembered of an import that began at ``started`` (Unix time)."""
    lines = []
    length = 0
    for path in _unique([script] + _files_of(exc_info)):
        line = "%s %s\n" % (stamp(path, started), path)
        length += len(line)
        if length > LONGEST:
            break
        lines.append(line)
    return {"kind": exc_info[0].__name__, "reason": _one_line(exc_info[1]), "files": "".join(lines)}


def stamp(path, started=None):
    """Stands for the content of a file: its time in microseconds.

    What was written after ``started``, on the clock of the files, fits nothing: maybe it was read, maybe not.
    """
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return "-"
    if status.st_mode & 0o170000 == 0o040000:
        # Its time changes with each file in it.
        return "folder"
    if started is not None and started < status.st_mtime <= wall_clock():
        return "?"
    return "%d" % int(status.st_mtime * 1000000)


def _files_of(exc_info):
    """Those that are named by the error and its causes come first, then all others of the project."""
    named, missing = [], []
    for error, trace in _chain(exc_info):
        entry = trace
        while entry is not None:
            named.append(entry.tb_frame.f_code.co_filename)
            entry = entry.tb_next
        if isinstance(error, SyntaxError):
            named.append(error.filename)
        elif isinstance(error, ImportError):
            named.append(getattr(error, "path", None))
            missing += _places_of(error, named)
    named = [path for path in map(_source, named) if path is not None and not path.startswith(_OUR_FOLDER)]
    modules = [_source(vars(module).get("__file__")) for module in list(sys.modules.values()) if isinstance(module, type(sys))]
    modules.reverse()
    return named + missing + [path for path in modules if path is not None and not _is_installed(path)]


def _chain(exc_info):
    error, trace = exc_info[1], exc_info[2]
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error, trace
        error = getattr(error, "__cause__", None) or getattr(error, "__context__", None)
        trace = getattr(error, "__traceback__", None)


def _places_of(error, named):
    """Where the module would be that was not found."""
    name = getattr(error, "name", None)
    if PY2 and str(error).startswith("No module named "):
        # Only its last part is told.
        name = str(error).rpartition(" ")[2]
    if not name or not (PY2 or type(error).__name__ == "ModuleNotFoundError"):
        return []
    package, _, last = name.rpartition(".")
    folders = getattr(sys.modules.get(package), "__path__", None) if package else sys.path
    if folders is None:
        folders, last = sys.path, name.split(".")[0]
    folders = list(folders) + ([os.path.dirname(path) for path in named if path] if PY2 else [])
    return [place for folder in folders if isinstance(folder, str) and folder.startswith("/")
            for place in ("%s/%s.py" % (folder, last), "%s/%s" % (folder, last))]


def _source(path):
    """The absolute path of the source; None where there is none, or where it could not be told to others as it is."""
    if not isinstance(path, str) or not path or path[0] == "<" or "\n" in path:
        return None
    if path.endswith((".pyc", ".pyo")):
        path = path[:-1]
    try:
        path.encode("ascii" if PY2 else "utf-8")
    except UnicodeError:
        return None
    return os.path.abspath(path)


def _is_installed(path):
    return (path.startswith((_LIBRARY, _OUR_FOLDER)) or "/site-packages/" in path or "/dist-packages/" in path)


def _unique(paths):
    seen = set()
    for path in paths:
        if path not in seen:
            seen.add(path)
            yield path


def _one_line(error):
    try:
        return " ".join(str(error).encode("ascii", "backslashreplace").decode("ascii").split())[:500]
    except Exception:
        return "(its text cannot be shown)"


_OUR_FOLDER = __file__.rpartition("/")[0] + "/"
_LIBRARY = os.__file__.rpartition("/")[0] + "/"
