"""SHACL faults: placed where the statement stands, one for each thing that is wrong."""

from pyoxigraph import Literal, NamedNode

from hauberk.graph.claims import Claim
from hauberk.graph.errors import Fault
from hauberk.graph.validation import violations
from hauberk.ontology.names import HBK, code, dossier, source, speaker

DEAL = dossier("agreement/deal")


def claim(predicate: NamedNode, value: NamedNode | Literal, about: NamedNode = DEAL) -> Claim:
    return Claim(
        about=about,
        facts=((about, predicate, value),),
        modality=code("modality", "reported"),
        speaker=speaker("press"),
        speaker_label="press",
        sources=(source("https://press.example.org/"),),
    )


def faults(*claims: Claim) -> list[tuple[str, str, str]]:
    lines = {each.iri: number for number, each in enumerate(claims, 1)}
    found = violations(claims, lambda iri: Fault("f", lines[iri], "agreement/deal", "", ""))
    return sorted((str(fault.line), fault.field, fault.message) for fault in found)


def test_a_sound_claim_has_no_fault() -> None:
    assert not faults(claim(HBK.status, code("status", "signed")))


def test_a_value_of_the_wrong_kind_blames_every_claim_that_gives_it() -> None:
    wrong = code("role", "host")
    found = faults(
        claim(HBK.status, wrong),
        claim(HBK.status, code("status", "signed")),
        claim(HBK.status, wrong, dossier("agreement/other")),
    )
    assert [fault[:2] for fault in found] == [("1", "status"), ("3", "status")]
    assert "write one such as signed" in found[0][2]


def test_a_code_that_no_scheme_has_is_a_fault() -> None:
    assert faults(claim(HBK.status, code("status", "sighned")))


def test_a_date_that_is_none_and_a_code_of_another_scheme_are_two_faults() -> None:
    found = faults(claim(HBK.signed, Literal("soon")), claim(HBK.kind, code("role", "host")))
    assert [fault[:2] for fault in found] == [("1", "signed"), ("2", "kind")]


def test_what_only_a_tie_can_have_is_refused_of_a_firm() -> None:
    found = faults(claim(HBK.status, code("status", "signed"), dossier("firm/a")))
    assert len(found) == 1
    assert "move the claim to the dossier of the deal" in found[0][2]
