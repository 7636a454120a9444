"""Tokens and grants: what a token must be, and what a grant covers."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey

from shared.access import EVERYWHERE, Caller, Grant, Keys, mint, new_key
from shared.problems import Forbidden, Unauthorised

HOUR = timedelta(hours=1)
slugs = st.from_regex(r"[a-z0-9]{1,6}", fullmatch=True)
paths = st.lists(slugs, min_size=1, max_size=4).map(".".join)


@pytest.fixture
def key() -> tuple[dict[str, Any], dict[str, Any]]:
    """A development key."""
    return new_key()


@pytest.fixture
def keys(key: tuple[dict[str, Any], dict[str, Any]], tmp_path: Path) -> Keys:
    """The public side, as a service reads it."""
    path = tmp_path / "keys.json"
    path.write_text(json.dumps(key[1]))
    return Keys.from_file(path)


def test_a_token_carries_its_subject_and_grants(keys: Keys, key: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """What is minted is what the service sees."""
    caller = keys.caller(mint(key[0], "somebody", [Grant("screener", "net.af")], HOUR))
    assert caller == Caller("somebody", (Grant("screener", "net.af"),))
    assert caller.person is None


def _claims(**changes: Any) -> dict[str, Any]:
    return {"sub": "x", "aud": "rapport", "iat": 1, "exp": 9_999_999_999, "grants": [], **changes}


def _signed(key: dict[str, Any], **changes: Any) -> str:
    from joserfc.jwk import OKPKey

    header = {"alg": "Ed25519", "kid": key["kid"]}
    claims = {name: value for name, value in _claims(**changes).items() if value is not None}
    return jwt.encode(header, claims, OKPKey.import_key(key), algorithms=["Ed25519"])


def _shared_secret(key: dict[str, Any]) -> str:
    return jwt.encode({"alg": "HS256", "kid": key["kid"]}, _claims(), OctKey.import_key("secret" * 8))


BAD: dict[str, Callable[[dict[str, Any]], str]] = {
    "nothing like a token": lambda key: "garbage",
    "three dots": lambda key: "a.b.c",
    "no algorithm": lambda key: "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.",
    "a shared secret": _shared_secret,
    "another's key": lambda key: mint(new_key()[0], "x", [], HOUR),
    "expired": lambda key: mint(key, "x", [], timedelta(minutes=-5)),
    "no expiry": lambda key: _signed(key, exp=None),
    "another audience": lambda key: _signed(key, aud="elsewhere"),
    "no subject": lambda key: _signed(key, sub=None),
    "an unknown role": lambda key: _signed(key, grants=[{"role": "king", "site": "net"}]),
    "a grant at no place": lambda key: _signed(key, grants=[{"role": "screener", "site": "NET/"}]),
    "grants of another shape": lambda key: _signed(key, grants="all"),
}


@pytest.mark.parametrize("make", BAD.values(), ids=BAD.keys())
def test_a_bad_token_is_refused(
    make: Callable[[dict[str, Any]], str], keys: Keys, key: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    """No token but our own, whole and in time, opens anything."""
    with pytest.raises(Unauthorised):
        keys.caller(make(key[0]))


@given(paths, slugs)
def test_a_grant_covers_its_subtree_and_nothing_beside_it(path: str, slug: str) -> None:
    """`net.af` covers itself and `net.af.kabul`, not `net.afx` and not `net`."""
    grant = Grant("coordinator", path)
    assert grant.covers(path)
    assert grant.covers(f"{path}.{slug}")
    assert not grant.covers(f"{path}{slug}")
    assert not grant.covers(path.rpartition(".")[0])
    assert Grant("service", EVERYWHERE).covers(path)


def test_a_refusal_names_what_is_needed() -> None:
    """Whoever is refused reads which role is needed where."""
    with pytest.raises(Forbidden, match=r"screener at net\.af"):
        Caller("x", (Grant("coordinator", "net.af"),)).require("screener", site="net.af")


def test_private_keys_and_too_many_keys_are_refused(tmp_path: Path) -> None:
    """A service gets public keys alone, and two at most."""
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"keys": [new_key()[0]]}))
    with pytest.raises(ValueError, match="private key"):
        Keys.from_file(path)
    path.write_text(json.dumps({"keys": [key for _ in range(3) for key in new_key()[1]["keys"]]}))
    with pytest.raises(ValueError, match="3 keys"):
        Keys.from_file(path)
