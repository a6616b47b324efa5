"""The sub-interpreters of a process: made when a gateway asks for one, ended when their names were only invented.

A name of an application group can be what a client has written into its Host header. Such an interpreter lives as long
as a gateway has a connection for it; gateways give names up that were not asked for lately. A few are kept beyond
that, because a gateway may just have been replaced.
"""

from .interpreters import Interpreter

#: Invented interpreters without a connection that stay.
_RESERVE = 8
#: What an end leaves behind in the process: all where the interpreter cannot be destroyed, a tenth else. With so many
#: tenths the process is better replaced.
_MOST_WEAR = 160
#: The same for a process that cannot be replaced, because it is a gateway: then no new ones are made.
_MOST_LINGERING = 64


class InterpreterTable(object):
    """``process`` is the main interpreter."""

    def __init__(self, process):
        self._process = process
        self._by_group = {}
        self._retired = []
        self._destroyed = 0

    def all(self):
        return list(self._by_group.values()) + self._retired

    def get(self, group, invented=False):
        """The interpreter of an application group, which is made where there is none; None where there can be none."""
        interpreter = self._by_group.get(group)
        if interpreter is not None and not interpreter.ended:
            return interpreter
        process = self._process
        if invented and not self._has_room():
            return None
        process.control.message("info", "creating sub-interpreter \"%s\"" % group)
        interpreter = self._by_group[group] = Interpreter(group, process.boot, process.spawn, invented)
        return interpreter

    def released(self, interpreter):
        """A gateway has closed its connection."""
        interpreter.connections -= 1
        if not interpreter.invented or interpreter.connections > 0 or interpreter.retired:
            return
        # The last one that was used becomes the last of the table.
        if self._by_group.get(interpreter.group) is interpreter:
            del self._by_group[interpreter.group]
            self._by_group[interpreter.group] = interpreter
        unused = [one for one in self._by_group.values() if one.invented and one.connections == 0]
        for one in unused[:-_RESERVE]:
            self._retire(one)

    def _retire(self, interpreter):
        process = self._process
        process.control.message("info", "ending sub-interpreter \"%s\", which no request needs any more" % interpreter.group)
        del self._by_group[interpreter.group]
        self._retired.append(interpreter)
        interpreter.retire()

    def _has_room(self):
        self._destroyed += sum(1 for one in self._retired if one.destroyed)
        self._retired = [one for one in self._retired if not one.destroyed]
        process = self._process
        if process.embedded:
            if len(self._retired) < _MOST_LINGERING:
                return True
            process.control.message("error", "no further sub-interpreter is made: %d could not be removed" % len(self._retired))
            return False
        if self._destroyed + 10 * len(self._retired) >= _MOST_WEAR:
            process.leave("application-groups")
            return False
        return True
