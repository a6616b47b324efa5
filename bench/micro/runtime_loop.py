"""Microseconds that the runtime spends for one request, without a gateway and without waiting.

    python3 runtime_loop.py ENVIRON REQUEST

Two files with a frame each, as the gateway writes them. One thread leads a connection whose other end always has
a batch of 32 such frames ready.
"""

import os
import socket
import sys
import time

BATCH = 32
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "runtime"))

from venvhost_runtime import journal, workers  # noqa: E402
from venvhost_runtime.api import Api  # noqa: E402
from venvhost_runtime.connection import Connection  # noqa: E402
from venvhost_runtime.scripts import Scripts  # noqa: E402


class NoControl(object):
    """Stands in for the supervisor."""

    def message(self, level, text, request_id=None):
        pass

    def log(self, stream, request_id, text):
        print(text, file=sys.stderr)


class NoRuntime(object):
    """What connections and workers use of a runtime."""

    leaving = None
    embedded = False

    def __init__(self):
        self.boot = {"process_group": "g", "application_group": "", "processes": 1, "threads": 15}
        self.pid = os.getpid()
        self.control = NoControl()
        self.scripts = Scripts()
        self.api = Api(self)
        self.listeners = self.api.module.event_callbacks
        self.pool = workers.Pool(self, 15)

    def count_request(self):
        pass


def main(environ, request):
    batch = read(request) * BATCH
    ours, theirs = socket.socketpair()
    connection = Connection(NoRuntime(), ours, 0, [0] * (2 * journal.SLOTS))
    worker = workers.Worker()
    worker.connection = connection
    connection.leader = worker
    pool = connection.runtime.pool
    theirs.sendall(read(environ))
    connection.receive()
    best = []
    for _ in range(7):
        best.append(series(pool, worker, connection, theirs, batch))
    print("%.2f" % (min(best) * 1e6))


def read(path):
    with open(path, "rb") as file:
        return file.read()


def series(pool, worker, connection, theirs, batch, rounds=150):
    spent = 0.0
    for _ in range(rounds):
        theirs.sendall(batch)
        started = time.perf_counter()
        connection.receive()
        pool._run_pending(worker)
        connection.flush()
        spent += time.perf_counter() - started
        theirs.recv(1 << 20)
    return spent / rounds / BATCH


main(*sys.argv[1:])
