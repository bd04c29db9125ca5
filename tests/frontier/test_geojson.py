from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from vallum.frontier.geojson import line_coordinates

LINE = {"type": "LineString", "coordinates": [[42.0, 36.0], [42.0, 36.1]]}


@pytest.mark.parametrize(
    "mapping",
    [
        LINE,
        {"type": "Feature", "properties": {}, "geometry": LINE},
        {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, "geometry": LINE}]},
    ],
)
def test_geometry_feature_and_collection_hold_the_same_line(mapping: dict[str, Any]) -> None:
    np.testing.assert_array_equal(line_coordinates(mapping), LINE["coordinates"])


def test_heights_are_ignored() -> None:
    raised = {"type": "LineString", "coordinates": [[42.0, 36.0, 350.0], [42.0, 36.1, 360.0]]}
    assert line_coordinates(raised).shape == (2, 2)


def test_pieces_that_follow_each_other_are_joined_across_the_antimeridian() -> None:
    pieces = {"type": "MultiLineString", "coordinates": [[[179.0, 1.0], [180.0, 1.0]], [[-180.0, 1.0], [-179.0, 1.0]]]}
    assert line_coordinates(pieces)[:, 0].tolist() == [179.0, 180.0, -180.0, -179.0]


def test_pieces_with_a_gap_are_refused_with_its_place_and_size() -> None:
    pieces = {"type": "MultiLineString", "coordinates": [[[42.0, 36.0], [42.0, 36.1]], [[42.0, 36.2], [42.0, 36.3]]]}
    with pytest.raises(ValueError, match=r"piece 2 starts 11\.096 km from the end of piece 1"):
        line_coordinates(pieces)


def test_two_lines_are_refused_by_number() -> None:
    features = [{"type": "Feature", "properties": {}, "geometry": LINE}] * 2
    with pytest.raises(ValueError, match=r"2 lines \(feature 1, feature 2\)"):
        line_coordinates({"type": "FeatureCollection", "features": features})


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ({}, "not a GeoJSON object"),
        ({"type": "FeatureCollection"}, 'list called "features"'),
        ({"type": "FeatureCollection", "features": []}, "no line"),
        ({"type": "FeatureCollection", "features": [None]}, "feature 1 is not a GeoJSON object"),
        ({"type": "Feature", "geometry": None}, "has no geometry"),
        ({"type": "Point", "coordinates": [42.0, 36.0]}, "is a Point, expected a LineString"),
        ({"type": "LineString"}, "list of"),
        ({"type": "LineString", "coordinates": [[42.0, 36.0], [42.0]]}, "point 2"),
        ({"type": "LineString", "coordinates": [[42.0, 36.0], ["east", 36.0]]}, "point 2"),
        ({"type": "LineString", "coordinates": [[42.0, 36.0], None]}, "point 2"),
        ({"type": "MultiLineString", "coordinates": 3}, "list of lines"),
    ],
)
def test_what_is_not_one_line_is_refused_in_words(mapping: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        line_coordinates(mapping)


def test_a_multilinestring_without_pieces_has_no_points() -> None:
    assert line_coordinates({"type": "MultiLineString", "coordinates": []}).shape == (0, 2)
