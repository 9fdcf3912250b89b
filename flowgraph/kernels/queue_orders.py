"""What the elements of a queue lie in, and so the order in which they come out again."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

from flowgraph.kernels.seeds import words_of


class Fifo:
    """First in, first out."""

    def __init__(self) -> None:
        self._elements: deque[Any] = deque()

    def __len__(self) -> int:
        return len(self._elements)

    def put(self, element: Any) -> None:
        """Add an element."""
        self._elements.append(element)

    def take(self) -> Any:
        """Take out the next element."""
        return self._elements.popleft()

    def give_back(self, elements: Sequence[Any]) -> None:
        """Undo several takes; the elements in the order in which they came out."""
        self._elements.extendleft(reversed(elements))


class Shuffled:
    """In random order: each element that is there is as likely as any other.

    The order is TF's: its generator's next word, modulo the number of elements, is the place of the next one, and the
    last element moves there.
    """

    def __init__(self, seed: int, seed2: int) -> None:
        self._words = words_of(seed, seed2)
        self._elements: list[Any] = []

    def __len__(self) -> int:
        return len(self._elements)

    def put(self, element: Any) -> None:
        """Add an element."""
        self._elements.append(element)

    def take(self) -> Any:
        """Take out one of the elements."""
        place = self._words.word() % len(self._elements)
        taken = self._elements[place]
        last = self._elements.pop()
        if place < len(self._elements):
            self._elements[place] = last
        return taken

    def give_back(self, elements: Sequence[Any]) -> None:
        """Undo several takes."""
        self._elements.extend(reversed(elements))


class Heap:
    """The element of the lowest priority first; its first component is the priority.

    Among equals the order is that of C++'s `push_heap` and `pop_heap`, which is TF's.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[int, Any]] = []

    def __len__(self) -> int:
        return len(self._heap)

    def put(self, element: Any) -> None:
        """Add an element."""
        self._heap.append((int(element[0]), element))
        self._rise(len(self._heap) - 1)

    def take(self) -> Any:
        """Take out the element of the lowest priority."""
        heap = self._heap
        _, taken = heap[0]
        last = heap.pop()
        if heap:
            place, half = 0, (len(heap) - 1) // 2
            while place < half:
                child = 2 * place + 2
                if heap[child][0] > heap[child - 1][0]:
                    child -= 1
                heap[place] = heap[child]
                place = child
            if len(heap) % 2 == 0 and place == (len(heap) - 2) // 2:
                heap[place] = heap[2 * place + 1]
                place = 2 * place + 1
            heap[place] = last
            self._rise(place)
        return taken

    def _rise(self, place: int) -> None:
        heap = self._heap
        item = heap[place]
        while place and heap[(place - 1) // 2][0] > item[0]:
            heap[place] = heap[(place - 1) // 2]
            place = (place - 1) // 2
        heap[place] = item

    def give_back(self, elements: Sequence[Any]) -> None:
        """Undo several takes."""
        for element in reversed(elements):
            self.put(element)
