"""How do a centre's values become the shapes of the API."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import numpy as np

from vallum.centre.cards import AlarmCard
from vallum.centre.centre import Centre
from vallum.centre.conditions import Now
from vallum.centre.decisions import UnknownThingError, place_entered
from vallum.centre.headline import headline
from vallum.centre.tracks import TrackNow
from vallum.frontier.line import Frontier
from vallum.frontier.place import describe
from vallum.frontier.records import AssignmentRow
from vallum.journal.envelope import Record
from vallum.plan.lane import LaneStretch
from vallum.project import Project
from vallum.server import models
from vallum.server.latest import picture_rows
from vallum.terrain.elevation import Elevation
from vallum.terrain.shade import shade_png
from vallum.watch.alarm import CrossingForecast
from vallum.watch.health import Stretch
from vallum.watch.passage import side_of

# The line is drawn through points this far apart; the page interpolates between them.
LINE_STEP_M = 500.0


def instant(at_s: float) -> datetime:
    """Turn unix seconds into a UTC instant with milliseconds.

    Examples
    --------
    >>> instant(0.0).isoformat()
    '1970-01-01T00:00:00+00:00'
    """
    return datetime.fromtimestamp(round(at_s, 3), UTC)


# --- the line and the ground ----------------------------------------------------------------------------------------


@lru_cache(maxsize=4)
def frontier_shape(project: Project) -> models.FrontierShape:
    """Tell the line and all that does not move."""
    frontier = project.frontier
    return models.FrontierShape(
        name=project.name,
        title=models.Names(**_names(project.title)),
        notice=models.Names(**_names(project.notice)),
        scenario_note=project.scenario_note,
        this_side=models.Names(**_names(project.home.name)),
        that_side=models.Names(**_names(project.that.name)),
        line_version=frontier.version,
        origin=frontier.origin,
        home_side=frontier.home_side,
        map_length_m=frontier.map_length_m,
        reported_length_m=frontier.reported_length_m,
        lateral_uncertainty_m=frontier.lateral_uncertainty_m,
        line=_line(frontier),
        band=_band(frontier),
        sections=tuple(
            models.SectionShape(section_id=s.id, name=s.name, from_m=s.from_m, to_m=s.to_m) for s in project.sections
        ),
        assignments=tuple(AssignmentRow(**r.model_dump()) for r in project.responsibilities),
        parties={party.id: models.Names(**_names(party.role)) for party in project.parties},
        towers=project.towers,
        places=(
            *(_place(project, "place", p.names, p.lon, p.lat) for p in project.places),
            *(_place(project, "crossing", c.names, c.lon, c.lat) for c in project.crossing_points),
        ),
        lakes=dict(project.lakes),
        neighbours=dict(project.neighbours),
        terrain=_terrain(project),
        programme_element=None if project.programme is None else project.programme.element,
        attribution=tuple(a.text for a in project.attribution),
        local_zone=project.local_zone,
    )


@lru_cache(maxsize=4)
def shade(project: Project) -> tuple[bytes, tuple[float, float, float, float]] | None:
    """Give the shaded ground as PNG with its bounds (west, south, east, north), if the project brings terrain."""
    elevation = _elevation(project)
    return None if elevation is None else shade_png(elevation)


@lru_cache(maxsize=4)
def _elevation(project: Project) -> Elevation | None:
    return None if project.terrain_path is None else Elevation.read(project.terrain_path)


def _terrain(project: Project) -> models.Terrain | None:
    elevation, drawn = _elevation(project), shade(project)
    if elevation is None or drawn is None:
        return None
    west, south, east, north = drawn[1]
    return models.Terrain(
        url="/api/terrain/shade.png",
        corners=((west, north), (east, north), (east, south), (west, south)),
        cell_m=elevation.cell_m,
        grade=elevation.grade,
        source=elevation.source,
    )


def _names(words: object) -> dict[str, str]:
    return {language: word for language, word in dict(words).items() if language in {"en", "ar", "ckb"}}  # type: ignore[call-overload]


def _place(project: Project, kind: str, names: object, lon: float, lat: float) -> models.NamedPlace:
    chainage_m = project.frontier.locate(lon, lat).chainage_m if kind == "crossing" else None
    return models.NamedPlace(kind=kind, names=models.Names(**_names(names)), lon=lon, lat=lat, chainage_m=chainage_m)


def _line(frontier: Frontier) -> tuple[models.LinePoint, ...]:
    chainages = np.append(np.arange(0.0, frontier.map_length_m, LINE_STEP_M), frontier.map_length_m)
    lons, lats = frontier.point_at(chainages)
    bearings = frontier.bearing_at(chainages)
    return tuple(
        models.LinePoint(
            lon=round(float(lon), 6), lat=round(float(lat), 6), chainage_m=float(c), bearing_deg=round(float(b), 2)
        )
        for lon, lat, c, b in zip(lons, lats, chainages, bearings, strict=True)
    )


def _band(frontier: Frontier) -> tuple[tuple[float, float], ...]:
    chainages = np.append(np.arange(0.0, frontier.map_length_m, 2 * LINE_STEP_M), frontier.map_length_m)
    width = frontier.lateral_uncertainty_m
    one = np.column_stack(frontier.point_at(chainages, np.full_like(chainages, width)))
    other = np.column_stack(frontier.point_at(chainages, np.full_like(chainages, -width)))
    ring = np.vstack([one, other[::-1], one[:1]]).round(5)
    return tuple((float(lon), float(lat)) for lon, lat in ring)


def place_said(frontier: Frontier, text: str) -> models.PlaceShape:
    """Read a place as people say it; raise `WrongValueError` when it is none."""
    return place_shape(frontier, *place_entered(text, frontier))


def place_shape(frontier: Frontier, lon: float, lat: float) -> models.PlaceShape:
    """Say a position in every way people use."""
    located = frontier.locate(lon, lat)
    words = describe(lon, lat, frontier)
    return models.PlaceShape(
        lon=lon,
        lat=lat,
        chainage_m=located.chainage_m,
        offset_m=located.offset_m,
        side=side_of(located.offset_m, 0.0, frontier.lateral_uncertainty_m),
        mgrs=words.mgrs,
        utm=words.utm,
        latlon=words.latlon,
        chainage=words.chainage,
    )


# --- the live picture -----------------------------------------------------------------------------------------------


async def picture_shape(centre: Centre) -> models.Picture:
    """Tell everything at once; of what has ended, the latest only."""
    rows = await asyncio.to_thread(picture_rows, centre.journal)
    return models.Picture.model_construct(
        pulse=pulse_shape(centre),
        watched=watched_shape(centre),
        **rows,
        tracks=tuple(track_shape(track) for track in centre.live.tracks()),
    )


def watched_shape(centre: Centre) -> tuple[models.WatchedStretch, ...]:
    """Tell which stretches are watched, by sight lines or by registered sectors."""
    return tuple(stretch_shape(stretch) for stretch in centre.watched())


def stretch_shape(stretch: LaneStretch | Stretch) -> models.WatchedStretch:
    """Tell one stretch; of a registered sector no probability is known."""
    said = models.WatchedStretch(from_m=stretch.from_m, to_m=stretch.to_m, state=stretch.state, sensors=stretch.sensors)
    if isinstance(stretch, Stretch):
        return said
    return said.model_copy(
        update={
            "assumed": stretch.assumed,
            "p_low": round(stretch.p_low, 4),
            "p_nominal": round(stretch.p_nominal, 4),
            "p_high": round(stretch.p_high, 4),
        }
    )


def conditions_shape(now: Now) -> models.ConditionsShape:
    """Tell the light and the weather of now."""
    return models.ConditionsShape(
        light=now.light,
        weather=now.weather,
        weather_valid_until=None if now.stated is None else now.stated.valid_until,
        weather_stated_by=None if now.stated is None else now.stated.stated_by,
    )


def pulse_shape(centre: Centre) -> models.Pulse:
    """Tell the clock and the figures."""
    figures = tuple(
        models.FigureShape(key=f.key, value=f.value, unit=f.unit, as_of=f.as_of, source=f.source)
        for f in headline(centre)
    )
    load = centre.load()
    counters = centre.sapient_counters()
    return models.Pulse(
        now=centre.clock.now(),
        speed=centre.clock.speed,
        simulated=centre.simulated,
        night="none" if centre.night is None else centre.night.state(),
        figures=figures,
        load=models.LoadShape(
            alarms_last_10_min=load.alarms_last_10_min,
            alarms_per_operator_10_min=load.alarms_per_operator_10_min,
            operators=load.operators,
            share_by_priority={str(priority): share for priority, share in load.share_by_priority.items()},
            acknowledge_median_s=load.acknowledge_median_s,
            shelved=load.shelved,
        ),
        conditions=conditions_shape(centre.conditions()),
        sky=models.SkyShape(sunset=centre.sky.sunset, sunrise=centre.sky.sunrise, moon_percent=centre.sky.moon_percent),
        sensors=tuple(
            models.SensorPulse(
                sensor_id=s.sensor_id,
                state=s.state,
                last_heard=None if s.last_heard_s is None else instant(s.last_heard_s),
                stored=s.stored,
                last_report_id=s.last_report_id,
                clock_offset_s=s.clock_offset_s,
            )
            for s in centre.live.sensor_pulses()
        ),
        refused_connections=counters.refused_connections,
        duplicates=counters.duplicates,
    )


def track_shape(track: TrackNow) -> models.TrackShape:
    """Tell one track."""
    return models.TrackShape(
        track=track.track,
        state=track.state,
        classification=track.classification,
        class_probability=track.class_probability,
        count_low=track.count_low,
        count_high=track.count_high,
        lon=track.lon,
        lat=track.lat,
        chainage_m=track.chainage_m,
        offset_m=track.offset_m,
        side=track.side,
        speed_m_s=track.speed_m_s,
        course_deg=track.course_deg,
        sd_m=track.sd_m,
        quality=track.quality,
        simulated=track.simulated,
        sensors=track.sensors,
        started=instant(track.started_s),
        updated=instant(track.updated_s),
        forecast=track.forecast,
    )


def track_card(centre: Centre, number: int) -> models.TrackCard:
    """Tell one track with where it was, as far back as observations are kept."""
    track = centre.live.track(number)
    if track is None:
        raise UnknownThingError(f"there is no track {number} now")
    points = centre.observations.of_track(str(number))
    return models.TrackCard(
        track=track_shape(track),
        history=tuple(models.TrackPoint(at=instant(p.time_s), lon=p.lon, lat=p.lat) for p in points),
    )


# --- cards, journal, truth ------------------------------------------------------------------------------------------


def in_time(arrival: datetime, expected: CrossingForecast) -> models.InTime:
    """Tell whether somebody who arrives then is there before those who are expected at the line.

    Examples
    --------
    >>> ten, eleven, noon = (datetime(2021, 3, 17, hour, tzinfo=UTC) for hour in (10, 11, 12))
    >>> expected = CrossingForecast(
    ...     chainage_m=1.0, chainage_sd_m=1.0, at=eleven, earliest=ten, latest=noon, probability=0.5
    ... )
    >>> in_time(ten, expected), in_time(eleven, expected), in_time(noon + timedelta(seconds=1), expected)
    ('before', 'perhaps', 'too late')
    """
    if arrival <= expected.earliest:
        return "before"
    return "perhaps" if arrival <= expected.latest else "too late"


def card_shape(card: AlarmCard) -> models.AlarmCard:
    """Tell everything about one alarm."""
    alarm = card.alarm
    frontier = card.centre.project.frontier
    # What is believed now; of a track that has ended, what was believed when the alarm was raised.
    expected = alarm.forecast if card.track is None else card.track.forecast
    now = card.centre.clock.now()
    return models.AlarmCard(
        alarm=alarm,
        place=None if alarm.lon is None or alarm.lat is None else place_shape(frontier, alarm.lon, alarm.lat),
        stills=tuple(
            models.StillShape(url=f"/api/stills/{s.name}.png", sensor_id=s.sensor_id, at=s.at, asked_for=s.asked_for)
            for s in card.stills
        ),
        still_absent_reason=alarm.evidence.still_absent_reason,
        units=tuple(
            models.UnitOffer(
                unit_id=o.unit.unit_id,
                callsign=o.unit.callsign,
                distance_m=o.distance_m,
                arrival_s=o.arrival_s,
                in_time=None if expected is None else in_time(now + timedelta(seconds=o.arrival_s), expected),
                assumption=o.assumption,
            )
            for o in card.units
        ),
        cameras=tuple(
            models.CameraOffer(sensor_id=c.sensor_id, distance_m=c.distance_m, in_sector=c.in_sector)
            for c in card.cameras
        ),
        released=models.Released(to=card.release.to, words=card.release.words),
        track=None if card.track is None else track_shape(card.track),
    )


def journal_line(record: Record) -> models.JournalLine:
    """Tell one record as an auditor reads it."""
    return models.JournalLine(
        seq=record.seq,
        id=record.id,
        type=record.type,
        actor=record.actor,
        nature=record.nature,
        occurred=record.times.occurred,
        recorded=record.times.recorded,
        hash=record.proof.hash if record.proof else "",
        body=record.body,
    )
