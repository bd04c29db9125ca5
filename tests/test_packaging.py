"""What is installed is whole: the page, the worked examples, the types; and no wheel is made without its page."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# Stands in for npm: "builds" a page of one file, so that the test needs no Node and leaves the checkout's page alone.
NPM = """#!/bin/sh
mkdir -p ../src/vallum/webpage && echo '<!doctype html>built' > ../src/vallum/webpage/index.html
"""


@pytest.fixture(scope="module")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what pyproject.toml builds with, as any installer fetches it."""
    folder = tmp_path_factory.mktemp("builder")
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]["requires"]
    fetch = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", str(folder)]
    subprocess.run([*fetch, *needed], check=True, capture_output=True)
    return folder


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone in which no page was built yet."""
    folder = tmp_path / "clone"
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("webpage", "__pycache__"))
    for name in ("pyproject.toml", "hatch_build.py", "LICENSE", "README.md", ".gitignore"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "web").mkdir()
    (folder / "web" / "package-lock.json").write_text("{}", encoding="utf-8")
    return folder


def build(source: Path, kind: str, builder: Path, path: Path) -> subprocess.CompletedProcess[str]:
    """Build a source package or a wheel into `dist`, with only the programs of one folder to be found."""
    path.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind]
    surroundings = {**os.environ, "PYTHONPATH": str(builder), "PATH": f"{path}"}
    return subprocess.run(command, cwd=source, env=surroundings, check=False, capture_output=True, text=True)


def test_the_source_package_carries_the_built_page_and_makes_a_whole_wheel_without_npm(
    clone: Path, builder: Path, tmp_path: Path
) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "npm").write_text(NPM.replace("mkdir", shutil.which("mkdir") or "mkdir"), encoding="utf-8")
    (programs / "npm").chmod(0o755)
    built = build(clone, "sdist", builder, programs)
    assert built.returncode == 0, built.stderr
    (package,) = (clone / "dist").glob("*.tar.gz")
    with tarfile.open(package) as unpacked:
        unpacked.extractall(tmp_path, filter="data")
    source = tmp_path / package.name.removesuffix(".tar.gz")
    assert not (source / "web").exists()
    built = build(source, "wheel", builder, tmp_path / "no-programs")
    assert built.returncode == 0, built.stderr
    (wheel,) = (source / "dist").glob("*.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    examples = {
        path.relative_to(ROOT / "src").as_posix()
        for path in (ROOT / "src" / "vallum" / "examples").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert examples
    assert inside >= {"vallum/webpage/index.html", "vallum/py.typed", *examples}


def test_no_wheel_is_made_without_its_page_and_the_words_say_what_to_install(
    clone: Path, builder: Path, tmp_path: Path
) -> None:
    built = build(clone, "wheel", builder, tmp_path / "no-programs")
    assert built.returncode != 0
    assert "npm is not on this machine. Install Node 20.19 or newer." in built.stderr
    assert not list(clone.glob("dist/*.whl"))
