"""Started by the supervisor as a file, with the interpreter of the application's environment."""

import sys

#: As in frames.py, which is not there yet.
_COMPILED_FD = 7


def _run():
    # The folder of this file must not shadow a module of the user: only the package itself is made known.
    folder = sys.path.pop(0)
    if not _load_compiled(folder):
        sys.path.insert(0, folder.rpartition("/")[0])
        import venvhost_runtime.boot  # noqa: F401
        del sys.path[0]
    # What the application sees as the main module is empty, as in an embedded interpreter.
    sys.modules["__main__"] = type(sys)("__main__")
    return sys.modules["venvhost_runtime.boot"].main()


def _load_compiled(folder):
    """Takes the runtime that the supervisor has had compiled (compiled.py); False where it is none for this Python."""
    import os
    try:
        data = os.read(_COMPILED_FD, os.fstat(_COMPILED_FD).st_size)
    except OSError:
        return False
    version, _, packed = data.partition(b"\0")
    if version != sys.version.encode("ascii"):
        os.close(_COMPILED_FD)
        return False
    import marshal
    load, modules = marshal.loads(packed)
    space = {}
    exec(load, space)
    space["load"](folder, modules, len(data))
    return True


if __name__ == "__main__":
    _main_module = sys.modules["__main__"]
    sys.exit(_run())
