"""What does every record carry, whatever it is about?

A `Draft` is what somebody wants written; a `Record` is what the journal wrote. All fields exist from schema 1 and are
empty where unused, so that a record written today can be read by the centre of a partner years from now.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    InstanceOf,
    PlainSerializer,
    field_validator,
    model_validator,
)

from vallum.journal.canonical import canonical_bytes, refuse_unwritable

Nature = Literal["observed", "declared", "estimated", "simulated"]
TrafficLight = Literal["RED", "AMBER+STRICT", "AMBER", "GREEN", "CLEAR"]


def to_millisecond(instant: datetime) -> datetime:
    """Return an instant in UTC, cut to the millisecond that records keep.

    Examples
    --------
    >>> to_millisecond(datetime(2021, 3, 17, 1, 2, 3, 456789, tzinfo=UTC)).isoformat()
    '2021-03-17T01:02:03.456000+00:00'
    """
    utc = instant.astimezone(UTC)
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


def written_instant(instant: datetime) -> str:
    """Return the written form of an instant in records.

    Examples
    --------
    >>> written_instant(datetime(2021, 3, 17, 15, 30, tzinfo=UTC))
    '2021-03-17T15:30:00.000Z'
    """
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


Instant = Annotated[
    AwareDatetime, AfterValidator(to_millisecond), PlainSerializer(written_instant, return_type=str, when_used="json")
]
Identifier = Annotated[
    str, Field(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", description="UUID version 7")
]


class _Frozen(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )


class Label(_Frozen):
    """Who may see a record. The default is nobody outside the centre.

    Examples
    --------
    >>> Label().shows_to("coalition"), Label(releasable_to=("coalition",)).shows_to("coalition")
    (False, True)
    """

    policy: str | None = None
    classification: str | None = None
    releasable_to: tuple[str, ...] = ()
    tlp: TrafficLight | None = None
    review_by: Instant | None = None

    def shows_to(self, party: str) -> bool:
        """Return whether the label alone lets a party see the record; the agreement is asked as well.

        Examples
        --------
        >>> Label(releasable_to=("regional guard",)).shows_to("coalition")
        False
        """
        return party in self.releasable_to


class Grade(_Frozen):
    """How far a report is believed: reliability of the source A to F, credibility of the content 1 to 6.

    Examples
    --------
    >>> Grade(reliability="B", credibility=2).validated
    False
    """

    reliability: Literal["A", "B", "C", "D", "E", "F"] | None = None
    credibility: Annotated[int, Field(ge=1, le=6)] | None = None
    validated: bool = False


class Times(_Frozen):
    """When it happened, when it was known, when it was written here, when a partner's copy arrived.

    Examples
    --------
    >>> instant = datetime(2021, 3, 17, tzinfo=UTC)
    >>> Times(occurred=instant, known=instant, recorded=instant).received is None
    True
    """

    occurred: Instant
    known: Instant
    recorded: Instant
    received: Instant | None = None


class Place(_Frozen):
    """Where: by the line (chainage and offset on a named version of it), by position, or both.

    `chainage_m` is metres from the origin, `offset_m` metres positive on the home side, `lon` and `lat` degrees
    WGS 84, `precision_m` the radius in metres within which the place lies.

    Examples
    --------
    >>> Place(line_version="2021-03", chainage_m=120_500.0, offset_m=-40.0).lon is None
    True
    """

    line_version: str | None = None
    chainage_m: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    offset_m: float | None = Field(default=None, allow_inf_nan=False)
    lon: float | None = Field(default=None, ge=-180, le=180)
    lat: float | None = Field(default=None, ge=-90, le=90)
    precision_m: float | None = Field(default=None, ge=0, allow_inf_nan=False)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.lon is None) != (self.lat is None):
            raise ValueError("a position needs both lon and lat")
        if self.chainage_m is not None and self.line_version is None:
            raise ValueError("a chainage needs the line_version it is measured on")
        return self


class Link(_Frozen):
    """A named tie to another record, for example `evidence` or `answers`.

    Examples
    --------
    >>> Link(relation="raises", record="01784144-8400-7000-8000-000000000000").relation
    'raises'
    """

    relation: str = Field(min_length=1)
    record: Identifier


class Proof(_Frozen):
    """What shows that a record stood in the journal: its place in the chain and in the signed batch.

    Hashes are hexadecimal. `path` leads from the record's hash to the Merkle root of its batch (RFC 9162 section
    2.1.3); `signature` is the originator's JWS over that root.

    Examples
    --------
    >>> Proof(previous_hash="00", hash="01", batch_first_seq=1, batch_size=1, path=(), signature="a.b.c").batch_size
    1
    """

    previous_hash: str
    hash: str
    batch_first_seq: int
    batch_size: int
    path: tuple[str, ...]
    signature: str


class _Carried(_Frozen):
    """The fields that a draft states and a record keeps as stated."""

    type: str = Field(min_length=1)
    schema_number: int = Field(default=1, ge=1, alias="schema")
    label: Label = Label()
    grade: Grade = Grade()
    nature: Nature = "declared"
    place: Place | None = None
    impact: str | None = None
    purpose: str | None = None
    retention_until: Instant | None = None
    actor: str = Field(min_length=1)
    tearline: str | None = None
    alt_labels: tuple[Label, ...] = ()
    links: tuple[Link, ...] = ()
    supersedes: Identifier | None = None
    recalls: Identifier | None = None
    dedup_key: str | None = Field(default=None, min_length=1)

    @field_validator("type", "impact", "purpose", "actor", "tearline", "dedup_key")
    @classmethod
    def _is_honest_text(cls, text: str | None) -> str | None:
        refuse_unwritable(text, "text")
        return text


class Draft(_Carried):
    """What somebody wants written.

    `body` is the Pydantic body of the type, or a mapping that fits it. `occurred` and `known` are the moment of
    writing when not given. `dedup_key` makes a draft safe to send twice: the second time, the first record is
    returned. `id` is only given when another draft of the same call links to it.

    Raises
    ------
    pydantic.ValidationError
        Naming each field that is wrong.

    Examples
    --------
    >>> draft = Draft(type="tip.received", actor="watch.1", body={"text": "lights at the wadi"})
    >>> draft.label.releasable_to
    ()
    """

    body: InstanceOf[BaseModel] | dict[str, Any]
    occurred: Instant | None = None
    known: Instant | None = None
    received: Instant | None = None
    owner: str | None = None
    id: Identifier | None = None


class Record(_Carried):
    """What the journal wrote. `seq` counts from 1 without a gap; `proof` is not part of the hashed content.

    Examples
    --------
    >>> instant = datetime(2021, 3, 17, tzinfo=UTC)
    >>> record = Record(
    ...     id="01784144-8400-7000-8000-000000000000", seq=1, type="tip.received", originator="guard", owner="guard",
    ...     actor="watch.1", times=Times(occurred=instant, known=instant, recorded=instant), body={"text": "lights"})
    >>> Record.read(record.content()) == record
    True
    """

    id: Identifier
    seq: int = Field(ge=1)
    originator: str
    owner: str
    times: Times
    body: dict[str, Any]
    proof: Proof | None = None

    def content(self) -> bytes:
        """Return the canonical bytes that are hashed, chained and signed.

        Examples
        --------
        >>> instant = datetime(2021, 3, 17, tzinfo=UTC)
        >>> Record(
        ...     id="01784144-8400-7000-8000-000000000000", seq=1, type="t", originator="o", owner="o", actor="a",
        ...     times=Times(occurred=instant, known=instant, recorded=instant), body={}).content()[:20]
        b'{"actor":"a","alt_la'
        """
        return canonical_bytes(self.model_dump(mode="json", exclude={"proof"}))

    @classmethod
    def read(cls, content: bytes, proof: Proof | None = None) -> "Record":
        """Return the record that canonical bytes hold, with its proof when that is known.

        Raises
        ------
        pydantic.ValidationError
            When the bytes are not a record.

        Examples
        --------
        >>> Record.read(b"{}")  # doctest: +IGNORE_EXCEPTION_DETAIL
        Traceback (most recent call last):
        ...
        pydantic_core.ValidationError: 7 validation errors for Record
        """
        record = cls.model_validate_json(content)
        return record if proof is None else record.model_copy(update={"proof": proof})
