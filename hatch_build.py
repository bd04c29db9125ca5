"""Puts the built page into the package: a wheel without a page must fail to build."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PageBuildHook(BuildHookInterface[Any]):
    """Build ``web/`` into ``src/vallum/webpage`` before a wheel or source package is made."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return  # run.py builds the page of a checkout; Python-only contributors need no Node
        root = Path(self.root)
        index = root / "src" / "vallum" / "webpage" / "index.html"
        web = root / "web"
        if not (web / "package-lock.json").exists():
            # a wheel from the source package, which carries the page and not what it is built from
            if not index.exists():
                raise SystemExit("The page is missing: no web/ to build it from and no src/vallum/webpage/index.html.")
            return
        npm = shutil.which("npm")
        if npm is None:
            raise SystemExit("The page cannot be built: npm is not on this machine. Install Node 20.19 or newer.")
        if not (web / "node_modules").exists():
            subprocess.run([npm, "ci", "--no-audit", "--no-fund"], cwd=web, check=True)
        subprocess.run([npm, "run", "build"], cwd=web, check=True)
        if not index.exists():
            raise SystemExit("The page was built but is not at src/vallum/webpage/index.html; see web/vite.config.ts.")
