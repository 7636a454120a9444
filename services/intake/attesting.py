"""The signatures that a row of a roster brings: evidence held elsewhere, or the operator's word (R72)."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import agreements
from services.intake.domain import roster as rules
from services.intake.domain.roster import Brought
from services.intake.fields import Row
from services.intake.known import Batch, Known
from services.intake.tables import AttestationRow, PersonRow, SignatureRow
from shared.contracts.intake import Signed
from shared.ids import new_id


def record_signatures(session: AsyncSession, batch: Batch, known: Known, person: PersonRow, row: Row) -> bool:
    """Record what a row brings; whether it brought anything new."""
    held = known.signatures.setdefault(person.person, [])
    brought = rules.signatures(
        batch.version,
        row.evidence.version if row.evidence else None,
        batch.attest is not None,
        {signature.version for signature in held},
        {signature.version for signature in held if signature.kind == "held-elsewhere"},
    )
    for one in brought:
        before = _newest(batch, held)
        signature = _signature(session, batch, known, person, row, one)
        held.append(signature)
        known.added.append(signature)
        for event in agreements.news(person, signature.document, before, batch.signed(one.version)):
            known.news[event.subject] = event
    return bool(brought)


def _newest(batch: Batch, held: Collection[SignatureRow]) -> Signed | None:
    """The version published last of those that somebody signed."""
    return max((batch.signed(signature.version) for signature in held), key=lambda each: each.number, default=None)


def _signature(
    session: AsyncSession, batch: Batch, known: Known, person: PersonRow, row: Row, one: Brought
) -> SignatureRow:
    evidence = row.evidence if one.kind == "held-elsewhere" else None
    return SignatureRow(
        signature=new_id(),
        person=person.person,
        document=batch.offering.document,
        version=one.version,
        language=batch.published[one.version].language if one.kind == "attested" else None,
        sha256=batch.published[one.version].sha256,
        kind=one.kind,
        holder=evidence.holder if evidence else None,
        signed_on=evidence.signed_on if evidence else None,
        attestation=_attestation(session, batch, known).attestation if one.kind == "attested" else None,
        recorded_by=batch.caller.subject,
        recorded_at=batch.now,
    )


def _attestation(session: AsyncSession, batch: Batch, known: Known) -> AttestationRow:
    if known.attestation is None:
        known.attestation = AttestationRow(
            attestation=new_id(),
            site=batch.site,
            offering=batch.offering.offering,
            source=batch.source,
            document=batch.offering.document,
            version=batch.version,
            reason=batch.attest,
            attested_by=batch.caller.subject,
            attested_at=batch.now,
        )
        session.add(known.attestation)
    return known.attestation
