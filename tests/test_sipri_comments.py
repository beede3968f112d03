"""Words of SIPRI's register: what its comments say of money and licences, and kinds of weapons."""

import pytest

from hauberk.loaders.opendata.sipri_comments import remarks
from hauberk.loaders.opendata.sipri_products import category


@pytest.mark.parametrize(
    ("comment", "amount", "currency"),
    [
        ("$109 m deal", "109000000", "USD"),
        ("EUR 0.6 m deal; second-hand", "600000", "EUR"),
        ("CZK5.1 b ($233 m) deal", "5100000000", "CZK"),
        ("Part of $1.7 b deal", "", ""),
        ("EUR103 m deal (incl 100 launchers)", "", ""),
        ("PLN128 m [$32 m) deal", "", ""),
        ("about $5 m deal", "", ""),
    ],
)
def test_value_is_that_of_the_whole_deal_or_none(comment: str, amount: str, currency: str) -> None:
    assert (remarks(comment).amount, remarks(comment).currency) == (amount, currency)


@pytest.mark.parametrize(
    ("comment", "payers"),
    [
        ("financed by USA", ["US"]),
        ("Financed by FRG; from German production line", ["DE"]),
        ("Second-hand; financed by German aid", ["DE"]),
        ("partly financed by US aid", ["US"]),
        ("financed by EU aid after 2022 Russian invasion of Ukraine", ["european-union"]),
        ("financed by Denmark; Germany and Norway as aid after a war", ["DK", "DE", "NO"]),
        ("aid; financed by Denmark; Germany and Netherlands aid", ["DK", "DE", "NL"]),
        ("financed by aid from Belgium; UK designation Ajax", ["BE"]),
        ("Probably financed by USA", []),
        ("incl some financed by Lithuania", []),
        ("financed with Ukrainian private donations", []),
        ("financed with donations from Czech private persons", []),
        ("financed by EUR165 m aid from Denmark and Netherlands", []),
        ("originally to be funded by Poland", []),
        ("deal (partly financed by EU aid)", []),
    ],
)
def test_payers_are_named_or_left_to_the_note(comment: str, payers: list[str]) -> None:
    assert [each.value.rpartition("/")[2] for each in remarks(comment).funders] == payers


@pytest.mark.parametrize(
    ("comment", "state", "wholly"),
    [
        ("produced under licence in Poland", "PL", True),
        ("EUR5 m deal; produced under licence in Poland as Rosomak", "PL", True),
        ("incl production under licence of 48 in Czechia", "CZ", False),
        ("incl 5 produced under licence in Ukraine", "UA", False),
        ("Probably produced under licence in Spain", "", False),
        ("incl production of components or production under licence in United Kingdom", "", False),
        ("assembled in Ukraine", "", False),
    ],
)
def test_licences_are_read_from_whole_clauses(comment: str, state: str, wholly: bool) -> None:
    found = remarks(comment)
    assert (found.licence.value.rpartition("/")[2] if found.licence else "") == state
    assert found.wholly is wholly


@pytest.mark.parametrize(
    ("description", "armament", "expected"),
    [
        ("anti-tank missile", "", "missile"),
        ("armed UAV", "Aircraft", "uav"),
        ("loitering munition", "Missiles", "loitering-munition"),
        ("anti-submarine helicopter", "", "helicopter"),
        ("ship engine", "", "engine"),
        ("maritime patrol aircraft radar", "", "radar"),
        ("portable SAM", "", "missile"),
        ("SAM system", "", "air-defence"),
        ("aircraft carrier", "", "naval"),
        ("tank turret", "", "armoured-vehicle"),
        ("self-propelled MRL", "Artillery", "artillery"),
        ("widget", "Anti-submarine warfare weapons", "naval"),
        ("widget", "", ""),
    ],
)
def test_words_for_weapons_have_their_category(
    description: str, armament: str, expected: str
) -> None:
    found = category(description, armament)
    assert (found.value.rpartition("/")[2] if found else "") == expected
