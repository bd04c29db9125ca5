from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from vallum.project import Problem, ProjectError, load

SetCell = Callable[[str, int, str, str], None]
Replace = Callable[[str, str, str], None]
Problems = Callable[[], tuple[Problem, ...]]


def only(found: tuple[Problem, ...]) -> str:
    assert len(found) == 1, [str(problem) for problem in found]
    return str(found[0])


def test_a_decimal_comma_is_told_with_file_row_field_and_what_is_expected(
    set_cell: SetCell, problems: Problems
) -> None:
    set_cell("sensors.csv", 14, "range_person_m", "12,5")
    assert only(problems()) == (
        "sensors.csv row 14, range_person_m: found '12,5', expected a number with a decimal point"
    )


def test_all_problems_of_all_files_are_told_at_once(
    set_cell: SetCell, replace: Replace, folder: Path, problems: Problems
) -> None:
    replace("vallum.toml", 'home_side = "left"', 'home_side = "north"')
    set_cell("sections.csv", 3, "from_km", "many")
    set_cell("towers.csv", 2, "height_m", "-3")
    set_cell("towers.csv", 3, "height_m", "0")
    set_cell("sensors.csv", 2, "node_id", "42")
    set_cell("units.csv", 2, "sidc", "friend")
    set_cell("units.csv", 3, "party", "national_gard")
    set_cell("works.csv", 2, "as_of", "17 March")
    set_cell("works.csv", 3, "reported_by", "nobody")
    set_cell("obstacles.csv", 2, "element", "moat")
    (folder / "places.geojson").write_text("{", encoding="utf-8")
    (folder / "responsibilities.csv").unlink()
    found = {(problem.file, problem.row, problem.field) for problem in problems()}
    assert found == {
        ("vallum.toml", None, "line.home_side"),
        ("sections.csv", 3, "from_km"),
        ("towers.csv", 2, "height_m"),
        ("towers.csv", 3, "height_m"),
        ("sensors.csv", 2, "node_id"),
        ("units.csv", 2, "sidc"),
        ("units.csv", 3, "party"),
        ("works.csv", 2, "as_of"),
        ("works.csv", 3, "reported_by"),
        ("obstacles.csv", 2, "element"),
        ("places.geojson", 1, None),
        ("responsibilities.csv", None, None),
    }


@pytest.mark.parametrize(
    ("file", "row", "column", "cell", "said"),
    [
        ("towers.csv", 2, "chainage_km", "600", "from 0 to 598.888 km"),
        ("towers.csv", 2, "chainage_km", "-1", "from 0 to 598.888 km"),
        ("towers.csv", 2, "chainage_km", "nan", "a number with a decimal point"),
        ("towers.csv", 2, "chainage_km", "1e400", "a finite number"),
        ("towers.csv", 2, "chainage_km", "1e307", "from 0 to 598.888 km"),
        ("towers.csv", 2, "offset_m", "1e9", "at most 200000"),
        ("towers.csv", 2, "chainage_km", "", "a value beside offset_m"),
        ("towers.csv", 2, "party", "national_gard", "(national_guard?)"),
        ("towers.csv", 2, "name", "", "a value"),
        ("towers.csv", 2, "name", "post \u202eevil", "without control or direction characters"),
        ("units.csv", 3, "unit_id", "U-01", "row 2 has it"),
        ("sensors.csv", 2, "tower_id", "T-1", "a tower of towers.csv"),
        ("sensors.csv", 2, "tower_id", "", "chainage_km and offset_m, or lon and lat"),
        ("sensors.csv", 2, "mast_m", "99", "a height on the tower"),
        ("sensors.csv", 2, "kind", "crystal_ball", "'ground_sensor' or 'patrol_observation'"),
        ("sensors.csv", 2, "bearing_deg", "360", "less than 360"),
        ("sensors.csv", 2, "simulated", "perhaps", "true or false"),
        ("sensors.csv", 2, "node_id", "672B8F71-D658-4327-AEC9-C6B5F5FE95C4", "version 4 in lower case"),
        ("sensors.csv", 2, "node_id", "672b8f71-d658-1327-aec9-c6b5f5fe95c4", "version 4 in lower case"),
        ("units.csv", 2, "section_id", "Z", "a section of sections.csv"),
        ("units.csv", 2, "speed_m_s", "90", "at most 40"),
        ("sections.csv", 3, "to_km", "45", "runs along increasing chainage"),
        ("sections.csv", 3, "to_km", "121", "sections that do not overlap"),
        ("responsibilities.csv", 2, "to_km", "46", "a stretch within section A"),
        ("responsibilities.csv", 2, "role", "owner", "'first_line'"),
        ("responsibilities.csv", 2, "until", "2020-01-02", "a day after since"),
        ("responsibilities.csv", 2, "since", "2021-02-30", "a day that exists"),
        ("works.csv", 2, "reported_to_km", "700", "a kilometre that the calibration holds"),
        ("works.csv", 2, "calibration", "guess", "a kilometre that the calibration holds"),
        ("works.csv", 2, "reported_to_km", "", "a value beside reported_from_km"),
        ("works.csv", 2, "reported_by", "nobody", "a party of vallum.toml"),
        ("obstacles.csv", 2, "depth_m", "0", "greater than 0"),
    ],
)
def test_a_wrong_cell_is_refused_with_its_place_and_what_is_expected(
    set_cell: SetCell, problems: Problems, file: str, row: int, column: str, cell: str, said: str
) -> None:
    set_cell(file, row, column, cell)
    found = problems()
    assert {(problem.file, problem.row) for problem in found} <= {(file, row), (file, row + 1)}
    assert any(said in problem.expected for problem in found), [str(problem) for problem in found]


def test_a_sensor_on_a_tower_whose_row_is_wrong_gets_no_second_problem(set_cell: SetCell, problems: Problems) -> None:
    set_cell("towers.csv", 2, "height_m", "high")
    assert only(problems()).startswith("towers.csv row 2, height_m")


def test_a_place_is_given_one_way_only(folder: Path, problems: Problems) -> None:
    words = (folder / "towers.csv").read_text(encoding="utf-8").splitlines()
    lines = [f"{words[0]},lon,lat", f"{words[1]},42.0,36.0", *words[2:]]
    (folder / "towers.csv").write_text("\n".join(lines), encoding="utf-8")
    assert "lon and lat" in only(problems())


def test_a_tower_may_be_given_by_degrees_or_by_chainage_and_both_agree(folder: Path) -> None:
    tower = load(folder).towers[4]
    table = f"""tower_id,name,lon,lat,height_m,party,placement,source
{tower.tower_id},again,{tower.lon},{tower.lat},30,national_guard,invented,test"""
    (folder / "towers.csv").write_text(table, encoding="utf-8")
    (folder / "sensors.csv").write_text((folder / "sensors.csv").read_text().splitlines()[0], encoding="utf-8")
    again = load(folder).towers[0]
    assert (again.lon, again.lat) == (tower.lon, tower.lat)


@pytest.mark.parametrize("marked", ["utf-8", "utf-8-sig"])
def test_a_byte_order_mark_of_a_spreadsheet_changes_nothing(folder: Path, marked: str) -> None:
    for file in folder.glob("*.csv"):
        file.write_text(file.read_text(encoding="utf-8"), encoding=marked)
    assert len(load(folder).sensors) > 50


def test_empty_cells_that_a_spreadsheet_adds_at_the_end_change_nothing(folder: Path) -> None:
    for file in folder.glob("*.csv"):
        lines = file.read_text(encoding="utf-8").splitlines()
        file.write_text("\n".join([f"{line},,," for line in lines] + [",,,"]), encoding="utf-8")
    assert len(load(folder).sensors) > 50


def test_a_report_that_counts_against_the_line_covers_the_same_ground(replace: Replace, folder: Path) -> None:
    replace("vallum.toml", "map_from_m = 0.0", "map_from_m = 598888.9")
    replace("vallum.toml", "map_to_m = 598888.9", "map_to_m = 0.0")
    first = load(folder).works[0]
    assert first.to_m == pytest.approx(598_888.9)
    assert first.to_m - first.from_m == pytest.approx(12_000 * 598_888.9 / 610_000)


def test_a_calibration_rounded_up_by_less_than_a_metre_ends_at_the_end(replace: Replace, folder: Path) -> None:
    replace("vallum.toml", "map_to_m = 598888.9", "map_to_m = 598889.9")
    replace("works.csv", ",216,220,", ",600,610,")
    project = load(folder)
    assert max(report.to_m for report in project.works) == project.frontier.map_length_m


def test_arabic_indic_digits_are_the_digits_they_are(set_cell: SetCell, folder: Path) -> None:
    set_cell("sensors.csv", 2, "range_person_m", "١٢٫٥")
    set_cell("works.csv", 2, "as_of", "۲۰۲۱-۰۳-۱۷")
    assert load(folder).sensors[0].range_person_m == 12.5


def test_an_unknown_column_is_told_with_the_nearest_known_one(replace: Replace, problems: Problems) -> None:
    replace("sensors.csv", "range_person_m", "range_persons_m")
    found = [str(problem) for problem in problems()]
    assert found == [
        "sensors.csv row 1: found unknown column 'range_persons_m', expected range_person_m",
        "sensors.csv row 1, range_person_m: found no such column, expected a column range_person_m",
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "a header with the names of the columns"),
        (b"\n\n", "a header with the names of the columns"),
        ("section_id,name,from_km,to_km\nA,Süd,0,end".encode("latin-1"), "text in UTF-8"),
        (b'section_id,name,from_km,to_km\nA,"open,0,end', "quotes closed"),
        (b"section_id,name,from_km,to_km\nA,one,two,0,end", "quote text with commas"),
        (b"section_id;name;from_km;to_km\nA;one;0;end", "with commas"),
        (b"section_id,section_id,name,from_km,to_km\nA,A,one,0,end", "each column once"),
    ],
)
def test_a_table_that_cannot_be_read_is_told(folder: Path, problems: Problems, content: bytes, said: str) -> None:
    (folder / "sections.csv").write_bytes(content)
    assert any(said in problem.expected for problem in problems() if problem.file == "sections.csv")


@pytest.mark.parametrize(
    ("old", "new", "where", "said"),
    [
        ('home_side = "left"', 'home_side = "north"', "line.home_side", "'left' or 'right'"),
        ('home_side = "left"', 'home_syde = "left"', "line.home_syde", "home_side"),
        ("lateral_uncertainty_m = 2000.0", "lateral_uncertainty_m = -1", "line.lateral_uncertainty_m", "at least 0"),
        ("lateral_uncertainty_m = 2000.0", "lateral_uncertainty_m = nan", "line.lateral_uncertainty_m", "finite"),
        ("lateral_uncertainty_m = 2000.0", 'lateral_uncertainty_m = "2"', "line.lateral_uncertainty_m", "a number"),
        ('file = "line.geojson"', 'file = "lime.geojson"', "line.file", "in the same folder"),
        ('file = "line.geojson"', 'file = "../line.geojson"', "line.file", "own folder"),
        ('"Asia/Baghdad"', '"Asia/Bagdad"', "local_zone", "IANA"),
        ("2021-03-17T15:50:00Z", "2021-03-17T15:50:00", "scenario.start", "with its zone"),
        ('id = "coalition"', 'id = "neighbour_b"', "party.id", "each party once"),
        ("map_to_m = 598888.9", "map_to_m = 610000.0", "line.calibration", "the end of the line"),
        ("reported_from_m = 0.0", "reported_from_m = 700000.0", "line.calibration", "a stretch"),
        ('after = "dead"', 'after = "tired"', "alarms.sensor_silent.after", "'late' or 'dead'"),
        ("within_m = 3000.0", "withing_m = 3000.0", "alarms.approach.withing_m", "within_m"),
        ('en = "Iraq–Syria frontier, March 2021"', 'fr = "frontière"', "title", "at least en"),
    ],
)
def test_a_wrong_setting_is_refused_with_its_name_and_what_is_expected(
    replace: Replace, problems: Problems, old: str, new: str, where: str, said: str
) -> None:
    replace("vallum.toml", old, new)
    found = {(problem.file, problem.field): problem.expected for problem in problems()}
    assert said in found["vallum.toml", where]


def test_settings_that_are_not_toml_name_their_line(folder: Path, problems: Problems) -> None:
    (folder / "vallum.toml").write_text('name = "x"\nlocal_zone = \n', encoding="utf-8")
    assert only(problems()).startswith("vallum.toml row 2: ")


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("line.geojson", '{"type": "Point", "coordinates": [42, 36]}', "one line"),
        ("line.geojson", '{"type": "LineString", "coordinates": [[42, 36], [42, 95]]}', "one line"),
        ("line.geojson", "[1, 2]", "FeatureCollection"),
        ("line.geojson", "", "FeatureCollection"),
        ("lakes.geojson", '{"type": "FeatureCollection", "features": 3}', "a list of features"),
        ("lakes.geojson", '{"type": "FeatureCollection", "features": [{"geometry": null}]}', "Polygon"),
        (
            "neighbours.geojson",
            '{"type":"FeatureCollection","features":[{"geometry":{"type":"LineString","coordinates":[[42,36],[36,142]]}}]}',
            "longitude first",
        ),
        (
            "places.geojson",
            '{"type":"FeatureCollection","features":[{"geometry":{"type":"Point"}}]}',
            "longitude first",
        ),
        (
            "places.geojson",
            '{"type":"FeatureCollection","features":[{"geometry":{"type":"Point","coordinates":[[42,36]]}}]}',
            "longitude first",
        ),
        (
            "places.geojson",
            '{"type":"FeatureCollection","features":[{"geometry":{"type":"Point","coordinates":[42,36]}}]}',
            "the name of the place",
        ),
        (
            "crossings.geojson",
            '{"type":"FeatureCollection","features":[{"properties":{"name":"x"},"geometry":{"type":"Point","coordinates":[44,36]}}]}',
            "a point on the line",
        ),
    ],
)
def test_a_wrong_geojson_file_is_refused(folder: Path, problems: Problems, file: str, content: str, said: str) -> None:
    (folder / file).write_text(content, encoding="utf-8")
    assert said in only(problems())


def test_terrain_on_another_grid_is_refused(folder: Path, problems: Problems) -> None:
    with rasterio.open(
        folder / "terrain.tif", "w", driver="GTiff", width=2, height=2, count=1, dtype="int16", crs="EPSG:32638",
        transform=Affine(30, 0, 0, 0, -30, 0),
    ) as raster:  # fmt: skip
        raster.write(np.zeros((1, 2, 2), dtype=np.int16))
    assert "EPSG:4326" in only(problems())


def test_terrain_that_is_no_raster_is_refused(folder: Path, problems: Problems) -> None:
    (folder / "terrain.tif").write_text("hills", encoding="utf-8")
    assert "GeoTIFF" in only(problems())


def test_ground_files_may_be_missing(folder: Path) -> None:
    for file in (*folder.glob("terrain.*"), folder / "places.geojson", folder / "lakes.geojson"):
        file.unlink()
    project = load(folder)
    assert project.terrain_path is None
    assert project.terrain_sources == ()
    assert project.places == ()
    assert project.lakes["features"] == []


def test_an_empty_folder_is_told_file_by_file(tmp_path: Path) -> None:
    with pytest.raises(ProjectError) as raised:
        load(tmp_path)
    assert [problem.file for problem in raised.value.problems] == [
        "vallum.toml", "sections.csv", "responsibilities.csv", "towers.csv", "sensors.csv", "units.csv",
        "obstacles.csv", "works.csv",
    ]  # fmt: skip


def test_no_folder_is_told_with_the_packaged_names(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"no such folder.*iraq-syria"):
        load(tmp_path / "nowhere")


def test_every_file_that_was_read_has_its_hash(folder: Path) -> None:
    project = load(folder)
    for name, digest in project.file_hashes.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    unread = {"SOURCES.md"}
    assert set(project.file_hashes) == {file.name for file in folder.iterdir()} - unread


def test_the_same_folder_gives_the_same_values(folder: Path) -> None:
    first, second = load(folder), load(folder)
    for name in (
        "frontier",
        "sections",
        "responsibilities",
        "towers",
        "sensors",
        "units",
        "obstacles",
        "works",
        "places",
    ):
        assert getattr(first, name) == getattr(second, name)


def test_a_reported_stretch_keeps_its_reported_length_and_gets_its_map_ends(folder: Path) -> None:
    project = load(folder)
    first = project.works[1]
    scale = 598_888.9 / 610_000.0
    assert first.from_m == pytest.approx(12_000 * scale)
    assert first.to_m == pytest.approx(40_000 * scale)
    assert first.reported_length_m == 28_000
