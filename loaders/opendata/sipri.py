"""SIPRI arms transfers: the trade register, as the new web export, the older CSV, or RTF.

A file of the register is read deal by deal. What a deal is known by, and how each column is
read, is in `sipri_register` and `sipri_rtf`; what a deal says, in `sipri_deals`.
"""

from collections.abc import Iterator
from typing import Final

from hauberk.loaders.opendata.provider import Provider, Sample
from hauberk.loaders.opendata.run import Run
from hauberk.loaders.opendata.sipri_register import read_register
from hauberk.loaders.opendata.sipri_rtf import read_rtf
from hauberk.loaders.opendata.sipri_table import header_in

PROVIDER: Final = Provider(
    name="sipri",
    title="SIPRI Arms Transfers Database: trade register",
    publisher="SIPRI",
    url="https://www.sipri.org/databases/armstransfers",
    licence="SIPRI: free to read and to cite with the credit line; no commercial use without"
    " its agreement.",
    credit="Information from the SIPRI Arms Transfers Database.",
    reliability="B",
    reliability_reason="Independent institute that weighs open sources by a published method.",
)
_RTF: Final = b"{\\rtf"


def recognises(sample: Sample) -> bool:
    """Tell a file of the register by its header row, or as RTF that names the database."""
    if sample.head.startswith(_RTF):
        return b"SIPRI" in sample.head and b"recipient" in sample.head.lower()
    return header_in(sample.text) is not None


def read(run: Run) -> Iterator[int]:
    """Read a file of the register: each deal is an agreement of supplier and recipient."""
    with run.path.open("rb") as file:
        is_rtf = file.read(len(_RTF)) == _RTF
    return read_rtf(run) if is_rtf else read_register(run)
