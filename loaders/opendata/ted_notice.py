"""Reading an eForms notice out of its XML."""

import re
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from hauberk.loaders.opendata.ted_model import (
    Contract,
    Group,
    Lot,
    Notice,
    Organisation,
    Owner,
    Result,
    Tender,
    Withheld,
)
from hauberk.loaders.opendata.ted_words import UNPUBLISHED
from hauberk.loaders.opendata.ted_xml import (
    EFORMS,
    NAMES,
    UBL,
    Unreadable,
    clean,
    day,
    money,
    text,
    texts,
)
from hauberk.loaders.opendata.ted_xml import (
    root as root_of,
)

_RESULT: Final = f"{UBL}ContractAwardNotice-2"
_CALL: Final = f"{UBL}ContractNotice-2"
_SUBCONTRACTS: Final = "22"
"""The subtype of notices by which a contractor under the defence directive seeks subcontractors."""
_ROOT: Final = re.compile(
    rb"\A\s*(?:<\?xml[^>]{0,300}\?>\s*)?(?:<!--.{0,4000}?-->\s*)*<(?:[\w.-]+:)?(ContractAwardNotice|ContractNotice)\s",
    re.DOTALL,
)
_SUBTYPE: Final = re.compile(rb"SubTypeCode[^>]*>\s*22\s*<")
_EXTENSION: Final = "ext:UBLExtensions/ext:UBLExtension/ext:ExtensionContent/efext:EformsExtension"


def is_result(head: bytes) -> bool:
    """Tell the beginning of a notice that is read here."""
    found = _ROOT.match(head.removeprefix(b"\xef\xbb\xbf"))
    if not found or EFORMS.encode() not in head:
        return False
    return found[1] == b"ContractAwardNotice" or bool(_SUBTYPE.search(head))


def notice(data: bytes) -> Notice:
    """Read a notice.

    Raises Unreadable for what is none, or not a result, and for markup that notices have no use
    for: document types, and with them entities, are not read.
    """
    if not data.strip():
        raise Unreadable("is empty; fetch the notice again", 1)
    root = root_of(data)
    if root.tag not in {f"{{{_RESULT}}}ContractAwardNotice", f"{{{_CALL}}}ContractNotice"}:
        name = etree.QName(root).localname
        raise Unreadable(f"is no result notice in eForms but <{name}>; give one", root.sourceline)
    extension = root.find(_EXTENSION, NAMES)
    kind = text(root, "cbc:NoticeTypeCode")
    subtype = text(extension, ".//cbc:SubTypeCode") if extension is not None else ""
    if root.tag.endswith("}ContractNotice") and subtype != _SUBCONTRACTS:
        message = f"is a notice of competition ({kind or 'unstated'}), not of a result"
        raise Unreadable(f"{message}; give its result notice", root.sourceline)
    if extension is None or not text(root, "cbc:ID"):
        raise Unreadable("has no eForms extension or no notice-id; fetch it again", root.sourceline)
    return _notice(root, extension)


def _notice(root: Any, extension: Any) -> Notice:  # noqa: ANN401
    result = extension.find("efac:NoticeResult", NAMES)
    form = root.find("cbc:NoticeTypeCode", NAMES)
    is_call = root.tag.endswith("}ContractNotice")
    found = Notice(
        id=text(root, "cbc:ID"),
        published=text(extension, "efac:Publication/efbc:NoticePublicationID").lstrip("0"),
        day=day(extension, "efac:Publication/efbc:PublicationDate")
        or day(root, "cbc:IssueDate"),
        form="subco" if is_call else form.get("listName", "") if form is not None else "",
        type=text(root, "cbc:NoticeTypeCode"),
        directive=text(root, "cbc:RegulatoryDomain"),
        buyers=texts(root, "cac:ContractingParty/cac:Party/cac:PartyIdentification/cbc:ID"),
        direct=text(
            root,
            "cac:TenderingProcess/cac:ProcessJustification/"
            "cbc:ProcessReasonCode[@listName='direct-award-justification']",
        ),
        amends=tuple(_amended(extension)),
        whole=_lot(root),
        value=money(result, "cbc:TotalAmount"),
        maximum=money(result, "efbc:OverallMaximumFrameworkContractsAmount"),
        withheld=tuple(_withheld(result)),
    )  # fmt: skip
    _organisations(found, extension)
    for each in root.iterfind("cac:ProcurementProjectLot", NAMES):
        lot = _lot(each)
        found.lots[lot.id] = lot
    if result is not None:
        _results(found, result)
    return found


def _organisations(found: Notice, extension: Any) -> None:  # noqa: ANN401
    for each in extension.iterfind("efac:Organizations/efac:Organization", NAMES):
        company = each.find("efac:Company", NAMES)
        if company is None:
            continue
        one = Organisation(
            text(company, "cac:PartyIdentification/cbc:ID"),
            _names(company),
            text(company, "cac:PostalAddress/cac:Country/cbc:IdentificationCode"),
            texts(company, "cac:PartyLegalEntity/cbc:CompanyID"),
            texts(each, "efac:UltimateBeneficialOwner/cbc:ID"),
        )
        found.organisations[one.id] = one
        for point in texts(each, "efac:TouchPoint/cac:PartyIdentification/cbc:ID"):
            found.organisations[point] = one
    for each in extension.iterfind("efac:Organizations/efac:UltimateBeneficialOwner", NAMES):
        parts = dict.fromkeys((text(each, "cbc:FirstName"), text(each, "cbc:FamilyName")))
        owner = Owner(
            text(each, "cbc:ID"),
            " ".join(part for part in parts if part and part not in UNPUBLISHED),
            tuple(texts(each, "efac:Nationality/cbc:NationalityID")),
        )
        found.owners[owner.id] = owner


def _names(company: Any) -> list[str]:  # noqa: ANN401
    """Return an organisation's names, an English one first."""
    held = [
        (one.get("languageID") != "ENG", clean(one.text))
        for one in company.iterfind("cac:PartyName/cbc:Name", NAMES)
    ]
    ordered = [name for _, name in sorted(held, key=lambda pair: pair[0])]
    return [name for name in dict.fromkeys(ordered) if name and name not in UNPUBLISHED]


def _results(found: Notice, result: Any) -> None:  # noqa: ANN401
    for each in result.iterfind("efac:LotResult", NAMES):
        found.results.append(
            Result(
                text(each, "cbc:ID"),
                each.sourceline,
                text(each, "efac:TenderLot/cbc:ID"),
                text(each, "cbc:TenderResultCode"),
                tuple(texts(each, "efac:LotTender/cbc:ID")),
                tuple(texts(each, "efac:SettledContract/cbc:ID")),
                tuple(texts(each, "cac:FinancingParty/cac:PartyIdentification/cbc:ID")),
                money(each, "efac:FrameworkAgreementValues/cbc:MaximumValueAmount"),
                money(each, "efac:FrameworkAgreementValues/efbc:ReestimatedValueAmount"),
                tuple(_withheld(each)),
            )
        )
    for each in result.iterfind("efac:LotTender", NAMES):
        tender = Tender(
            text(each, "cbc:ID"),
            text(each, "efac:TenderLot/cbc:ID"),
            text(each, "efac:TenderingParty/cbc:ID"),
            text(each, "cbc:RankCode"),
            money(each, "cac:LegalMonetaryTotal/cbc:PayableAmount"),
            money(each, "efac:SubcontractingTerm/efbc:TermAmount"),
            tuple(_withheld(each)),
        )
        found.tenders[tender.id] = tender
    for each in result.iterfind("efac:TenderingParty", NAMES):
        leaders = each.iterfind("efac:Tenderer[efbc:GroupLeadIndicator='true']/cbc:ID", NAMES)
        found.groups[text(each, "cbc:ID")] = Group(
            tuple(texts(each, "efac:Tenderer/cbc:ID")),
            tuple(clean(one.text) for one in leaders),
            tuple(texts(each, "efac:SubContractor/cbc:ID")),
        )
    for each in result.iterfind("efac:SettledContract", NAMES):
        contract = Contract(
            text(each, "cbc:ID"),
            each.sourceline,
            text(each, "cbc:Title"),
            text(each, "efac:ContractReference/cbc:ID"),
            day(each, "cbc:IssueDate"),
            day(each, "cbc:AwardDate"),
            text(each, "cac:NoticeDocumentReference/cbc:ID"),
            tuple(texts(each, "efac:LotTender/cbc:ID")),
        )
        found.contracts[contract.id] = contract


def _amended(extension: Any) -> Iterator[tuple[str, str, str]]:  # noqa: ANN401
    for each in extension.iterfind("efac:ContractModification", NAMES):
        former = text(each, "efbc:ChangedNoticeIdentifier")
        for change in each.iterfind("efac:Change", NAMES):
            for section in texts(change, "efac:ChangedSection/efbc:ChangedSectionIdentifier"):
                yield former, section, text(change, "efac:ChangeReason/cbc:ReasonCode")
        for reason in each.iterfind("efac:ChangeReason", NAMES):
            yield former, "", text(reason, "cbc:ReasonCode")


def _lot(element: Any) -> Lot:  # noqa: ANN401
    """Return a lot, or of the whole notice what is said of all lots."""
    project = "cac:ProcurementProject/"
    framework = "cbc:ContractingSystemTypeCode[@listName='framework-agreement']"
    return Lot(
        text(element, "cbc:ID"),
        element.sourceline,
        text(element, f"{project}cbc:Name"),
        text(element, f"{project}cac:MainCommodityClassification/cbc:ItemClassificationCode"),
        text(element, f"{project}cbc:ProcurementTypeCode[@listName='contract-nature']"),
        text(element, f"cac:TenderingProcess/cac:ContractingSystem/{framework}"),
        money(element, f"{project}cac:RequestedTenderTotal/cbc:EstimatedOverallContractAmount"),
        tuple(
            (
                text(place, "cac:Country/cbc:IdentificationCode")
                or text(place, "cbc:CountrySubentityCode")[:2],
                text(place, "cbc:CityName"),
            )
            for place in element.iterfind(f"{project}cac:RealizedLocation/cac:Address", NAMES)
        ),
    )


def _withheld(element: Any) -> Iterator[Withheld]:  # noqa: ANN401
    """Yield what is withheld of an element: at it, and at what is not itself a result."""
    if element is None:
        return
    for each in element.iterfind(".//efac:FieldsPrivacy", NAMES):
        owner = each.getparent()
        names = {"LotResult", "LotTender", "SettledContract"}
        while owner is not element and etree.QName(owner).localname not in names:
            owner = owner.getparent()
        if owner is element:
            yield Withheld(
                text(each, "efbc:FieldIdentifierCode"),
                text(each, "cbc:ReasonCode"),
                text(each, "efbc:ReasonDescription"),
                day(each, "efbc:PublicationDate"),
            )
