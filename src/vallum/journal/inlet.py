"""How do many threads hand rows to one writer, in portions, without losing any?"""

import threading
import time
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Inlet(Generic[T]):
    """A waiting line with an end: whoever finds it full waits, and what was let in before closing comes out.

    Parameters
    ----------
    capacity
        How many may wait.
    portion
        How many come out at once at most.
    linger_s
        How many machine seconds a portion waits to fill up after its first item.

    Examples
    --------
    >>> inlet = Inlet[int](capacity=10, portion=2, linger_s=0.0)
    >>> inlet.put(1), inlet.put(2), inlet.put(3)
    (True, True, True)
    >>> inlet.close()
    >>> inlet.take(), inlet.take(), inlet.take(), inlet.put(4)
    ([1, 2], [3], [], False)
    """

    def __init__(self, *, capacity: int, portion: int, linger_s: float) -> None:
        self._capacity = capacity
        self._portion = portion
        self._linger_s = linger_s
        self._items: deque[T] = deque()
        self._changed = threading.Condition()
        self._urgent = False
        self._closed = False
        self._waits = 0

    @property
    def waits(self) -> int:
        """Return how many items had to wait for room.

        Examples
        --------
        >>> Inlet[int](capacity=1, portion=1, linger_s=0.0).waits
        0
        """
        return self._waits

    @property
    def is_closed(self) -> bool:
        """Return whether nothing more is let in.

        Examples
        --------
        >>> Inlet[int](capacity=1, portion=1, linger_s=0.0).is_closed
        False
        """
        return self._closed

    def put(self, item: T, *, urgent: bool = False) -> bool:
        """Let an item in, waiting for room; an urgent one ends the lingering. False when closed.

        Examples
        --------
        >>> Inlet[int](capacity=1, portion=1, linger_s=0.0).put(1)
        True
        """
        with self._changed:
            if len(self._items) >= self._capacity and not self._closed:
                self._waits += 1
                self._changed.wait_for(lambda: len(self._items) < self._capacity or self._closed)
            if self._closed:
                return False
            self._items.append(item)
            self._urgent = self._urgent or urgent
            self._changed.notify_all()
            return True

    def offer(self, item: T, *, below: float = 1.0) -> bool:
        """Let an item in without waiting; False when its share of the line is full, or closed.

        Parameters
        ----------
        item
            What is handed in.
        below
            The share of the capacity that this kind of item may fill, 0 to 1.

        Examples
        --------
        >>> inlet = Inlet[int](capacity=2, portion=1, linger_s=0.0)
        >>> inlet.offer(1, below=0.5), inlet.offer(2, below=0.5), inlet.offer(2), inlet.offer(3)
        (True, False, True, False)
        """
        with self._changed:
            if self._closed or len(self._items) >= below * self._capacity:
                return False
            self._items.append(item)
            self._changed.notify_all()
            return True

    def has_room(self, below: float = 1.0) -> bool:
        """Return whether an item offered now would be let in.

        Examples
        --------
        >>> Inlet[int](capacity=1, portion=1, linger_s=0.0).has_room()
        True
        """
        with self._changed:
            return not self._closed and len(self._items) < below * self._capacity

    def take(self) -> list[T]:
        """Return the next portion, waiting for one; nothing only when closed and empty.

        Examples
        --------
        >>> inlet = Inlet[int](capacity=1, portion=1, linger_s=0.0)
        >>> _ = inlet.put(7)
        >>> inlet.take()
        [7]
        """
        with self._changed:
            self._changed.wait_for(lambda: bool(self._items) or self._closed)
            full_at_s = time.monotonic() + self._linger_s
            while len(self._items) < self._portion and not (self._urgent or self._closed):
                left_s = full_at_s - time.monotonic()
                if left_s <= 0:
                    break
                self._changed.wait(left_s)
            portion = [self._items.popleft() for _ in range(min(self._portion, len(self._items)))]
            self._urgent = self._urgent and bool(self._items)
            self._changed.notify_all()
            return portion

    def wait_closed(self, timeout_s: float) -> bool:
        """Wait some machine seconds and return whether the inlet is closed by then.

        Examples
        --------
        >>> Inlet[int](capacity=1, portion=1, linger_s=0.0).wait_closed(0.0)
        False
        """
        with self._changed:
            return self._changed.wait_for(lambda: self._closed, timeout=timeout_s)

    def close(self) -> None:
        """Let nothing more in; what waits still comes out.

        Examples
        --------
        >>> Inlet[int](capacity=1, portion=1, linger_s=0.0).close()
        """
        with self._changed:
            self._closed = True
            self._changed.notify_all()
