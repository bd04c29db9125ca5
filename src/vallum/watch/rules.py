"""When does something need a human?

The rules as a person writes them under `[alarms]` in a project's `vallum.toml`. Everything has a default, so that an
empty table is a working watch; a wrong word is refused with the words that are allowed.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, Field, model_validator

from vallum.watch.detection import Classification

Priority = Literal[1, 2, 3]


class PriorityByClass(BaseModel, frozen=True, extra="forbid"):
    """How urgent an approach is, by what approaches: 1 is the most urgent."""

    person: Priority = Field(default=1, description="of a person on foot")
    vehicle: Priority = Field(default=1, description="of a vehicle")
    unknown: Priority = Field(default=2, description="of something that was not recognised")
    animal: Priority = Field(default=3, description="of an animal; only with animals_alarm")

    def of(self, classification: Classification) -> Priority:
        """Return the priority of one class.

        Examples
        --------
        >>> PriorityByClass().of("unknown")
        2
        """
        by_class: dict[Classification, Priority] = {
            "person": self.person,
            "vehicle": self.vehicle,
            "unknown": self.unknown,
            "animal": self.animal,
        }
        return by_class[classification]


class ApproachRule(BaseModel, frozen=True, extra="forbid"):
    """Something is on its way to the line."""

    classes: tuple[Classification, ...] = Field(
        default=("person", "vehicle", "unknown"), min_length=1, description="which kinds of track raise an alarm"
    )
    animals_alarm: bool = Field(default=False, description="whether animals raise alarms too")
    within_m: float = Field(default=3000.0, gt=0, le=50_000, description="only tracks this near the line")
    probability_at_least: float = Field(
        default=0.3, ge=0, le=1, description="least probability of crossing the line within the horizon"
    )
    horizon_s: float = Field(default=1800.0, gt=0, le=86_400, description="how far ahead a crossing is looked for")
    min_quality: float = Field(default=0.6, ge=0, le=1, description="least quality of the track; 0 takes every track")
    followed_at_least_s: float = Field(
        default=20.0, ge=0, le=120, description="only tracks whose way is known for so long; 0 takes every track"
    )
    came_at_least_m_s: float = Field(
        default=0.5,
        ge=0,
        description="only tracks that surely came forward this fast on average over the last two minutes, so that "
        "grazing and a velocity measured badly raise nothing; 0 takes every track",
    )
    sure_from: float = Field(
        default=0.9,
        ge=0,
        le=1,
        description="how probable the class must be to count as sure; below, the priority is that of unknown",
    )
    priority_by_class: PriorityByClass = PriorityByClass()

    @model_validator(mode="after")
    def _says_one_thing_about_animals(self) -> Self:
        if "animal" in self.classes and not self.animals_alarm:
            raise ValueError(
                "classes names animal but animals_alarm is false; "
                "take animal out of classes or set animals_alarm = true"
            )
        return self

    def takes(self, classification: Classification) -> bool:
        """Tell whether this class of track may raise an alarm at all.

        Examples
        --------
        >>> ApproachRule().takes("animal"), ApproachRule(animals_alarm=True).takes("animal")
        (False, True)
        """
        return classification in self.classes or (classification == "animal" and self.animals_alarm)

    def priority_of(self, classification: Classification, probability: float) -> Priority:
        """Return the priority of a class that is this probable: what is not sure is no more urgent than the unknown.

        Examples
        --------
        >>> ApproachRule().priority_of("person", 0.97), ApproachRule().priority_of("person", 0.7)
        (1, 2)
        """
        priority = self.priority_by_class.of(classification)
        return priority if probability >= self.sure_from else max(priority, self.priority_by_class.unknown)


class CrossedRule(BaseModel, frozen=True, extra="forbid"):
    """A track passed from one certain side of the line to the other."""

    priority: Priority = Field(default=1, description="1 is the most urgent")


class SensorSilentRule(BaseModel, frozen=True, extra="forbid"):
    """A sensor no longer watches; `after` is the state from which on it matters."""

    priority: Priority = Field(default=2, description="1 is the most urgent")
    after: Literal["late", "dead"] = Field(default="dead", description="from which state on silence raises an alarm")


class SensorAlertRule(BaseModel, frozen=True, extra="forbid"):
    """A sensor itself says that something is wrong, for example that somebody touched it."""

    priority: Priority = Field(default=2, description="1 is the most urgent")


class ReportFloodRule(BaseModel, frozen=True, extra="forbid"):
    """One sensor reports more than anything real could cause."""

    priority: Priority = Field(default=3, description="1 is the most urgent")
    per_minute: float = Field(
        default=600.0, gt=0, description="reports of one sensor in a minute, above which it is one"
    )


class AlarmRules(BaseModel, frozen=True, extra="forbid"):
    """All alarm rules of a centre.

    Examples
    --------
    >>> AlarmRules.model_validate({"approach": {"within_m": 2500.0}}).approach.within_m
    2500.0
    >>> AlarmRules().crossed.priority
    1
    """

    approach: ApproachRule = ApproachRule()
    crossed: CrossedRule = CrossedRule()
    sensor_silent: SensorSilentRule = SensorSilentRule()
    sensor_alert: SensorAlertRule = SensorAlertRule()
    report_flood: ReportFloodRule = ReportFloodRule()
    suppress_own_patrol_within_m: float = Field(
        default=300.0,
        ge=0,
        description="an approach this near an own unit is taken for that unit and raises no alarm; it is counted as "
        "suppressed. A crossing always raises one",
    )
    rearm_s: float = Field(
        default=900.0,
        ge=0,
        description="the same rule speaks again about the same track or sensor only after this time",
    )
