"""The Nu HTML checker, which is what validator.w3.org runs, over a folder of pages."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from hauberk.tests.support import ROOT

JAR: Final = ROOT / "tests" / "tools" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
_PREPARE: Final = "npm ci --ignore-scripts --prefix tests/tools"


def needed() -> str:
    """Return the Java that runs the checker; without it or the checker, the test is skipped."""
    java = shutil.which("java")
    if java is None:
        pytest.skip("the Nu HTML checker needs Java 11 or later")
    if not JAR.is_file():
        pytest.skip(f"the Nu HTML checker is not here; run: {_PREPARE}")
    return java


def faults(folder: Path) -> list[str]:
    """Return what is no valid HTML in the pages of a folder, each fault with its page."""
    options = ("--format", "json", "--exit-zero-always", "--skip-non-html", "--errors-only")
    words = [needed(), "-jar", str(JAR), *options, str(folder)]
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=300)
    told = json.loads(done.stderr)["messages"]
    return [
        f"{Path(each['url']).name}:{each.get('lastLine', 0)}: {each['message']} "
        f"({each.get('extract', '').strip()[:120]})"
        for each in told
    ]
