"""What must stand with every copy of a holding analysis?"""

from __future__ import annotations

MARKING = "Internal. Not for release: weakest ways and places of units guide the other side as well."
