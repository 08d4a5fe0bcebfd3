from __future__ import annotations

import math
import os
import signal
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import torch

from amal_attention.errors import WireError
from amal_attention.grading.wire import channel as wire
from amal_attention.grading.wire import frame
from amal_attention.grading.wire.channel import Channel, ChannelClosed, ChannelTimeout
from amal_attention.grading.wire.frame import Limits, encode
from tests.processes import HANGS

SOON = 0.3  # seconds that a test waits for what never comes


def within(seconds: float = HANGS) -> float:
    return time.monotonic() + seconds


@pytest.fixture
def pair() -> Iterator[tuple[Channel, socket.socket]]:
    """A channel, and the socket of a peer that writes what it likes."""
    ours, theirs = socket.socketpair()
    yield Channel(ours), theirs
    ours.close()
    theirs.close()


@contextmanager
def beside(work: Callable[[], Any]) -> Iterator[None]:
    """While another thread works; a socket that is gone ends its work."""

    def until_gone() -> None:
        with suppress(OSError, WireError):
            work()

    thread = threading.Thread(target=until_gone)
    thread.start()
    yield
    thread.join(20)
    assert not thread.is_alive()


@contextmanager
def takes_at_most(seconds: float) -> Iterator[None]:
    begin = time.monotonic()
    yield
    assert time.monotonic() - begin < seconds


def is_closed(channel: Channel) -> bool:
    """Whether nothing can cross any more, either way."""
    for call in (lambda: channel.send(1, within()), lambda: channel.receive(within())):
        with pytest.raises(ChannelClosed, match=r"^expected a process at the other end; got .*; ask a new process$"):
            call()
    return True


def prefix(header: int, body: int) -> bytes:
    return b"AMAL" + struct.pack("<IIQ", 2, header, body)


def test_every_name_of_a_frame_that_a_user_needs_can_be_had_from_here():
    names = set(frame.__all__) - {"read_frame"}
    assert all(getattr(wire, name) is getattr(frame, name) for name in names)
    assert names < set(wire.__all__)


# What crosses.


def test_what_one_end_sends_the_other_receives():
    left, right = map(Channel, socket.socketpair())
    for value in (1, "é", [1.5, None]):
        left.send(value, within())
        right.send([value], within())
    assert [right.receive(within()) for _ in range(3)] == [1, "é", [1.5, None]]
    assert [left.receive(within()) for _ in range(3)] == [[1], ["é"], [[1.5, None]]]
    left.close()
    right.close()


def test_a_message_larger_than_what_the_system_holds_crosses(pair):
    channel, peer = pair
    large = torch.arange(2**20)
    with beside(lambda: Channel(peer).send([large, 1], within())):
        found, one = channel.receive(within())
    assert torch.equal(found, large)
    assert one == 1


def test_a_message_is_a_frame(pair):
    channel, peer = pair
    channel.send({"a": torch.ones(2)}, within())
    channel.close()
    assert peer.makefile("rb").read() == encode({"a": torch.ones(2)})


def test_no_byte_after_a_message_is_read(pair):
    channel, peer = pair
    peer.sendall(encode([torch.ones(1)]) + b"next")
    channel.receive(within())
    assert channel._sock.recv(100) == b"next"


def test_a_message_that_comes_byte_by_byte_crosses(pair):
    channel, peer = pair

    def dribble() -> None:
        for byte in encode(["a", torch.ones(2)]):
            peer.send(bytes([byte]))
            time.sleep(0.001)

    with beside(dribble):
        assert channel.receive(within())[0] == "a"


# What is refused.


def test_what_cannot_be_sent_leaves_the_channel_open_and_sends_nothing(pair):
    channel, peer = pair
    with pytest.raises(WireError, match="values that can be sent"):
        channel.send([1, object()], within())
    channel.send(2, within())
    assert Channel(peer).receive(within()) == 2


def test_limits_hold_both_ways():
    ours, theirs = socket.socketpair()
    channel = Channel(ours, Limits(characters=3))
    channel.send("abc", within())
    with pytest.raises(WireError, match="at most 3 characters"):
        channel.send("abcd", within())
    theirs.sendall(encode("abcd"))
    with pytest.raises(WireError, match="at most 3 characters"):
        channel.receive(within())
    theirs.close()


@pytest.mark.parametrize(
    "message", [b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", encode(1)[:-1] + b"x", prefix(1, 1) + b"1x", b"\x80\x04" * 10]
)
def test_a_message_that_is_refused_closes_the_channel(pair, message):
    channel, peer = pair
    peer.sendall(message + encode("a late answer"))
    with pytest.raises(WireError, match="the message is refused") as refusal:
        channel.receive(within())
    assert type(refusal.value) is WireError
    assert is_closed(channel)


def test_a_message_that_announces_too_much_is_refused_at_once():
    for header, body in ((2**32 - 1, 0), (4, 2**64 - 1)):
        ours, theirs = socket.socketpair()
        theirs.sendall(prefix(header, body))
        with takes_at_most(5), pytest.raises(WireError, match="send less at once"):
            Channel(ours).receive(within())
        theirs.close()


def peak_memory(call: Callable[[], None]) -> int:
    """How many bytes of memory the process came to have more than before."""
    Path("/proc/self/clear_refs").write_text("5")
    before = resident("VmRSS")
    call()
    return resident("VmHWM") - before


def resident(line: str) -> int:
    lines = dict(each.split(":", 1) for each in Path("/proc/self/status").read_text().splitlines())
    return int(lines[line].split()[0]) * 1024


def announced(count: int) -> bytes:
    header = b'{"tensor":["uint8",[%d]]}' % count
    return prefix(len(header), count) + header


@pytest.mark.skipif(not os.access("/proc/self/clear_refs", os.W_OK), reason="the system does not tell peaks of memory")
def test_what_is_announced_but_never_comes_takes_no_memory(pair):
    channel, peer = pair
    peer.sendall(announced(2**24 - 64) + bytes(64))
    peer.shutdown(socket.SHUT_WR)

    def receive() -> None:
        with pytest.raises(ChannelClosed, match="more bytes; got the end"):
            channel.receive(within())

    assert peak_memory(receive) < 2**22


@pytest.mark.skipif(not os.access("/proc/self/clear_refs", os.W_OK), reason="the system does not tell peaks of memory")
def test_a_flood_takes_no_more_memory_than_a_message(pair):
    channel, peer = pair
    flood = bytes(2**20)

    def flooding() -> None:
        peer.sendall(announced(2**24))
        while True:
            peer.sendall(flood)

    def receive() -> None:
        with beside(flooding):
            assert channel.receive(within()).numel() == 2**24
            with pytest.raises(WireError, match="a frame of version 2"):
                channel.receive(within())

    assert peak_memory(receive) < 2**24 + 2**23


# Ends and deadlines.


def test_the_end_before_a_message_is_told(pair):
    channel, peer = pair
    peer.close()
    with pytest.raises(ChannelClosed, match=r"^expected 20 more bytes; got the end; ask a new process$"):
        channel.receive(within())
    assert is_closed(channel)


@pytest.mark.parametrize("count", [1, 19, 20, 30])
def test_the_end_within_a_message_is_told(pair, count):
    channel, peer = pair
    peer.sendall(encode(torch.ones(1))[:count])
    peer.shutdown(socket.SHUT_WR)
    with pytest.raises(ChannelClosed, match="more bytes; got the end"):
        channel.receive(within())
    assert is_closed(channel)


def test_a_peer_that_closed_its_half_can_still_be_told_something(pair):
    channel, peer = pair
    peer.shutdown(socket.SHUT_WR)
    channel.send(1, within())
    assert Channel(peer).receive(within()) == 1


def test_sending_to_a_peer_that_is_gone_is_told(pair):
    channel, peer = pair
    peer.close()
    with pytest.raises(ChannelClosed, match="got Broken pipe"):
        channel.send(1, within())
    assert is_closed(channel)


def test_sending_to_a_peer_that_is_gone_ends_no_process_that_a_broken_pipe_would_end(pair):
    channel, peer = pair
    peer.close()
    child = os.fork()
    if not child:
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        try:
            channel.send(1, within())
        except ChannelClosed:
            os._exit(7)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


def test_a_peer_that_dies_with_our_message_unread_is_told(pair):
    channel, peer = pair
    channel.send(1, within())
    peer.close()
    with pytest.raises(ChannelClosed, match="reset by peer"):
        channel.receive(within())


def test_a_deadline_ends_a_wait(pair):
    channel, _ = pair
    with takes_at_most(5), pytest.raises(ChannelTimeout, match="expected the message in time; got no more of it"):
        channel.receive(within(SOON))
    assert is_closed(channel)


def test_a_deadline_ends_a_dribble(pair):
    channel, peer = pair

    def dribble() -> None:
        peer.sendall(announced(10_000))
        while True:
            peer.send(b"\0", socket.MSG_NOSIGNAL)
            time.sleep(0.02)

    with beside(dribble), takes_at_most(5):
        with pytest.raises(ChannelTimeout):
            channel.receive(within(SOON))
        assert is_closed(channel)


def test_a_deadline_ends_sending_to_a_peer_that_never_reads(pair):
    channel, _ = pair
    with takes_at_most(5), pytest.raises(ChannelTimeout):
        channel.send(torch.zeros(2**22), within(SOON))
    assert is_closed(channel)


def test_a_deadline_ends_sending_to_a_peer_that_reads_byte_by_byte(pair):
    channel, peer = pair

    def sip() -> None:
        while peer.recv(1):
            time.sleep(0.02)

    with beside(sip), takes_at_most(10):
        with pytest.raises(ChannelTimeout):
            channel.send(torch.zeros(2**22), within(SOON))
        peer.shutdown(socket.SHUT_RD)
        peer.close()


@pytest.mark.parametrize("deadline", [-math.inf, 0.0, math.nan])
def test_a_deadline_that_has_passed_lets_nothing_cross(deadline):
    for call in (lambda channel: channel.receive(deadline), lambda channel: channel.send(1, deadline)):
        ours, theirs = socket.socketpair()
        theirs.sendall(encode(1))
        with pytest.raises(ChannelTimeout):
            call(Channel(ours))
        theirs.close()


def test_there_may_be_no_deadline(pair):
    channel, peer = pair
    channel.send(1, math.inf)
    peer.sendall(encode(2))
    assert channel.receive(math.inf) == 2


def test_a_wait_longer_than_the_system_takes_goes_on(pair, monkeypatch):
    channel, peer = pair
    monkeypatch.setattr(wire, "_LONGEST_WAIT", 0.01)

    def late() -> None:
        time.sleep(0.1)
        peer.sendall(encode(3))

    with beside(late):
        assert channel.receive(within()) == 3


class Interrupted(socket.socket):
    """A socket on which somebody presses Ctrl-C."""

    def send(self, *_: Any) -> int:
        raise KeyboardInterrupt

    recv_into = send


@pytest.mark.parametrize(
    "call", [lambda channel: channel.receive(within()), lambda channel: channel.send(1, within())]
)  # fmt: skip
def test_an_interrupt_closes_the_channel(call):
    ours, theirs = socket.socketpair()
    channel = Channel(Interrupted(fileno=ours.detach()))
    with pytest.raises(KeyboardInterrupt):
        call(channel)
    assert theirs.recv(1) == b""
    theirs.close()


def test_a_closed_channel_can_be_closed_again(pair):
    channel, _ = pair
    channel.close()
    channel.close()
    assert is_closed(channel)


def test_files_that_come_along_stay_out(pair):
    channel, peer = pair
    before = set(os.listdir("/proc/self/fd"))  # noqa: PTH208
    socket.send_fds(peer, [encode(["a", torch.ones(2)])], [peer.fileno()] * 50)
    assert channel.receive(within())[0] == "a"
    assert set(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
