#!/usr/bin/env python3
"""Set up, show and test Vallum from a clone: `python3 run.py demo` and `python3 run.py test`.

Only the standard library is used here; everything else goes into `.venv` and `web/node_modules`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PEER = ROOT / ".venv-peer"
WEB = ROOT / "web"
PAGE = ROOT / "src" / "vallum" / "webpage"
OLDEST_NODE = (20, 19)
WHERE_NODE_IS = "from nodejs.org or by nvm; Debian's own is new enough from Debian 13 on, that of Debian 12 is too old"
# Brought by pip without a hash, so at one version: what it installs is held to the hashes of the lock files.
UV = "uv==0.13.9"

# What a lock file brings, in words.
WHAT = {
    "requirements.lock": "Vallum's Python libraries",
    "requirements-test.lock": "Vallum's Python libraries and its test tools",
    "sapient-py.lock": "the independent sensor of the tests",
}

USAGE = """\
python3 run.py setup [--test]   make .venv, install what is locked, build the page
python3 run.py demo [options]   set up, then run the simulated night (options go to `vallum demo`)
python3 run.py test [options]   set up, then every check and test (options go to pytest)
"""


def main(arguments: Sequence[str]) -> int:
    """Do what the first word says."""
    if sys.version_info < (3, 11):  # noqa: UP036  # a clone may meet an older Python first
        return refuse(f"Vallum needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    if os.name == "nt":
        return refuse("Vallum runs on Linux and macOS. On Windows, run it inside WSL (Windows Subsystem for Linux).")
    command, rest = (arguments[0], list(arguments[1:])) if arguments else ("help", [])
    if command == "setup":
        return set_up(with_tests="--test" in rest)
    if command == "demo":
        return set_up(with_tests=False) or start_demo(rest)
    if command == "test":
        return set_up(with_tests=True) or run_checks(rest)
    sys.stdout.write(USAGE)
    return 0 if command in {"help", "-h", "--help"} else 2


# --- setting up -----------------------------------------------------------------------------------------------------


def set_up(*, with_tests: bool) -> int:
    """Bring `.venv` and the page up to date; do nothing that is already done."""
    lacking = what_the_page_lacks()
    if lacking and not (PAGE / "index.html").exists():
        return refuse(f"Vallum's page cannot be built: {lacking}")
    try:
        make_environment(VENV)
        lock = "requirements-test.lock" if with_tests else "requirements.lock"
        install(VENV, ROOT / lock, keep_more=not with_tests)
        if with_tests:
            make_environment(PEER)
            install(PEER, ROOT / "tests" / "peers" / "sapient-py.lock", keep_more=False)
        build_page()
        forget_kernels()
    except subprocess.CalledProcessError as error:
        return refuse(f"Setting up stopped: `{' '.join(map(str, error.cmd))}` failed. Its words are above.")
    return 0


def make_environment(folder: Path) -> None:
    """Make a virtual environment if it is not there."""
    if python_of(folder).exists():
        return
    say(f"Making a Python environment in {folder.name} ...")
    try:
        venv.create(folder, with_pip=True, symlinks=True)
    except subprocess.CalledProcessError:
        shutil.rmtree(folder, ignore_errors=True)
        say("Python's venv module cannot make one here. On Debian: apt-get install python3-venv")
        raise


def install(folder: Path, lock: Path, *, keep_more: bool) -> None:
    """Install what the lock file names, if it changed since the last time.

    An environment that holds the test tools also holds the product: `keep_more` leaves them there.
    """
    stamp = folder / "installed.txt"
    wanted = digest([lock, ROOT / "pyproject.toml"])
    done = stamp.read_text(encoding="utf-8").split() if stamp.exists() else []
    if wanted in done:
        return
    say(
        f"Downloading and installing {WHAT[lock.name]} into {folder.name} ({lock.name}); this may take some minutes ..."
    )
    python = python_of(folder)
    uv = uv_of(folder)
    if uv is not None:
        run([uv, "pip", "install", "--quiet", "--python", python, "--require-hashes", "-r", lock])
        if folder == VENV:
            run([uv, "pip", "install", "--quiet", "--python", python, "--no-deps", "-e", ROOT])
    else:
        run([python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", lock])
        if folder == VENV:
            run([python, "-m", "pip", "install", "--quiet", "--no-deps", "-e", ROOT])
    stamp.write_text("\n".join([wanted, *done] if keep_more else [wanted]), encoding="utf-8")


def uv_of(folder: Path) -> Path | None:
    """Find uv in the product's environment, bringing it with pip; None where pip cannot."""
    uv = VENV / "bin" / "uv"
    if not uv.exists():
        subprocess.run(
            [python_of(VENV), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", UV],
            check=False,
            capture_output=True,
        )
    return uv if uv.exists() else None


def what_the_page_lacks() -> str:
    """Say in words what keeps the page from being built here; empty when nothing does."""
    wanted = ".".join(map(str, OLDEST_NODE))
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return f"`node` and `npm` are not on this machine. Install Node {wanted} or newer: {WHERE_NODE_IS}."
    answer = subprocess.run([node, "--version"], check=False, capture_output=True, text=True).stdout.strip()
    numbers = answer.removeprefix("v").split(".")[:2]
    if not all(part.isdigit() for part in numbers) or tuple(map(int, numbers)) < OLDEST_NODE:
        found = answer or "of no known version"
        return f"this machine's Node is {found}. Install Node {wanted} or newer: {WHERE_NODE_IS}."
    return ""


def build_page() -> None:
    """Install the page's parts and build it, each only if its sources changed."""
    lacking, npm = what_the_page_lacks(), shutil.which("npm")
    if lacking or npm is None:
        say(f"Using the page that is already built: {lacking}")
        return
    parts_stamp = WEB / "node_modules" / ".installed"
    parts = digest([WEB / "package-lock.json"])
    if not parts_stamp.exists() or parts_stamp.read_text(encoding="utf-8") != parts:
        say("Downloading the page's parts (npm ci); this may take a minute or two ...")
        run([npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=WEB)
        parts_stamp.write_text(parts, encoding="utf-8")
    page_stamp = PAGE / "built-from.txt"
    sources = digest(page_sources())
    if not page_stamp.exists() or page_stamp.read_text(encoding="utf-8") != sources:
        say("Building the page; this takes some seconds ...")
        run([npm, "run", "--silent", "build"], cwd=WEB)
        page_stamp.write_text(sources, encoding="utf-8")


def forget_kernels() -> None:
    """Delete compiled kernels when any source changed: each is kept by the date of its own file alone."""
    sources = digest(sorted((ROOT / "src" / "vallum").rglob("*.py")))
    stamp = VENV / "kernels.txt"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == sources:
        return
    for kept in (ROOT / "src" / "vallum").rglob("__pycache__/*.nb[ic]"):
        kept.unlink()
    stamp.write_text(sources, encoding="utf-8")


def page_sources() -> list[Path]:
    """List every file the built page depends on."""
    folders = [WEB / "src", WEB / "public"]
    files = [path for folder in folders if folder.exists() for path in folder.rglob("*") if path.is_file()]
    return sorted([*files, *(path for path in WEB.iterdir() if path.is_file())])


# --- running --------------------------------------------------------------------------------------------------------


def start_demo(options: Sequence[str]) -> int:
    """Run the simulated night until Ctrl-C."""
    command: list[str | Path] = [python_of(VENV), "-m", "vallum.cli.main", "demo", *options]
    child = subprocess.Popen(command)
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue  # the child got it too and is closing its journal


def run_checks(options: Sequence[str]) -> int:
    """Run every check; go on after a failure, so that one run tells all."""
    python = python_of(VENV)
    lacking, npm = what_the_page_lacks(), shutil.which("npm") or "npm"
    checks: list[tuple[str, Sequence[str | Path], Path]] = [
        ("style", [python, "-m", "ruff", "check", "."], ROOT),
        ("format", [python, "-m", "ruff", "format", "--check", "--quiet", "."], ROOT),
        ("types", [python, "-m", "mypy"], ROOT),
        ("floors", [VENV / "bin" / "lint-imports", "--no-cache"], ROOT),
        ("page: format", [npm, "run", "--silent", "format:check"], WEB),
        ("page: types", [npm, "run", "--silent", "check"], WEB),
        ("page: tests", [npm, "run", "--silent", "test"], WEB),
        ("tests", [python, "-m", "pytest", *options], ROOT),
    ]
    failed = []
    for name, command, folder in checks:
        say(f"--- {name}")
        if command[0] == npm and lacking:
            say(f"Not checked: {lacking}")
            failed.append(name)
        elif subprocess.run(command, cwd=folder, check=False).returncode != 0:
            failed.append(name)
    say(f"--- {'failed: ' + ', '.join(failed) if failed else 'all passed'}")
    return 1 if failed else 0


# --- small things ---------------------------------------------------------------------------------------------------


def python_of(folder: Path) -> Path:
    """Give the interpreter of an environment."""
    return folder / "bin" / "python"


def digest(paths: Iterable[Path]) -> str:
    """Hash names and contents of files."""
    total = hashlib.sha256()
    for path in paths:
        total.update(str(path.relative_to(ROOT)).encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def run(command: Sequence[str | Path], cwd: Path = ROOT) -> None:
    """Run a command; its failure stops the setting up."""
    subprocess.run([str(part) for part in command], cwd=cwd, check=True)


def say(words: str) -> None:
    """Tell the person what is being done."""
    print(words, flush=True)


def refuse(words: str) -> int:
    """Say why it cannot be done."""
    print(words, file=sys.stderr, flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
