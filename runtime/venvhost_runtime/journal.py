"""Tells other processes, in shared memory, which requests this one has begun. See src/protocol/journal.ts."""

import mmap

from .compat import PY2
from .frames import word

SLOT_BITS = 10
SLOTS = 1 << SLOT_BITS
SLOT_MASK = SLOTS - 1
REGION_WORDS = 2 * SLOTS
REGIONS = 1024


class Journal(object):
    """Words of the journal file, and which regions of it are taken by connections."""

    def __init__(self, fd):
        self._map = mmap.mmap(fd, REGIONS * REGION_WORDS * 4)
        self.words = _PackedWords(self._map) if PY2 else memoryview(self._map).cast("I")
        self._free = list(range(REGIONS - 1, -1, -1))

    def claim_region(self):
        """Offset in words of a region nobody uses, or None when all are taken."""
        if not self._free:
            return None
        offset = self._free.pop() * REGION_WORDS
        for index in range(offset, offset + REGION_WORDS):
            self.words[index] = 0
        return offset

    def release_region(self, offset):
        # What stands there is still true for the gateway of the connection that has ended.
        self._free.append(offset // REGION_WORDS)


class _PackedWords(object):
    """What ``memoryview.cast`` gives, for Python 2.7."""

    def __init__(self, mapped):
        self._map = mapped

    def __getitem__(self, index):
        return word.unpack_from(self._map, index * 4)[0]

    def __setitem__(self, index, value):
        word.pack_into(self._map, index * 4, value)
