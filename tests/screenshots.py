"""Pictures of twelve pages, in light, in dark and on a phone, to be looked at by a person.

Run it from the checkout: `python tests/screenshots.py FOLDER [STORE]`. Without a store, one of
the bundled facts is made. It needs Chromium. The pictures stay out of the repository.
"""

import sys
import tempfile
from pathlib import Path
from types import ModuleType

# Run as a file, the tests' folder is `hauberk.tests` no more than under pytest.
_tests = ModuleType("hauberk.tests")
_tests.__path__ = [str(Path(__file__).parent)]
sys.modules.setdefault("hauberk.tests", _tests)

from hauberk.graph.store import Store  # noqa: E402
from hauberk.loaders.sync import bundled, load  # noqa: E402
from hauberk.tests.browser import PHONE, WIDE, chromium, reading, started  # noqa: E402
from hauberk.tests.tour import TOUR  # noqa: E402
from hauberk.tests.web import serving  # noqa: E402

LOOKS = {"light": (WIDE, False), "dark": (WIDE, True), "phone": (PHONE, False)}


def main() -> None:
    """Make the pictures, and say what the browser complained of."""
    program = chromium()
    if program is None or len(sys.argv) < 2:
        raise SystemExit(__doc__ if program else "Chromium is not installed on this machine.")
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        if len(sys.argv) > 2:
            root = Path(sys.argv[2])
        else:
            root = Path(folder) / "store"
            load(Store(root), bundled())
        with serving(root, Path(folder) / "log") as server, started(program) as browser:
            for look, (size, dark) in LOOKS.items():
                with reading(browser, server.root, dark=dark, size=size) as reader:
                    for name, path in TOUR.items():
                        reader.opens(path)
                        reader.page.wait_for_load_state("networkidle")
                        reader.saves(target / f"{name}-{look}.png")
                    for each in (*reader.complaints, *reader.elsewhere()):
                        sys.stderr.write(f"{look}: {each}\n")
    sys.stdout.write(f"{len(TOUR) * len(LOOKS)} pictures are in {target}.\n")


if __name__ == "__main__":
    main()
