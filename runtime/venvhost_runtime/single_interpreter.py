"""Recognises imports that fail because a C extension can be loaded in one interpreter of a process only."""

import re

#: What such extensions say, or Python for them. Each is seen in a released version.
_SIGNS = re.compile("|".join((
    r"do(?:es)? not (?:yet )?support (?:loading in )?sub-?interpreters",   # PyO3, Python 3.12, NumPy
    r"may only be initiali[sz]ed once per interpreter process",            # PyO3
    r"cannot load module more than once per process",                      # NumPy, pybind11
    r"Interpreter change detected",                                        # Cython
    r"not (?:supported|allowed|available) in sub-?interpreters",
)), re.IGNORECASE)
_MODULE = re.compile(r"module '?([A-Za-z_][\w.]*)'? does not support loading", re.IGNORECASE)
_INSTALLED = re.compile(r"[/\\](?:site|dist)-packages[/\\]([^/\\]+)")


def explain(error, traceback):
    """One sentence on why the import failed, with the package and the ways out; None where that is not the reason."""
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        said = _SIGNS.search(str(error))
        if said:
            return (
                "package \"%s\" does not support sub-interpreters (%s); use WSGIApplicationGroup %%{GLOBAL} for this "
                "application, or application-isolation=process for its process group"
                % (_package(error, traceback), _line_of(str(error), said)))
        error = getattr(error, "__cause__", None) or getattr(error, "__context__", None)
        traceback = getattr(error, "__traceback__", None)
    return None


def _package(error, traceback):
    named = _MODULE.search(str(error))
    if named:
        return named.group(1).split(".")[0]
    package = (getattr(error, "name", None) or "unknown").split(".")[0]
    while traceback is not None:
        # The innermost that is installed: the package whose extension it is.
        installed = _INSTALLED.search(traceback.tb_frame.f_code.co_filename)
        if installed:
            package = re.sub(r"\.py$", "", installed.group(1))
        traceback = traceback.tb_next
    return package


def _line_of(text, said):
    start = text.rfind("\n", 0, said.start()) + 1
    end = text.find("\n", said.end())
    return text[start:len(text) if end < 0 else end].strip()[:200]
