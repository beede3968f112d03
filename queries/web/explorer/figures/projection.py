"""The projection of the map of Europe: Lambert's azimuthal equal-area, as ETRS89-LAEA has it.

Areas are true to each other, so that a shade says as much of a small state as of a large one.
"""

import math
from typing import Final

WIDTH: Final = 760.0
HEIGHT: Final = 640.0
FINE: Final = 2
"""Units of the outlines for one of the drawing."""
_CENTRE: Final = (52.0, 14.5)
"""Latitude and longitude of the projection's centre."""
_SCALE: Final = 880.0
"""Units of the drawing for a radius of the Earth."""
_MIDDLE: Final = (352.0, 362.0)
"""Where the projection's centre lies in the drawing."""


def projected(lat: float, long: float) -> tuple[float, float]:
    """Return where a place lies in the drawing, in units of it from the upper left corner.

    >>> tuple(map(round, projected(48.85, 2.35)))
    (223, 409)
    """
    phi, turned = math.radians(lat), math.radians(long - _CENTRE[1])
    phi0 = math.radians(_CENTRE[0])
    near = math.sin(phi0) * math.sin(phi) + math.cos(phi0) * math.cos(phi) * math.cos(turned)
    k = math.sqrt(2 / max(1 + near, 1e-6))
    east = k * math.cos(phi) * math.sin(turned)
    north = k * (math.cos(phi0) * math.sin(phi) - math.sin(phi0) * math.cos(phi) * math.cos(turned))
    return _MIDDLE[0] + _SCALE * east, _MIDDLE[1] - _SCALE * north


def is_on_map(lat: float, long: float) -> bool:
    """Tell whether a place lies in the drawing."""
    x, y = projected(lat, long)
    return 0 <= x <= WIDTH and 0 <= y <= HEIGHT
