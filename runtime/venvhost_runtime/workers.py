"""The threads of a process: who reads, who runs the application.

Each connection has one leader, the worker that reads it. As long as requests are quick the leader also runs
them, one after the other, so that no thread is woken for them and their answers leave in one write. Four
properties hold all the same:

- A thread that blocks in the application delays no other request while a thread is free: before a request of a
  script that is known to be slow the leader hands the reading over; where it did not know, the monitor (the
  main thread) sees within two ticks that the leader makes no progress, and gives the reading to another.
- A finished answer leaves within 5 ms whatever other requests do: the new leader sends it first.
- No busy waiting: idle workers sleep on a lock.
- An idle process uses no CPU: the monitor sleeps as well when nothing has happened for a while.

At most ``limit`` threads run the application at a time. One more for each connection may read.
"""

import os
import sys
from _collections import deque

from .compat import _signal, allocate_lock, set_non_blocking, start_new_thread, thread_ident
from .descriptors import pipe
from .journal import SLOT_MASK, SLOTS
from .leftovers import files

#: Seconds. Requests of scripts that take longer on average are run by a thread that does not read.
SLOW = 0.001


class Worker(object):
    __slots__ = ("ident", "wake", "connection", "busy", "turns")

    def __init__(self):
        self.ident = None
        self.wake = allocate_lock()
        self.wake.acquire()
        self.connection = None  # the one it leads
        self.busy = False       # in the application
        self.turns = 0


class Pool(object):
    """``lock`` guards all that is decided here, and a few fields of connections and requests."""

    def __init__(self, runtime, limit):
        self.lock = allocate_lock()
        self.pending = deque()
        self.running = 0
        self._runtime = runtime
        self._limit = limit
        self._idle = []
        self._asleep = False
        self._told = False
        self._ended = False
        self._wake_reader, self._wake_writer = pipe()

    # For connections

    def lead(self, connection):
        """Finds a leader for a new connection; False where there is no thread for it."""
        with self.lock:
            self._promote(connection)
            return connection.leader is not None

    def add(self, request):
        """Takes a request that has come. Called by the leader, which runs it next."""
        self.pending.append(request)
        if self._runtime.leaving:
            self.refuse_pending()

    def refuse_pending(self):
        connections = set()
        try:
            while True:
                request = self.pending.popleft()
                request.connection.refuse(request)
                connections.add(request.connection)
        except IndexError:
            for connection in connections:
                connection.flush()

    def hand_over(self, connection):
        """The calling thread is going to block; if it is the leader of the connection, another becomes it."""
        leader = connection.leader
        if leader is not None and leader.ident == thread_ident():
            with self.lock:
                if connection.leader is leader:
                    self._promote(connection)

    # For the monitor

    @property
    def wake_fd(self):
        return self._wake_reader

    def tick(self, connections):
        """Replaces leaders that have made no progress since the last tick; True while any is in the application."""
        active = False
        with self.lock:
            for connection in connections:
                leader = connection.leader
                if leader is None or not leader.busy:
                    continue
                active = True
                if leader.turns == connection.seen_turns:
                    self._promote(connection)
                else:
                    connection.seen_turns = leader.turns
        return active

    def sleep(self, connections):
        """Whether the monitor may sleep until a leader runs the application again: not if one does so now."""
        with self.lock:
            self._asleep = not any(connection.leader and connection.leader.busy for connection in connections)
            return self._asleep

    def wake_monitor(self):
        self._asleep = False
        try:
            os.write(self._wake_writer, b"x")
        except OSError:
            pass  # full: it wakes anyway

    def wake_by_signals(self):
        """A signal that comes just before the monitor waits must wake it: Python would call its handler only afterwards."""
        set_non_blocking(self._wake_writer)
        quietly = {"warn_on_full_buffer": False} if sys.version_info >= (3, 7) else {}
        _signal.set_wakeup_fd(self._wake_writer, **quietly)

    # For the end of a sub-interpreter

    def end(self):
        """Has each worker end that runs nothing."""
        with self.lock:
            self._ended = True
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.wake.release()
        files.extend((self._wake_reader, self._wake_writer))

    # The threads

    def _promote(self, connection):
        """Makes an idle worker, or a new one, the leader. The lock is held.

        Where the system gives no further thread the leader stays: its other requests wait, nothing is lost.
        """
        old = connection.leader
        worker = self._idle.pop() if self._idle else Worker()
        worker.connection = connection
        if worker.ident is None:
            try:
                start_new_thread(self._work, (worker,))
            except Exception as error:
                if not self._told:
                    self._told = True
                    self._runtime.control.message("error", "no further thread can be started: %s" % error)
                return
        else:
            worker.wake.release()
        if old is not None:
            old.connection = None
        connection.leader = worker
        connection.seen_turns = -1

    def _work(self, worker):
        worker.ident = thread_ident()
        while not self._ended:
            connection = worker.connection
            if connection is not None:
                self._lead(worker, connection)
            if self._serve(worker):
                worker.wake.acquire()

    def _lead(self, worker, connection):
        connection.flush()
        while True:
            self._run_pending(worker)
            connection.flush()
            if worker.connection is not connection:
                return
            if not connection.receive():
                with self.lock:
                    connection.leader = worker.connection = None
                connection.lost()
                return

    def _serve(self, worker):
        """Runs what is left when nobody else can, then lines up as idle; False where it is to end."""
        while True:
            self._run_pending(worker)
            with self.lock:
                if self._ended:
                    return False
                if not self.pending or self.running >= self._limit or self._runtime.leaving:
                    self._idle.append(worker)
                    return True

    def _run_pending(self, worker):
        request = self._next(worker, 0)
        while request is not None:
            try:
                self._run(worker, request)
            except BaseException:
                # A worker that ended here would take a thread, and maybe the reading, along.
                request.survive(self._runtime, sys.exc_info())
            if worker.connection is request.connection:
                request.connection.flush_if_long()
            else:
                request.connection.flush()
            request = self._next(worker, 1)

    def _next(self, worker, finished):
        """Ends ``finished`` requests (0 or 1) of this worker and begins the next one; None when there is none to begin."""
        with self.lock:
            self.running -= finished
            if not self.pending or self.running >= self._limit or self._runtime.leaving:
                worker.busy = False
                if self._runtime.leaving and self.running == 0:
                    self.wake_monitor()
                return None
            request = self.pending.popleft()
            self.running += 1
            worker.busy = True
            worker.turns += 1
        return request

    def _begin(self, request):
        """Enters the request in the journal; False when the gateway has taken it back meanwhile."""
        words = request.connection.words
        slot = request.connection.region + (request.stream_number & SLOT_MASK)
        # Taking and leaving the lock is the barrier that the journal asks for.
        with self.lock:
            words[slot] = request.stream_number
        return words[slot + SLOTS] != request.stream_number

    def _run(self, worker, request):
        runtime = self._runtime
        connection = request.connection
        if request.aborted:
            request.give_up()
            return
        script = request.script
        module = script.module
        # Before the first code of the application: its reload_required() may block, too.
        if worker.connection is not None:
            if script.cost > SLOW:
                self.hand_over(worker.connection)
            elif self._asleep:
                self.wake_monitor()
        if (request.environ.get("mod_wsgi.script_reloading") == "1" or module is None) and not script.outdated:
            why = script.changed(request.batch)
            if why is not None and runtime.renew(request, script, module, why):
                return
        if not self._begin(request):
            connection.refuse(request)
            return
        request.run(runtime)
        runtime.count_request()
