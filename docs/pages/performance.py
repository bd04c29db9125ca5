"""What does docs/project-files.md say of performance.toml: its settings and the packaged figures, from the code."""

from __future__ import annotations

from collections.abc import Iterator

from docs.pages.words import code, table
from pydantic import BaseModel

from vallum.assets.parameters import DEFAULT, Figure, KindParameters, Parameters, TargetParameters
from vallum.assets.sensor import SENSOR_KINDS

FILE = "performance.toml"

INTRODUCTION = f"""\
How surely each kind of sensor detects until a walk test says so; what that means is in [sensors](sensors.md). The
[packaged figures](../src/vallum/assets/performance.toml) hold for every project. A project's own `{FILE}` names only
the figures that it knows better, each whole: value, unit, basis and source.

```toml
[thermal_camera]
field_of_view_deg = {{ value = 4.2, unit = "deg", basis = "derived", source = "640 pixels of 17 um behind 150 mm" }}

[visibility_m]
dust = {{ value = 2000, unit = "m", basis = "assumption", source = "the dust days of our own log, February to April" }}
```

`basis` is one of `published`, `derived` (arithmetic on something published) and `assumption`. A figure marked * below
is an assumption."""


def section() -> Iterator[str]:
    """Yield the parts of the section."""
    yield f"## {FILE}"
    yield INTRODUCTION
    yield "### For each kind of sensor"
    yield "A table `[thermal_camera]` and so on; `light.day` stands in `[thermal_camera.light]`."
    yield table(["setting", "unit", *SENSOR_KINDS, "meaning"], _of_kinds())
    yield "### For each target"
    yield "A table `[target.person]` and so on."
    targets = ("person", "vehicle", "animal")
    yield table(
        ["setting", "unit", *targets, "meaning"],
        [
            [code(name), _unit(DEFAULT.target.person, name)]
            + [_value(getattr(getattr(DEFAULT.target, target), name)) for target in targets]
            + [field.description or ""]
            for name, field in TargetParameters.model_fields.items()
        ],
    )
    yield "### For all"
    rows = [["`least_share`", "share", _value(DEFAULT.least_share), _meaning(Parameters, "least_share")]]
    rows += [
        [code(f"visibility_m.{weather}"), "m", _value(figure), "the visibility that this weather stands for"]
        for weather, figure in DEFAULT.visibility_m
    ]
    yield table(["setting", "unit", "value", "meaning"], rows)


def _of_kinds() -> Iterator[list[str]]:
    for path, unit, meaning in _settings(KindParameters, ""):
        yield [code(path), unit, *(_value(_at(DEFAULT.of(kind), path)) for kind in SENSOR_KINDS), meaning]


def _settings(model: type[BaseModel], before: str) -> Iterator[tuple[str, str, str]]:
    for name, field in model.model_fields.items():
        inside = field.annotation
        is_table = isinstance(inside, type) and issubclass(inside, BaseModel) and not issubclass(inside, Figure)
        if is_table and isinstance(inside, type):
            yield from _settings(inside, f"{before}{name}.")
        else:
            path = f"{before}{name}"
            yield path, getattr(_at(DEFAULT.thermal_camera, path), "unit", ""), field.description or ""


def _at(model: object, path: str) -> object:
    for name in path.split("."):
        model = getattr(model, name)
    return model


def _value(figure: object) -> str:
    if isinstance(figure, Figure):
        return f"{getattr(figure, 'value'):g}" + ("*" if figure.basis == "assumption" else "")  # noqa: B009
    return str(figure).lower()


def _unit(model: BaseModel, name: str) -> str:
    return str(getattr(model, name).unit)


def _meaning(model: type[BaseModel], name: str) -> str:
    return model.model_fields[name].description or ""
