"""In which light and weather, against what, and on whose word is coverage asked?

A case is a name of words joined by hyphens, in any order: night or day; clear, haze, dust or rain; person, vehicle or
animal; proven-only. What is not said is night, clear and person.
"""

from __future__ import annotations

from dataclasses import dataclass

from vallum.assets.conditions import LIGHTS, TARGETS, WEATHERS, Conditions, Light, Target, Weather

PROVEN_ONLY = "proven-only"

_SAME = {"foot": "person", "people": "person", "vehicles": "vehicle", "animals": "animal"}


@dataclass(frozen=True, slots=True)
class Case:
    """One question: these conditions, and whether assumed performance counts.

    Examples
    --------
    >>> Case.named("dust-vehicle")
    Case(target='vehicle', light='night', weather='dust', proven_only=False)
    >>> Case.named("foot-day-proven-only").name
    'day-person-proven-only'
    """

    target: Target = "person"
    light: Light = "night"
    weather: Weather = "clear"
    proven_only: bool = False

    @classmethod
    def named(cls, name: str) -> Case:
        """Read a case by its name.

        Raises
        ------
        ValueError
            If a word is none of those a case is made of, or two words say different things.
        """
        proven_only = PROVEN_ONLY in name
        said: dict[str, str] = {}
        for given in filter(None, name.replace(PROVEN_ONLY, "").split("-")):
            word = _SAME.get(given, given)
            what = next((what for what, words in _WORDS.items() if word in words), None)
            if what is None:
                words = ", ".join(word for words in _WORDS.values() for word in words)
                raise ValueError(f"case {name}: {given!r} is none of {words}, {PROVEN_ONLY}; as in night-person")
            if said.get(what, word) != word:
                raise ValueError(f"case {name}: {said[what]} and {word} cannot both be; make two cases of it")
            said[what] = word
        return cls(**said, proven_only=proven_only)  # type: ignore[arg-type]

    @property
    def name(self) -> str:
        """The case's one name: light, weather unless it is clear, target."""
        words = [self.light, *([] if self.weather == "clear" else [self.weather]), self.target]
        return "-".join([*words, *([PROVEN_ONLY] if self.proven_only else [])])

    @property
    def conditions(self) -> Conditions:
        """What a sensor's performance is asked for."""
        return Conditions(self.target, self.light, self.weather)


_WORDS: dict[str, tuple[str, ...]] = {"light": LIGHTS, "weather": WEATHERS, "target": TARGETS}

STANDARD = (
    Case(),
    Case(light="day"),
    Case(target="vehicle"),
    Case(target="vehicle", light="day"),
    Case(weather="dust"),
    Case(proven_only=True),
)
"""The cases that are computed unless others are asked for."""
