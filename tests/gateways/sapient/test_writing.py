"""What the centre says to a node, and what it can never say."""

from __future__ import annotations

import inspect

from hypothesis import given
from hypothesis import strategies as st
from tests.gateways.sapient.frames import CENTRE_ID, START_S, node_id, ulid

from vallum.gateways.sapient.mandatory import missing
from vallum.gateways.sapient.messages import SapientMessage, Task
from vallum.gateways.sapient.writing import RETURNED_BYTES, Writer

WRITER = Writer(CENTRE_ID)


def read(message: bytes) -> SapientMessage:
    return SapientMessage.FromString(message)


@given(to=st.one_of(st.just(node_id()), st.text(max_size=50)), packet=st.binary(max_size=3000))
def test_everything_the_centre_says_is_complete_by_the_standard(to: str, packet: bytes) -> None:
    for message in (
        WRITER.registration_ack(to, START_S, ()),
        WRITER.registration_ack(to, START_S, ("no",)),
        WRITER.alert_ack(to, START_S, ulid()),
        WRITER.error(to, START_S, packet, ("bad",)),
        WRITER.look_at(to, START_S, 41.0, 36.0)[1],
        WRITER.request(to, START_S, "Status")[1],
    ):
        assert missing(read(message)) == ()


def test_nothing_is_ever_told_to_move_or_to_follow() -> None:
    said = {name: method for name, method in inspect.getmembers(WRITER, inspect.ismethod) if not name.startswith("_")}
    assert set(said) == {"registration_ack", "alert_ack", "error", "look_at", "request"}
    commands = {
        read(WRITER.look_at(node_id(), START_S, 41.0, 36.0)[1]).task.command.WhichOneof("command"),
        read(WRITER.request(node_id(), START_S, "Status")[1]).task.command.WhichOneof("command"),
    }
    assert commands == {"look_at", "request"}
    assert {"move_to", "patrol", "follow"} <= set(Task.Command.DESCRIPTOR.fields_by_name)


def test_a_task_has_its_own_id_and_the_centres_time() -> None:
    first, message = WRITER.look_at(node_id(), START_S, 41.0, 36.0)
    second, _ = WRITER.look_at(node_id(), START_S, 41.0, 36.0)
    assert first != second
    assert (read(message).task.task_id, read(message).timestamp.seconds) == (first, int(START_S))


def test_a_frame_goes_back_only_in_part() -> None:
    answer = read(WRITER.error(node_id(), START_S, b"x" * 5000, ("bad",)))
    assert answer.error.packet == b"x" * RETURNED_BYTES
