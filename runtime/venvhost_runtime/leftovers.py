"""What is left in a sub-interpreter that has served, when its process lives on without it."""

import os
import sys
import time

from .compat import _thread, clock

#: Seconds that its threads have to end.
_PATIENCE = 5
#: A thread counts as ended before what it kept for itself is gone.
_LAST_WORDS = 0.1

#: Descriptors to close when no thread is left that could still use them.
files = []


def check():
    """Raises where the end of this interpreter could be that of the process: a thread would run on in nothing, and
    not every extension module bears it. Those of Python itself do.
    """
    for module in list(sys.modules.values()):
        path = getattr(module, "__file__", None) or ""
        if path.endswith(".so") and "/lib-dynload/" not in path:
            raise RuntimeError("%s is loaded" % path)
    until = clock() + _PATIENCE
    while _thread._count() > 0:
        if clock() > until:
            raise RuntimeError("threads are left")
        time.sleep(0.01)
    time.sleep(_LAST_WORDS)
    for fd in files:
        os.close(fd)
