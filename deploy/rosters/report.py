"""What an import did, told by row number and column; what the cells hold is never printed."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from deploy.cli.common import console, print_json, say, show
from deploy.rosters.columns import Noted
from deploy.rosters.mapping import Plan
from deploy.rosters.reading import Refusal

SHOWN = 200
"""So many refused rows are shown on a terminal; `--json` has them all."""

UNFINISHED = ("refused", "no case", "not decided yet", "wait for a second person")
"""What leaves work for another run."""


@dataclass
class Report:
    """Grows while an import runs. States are of rows: a person of two roles is one row."""

    about: dict[str, Any]
    plan: Plan
    rows: int
    states: dict[int, str] = field(default_factory=dict)
    refused: dict[int, Refusal] = field(default_factory=dict)
    waiting: set[int] = field(default_factory=set)
    ended: list[Noted] = field(default_factory=list)
    """Clearances that were not recorded because they have ended; the rows were taken without them."""
    two_roles: set[int] = field(default_factory=set)
    applications: dict[UUID, str] = field(default_factory=dict)
    """Applications that screening can take up, each with its role."""
    screening: Counter[str] | None = None
    seconds: float = 0.0

    def refuse(self, refusal: Refusal) -> None:
        """A row, or a row's second role, was not taken."""
        self.refused.setdefault(refusal.row, refusal)

    def hear(self, answer: dict[str, Any], role: str) -> None:
        """Take in intake's answer about one row."""
        row, second = int(answer["row"]), role != self.plan.roles[0]
        if answer.get("refused"):
            reason = f"As {role}: {answer['reason']}" if second else str(answer["reason"])
            self.refuse(Refusal(row, self.plan.column_of(str(answer["field"])), reason))
            return
        if second:
            self.two_roles.add(row)
        if self.states.get(row, "unchanged") == "unchanged":
            self.states[row] = "updated" if second and answer["state"] != "unchanged" else str(answer["state"])
        for check in () if second else answer.get("ended", ()):
            reason = f"Row {row}: this clearance ({check}) has ended; it was not recorded."
            self.ended.append(Noted(self.plan.column_of("clearances.valid_until"), reason))
        if answer.get("waits"):
            self.waiting.add(row)
        else:
            self.applications[UUID(str(answer["application"]))] = role

    @property
    def exit_code(self) -> int:
        """0 when all is taken and screened as asked, else 1."""
        unfinished = self.screening and any(self.screening[outcome] for outcome in UNFINISHED)
        return 1 if self.refused or unfinished else 0

    def document(self) -> dict[str, Any]:
        """The whole report as one JSON document."""
        columns = self.plan.columns
        return {
            **self.about,
            "rows": self.rows,
            "counts": self._counts(),
            "columns": {
                "dropped": [asdict(noted) for noted in columns.dropped],
                "ignored": list(columns.ignored),
                "special": [asdict(noted) for noted in columns.special],
            },
            "refused": [asdict(self.refused[row]) for row in sorted(self.refused)],
            "ended_clearances": [asdict(noted) for noted in self.ended],
            "screening": None if self.screening is None else dict(self.screening),
            "seconds": round(self.seconds, 2),
        }

    def print(self, *, as_json: bool) -> None:
        """To standard output."""
        if as_json:
            print_json(self.document())
            return
        columns = self.plan.columns
        show([self._counts()], as_json=False, title=f"{self.rows} rows")
        notes = [{"column": noted.column, "is": "dropped", "because": noted.reason} for noted in columns.dropped]
        notes += [{"column": name, "is": "ignored", "because": "The map does not use it."} for name in columns.ignored]
        notes += [{"column": noted.column, "is": "used", "because": noted.reason} for noted in columns.special]
        show(notes, as_json=False, title="Columns", empty="Every column is used.")
        refusals = [asdict(self.refused[row]) for row in sorted(self.refused)]
        show(refusals[:SHOWN], as_json=False, title="Refused rows", empty="No row was refused.")
        if len(refusals) > SHOWN:
            console.print(f"... and {len(refusals) - SHOWN} more; --json lists every one.", markup=False)
        if self.ended:
            show([asdict(noted) for noted in self.ended[:SHOWN]], as_json=False, title="Clearances that have ended")
        if self.screening is not None:
            show([dict(self.screening)], as_json=False, title="Screening", empty="No case to decide.")
        say(f"Done in {self.seconds:.1f} s.")

    def _counts(self) -> dict[str, int]:
        states = Counter(self.states.values())
        return {
            **{state: states[state] for state in ("created", "updated", "unchanged")},
            "refused": len(self.refused),
            "waiting_to_sign": len(self.waiting),
            "with_two_roles": len(self.two_roles),
        }
