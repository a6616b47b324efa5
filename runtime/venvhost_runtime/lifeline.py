"""No process of an application outlives the supervisor.

Nothing is ever sent over the life line, a socket of which the supervisor holds the other end. On Linux the kernel
sends SIGKILL to the whole process group when that end is closed: also where the process is frozen, where C code
holds the interpreter, and to what the application has started. Nothing has to run here for it.
"""

import os
import sys

from .compat import _signal


def tie(fd):
    """Where the kernel cannot do it the first thread notices the end of the control connection."""
    if not sys.platform.startswith("linux") or not _leads_group():
        return
    try:
        import fcntl
        fcntl.fcntl(fd, fcntl.F_SETOWN, -os.getpid())
        fcntl.fcntl(fd, fcntl.F_SETSIG, _signal.SIGKILL)
        fcntl.fcntl(fd, fcntl.F_SETFL, fcntl.fcntl(fd, fcntl.F_GETFL) | fcntl.FASYNC)
    except (ImportError, AttributeError, IOError, OSError):
        pass


def cut():
    """Ends this process and all that it has started, at once."""
    if _leads_group():
        os.killpg(os.getpid(), _signal.SIGKILL)
    os._exit(0)


def _leads_group():
    return os.getpgrp() == os.getpid()
