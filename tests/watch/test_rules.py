import pytest
from pydantic import ValidationError

from vallum.watch.rules import AlarmRules, ApproachRule


def test_an_empty_table_is_a_working_watch() -> None:
    assert AlarmRules.model_validate({}) == AlarmRules()
    assert AlarmRules().approach.takes("person")


def test_a_wrong_word_is_refused() -> None:
    with pytest.raises(ValidationError, match="within_km"):
        AlarmRules.model_validate({"approach": {"within_km": 3}})


def test_animals_raise_no_alarm_unless_somebody_says_so_twice_alike() -> None:
    assert not ApproachRule().takes("animal")
    assert ApproachRule(animals_alarm=True).takes("animal")
    with pytest.raises(ValidationError, match="animals_alarm is false"):
        ApproachRule(classes=("person", "animal"))


def test_a_probability_is_between_0_and_1() -> None:
    with pytest.raises(ValidationError, match="probability_at_least"):
        AlarmRules.model_validate({"approach": {"probability_at_least": 30}})
