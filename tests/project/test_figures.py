"""What a project says of its sensors' performance: figures of its own, and walk tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vallum.assets.parameters import DEFAULT
from vallum.project import Problem, load
from vallum.project.figures import read_performance

Problems = Callable[[], tuple[Problem, ...]]

HEADER = "sensor_id,target,light,weather,from_m,to_m,walked,detected,pass_s,on,by,source\n"
GOOD = "T-01-thermal,person,night,clear,0,1500,50,49,,2021-03-10,section engineer,sheet 7\n"


def test_a_project_without_either_file_has_the_packaged_figures_and_no_walk_test(folder: Path) -> None:
    project = load(folder)
    assert project.performance is DEFAULT
    assert project.walk_tests == ()


def test_a_project_says_only_what_it_knows_better(folder: Path) -> None:
    (folder / "performance.toml").write_text(
        '[visibility_m]\ndust = { value = 3000, unit = "m", basis = "derived", source = "our log" }\n', encoding="utf-8"
    )
    project = load(folder)
    assert project.performance.visibility_m.dust.value == 3000.0
    assert project.performance.thermal_camera == DEFAULT.thermal_camera
    assert "performance.toml" in project.file_hashes


def test_all_problems_of_the_figures_are_told_at_once_with_their_fields(folder: Path, problems: Problems) -> None:
    (folder / "performance.toml").write_text(
        """
[thermal_camera]
ceiling = { value = 1.0, unit = "probability", basis = "assumption", source = "hope" }
glimpse_s = { value = 30, unit = "min", basis = "assumption", source = "hope" }
duty = 1
[thermal_camera.weather]
rain = { value = "little", unit = "share", basis = "assumption", source = "hope" }
dust = { value = 0.3, unit = "share", basis = "assumption" }
[ground_radar.light]
night = { value = 1.0, unit = "share", basis = "rumour", source = "hope" }
""",
        encoding="utf-8",
    )
    assert [str(problem) for problem in problems()] == [
        "performance.toml, thermal_camera.ceiling.value: found '1.0', expected a number less than 1",
        "performance.toml, thermal_camera.glimpse_s.unit: found 'min', expected 's'",
        "performance.toml, thermal_camera.weather.dust.source: found nothing, expected a value",
        "performance.toml, thermal_camera.weather.rain.value: found 'little', expected a number with a decimal point",
        "performance.toml, thermal_camera.duty: found a setting that does not exist, expected one of needs_sight, "
        "declared_probability, steepness, field_share, ceiling, availability, glimpse_s, field_of_view_deg, dwell_s, "
        "animal_share, full_mast_m, mast_exponent, steepest_look_deg, out_below_visibility_m, light, weather",
        "performance.toml, ground_radar.light.night.basis: found 'rumour', expected 'published', 'derived' or "
        "'assumption'",
    ]


def test_a_file_that_is_no_toml_is_refused_with_its_row(folder: Path, problems: Problems) -> None:
    (folder / "performance.toml").write_text("[thermal_camera]\nceiling = high\n", encoding="utf-8")
    (problem,) = problems()
    assert (problem.file, problem.row) == ("performance.toml", 2)


@given(content=st.binary(max_size=200))
def test_any_bytes_are_figures_or_are_refused_in_words(content: bytes) -> None:
    parameters, wrong = read_performance({"performance.toml": content})
    assert (parameters is None) == bool(wrong)
    assert all(problem.file == "performance.toml" and problem.expected for problem in wrong)


def test_walk_tests_are_read_with_what_they_prove(folder: Path) -> None:
    (folder / "walktests.csv").write_text(HEADER + GOOD, encoding="utf-8")
    (test,) = load(folder).walk_tests
    assert (test.sensor_id, test.walked, test.pass_s) == ("T-01-thermal", 50, None)
    assert test.bound == pytest.approx(0.909, abs=0.0005)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (GOOD.replace("T-01-thermal", "T-01-termal"),
         "sensor_id: found 'T-01-termal', expected a sensor of sensors.csv (T-01-thermal?)"),
        (GOOD.replace("50,49", "50,51"), "detected: found '51', expected at most walked 50"),
        (GOOD.replace("50,49", "50,49.5"), "detected: found '49.5', expected a whole number"),
        (GOOD.replace("50,49", "0,0"), "walked: found '0', expected a number of at least 1"),
        (GOOD.replace("0,1500", "1500,1500"), "from_m: found '1500', expected less than to_m 1500"),
        (GOOD.replace("person", "dragon"), "target: found 'dragon', expected 'person', 'vehicle' or 'animal'"),
        (GOOD.replace("section engineer", "A. Person"), "by: found 'A. Person', expected text of the form"),
        (GOOD.replace("2021-03-10", "10 March"), "on: found '10 March', expected a date as 2021-03-17"),
    ],
)  # fmt: skip
def test_a_wrong_walk_test_is_refused_with_its_place_and_what_is_expected(
    folder: Path, problems: Problems, row: str, said: str
) -> None:
    (folder / "walktests.csv").write_text(HEADER + row, encoding="utf-8")
    (problem,) = problems()
    assert str(problem).startswith(f"walktests.csv row 2, {said}")
