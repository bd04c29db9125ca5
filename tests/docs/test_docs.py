"""The docs say what the program does: generated pages are current, nothing is missing, links and commands hold."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from docs.make import PAGES
from docs.pages import api, commands, project_files, records

from vallum.access.roles import ACTIONS, ROLES
from vallum.centre.registry import registry
from vallum.project.folder import OPTIONAL_TABLES, TABLES
from vallum.server.app import create_app

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
TRACKED = tuple(
    ROOT / name
    for name in subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    .stdout.rstrip("\0")
    .split("\0")
    if (ROOT / name).is_file()
)
PROSE = tuple(file for file in TRACKED if file.suffix == ".md")
LEAVES = dict(commands.leaves())
FENCED = re.compile(r"^```(.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def named(file: Path) -> str:
    return str(file.relative_to(ROOT))


# --- the reference -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_what_the_code_says_now(name: str) -> None:
    assert page(name) == PAGES[name](), "run: python docs/make.py"


def test_every_command_and_each_of_its_options_is_documented() -> None:
    text = page("commands.md")
    sections = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))
    assert sections.keys() == LEAVES.keys()
    for name, command in LEAVES.items():
        assert command.help, f"{name} does not say what it does"
        for parameter in command.params:
            assert parameter.help, f"{name} {parameter.name} does not say what it means"
            if parameter.param_type_name == "option":
                assert f"`{parameter.opts[0]}`" in sections[name]


def test_every_setting_and_every_column_is_documented_with_what_it_means() -> None:
    text = page("project-files.md")
    settings = list(project_files.settings())
    assert {"home_side", "per_minute", "code", "planned_reported_length_m"} <= {setting.name for setting in settings}
    for setting in settings:
        assert setting.field.get("description"), f"{setting.where} {setting.name} has no meaning"
        assert f"| `{setting.name}` |" in text
    for file, columns in (TABLES | OPTIONAL_TABLES).items():
        section = text.split(f"### {file}\n")[1].split("\n### ")[0]
        assert [column.name for column in columns] == re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)


def test_every_record_type_view_role_and_action_is_documented() -> None:
    text = page("records.md")
    known = registry()
    for name in known.types:
        assert f"`{name}`" in text.split("## Values inside")[0], name
    for view in known.views:
        assert f"\n### `{view}`\n" in text, view
    roles = text.split("\n## Roles\n")[1]
    for word in (*ROLES, *ACTIONS):
        assert word in roles, word


def test_no_package_keeps_records_that_the_reference_does_not_know() -> None:
    documented = {name for module in records.OWNERS.values() for name in module.RECORDS}
    assert documented == set(registry().types)


def test_every_route_is_documented_with_who_may() -> None:
    document = create_app(None).openapi()
    assert {(method, path) for method, path, _ in api.routes(document)} == set(api.ASKS)
    for method, path in api.ASKS:
        assert f"`{method} {path}" in page("api.md")


def test_every_reason_of_quarantine_is_explained() -> None:
    codes = set[str]()
    for folder in ("watch", "gateways"):
        for file in (ROOT / "src" / "vallum" / folder).rglob("*.py"):
            codes |= set(re.findall(r"\bReason\(\s*\"(\w+)\"", file.read_text(encoding="utf-8")))
    assert {"swapped_axes", "effector", "absurd_time"} <= codes
    missing = {code for code in codes if f"`{code}`" not in page("running.md")}
    assert missing == set()


# --- links and commands --------------------------------------------------------------------------------------------


def anchors(text: str) -> set[str]:
    """Give the anchors that a Markdown page offers, as repository sites make them from its headings."""
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("file", PROSE, ids=named)
def test_every_link_leads_somewhere(file: Path) -> None:
    text = FENCED.sub("", file.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"https?:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (file.parent / path).resolve() if path else file
        assert there.exists(), f"{target} is not there"
        if anchor:
            assert anchor in anchors(there.read_text(encoding="utf-8")), f"{target}: no such heading"


def shell_lines() -> list[tuple[str, str]]:
    """List every line of a command block in README and docs, with the page it stands on."""
    found = []
    for file in PROSE:
        for language, block in FENCED.findall(file.read_text(encoding="utf-8")):
            if language.startswith("sh") or not language:
                found += [(named(file), line) for line in block.splitlines()]
    return found


VALLUM_LINES = [(where, line) for where, line in shell_lines() if line.startswith("vallum ") and "[" not in line]


@pytest.mark.parametrize(("where", "line"), VALLUM_LINES)
def test_every_command_line_that_is_shown_can_be_typed(where: str, line: str) -> None:
    words = shlex.split(line.split("||")[0], comments=True)
    name, command = found_command(words)
    options: dict[str, Any] = {
        option: p for p in command.params for option in (*p.opts, *p.secondary_opts) if option.startswith("--")
    }
    rest = words[len(name.split()) :]
    given = [word for word in rest if word.startswith("--")]
    assert set(given) <= {*options, "--help"}, f"{where}: {line}"
    taken = sum(not options[option].is_flag for option in given if option in options)
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    needed = sum(argument.required for argument in arguments)
    assert needed <= len(rest) - len(given) - taken <= len(arguments), f"{where}: {line}"


def found_command(words: list[str]) -> tuple[str, Any]:
    """Give the command that words begin with, the longest that fits."""
    for length in range(len(words), 0, -1):
        name = " ".join(words[:length])
        if name in LEAVES:
            return name, LEAVES[name]
    raise AssertionError(f"there is no command {' '.join(words)}")


def test_the_two_commands_of_the_readme_exist() -> None:
    shown = {line.split()[2] for _, line in shell_lines() if line.startswith("python3 run.py ")}
    assert shown == {"demo", "test"}
    runner = (ROOT / "run.py").read_text(encoding="utf-8")
    for word in shown:
        assert f'command == "{word}"' in runner


# --- what the repository must not name, and must explain -----------------------------------------------------------

# Put together, so that this file does not name them itself.
HOSTS = tuple(".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("registry", "npmjs")))
FOLDERS = "|".join(("work", "tmp", "home", "root", "Users", "mnt", "opt"))
PLACES = re.compile(rf"(?<![\w.:/~*)}}$-])/(?:{FOLDERS})/\w")


def test_no_file_names_a_package_registry_or_a_place_on_somebodys_machine() -> None:
    found = []
    for file in TRACKED:
        text = file.read_bytes().decode("utf-8", errors="ignore") if file.suffix not in {".png", ".tif"} else ""
        found += [f"{named(file)}: {host}" for host in HOSTS if host in text]
        found += [f"{named(file)}: {place}" for place in PLACES.findall(text)]
    assert found == []


def plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def test_every_library_has_a_note_that_says_why() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    parts = json.loads((ROOT / "web" / "package.json").read_text(encoding="utf-8"))["dependencies"]
    libraries = [re.split(r"[<>=\[ ]", wanted)[0] for wanted in project["dependencies"]] + list(parts)
    notes = plain("\n".join(file.read_text(encoding="utf-8") for file in (DOCS / "decisions").glob("*.md")))
    assert [library for library in libraries if plain(library) not in notes] == []


def test_every_decision_note_stands_in_the_list_of_decisions() -> None:
    listed = set(re.findall(r"\]\((\S+\.md)\)", page("decisions/README.md")))
    assert {file.name for file in (DOCS / "decisions").glob("*.md")} - {"README.md"} == listed
