"""Started as a file by ``venvhost check --import``; see importing.py."""

import sys


def _run():
    # As in __main__.py: the folder of this file must not shadow a module of the user.
    folder = sys.path.pop(0)
    sys.path.insert(0, folder.rpartition("/")[0])
    from venvhost_runtime import importing
    # Its parts import each other when it runs.
    import venvhost_runtime.api, venvhost_runtime.boot, venvhost_runtime.scripts  # noqa: E401, F401
    del sys.path[0]
    sys.modules["__main__"] = type(sys)("__main__")
    return importing.main()


if __name__ == "__main__":
    _main_module = sys.modules["__main__"]
    sys.exit(_run())
