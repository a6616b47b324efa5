"""Imports one script in a process that is thrown away, for ``venvhost check --import``.

Started as a file, as the user of the process group. Its only argument is JSON: what Boot has, and ``script`` and
``callable``. Prints one line: ``venvhost`` and JSON. Whatever the application prints goes to standard error.
"""

import os
import sys


def main():
    import json
    boot = json.loads(sys.argv[1])
    from .compat import PY2, _signal
    if PY2:
        boot = _native(boot)
    # Where whoever waits for the answer was killed, nobody else ends this process.
    _signal.alarm(int(boot["seconds"]) + 5)
    answer = os.dup(1)
    os.dup2(2, 1)
    from . import boot as start
    from .api import Api
    from .output import replace_standard_streams
    from .scripts import Script
    start.check_identity(boot)
    start.set_up_process(boot)
    start.set_up_paths(boot)
    replace_standard_streams(_Silent())
    Api(_Runtime(boot)).install()
    try:
        module = Script(boot["script"]).load(_Silent(), lambda: None)
        found = {"callable": boot["callable"] is None or callable(module.__dict__.get(boot["callable"]))}
    except BaseException:
        found = {"failed": _first_cause(sys.exc_info(), boot["script"])}
    os.write(answer, b"venvhost " + json.dumps(found).encode("ascii") + b"\n")
    # Threads that the import started, and atexit callbacks, are of no interest.
    os._exit(0)


class _Silent(object):
    """A control connection without anybody at its other end."""

    def message(self, level, text, request=None):
        pass

    def log(self, stream, request, text):
        pass


class _Runtime(object):
    def __init__(self, boot):
        self.boot = boot


def _native(value):
    """JSON gives text; paths and names are bytes in Python 2."""
    if isinstance(value, dict):
        return dict((_native(key), _native(item)) for key, item in value.items())
    if isinstance(value, list):
        return [_native(item) for item in value]
    return value.encode("utf-8") if hasattr(value, "encode") else value


def _first_cause(exc_info, script):
    """The error that all others came from, and the line where it was raised: the script's own if it is a missing module."""
    from .control import first_error
    error = first_error(exc_info[1])
    trace = exc_info[2] if error is exc_info[1] else error.__traceback__
    path, line = script, 0
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if not name.startswith("<") and not name.startswith(_OUR_FOLDER):
            path, line = name, trace.tb_lineno
        trace = trace.tb_next
    if isinstance(error, SyntaxError) and error.filename:
        path, line = error.filename, error.lineno or 0
    return {"kind": type(error).__name__, "text": _text(error), "path": _readable(path), "line": line,
            "source": _source(path, line), "module": _readable(getattr(error, "name", None) or "")}


def _text(error):
    try:
        return _readable(str(error))
    except Exception:
        return "(its text cannot be shown)"


def _readable(value):
    from .compat import as_text
    return as_text(value)[:2000]


def _source(path, line):
    try:
        with open(path, "rb") as file:
            return _readable(file.read().split(b"\n")[line - 1].rstrip()) if line > 0 else ""
    except (IOError, OSError, IndexError):
        return ""


_OUR_FOLDER = __file__.rpartition("/")[0] + "/"
