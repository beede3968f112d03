"""The tables: what each holds, column by column.

They say what is accepted, but for `claims` and `facts`: those say what somebody said, and
whether it was affirmed or denied.
"""

from typing import Final

from hauberk.graph.exports import rows
from hauberk.graph.exports.rows import Column, Table
from hauberk.ontology.names import DCTERMS, FOAF, HBK, PROV, RDFS, SKOS, VOID

_ID: Final = Column("id", "The id; an IRI is made of it with https://w3id.org/hauberk/id/ before.",
                    type="id", is_required=True)  # fmt: skip
_TIE: Final = Column("tie", "The tie.", type="id", is_required=True, refers="ties")
_LABEL: Final = Column("label", "What it is called.", RDFS.label)
_STATE: Final = Column("state", "The state.", HBK.state, "id", refers="parties")
_POLARITY: Final = Column("polarity", "Whether the speaker affirms or denies.", None, "code",
                          is_required=True)  # fmt: skip
_LIVE: Final = Column("live", "False where the claim was withdrawn.", None, "truth",
                      is_required=True)  # fmt: skip

TABLES: Final = (
    Table("ties", "Agreements, programmes and stakes in which somebody is accepted to take part.", (
        _ID,
        Column("type", "agreement, programme or stake.", None, "code", is_required=True),
        _LABEL,
        Column("kind", "What sort of tie it is.", HBK.kind, "code"),
        Column("status", "How far it has come.", HBK.status, "code"),
        Column("categories", "What it is about.", HBK.category, "code", is_list=True),
        Column("states", "States that take part, themselves or through agents of theirs.",
               HBK.involvesState, "id", is_list=True),
        Column("announced", "When it was made public.", HBK.announced, "date"),
        Column("approved", "When it was approved.", HBK.approved, "date"),
        Column("signed", "When it was signed.", HBK.signed, "date"),
        Column("started", "When it took effect.", HBK.started, "date"),
        Column("production_started", "When production began.", HBK.productionStarted, "date"),
        Column("delivered", "When it was delivered.", HBK.delivered, "date"),
        Column("ended", "When it ended.", HBK.ended, "date"),
        Column("part_of", "Wider ties it belongs to.", HBK.partOf, "id", is_list=True),
        Column("follows", "Models that it is accepted to follow.", HBK.followsModel, "id",
               is_list=True),
        Column("establishes", "Models that it is accepted to have set up.", HBK.establishesModel,
               "id", is_list=True),
        Column("contested", "Properties on which claims disagree.", HBK.contestedIn, "code",
               is_list=True),
    ), rows.ties),
    Table("participations", "Who takes part in which tie, in which role.", (
        _ID,
        _TIE,
        Column("agent", "Who takes part.", HBK.agent, "id", is_required=True, refers="parties"),
        Column("role", "In which role.", HBK.role, "code"),
        Column("share", "The share, in percent.", HBK.share, "decimal"),
        Column("since", "From when, where not from the tie's beginning.", HBK.since, "date"),
        Column("until", "Until when.", HBK.until, "date"),
        Column("instead_of", "The unnamed party in whose place the agent is now named.",
               HBK.namedInsteadOf, "id", refers="parties"),
    ), rows.participations, key=("id", "agent")),
    Table("amounts", "The money and the quantities of ties; add them up only with care.", (
        _ID,
        _TIE,
        Column("measures", "value (money) or quantity.", None, "code", is_required=True),
        Column("amount", "The number.", HBK.amount, "decimal", is_required=True),
        Column("currency", "The currency of a value.", HBK.currency),
        Column("unit", "The unit of a quantity.", HBK.unit),
        Column("qualifier", "exact, approx, at-least, up-to.", HBK.valueQualifier, "code"),
        Column("scope", "The part of the tie it is for; nothing means the whole.", HBK.scope),
    ), rows.parts(HBK.hasValue, HBK.hasQuantity)),
    Table("products", "What ties are about, by name.", (
        _TIE, Column("name", "The product's name.", is_required=True),
    ), rows.products, key=("tie", "name")),
    Table("sites", "Where the work under ties is done.", (
        _ID,
        _TIE,
        Column("place", "The place, as the claim has it.", HBK.place),
        Column("state", "The state in which it lies.", HBK.inState, "id", refers="parties"),
        Column("gazetteer", "The place of the gazetteer.", HBK.atPlace, "id"),
    ), rows.parts(HBK.hasSite)),
    Table("parties", "States, firms, bodies, organisations, persons and unnamed parties.", (
        _ID,
        Column("kind", "state, firm, body, organisation, undisclosed or person.", None, "code",
               is_required=True),
        _LABEL,
        _STATE,
        Column("parent", "Whom it belongs to.", HBK.parent, "id", is_list=True),
        Column("homepage", "Its own site.", FOAF.homepage, "url"),
        Column("lei", "Legal Entity Identifier.", HBK.lei),
        Column("pic", "Participant Identification Code of the European Commission.", HBK.pic),
        Column("ticker", "Under which its shares are traded.", HBK.ticker),
        Column("same_as", "The same in Wikidata and elsewhere.", SKOS.exactMatch, "url",
               is_list=True),
        Column("undisclosed_reason", "Why it is unnamed.", HBK.undisclosedReason, "code"),
        Column("undisclosed_note", "Why, in words.", HBK.undisclosedNote),
        Column("identified_as", "Who it is accepted to be.", HBK.identifiedAs, "id", is_list=True),
        Column("disclosed_on", "When it was first named.", HBK.disclosedOn, "date"),
    ), rows.parties),
    Table("dossiers", "Everything that facts are about, a tie or not yet one.", (
        _ID,
        Column("kind", "The kind of dossier.", None, "code", is_required=True),
        _LABEL,
        Column("tie", "Whether it is a tie.", None, "truth", is_required=True),
        Column("description", "What it is.", DCTERMS.description),
    ), rows.dossiers),
    Table("names", "Other names of dossiers.", (
        Column("dossier", "The dossier.", type="id", is_required=True, refers="dossiers"),
        Column("name", "The name.", is_required=True),
    ), rows.names, key=("dossier", "name")),
    Table("claims", "Who said something, where, when, how firmly; also what is not accepted.", (
        _ID,
        Column("about", "The dossier it is about.", HBK.about, "id", is_required=True,
               refers="dossiers"),
        _POLARITY,
        _LIVE,
        Column("modality", "How firmly it is said.", HBK.modality, "code", is_required=True),
        Column("credibility", "1 (confirmed) to 6 (cannot be judged).", HBK.credibility, "code"),
        Column("likelihood", "Our own estimate.", HBK.likelihood, "code"),
        Column("speaker", "Who says it.", PROV.wasAttributedTo, "id"),
        Column("speaker_label", "What the speaker is called."),
        Column("sources", "Where it can be read.", PROV.hadPrimarySource, "id", is_list=True),
        Column("said", "When it was said.", DCTERMS.issued, "date"),
        Column("recorded", "When it was recorded here.", PROV.generatedAtTime, "time"),
        Column("withdrawn", "When it was withdrawn.", PROV.invalidatedAtTime, "time"),
        Column("checked", "When it was last found again.", HBK.checked, "date"),
        Column("sought", "When it was last sought in vain.", HBK.sought, "date"),
        Column("contests", "Properties in which it contests other claims.", HBK.contests, "code",
               is_list=True),
        Column("note", "What no property holds.", SKOS.note),
        Column("datasets", "The datasets that hold it, with their terms.", VOID.inDataset, "id",
               is_list=True),
    ), rows.claims),
    Table("facts", "What the claims say, a triple a row. A row of a denial says what is not so.", (
        Column("claim", "The claim.", type="id", is_required=True, refers="claims"),
        _POLARITY,
        _LIVE,
        Column("subject", "The dossier or a part of it.", type="id", is_required=True),
        Column("property", "The property; without a prefix, of Hauberk's own vocabulary.", None,
               "code", is_required=True),
        Column("value", "The value; a code with its scheme.", is_required=True),
        Column("datatype", "id, code, iri, text in a language, or an XML Schema datatype.", None,
               "code", is_required=True),
        Column("language", "The language of a text.", None, "code"),
    ), rows.facts, key=()),
    Table("sources", "Where claims can be read.", (
        _ID,
        Column("url", "Its address.", HBK.url, "url"),
        Column("title", "Its title.", DCTERMS.title),
        Column("publisher", "Who published it.", HBK.publisher),
        Column("published", "When.", HBK.published, "date"),
        Column("language", "In which language.", DCTERMS.language, "code"),
        Column("licence", "Under which licence.", DCTERMS.license),
        Column("reliability", "A (completely reliable) to F (cannot be judged).", HBK.reliability,
               "code"),
        Column("reliability_reason", "Why.", HBK.reliabilityReason),
        Column("credit", "The line that must go with what is taken from it.", DCTERMS.rights),
    ), rows.sources),
    Table("datasets", "Where the statements come from, and on what terms.", (
        _ID,
        Column("title", "The name of the file.", DCTERMS.title),
        Column("licence", "Its licence, where it is another than that of the whole.",
               DCTERMS.license),
        Column("credit", "The line that must go with its facts.", DCTERMS.rights),
        Column("provider", "The address of who gives it out.", DCTERMS.source, "url"),
        Column("issued", "The day as of which it shows things.", DCTERMS.issued, "date"),
        Column("hash", "The SHA-256 of the file.", HBK.contentHash),
    ), rows.datasets),
)  # fmt: skip
"""All tables, those of accepted facts first."""
