"""What stands above the ribbon: how much is closed, how much is not watched, what waits for a person."""

from __future__ import annotations

from datetime import datetime

from vallum.centre.centre import Centre
from vallum.plan.works import progress
from vallum.report import figures
from vallum.report.figures import Figure


def headline(centre: Centre) -> tuple[Figure, ...]:
    """Compute the headline figures of a centre as of now.

    Examples
    --------
    >>> [name for name in dir(figures) if name in {"closed", "not_watched"}]
    ['closed', 'not_watched']
    """
    now = centre.clock.now()
    hidden, ever = centre.live.held_back()
    states = tuple(centre.live.sensing.states().values())
    return (
        *_programme(centre),
        _not_watched(centre, now),
        figures.alarms_waiting([alarm.state for alarm in centre.live.alarms()], now),
        figures.alarms_suppressed(
            [(one.track, one.callsign) for one in hidden],
            ever,
            centre.live.rules.suppress_own_patrol_within_m,
            now,
        ),
        *figures.sensors(states, now),
    )


def _not_watched(centre: Centre, now: datetime) -> Figure:
    stretches = centre.watched()

    def lengths_m(state: str) -> list[float]:
        return [stretch.to_m - stretch.from_m for stretch in stretches if stretch.state == state]

    standing = centre.sight.standing
    if standing.lane is None or standing.found is None:
        return figures.not_watched(lengths_m("lost"), lengths_m("unwatched"), now, standing.reason or "")
    ground = standing.found.scene.ground
    worst = max(ground.used, key=lambda source: source.error_sd_m, default=None)
    return figures.not_surely_watched(
        lengths_m("lost"),
        lengths_m("uncertain"),
        lengths_m("unwatched"),
        now,
        watched_at=standing.found.scene.fineness.watched_at,
        case=standing.case.name,
        conditions=centre.conditions().words,
        terrain="unknown" if worst is None else f"{worst.name}, {worst.error_sd_m:g} m, {worst.error_source}",
    )


def _programme(centre: Centre) -> tuple[Figure, ...]:
    programme = centre.project.programme
    if programme is None:
        return ()
    reports = centre.rows("works", progress.WorksRow)
    done = progress.closed(programme.planned_reported_length_m, reports, programme.element)
    counted = [r for r in reports if r.element == done.element and r.state in done.states_counted]
    return (
        figures.closed(done.closed_m, done.element, done.states_counted, len(counted), done.as_of),
        figures.planned(done.planned_m, done.element, None),
    )
