"""What really happened in a simulated night, told in the terminal when it ends?"""

from __future__ import annotations


