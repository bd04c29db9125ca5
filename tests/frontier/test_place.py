from __future__ import annotations

import contextlib

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyproj import Geod

from vallum.frontier.line import Frontier
from vallum.frontier.place import describe, parse

GEOD = Geod(ellps="WGS84")


def apart_m(first: tuple[float, float], second: tuple[float, float]) -> float:
    return float(GEOD.inv(*first, *second)[2])


@settings(deadline=None)
@given(lon=st.floats(38.0, 44.0), lat=st.floats(33.0, 37.5))
def test_every_form_that_is_written_is_read_as_the_same_place(real_line: Frontier, lon: float, lat: float) -> None:
    words = describe(lon, lat, real_line)
    assert words.utm is not None
    for text in (words.mgrs, words.utm, words.latlon):
        assert apart_m(parse(text, real_line), (lon, lat)) < 1.5


@settings(deadline=None)
@given(lon=st.floats(-180.0, 180.0), lat=st.floats(-90.0, 90.0))
@example(lon=0.0, lat=-1e-7)
@example(lon=0.0, lat=-9.9e-6)
@example(lon=180.0, lat=84.0)
@example(lon=5.0, lat=60.0)
def test_a_grid_reference_is_read_back_anywhere_on_earth(real_line: Frontier, lon: float, lat: float) -> None:
    words = describe(lon, lat, real_line)
    assert apart_m(parse(words.mgrs, real_line), (lon, lat)) < 2.0
    if words.utm is not None:
        assert apart_m(parse(words.utm, real_line), (lon, lat)) < 2.0


@settings(deadline=None)
@given(share=st.floats(0.0, 1.0), offset_m=st.floats(-20_000.0, 20_000.0))
def test_chainage_words_are_read_back_beside_a_straight_line(share: float, offset_m: float) -> None:
    line = Frontier("a fence", "fence/1", "right", 0.0, np.array([[41.0, 36.0], [42.0, 36.7]]))
    place = line.point_at(share * line.map_length_m, offset_m)
    assert apart_m(parse(describe(*place, line).chainage, line), place) < 1.5


@settings(deadline=None)
@given(share=st.floats(0.0, 1.0))
def test_chainage_words_of_a_point_on_the_real_line_are_read_back(real_line: Frontier, share: float) -> None:
    place = real_line.point_at(share * real_line.map_length_m)
    assert apart_m(parse(describe(*place, real_line).chainage, real_line), place) < 1.5


@pytest.mark.parametrize(
    "text",
    [
        "37S FA 97541 19469",
        "37SFA9754119469",
        "37s fa 97541 19469",
        "37S 697541 4019469",
        "37S 697541mE 4019469mN",
        "36.3, 41.2",
        "36.3 41.2",
        "36.3;41.2",
        "+36.3, +41.2",
        "36.3N 41.2E",
        "36.3° N, 41.2° E",
        "36°18'00\"N 41°12'00\"E",
        "36° 18.0′ N 41° 12.0′ E",
        "36 18 00 N, 41 12 00 E",
        "36º18’00”N 41º12’00”E",
        "٣٦٫٣، ٤١٫٢",
        "۳۶٫۳، ۴۱٫۲",
        "\u200f36.3, 41.2\u200e",
        "  \u206636.3,\u00a041.2\u2069 ",
        "٣٧S FA ٩٧٥٤١ ١٩٤٦٩",
    ],
)
def test_one_place_in_many_writings(real_line: Frontier, text: str) -> None:
    assert apart_m(parse(text, real_line), (41.2, 36.3)) < 2.0


@pytest.mark.parametrize(
    ("text", "chainage_m", "offset_m"),
    [
        ("km 149.2", 149_200.0, 0.0),
        ("149.2", 149_200.0, 0.0),
        ("KM149.2", 149_200.0, 0.0),
        ("149.2 km", 149_200.0, 0.0),
        ("km 149.2 +350 m", 149_200.0, 350.0),
        ("km 149.2 -350", 149_200.0, -350.0),
        ("149.2 \u2212350 m", 149_200.0, -350.0),
        ("149.2 + 350m", 149_200.0, 350.0),
        ("كم ١٤٩٫٢", 149_200.0, 0.0),
        ("کم ۱۴۹٫۲ +۳۵۰ م", 149_200.0, 350.0),
    ],
)
def test_chainage_in_many_writings(real_line: Frontier, text: str, chainage_m: float, offset_m: float) -> None:
    assert parse(text, real_line) == pytest.approx(real_line.point_at(chainage_m, offset_m), abs=1e-9)


def test_southern_and_western_hemispheres_are_negative(real_line: Frontier) -> None:
    assert parse("33°30'S 70°15'W", real_line) == (-70.25, -33.5)


def test_a_coarse_grid_reference_gives_the_middle_of_its_square(real_line: Frontier) -> None:
    middle = parse("37S FA 97550 19450", real_line)
    assert apart_m(parse("37S FA 975 194", real_line), middle) < 2.0


@pytest.mark.parametrize(
    "text", ["", "   ", "foo", "37S", "37SFA", "km -5", "km", "36,3 41,2", "36.3,41.2,5", "north of the bridge"]
)
def test_what_is_no_place_is_answered_with_the_accepted_forms(real_line: Frontier, text: str) -> None:
    with pytest.raises(ValueError, match="Write a place as MGRS"):
        parse(text, real_line)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("95, 10", "not on the earth"),
        ("10, 190", "not on the earth"),
        ("km 700", r"runs from 0 to 598\.889 km"),
        ("37N 697541 4019469", "The letter after the zone is the band"),
        ("61S 697541 4019469", "UTM zones run from 1 to 60"),
        ("37I 697541 4019469", "UTM zones run from 1 to 60"),
        ("37S 697541 99999999", "not in latitude band"),
        ("37SFA97541 194", "as many figures for east as for north"),
        ("37SFA123456123456", "as many figures for east as for north"),
        ("99SFA12", "no such square"),
        ("37SII12", "no such square"),
        ("-36.3N 41E", "have no sign"),
        ("36°75'N 41°E", "below 60"),
    ],
)
def test_a_place_that_does_not_exist_is_refused_with_the_reason(real_line: Frontier, text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse(text, real_line)


@settings(deadline=None)
@given(text=st.text(max_size=40) | st.text("0123456789 .,+-kmNSEW°'\"CFAZ", max_size=25))
def test_any_text_gives_a_place_on_earth_or_a_refusal_and_nothing_else(real_line: Frontier, text: str) -> None:
    with contextlib.suppress(ValueError):
        lon, lat = parse(text, real_line)
        assert -180.0 <= lon <= 180.0
        assert -90.0 <= lat <= 90.0


def test_near_the_poles_there_is_no_utm(real_line: Frontier) -> None:
    words = describe(10.0, 88.0, real_line)
    assert words.utm is None
    assert words.mgrs == "Z AE 38561 81304"


@pytest.mark.parametrize(("lon", "lat"), [(float("nan"), 0.0), (0.0, 91.0), (200.0, 0.0)])
def test_a_position_off_the_earth_is_not_described(real_line: Frontier, lon: float, lat: float) -> None:
    with pytest.raises(ValueError, match="not on the earth"):
        describe(lon, lat, real_line)
