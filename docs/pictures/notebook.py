"""Draw the pictures of docs/notebook.md by running it: `python docs/pictures/notebook.py`."""

from __future__ import annotations

import doctest
import os
from pathlib import Path

HERE = Path(__file__).resolve().parent

if __name__ == "__main__":
    os.chdir(HERE)
    raise SystemExit(doctest.testfile(str(HERE.parent / "notebook.md"), module_relative=False, encoding="utf-8").failed)
