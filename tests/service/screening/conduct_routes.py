"""Every route of conduct cases and what belongs to them, each with something to send."""

import re
from typing import Any

from tests.service.screening.conduct_scenes import CLAUSE, MENTEE, MENTOR
from tests.service.screening.story import SITE

NOBODY = "01985b3e-7a10-7000-8000-0000000000ff"
ABOUT_ONE: dict[tuple[str, str], dict[str, Any] | None] = {
    ("GET", "/conduct-cases/{case}"): None,
    ("PATCH", "/conduct-cases/{case}"): CLAUSE,
    ("POST", "/conduct-cases/{case}/handler"): None,
    ("GET", "/conduct-cases/{case}/entries"): None,
    ("POST", "/conduct-cases/{case}/entries"): {"kind": "note", "text": "seen"},
    ("POST", "/conduct-cases/{case}/replies"): {"person": str(MENTOR), "said": "No."},
    ("POST", "/conduct-cases/{case}/measures"): {"person": str(MENTOR), "measure": "coach", **CLAUSE},
    ("POST", "/conduct-cases/{case}/measures/{measure}/end"): None,
    ("POST", "/conduct-cases/{case}/reports/{report}/answers"): {"answer": "not-due", "reason": "It was no abuse."},
    ("POST", "/conduct-cases/{case}/closing"): {"outcome": "settled"},
    ("PUT", "/conduct-cases/{case}/register-entries/{person}"): {"full_name": "A B", "birth_date": "1980-01-01"},
    ("DELETE", "/conduct-cases/{case}/register-entries/{person}"): None,
}
"""The routes about one conduct case, with what to send."""
OTHERS: dict[tuple[str, str], dict[str, Any] | None] = {
    ("GET", "/conduct-cases"): None,
    ("POST", "/conduct-cases"): {"site": SITE, "weight": "talk", "known": "seen"},
    ("GET", f"/incidents?site={SITE}"): None,
    ("GET", f"/incidents/summary?site={SITE}"): None,
    ("POST", "/ties"): {"person": str(MENTOR), "other": str(MENTEE), "kind": "relative", "site": SITE},
    ("GET", f"/ties?person={MENTOR}"): None,
    ("DELETE", f"/ties/{NOBODY}/{NOBODY}"): None,
    ("POST", "/duties"): {
        "site": SITE, "person": NOBODY, "starts": "2026-11-02T08:00:00Z", "ends": "2026-11-03T08:00:00Z",
    },
    ("GET", f"/duties?site={SITE}&starts=2026-11-02T08:00:00Z&ends=2026-11-03T08:00:00Z"): None,
    ("DELETE", f"/duties/{NOBODY}"): None,
    ("GET", "/pages"): None,
    ("POST", f"/pages/{NOBODY}/acknowledgement"): None,
    ("PUT", f"/register-lookups/{NOBODY}"): {
        "clearance": NOBODY, "full_name": "A B", "birth_date": "1980-01-01",
    },
}  # fmt: skip
"""The other routes."""

_NAMES = {"/ties/": "{person}/{other}", "/duties/": "{duty}", "/pages/": "{page}", "/register-lookups/": "{lookup}"}


def _template(path: str) -> str:
    """A path as the service names it."""
    path = path.partition("?")[0]
    for begin, names in _NAMES.items():
        path = re.sub(rf"^{begin}{NOBODY}(/{NOBODY})?", begin + names, path)
    return path


CONDUCT_ROUTES = {(method, _template(path)) for method, path in (*ABOUT_ONE, *OTHERS)}
"""All of them as (method, path template)."""
