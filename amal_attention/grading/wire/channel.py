"""The line between a grader and a submission's process, either of which may be gone, late or hostile.

What crosses, and how it is written, is told in :mod:`amal_attention.grading.wire.frame`, whose names this module
exports too.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from amal_attention.errors import WireError, explain
from amal_attention.grading.wire.frame import Handle, Limits, decode, encode, read_frame

__all__ = ["Channel", "ChannelClosed", "ChannelTimeout", "Deadline", "Handle", "Limits", "decode", "encode"]

_LONGEST_WAIT = 3600.0  # what the system takes for a timeout has an end, a deadline may have none


class ChannelClosed(WireError):
    """The other side is gone, or an earlier message failed: nothing more will come."""


class ChannelTimeout(WireError):
    """The deadline passed before the whole message had crossed."""


class Deadline(Protocol):
    """A deadline that does not follow the clock on the wall."""

    def remaining(self) -> float:
        """Seconds for which one may wait before this is asked again; none where it has passed."""


class Channel:
    """Messages over a connected stream socket, for one thread.

    A message that stops on its way, for whatever reason, or is refused here, closes the channel: a late answer is never
    taken for that to a later question. Deadlines are times of ``time.monotonic``, or tell themselves what is left.

    Args:
        sock: the socket; the channel closes it.
        limits: what a message may hold, either way.
    """

    def __init__(self, sock: socket.socket, limits: Limits | None = None) -> None:
        self._sock = sock
        self._limits = limits or Limits()

    def send(self, value: object, deadline: float | Deadline) -> None:
        """Send one value.

        Raises:
            WireError: it cannot be sent; nothing was, and the channel stays open.
            ChannelClosed: the other side is gone.
            ChannelTimeout: the other side did not take it all in time.
        """
        left = memoryview(encode(value, self._limits))
        with self._whole_or_closed():
            while left:
                left = left[self._once(self._send, left, deadline) :]

    def receive(self, deadline: float | Deadline) -> Any:
        """Receive one value, and read no byte after it.

        Raises:
            ChannelClosed: the other side is gone.
            ChannelTimeout: it did not all come in time.
            WireError: it is malformed, or beyond the limits.
        """
        with self._whole_or_closed():
            return read_frame(lambda buffer: self._fill(buffer, deadline), self._limits)

    def close(self) -> None:
        """Close the socket."""
        self._sock.close()

    @contextmanager
    def _whole_or_closed(self) -> Iterator[None]:
        try:
            yield
        except BaseException:  # an interrupt too leaves half a message behind
            self.close()
            raise

    def _fill(self, buffer: memoryview, deadline: float | Deadline) -> None:
        """Fill the buffer. File descriptors that may come along are dropped by the system: nobody asks for them."""
        while buffer:
            got = self._once(self._sock.recv_into, buffer, deadline)
            if not got:
                raise ChannelClosed(_told(f"{len(buffer):,} more bytes", "the end", "ask a new process"))
            buffer = buffer[got:]

    def _send(self, part: memoryview) -> int:
        return self._sock.send(part, socket.MSG_NOSIGNAL)

    def _once(self, call: Callable[[memoryview], int], buffer: memoryview, deadline: float | Deadline) -> int:
        """What one call on the socket gives, once it gives something."""
        while True:
            remaining = deadline - time.monotonic() if isinstance(deadline, (float, int)) else deadline.remaining()
            if not remaining > 0:
                raise ChannelTimeout(_told("the message in time", "no more of it", "raise the limit of time"))
            try:
                self._sock.settimeout(min(remaining, _LONGEST_WAIT))
                return call(buffer)
            except TimeoutError:
                continue
            except OSError as error:
                gone = error.strerror or str(error)
                raise ChannelClosed(_told("a process at the other end", gone, "ask a new process")) from error


def _told(expected: str, got: str, do: str) -> str:
    return explain(expected=expected, got=got, do=do)
