"""Twelve pages that between them show every kind of page there is, over the bundled facts."""

from typing import Final

TOUR: Final = {
    "home": "/",
    "search": "/search?q=Renault",
    "deal": "/doc/id/agreement/fr-ua-carmaker-drones-lci-2025-06",
    "unnamed": "/doc/id/undisclosed/fr-ua-carmaker-drones-lci-2025-06-carmaker",
    "firm": "/doc/id/firm/rheinmetall",
    "state": "/doc/id/state/UA",
    "programme": "/doc/id/programme/boxer-programme",
    "model": "/doc/id/model/danish-model",
    "question": "/queries/template-deals-by-country?country=UA&run=1",
    "compare": "/compare?a=state/FR&b=state/DE",
    "matrix": "/matrix",
    "sparql": "/sparql",
}
"""Address by name."""
DAY: Final = "2025-06-07"
"""The day after the story began: the carmaker had no name yet."""
