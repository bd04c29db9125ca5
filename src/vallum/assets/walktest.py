"""What does a walk test prove: n walked, m detected, so how surely is the next one detected?"""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, Field, model_validator
from scipy.special import betaincinv

from vallum.assets.conditions import Conditions, Light, Target, Weather

# A role is words in lower case; what looks like a person's name is refused.
ROLE_PATTERN = r"^[a-z][a-z0-9 _-]*$"


class WalkTest(BaseModel, frozen=True, extra="forbid"):
    """One walk test of one sensor: how many passes through a band of distances were made, how many were detected.

    A pass is one crossing of the band, and it is detected when the sensor reported it during that pass. All passes are
    counted, from the first; who tests says so before the first.
    """

    sensor_id: str = Field(min_length=1, max_length=40)
    target: Target
    light: Light
    weather: Weather
    from_m: float = Field(ge=0, le=100_000, description="nearest distance from the sensor that the passes kept to")
    to_m: float = Field(gt=0, le=100_000, description="farthest distance from the sensor that the passes kept to")
    walked: int = Field(ge=1, le=100_000, description="how many passes were made")
    detected: int = Field(ge=0, le=100_000, description="how many of them the sensor reported while they lasted")
    pass_s: float | None = Field(
        default=None,
        gt=0,
        le=86_400,
        description="how long one pass stayed in the band; without it, as long as crossing the band takes",
    )
    on: date = Field(description="the day of the test, the last if it took several")
    by: str = Field(
        min_length=1,
        max_length=60,
        pattern=ROLE_PATTERN,
        description="who tested, as a role in lower case; never the name of a person",
    )
    source: str = Field(min_length=1, max_length=400, description="where the passes are written down")

    @model_validator(mode="after")
    def _holds(self) -> WalkTest:
        if self.to_m <= self.from_m:
            raise ValueError("to_m must be greater than from_m")
        if self.detected > self.walked:
            raise ValueError("detected must not be more than walked")
        return self

    @property
    def conditions(self) -> Conditions:
        """Return what was looked for, in which light and weather.

        Examples
        --------
        >>> str(_EXAMPLE.conditions)
        'person, night, clear'
        """
        return Conditions(self.target, self.light, self.weather)

    @property
    def bound(self) -> float:
        """Return the probability per pass that the test proves at 95 % confidence.

        Examples
        --------
        >>> round(_EXAMPLE.bound, 3)
        0.909
        """
        return lower_bound(self.walked, self.detected)


def lower_bound(walked: int, detected: int, confidence: float = 0.95) -> float:
    """Return the exact one-sided lower bound of a probability of which `detected` of `walked` trials were a success.

    The p at which `detected` or more successes in `walked` independent trials have the probability 1 - confidence
    (C. J. Clopper and E. S. Pearson, Biometrika 26, 1934): the quantile 1 - confidence of the beta distribution with
    parameters m and n - m + 1. The US guide specification UFGS 13721A asks of perimeter sensors 0.9 at 95 % per zone
    and gives it as 49 of 50 or 98 of 100.

    Parameters
    ----------
    walked
        Trials n, at least 1.
    detected
        Successes m, 0 to n.
    confidence
        Between 0 and 1.

    Raises
    ------
    ValueError
        If the numbers do not fit each other.

    Examples
    --------
    >>> [round(lower_bound(n, m), 3) for n, m in [(50, 49), (100, 98), (29, 29), (30, 27), (59, 59)]]
    [0.909, 0.938, 0.902, 0.761, 0.95]
    """
    if walked < 1 or not 0 <= detected <= walked:
        raise ValueError(f"{detected} of {walked} is no result of a walk test; give 0 to n detected of n walked")
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"a confidence of {confidence} cannot be; give one between 0 and 1")
    if detected == 0:
        return 0.0
    return float(betaincinv(detected, walked - detected + 1, 1.0 - confidence))


_EXAMPLE = WalkTest(
    sensor_id="T-01-thermal",
    target="person",
    light="night",
    weather="clear",
    from_m=0.0,
    to_m=1500.0,
    walked=50,
    detected=49,
    on=date(2021, 3, 10),
    by="section engineer",
    source="invented for this example",
)
