"""Write the pages of the reference that are generated from the code: `python docs/make.py`.

The same code gives the same bytes. A test compares these pages with what stands in the repository.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))  # run as a script, Python would look beside this file only

from docs.pages import api, commands, project_files, records  # noqa: E402

PAGES = {
    "api.md": api.page,
    "commands.md": commands.page,
    "project-files.md": project_files.page,
    "records.md": records.page,
}


def main() -> None:
    """Write every generated page and say which changed."""
    for name, page in PAGES.items():
        file = HERE / name
        text = page()
        current = file.exists() and file.read_text(encoding="utf-8") == text
        file.write_text(text, encoding="utf-8")
        print(f"{name}: {'as it was' if current else 'written'}")  # noqa: T201


if __name__ == "__main__":
    main()
