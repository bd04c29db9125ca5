"""A place is read as people say it, in the digits they write."""

from __future__ import annotations

from typing import Any

import pytest
from tests.house import House


async def place(house: House, text: str) -> dict[str, Any]:
    answer = await house.client.get("/api/place", params={"text": text})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_one_place_is_the_same_in_every_form_and_in_arabic_digits(running: House) -> None:
    said = await place(running, "km 210.5")
    assert said["chainage_m"] == pytest.approx(210_500.0, abs=0.1)
    assert said["side"] == "uncertain band"
    for form in (said["mgrs"], said["utm"], said["latlon"], said["chainage"], "km ٢١٠.٥", "km ٢١٠٫٥"):
        again = await place(running, form)
        assert again["chainage_m"] == pytest.approx(said["chainage_m"], abs=20), form
        assert again["offset_m"] == pytest.approx(0.0, abs=20), form


@pytest.mark.parametrize("text", ["", "x" * 81, "near the tree", "km -5", "km 9999", "91.0, 41.0"])
async def test_what_is_no_place_is_refused_in_words(running: House, text: str) -> None:
    answer = await running.client.get("/api/place", params={"text": text})
    assert answer.status_code == 422, answer.text
    assert answer.json()["detail"]
