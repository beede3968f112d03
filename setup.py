"""The one step that pyproject.toml cannot state: the pages' scripts are bundled where npm is."""

import shutil
import subprocess
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

SCRIPTS = Path(__file__).parent / "queries" / "web" / "scripts"
SECONDS = 300


class Build(build_py):
    """Bundle the scripts before the files are gathered; without them, pages do with less."""

    def run(self) -> None:
        """Run npm, and go on whatever comes of it."""
        if trouble := bundle():
            self.warn(f"the pages' scripts are not built ({trouble}); all works without them")
        super().run()


def bundle() -> str:
    """Build the scripts; return in a few words why not, or nothing."""
    npm = shutil.which("npm")
    if npm is None:
        return "there is no npm"
    for words in (["ci", "--ignore-scripts", "--no-audit", "--fetch-retries=1"], ["run", "build"]):
        try:
            subprocess.run(  # noqa: S603  (found on the path, with words of our own)
                [npm, *words], cwd=SCRIPTS, check=True, timeout=SECONDS,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError):
            return f"npm {words[0]} fails"
    return ""


setup(cmdclass={"build_py": Build})
