from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from vallum.simulate.scoring import tell
from vallum.simulate.sensing import Report
from vallum.simulate.truth import Shown, told, write


def report(at_s: float, actor_id: str | None) -> Report:
    return Report(0, "r", "o", at_s, 0.0, 0.1, 1.0, 0.1, (), 0.5, None, False, actor_id)


def test_what_each_sensor_was_shown_is_counted() -> None:
    shown = Shown()
    shown.add([report(1.0, "a"), report(2.0, "a"), report(2.0, None)], ["c1"])
    assert shown.of_actor == {"a": {"c1": [1.0, 2.0, 2]}}
    assert shown.false_of_sensor == {"c1": 1}


def test_the_truth_of_a_whole_night_can_be_scored(world_of: Any) -> None:
    world = world_of(5)
    truth = orjson.loads(orjson.dumps(told(world, Shown(), world.end_s)))
    score = tell(truth, [])
    crossed = {crossing.actor_id for crossing in world.crossings if crossing.kind in ("person", "vehicle")}
    assert score.crossed == len(crossed) > 0
    assert score.reported == score.alarmed == 0
    assert len(score.unseen) == score.crossed


def test_an_alarm_at_each_crossing_alarms_every_crossing(world_of: Any) -> None:
    world = world_of(5)
    truth = orjson.loads(orjson.dumps(told(world, Shown(), world.end_s)))
    alarms = [
        {"raised_at": crossing["at"], "lon": crossing["lon"], "lat": crossing["lat"], "kind": "crossed"}
        for crossing in truth["crossings"]
    ]
    score = tell(truth, alarms)
    assert score.alarmed == score.crossed


def test_later_truth_only_adds(world_of: Any) -> None:
    world = world_of(5)
    early, late = (told(world, Shown(), world.start_s + hours * 3_600.0) for hours in (2.0, 6.0))
    assert late["crossings"][: len(early["crossings"])] == early["crossings"]
    assert {actor["id"] for actor in early["actors"]} <= {actor["id"] for actor in late["actors"]}


@given(contents=st.lists(st.dictionaries(st.text(max_size=5), st.integers(-5, 5)), min_size=1, max_size=4))
def test_the_file_is_always_whole(contents: list[dict[str, int]], tmp_path_factory: Any) -> None:
    file: Path = tmp_path_factory.mktemp("truth") / "truth.json"
    for content in contents:
        write(file, content)
        assert orjson.loads(file.read_bytes()) == content
    assert [path.name for path in file.parent.iterdir()] == ["truth.json"]


def test_a_reader_never_meets_half_a_file(tmp_path: Path) -> None:
    file = tmp_path / "truth.json"
    write(file, {"n": 0, "rest": "x" * 50_000})
    done = threading.Event()

    def write_often() -> None:
        for number in range(60):
            write(file, {"n": number, "rest": "x" * 50_000})
        done.set()

    writer = threading.Thread(target=write_often)
    writer.start()
    while not done.is_set():
        assert len(orjson.loads(file.read_bytes())["rest"]) == 50_000
    writer.join()
