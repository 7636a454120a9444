"""Rosters: what a row of a list kept elsewhere may change, and which signature it brings. An import invents nothing."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from shared.contracts import Contradiction

Outcome = Literal["created", "unchanged", "updated"]
SignatureKind = Literal["signed", "held-elsewhere", "attested"]


def fingerprints(fields: Mapping[str, Any]) -> dict[str, str]:
    """A short hash of each field of a row, by which its next import tells what changed in the roster itself."""
    return {
        key: hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:16]
        for key, value in fields.items()
    }


def changes(
    stored: Mapping[str, Any], row: Mapping[str, Any], seen: Mapping[str, str] | None, may_edit: bool
) -> dict[str, Any]:
    """What a row changes in what is stored of a person.

    `seen` are the fingerprints of this row's last import. Only what changed in the roster since is taken over, so what
    people set themselves (the name they use, R20) is not set back. A person met in another way keeps all they
    have; only what is missing is added. Nothing changes for an importer without a grant at the person's own site.
    """
    if not may_edit:
        return {}
    if seen is None:
        return {key: value for key, value in row.items() if stored[key] is None and value is not None}
    now = fingerprints(row)
    return {key: value for key, value in row.items() if seen.get(key) != now[key] and stored[key] != value}


def whose(by_key: UUID | None, by_email: UUID | None, same_email: bool) -> UUID | None:
    """The person a row is about, by its key in the roster and by its e-mail; None for somebody new.

    `same_email`: the row's e-mail is the one it had when it was last imported, so that the key can be believed. Raises
    Contradiction where key and e-mail name different people: to choose would overwrite one of them.
    """
    if by_key is None or by_key == by_email:
        return by_email
    if same_email:
        return by_key
    raise Contradiction(
        "This key came before with another e-mail. Change the e-mail at the person, or give the row a key of its own."
    )


def check_importer(*, keeps_away: bool, signs_for_themself: bool) -> None:
    """Raises Contradiction for a row about whom the importer is kept away from, and for their own signature."""
    if keeps_away:
        raise Contradiction("You may have no contact with this person; let another member of the staff import the row.")
    if signs_for_themself:
        raise Contradiction("Nobody vouches for their own signature; sign here, or let somebody else import the row.")


@dataclass(frozen=True, slots=True)
class Brought:
    """A signature that a row brings."""

    version: str
    kind: SignatureKind


def signatures(
    current: str, evidence_version: str | None, attested: bool, held: Collection[str], kept: Collection[str]
) -> list[Brought]:
    """Which signatures are recorded for a row (R72).

    Evidence counts for the version it names. The operator's word stands in only where the current version is signed
    nowhere. `held`: versions signed in any way; `kept`: those whose evidence is recorded already.
    """
    brought = []
    if evidence_version is not None and evidence_version not in kept:
        brought.append(Brought(evidence_version, "held-elsewhere"))
    if attested and current not in held and evidence_version != current:
        brought.append(Brought(current, "attested"))
    return brought


def outcome(is_new: bool, is_changed: bool) -> Outcome:
    """What a row did: made a person or an application, changed something there, or nothing."""
    return "created" if is_new else "updated" if is_changed else "unchanged"
