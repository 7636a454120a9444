"""`rapport policy`: what a place, programme or offering sets, what is in force, and what a change would change."""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx2
from cyclopts import App

from deploy.cli.common import Json, Typed, checked, client, nearest, print_json, say, show
from deploy.cli.words import site_path

UNSET = "inherit"
"""The value that takes an own value away, so that what stands above holds."""
WORDS = {"yes": True, "no": False, "true": True, "false": False}


def register(app: App) -> None:
    """Add this group's commands."""
    group = App(name="policy", help="Policies: those below may tighten what they inherit, never loosen it.")
    group.command(show_policy, name="show")
    group.command(set_value, name="set")
    group.command(diff)
    app.command(group)


def show_policy(site: str, *, json: Json = False) -> None:
    """Show what is in force at SITE and who set it.

    Parameters
    ----------
    site: a place (`net.af.kabul`), an offering (`first-steps@net.af.kabul`) or `programme/first-steps`.
    """
    found, _ = asyncio.run(_read(site))
    if json:
        print_json(found)
        return
    rows = [
        {"key": key, "value": _said(each["value"]), "set by": ", ".join(each["set_by"]), "rule": each["rule"]}
        for key, each in found["in_force"].items()
    ]
    show(rows, as_json=False, title=f"In force at {found['holder']}")


def set_value(site: str, key: str, value: str, *, dry_run: bool = False, json: Json = False) -> None:
    """Set one value of SITE's own policy and show what changes there and below.

    Parameters
    ----------
    site: a place, an offering or `programme/NAME`.
    key: which value; `rapport policy show` lists them.
    value: a number, yes or no, a list like `identity,interview` (`none` for an empty one), or `inherit` to set nothing.
    dry_run: show what would change, and change nothing.
    """
    answer = asyncio.run(_set(site, key, value, dry_run))
    if json:
        print_json(answer)
        return
    rows = [
        {"where": each["holder"], "key": each["key"], "before": _said(each["before"]), "after": _said(each["after"])}
        for each in answer["differences"]
    ]
    show(rows, as_json=False, title="Changes", empty="Nothing changes that is in force.")
    say("Dry run: nothing was changed." if dry_run else f"{answer['holder']} {_done(answer)}.")


def diff(site: str, other: str | None = None, *, json: Json = False) -> None:
    """Show where the policies in force at SITE and OTHER differ.

    Parameters
    ----------
    site: a place, an offering or `programme/NAME`.
    other: another one; the platform's loosest values where none is named.
    """
    first, second = asyncio.run(_both(site, other))
    rows = [
        {"key": key, site: _said(each), other or "platform": _said(second[key])}
        for key, each in first.items()
        if each != second[key]
    ]
    if json:
        print_json([{"key": row["key"], "first": first[row["key"]], "second": second[row["key"]]} for row in rows])
    else:
        show(rows, as_json=False, empty="No difference.")


def _done(answer: Mapping[str, Any]) -> str:
    return "is changed" if answer["changed"] else "stands so already"


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) or "none" if isinstance(value, list) else str(value)


def _path(holder: str) -> tuple[str, str]:
    """A holder's route, and the place to ask a token for. Raises Typed for what cannot be a place."""
    if holder.startswith("programme/"):
        return f"/programmes/{quote(holder.partition('/')[2], safe='')}/policy", "*"
    kind, site = ("offerings" if "@" in holder else "places"), site_path(holder.rpartition("@")[2])
    return f"/{kind}/{quote(holder, safe='@.')}/policy", site


async def _read(holder: str) -> tuple[dict[str, Any], str]:
    path, site = _path(holder)
    async with client("intake", _root(site), "administrator") as http:
        return await _get(http, path)


def _root(site: str) -> str:
    return site.partition(".")[0]


async def _get(http: httpx2.AsyncClient, path: str) -> tuple[dict[str, Any], str]:
    response = await http.get(path)
    found: dict[str, Any] = checked(response)
    return found, response.headers["etag"]


async def _set(holder: str, key: str, text: str, dry_run: bool) -> dict[str, Any]:
    path, site = _path(holder)
    async with client("intake", _root(site), "administrator") as http:
        found, version = await _get(http, path)
        if key not in found["in_force"]:
            raise Typed(f"{key!r} is no key of a policy; nearest are {nearest(key, found['in_force'])}.")
        own = {**found["own"], key: read_value(text, found["in_force"][key]["value"])}
        own = {name: value for name, value in own.items() if value is not None}
        options = {"dry_run": str(dry_run).lower()}
        answer = await http.put(path, json=own, params=options, headers={"If-Match": version})
        changed: dict[str, Any] = checked(answer)
        return changed


def read_value(text: str, like: Any) -> Any:
    """A typed value as JSON, of the kind that the key has; None for `inherit`. Raises Typed."""
    if text == UNSET:
        return None
    if isinstance(like, list):
        return [] if text == "none" else [part.strip() for part in text.split(",")]
    if isinstance(like, bool):
        if text not in WORDS:
            raise Typed(f"{text!r} is neither yes nor no.")
        return WORDS[text]
    try:
        return float(text) if isinstance(like, float) else int(text)
    except ValueError:
        raise Typed(f"{text!r} is no number.") from None


async def _both(site: str, other: str | None) -> tuple[dict[str, Any], dict[str, Any]]:
    first, _ = await _read(site)
    values = {key: each["value"] for key, each in first["in_force"].items()}
    if other is None:
        return values, {key: each["loosest"] for key, each in first["in_force"].items()}
    second, _ = await _read(other)
    return values, {key: each["value"] for key, each in second["in_force"].items()}
