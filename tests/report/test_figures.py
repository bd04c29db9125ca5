import inspect
from datetime import UTC, date, datetime
from typing import get_args

from vallum.report import figures
from vallum.report.figures import Figure, FigureKey

NOW = datetime(2021, 3, 17, 22, tzinfo=UTC)


def every_figure() -> list[Figure]:
    return [
        figures.closed(140_000.0, "trench", ["accepted"], 4, date(2021, 3, 17)),
        figures.planned(220_000.0, "trench", None),
        figures.not_watched([2_000.0], [10_000.0, 500.0], NOW),
        figures.alarms_waiting(["unacknowledged", "acknowledged", "shelved", "unacknowledged"], NOW),
        figures.alarms_suppressed([(12, "EAGLE 2"), (13, "EAGLE 2")], 5, 300.0, NOW),
        *figures.sensors(["live", "dead", "live", "late"], NOW),
    ]


def test_every_number_can_say_where_it_comes_from() -> None:
    found = every_figure()
    assert [figure.key for figure in found] == list(get_args(FigureKey))
    assert all(len(figure.source) > 20 and figure.counted >= 1 for figure in found)


def test_every_figure_there_is_is_listed_at_the_top_of_the_file() -> None:
    listed = inspect.getdoc(figures) or ""
    assert all(f"`{key}`" in listed for key in get_args(FigureKey))


def test_what_is_closed_is_a_reported_length_of_what_was_accepted() -> None:
    figure = every_figure()[0]
    assert (figure.value, figure.unit, figure.as_of) == (140.0, "km", datetime(2021, 3, 17, tzinfo=UTC))
    assert figure.source == (
        "reported length of trench in state accepted, as summed from 4 works reports; not measured on the map"
    )


def test_with_no_report_nothing_is_closed_and_no_date_is_invented() -> None:
    figure = figures.closed(0.0, "trench", ["accepted"], 0, None)
    assert (figure.value, figure.as_of, figure.counted) == (0.0, None, 0)


def test_silent_sensors_make_ground_not_watched() -> None:
    figure = every_figure()[2]
    assert (figure.value, figure.counted) == (12.5, 3)
    assert "10.5 km that no sensor is registered for, 2.0 km whose sensors are silent" in figure.source


def test_of_registered_sectors_it_is_said_that_terrain_was_not_asked_and_why() -> None:
    assert every_figure()[2].source.endswith("terrain is not asked")
    figure = figures.not_watched([], [500.0], NOW, "sight lines are begun")
    assert figure.source.endswith("terrain is not asked (sight lines are begun)")


def test_ground_on_which_the_error_of_the_terrain_decides_counts_as_not_watched_and_is_told_apart() -> None:
    figure = figures.not_surely_watched(
        [2_000.0],
        [4_000.0, 1_000.0],
        [10_000.0],
        NOW,
        watched_at=0.5,
        case="night-person",
        conditions="night, dust as watch-1 stated",
        terrain="GLOBE, 18 m, its makers",
    )
    assert (figure.key, figure.value, figure.unit, figure.counted) == ("not_watched", 17.0, "km", 4)
    for words in (
        "10.0 km that no sensor watches",
        "2.0 km whose sensors are silent",
        "5.0 km where the error of the terrain (GLOBE, 18 m, its makers) decides",
        "case night-person (night, dust as watch-1 stated)",
        "not surely detected with 50%",
    ):
        assert words in figure.source


def test_only_what_nobody_took_waits_for_a_human() -> None:
    figure = every_figure()[3]
    assert figure.value == 2.0
    assert "of 4 raised; 1 shelved ones are not counted" in figure.source


def test_what_the_rules_hide_is_counted_and_named() -> None:
    figure = every_figure()[4]
    assert figure.value == 2.0
    assert "within 300 m" in figure.source
    assert "track 12 near EAGLE 2; track 13 near EAGLE 2. Since the centre started: 5" in figure.source
    assert "none now. Since the centre started: 0" in figures.alarms_suppressed([], 0, 300.0, NOW).source


def test_a_sensor_that_is_late_is_not_live() -> None:
    live, total = figures.sensors(["live", "dead", "live", "late"], NOW)
    assert (live.value, total.value) == (2.0, 4.0)
    assert live.source.endswith("the others: 1 dead, 1 late")
    assert figures.sensors([], NOW)[0].source.endswith("the others: none")
