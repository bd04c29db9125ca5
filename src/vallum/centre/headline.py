"""What stands above the ribbon: how much is closed, how much is not watched, what waits for a person."""

from __future__ import annotations

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
    stretches = centre.live.watched()
    hidden, ever = centre.live.held_back()
    states = tuple(centre.live.sensing.states().values())
    return (
        *_programme(centre),
        figures.not_watched(
            [s.to_m - s.from_m for s in stretches if s.state == "lost"],
            [s.to_m - s.from_m for s in stretches if s.state == "unwatched"],
            now,
        ),
        figures.alarms_waiting([alarm.state for alarm in centre.live.alarms()], now),
        figures.alarms_suppressed(
            [(one.track, one.callsign) for one in hidden],
            ever,
            centre.live.rules.suppress_own_patrol_within_m,
            now,
        ),
        *figures.sensors(states, now),
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
