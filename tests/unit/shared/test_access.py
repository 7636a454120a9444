"""Tokens and grants: what a token must be, and what a grant covers."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, OKPKey
from sqlalchemy import column
from sqlalchemy.dialects import postgresql

from shared.access import EVERYWHERE, Caller, Grant, Keys, mint, new_key, within
from shared.ids import new_id
from shared.problems import Forbidden, Unauthorised

HOUR = timedelta(hours=1)
LIVE = Keys(KeySet.import_key_set(cast("Any", new_key()[1])))
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


def test_two_spellings_of_one_person_are_one(keys: Keys, key: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """Trap 17: by another spelling of their own id nobody becomes a second person, or somebody else's interviewer."""
    person = new_id()
    for spelling in (str(person).upper(), person.hex, f"{{{person}}}", person.urn):
        assert keys.caller(mint(key[0], spelling, [], HOUR)) == Caller(str(person), ())


def _claims(**changes: Any) -> dict[str, Any]:
    return {"sub": "x", "aud": "rapport", "iat": 1, "exp": 9_999_999_999, "grants": [], **changes}


def _signed(key: dict[str, Any], *, header: dict[str, Any] | None = None, **changes: Any) -> str:
    header = header or {"alg": "Ed25519", "kid": key["kid"]}
    claims = {name: value for name, value in _claims(**changes).items() if value is not None}
    return jwt.encode(header, claims, OKPKey.import_key(key), algorithms=["Ed25519"])


def _shared_secret(key: dict[str, Any]) -> str:
    return jwt.encode({"alg": "HS256", "kid": key["kid"]}, _claims(), OctKey.import_key("secret" * 8))


BAD: dict[str, Callable[[dict[str, Any]], str]] = {
    "nothing like a token": lambda key: "garbage",
    "three dots": lambda key: "a.b.c",
    "no algorithm": lambda key: "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.",
    "a shared secret": _shared_secret,
    "no key named": lambda key: _signed(key, header={"alg": "Ed25519"}),
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


SENTENCES = {
    "expired": "new token",
    "a shared secret": "Ed25519",
    "no algorithm": "Ed25519",
    "no key named": "kid",
    "another's key": "kid",
    "another audience": "aud",
    "no expiry": "exp",
    "grants of another shape": "grants",
}


@pytest.mark.parametrize("name", SENTENCES)
def test_a_refusal_says_what_is_wrong_with_the_token(
    name: str, keys: Keys, key: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    """Each fault has its own sentence, so that whoever made the token knows what to mend."""
    with pytest.raises(Unauthorised, match=rf"^[A-Z].*{SENTENCES[name]}.*\.$"):
        keys.caller(BAD[name](key[0]))


def test_a_changed_token_is_refused(keys: Keys, key: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """Grants that the key did not sign are none."""
    mine = mint(key[0], "x", [], HOUR).split(".")
    theirs = mint(key[0], "x", [Grant("administrator", "net")], HOUR).split(".")
    with pytest.raises(Unauthorised, match=r"signature"):
        keys.caller(".".join((mine[0], theirs[1], mine[2])))


@pytest.mark.parametrize(("seconds", "accepted"), [(-20, True), (-60, False)])
def test_clocks_may_differ_by_thirty_seconds(
    seconds: int, accepted: bool, keys: Keys, key: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    """A token is not refused because two machines disagree a little."""
    token = mint(key[0], "x", [], timedelta(seconds=seconds))
    if accepted:
        assert keys.caller(token).subject == "x"
    else:
        with pytest.raises(Unauthorised):
            keys.caller(token)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
headers = st.fixed_dictionaries({}, optional=dict.fromkeys(("alg", "kid", "crit", "b64", "typ"), json_values))


@given(headers | json_values)
def test_no_header_breaks_the_door(header: Any) -> None:
    """Whatever stands in front of a signature, the answer is a refusal."""
    encoded = base64.urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")
    with pytest.raises(Unauthorised):
        LIVE.caller(f"{encoded}.e30.AAAA")


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


PUBLIC = new_key()[1]["keys"][0]
NO_KEYS: dict[str, Any] = {
    "a list": [],
    "no keys": {"keys": None},
    "an object of keys": {"keys": {"a": 1}},
    "a number": {"keys": [5]},
    "an empty key": {"keys": [{}]},
    "a shared secret": {"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "a"}]},
    "a broken key": {"keys": [PUBLIC | {"x": "!"}]},
    "a key without a kid": {"keys": [{name: value for name, value in PUBLIC.items() if name != "kid"}]},
    "the same kid twice": {"keys": [PUBLIC, PUBLIC]},
}


@pytest.mark.parametrize("document", NO_KEYS.values(), ids=NO_KEYS.keys())
def test_a_keys_file_that_opens_nothing_is_refused_at_start(document: Any, tmp_path: Path) -> None:
    """What is wrong is said at the start, not found out by the first caller; the setting's name is told beside it."""
    path = tmp_path / "keys.json"
    path.write_text(json.dumps(document))
    with pytest.raises(ValueError, match="The keys file"):
        Keys.from_file(path)


def test_two_keys_are_live_while_rotating(tmp_path: Path) -> None:
    """Tokens of the old and of the new key are both good, each by its own key."""
    (old, old_public), (new, new_public) = new_key(), new_key()
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"keys": old_public["keys"] + new_public["keys"]}))
    keys = Keys.from_file(path)
    assert [keys.caller(mint(key, "x", [], HOUR)).subject for key in (old, new)] == ["x", "x"]
    with pytest.raises(Unauthorised, match="signature"):
        keys.caller(mint(old | {"kid": new["kid"]}, "x", [], HOUR))


def test_a_person_needs_no_grant_for_themselves() -> None:
    """Relationship opens what is one's own; everybody else needs the role."""
    me, other = new_id(), new_id()
    caller = Caller(str(me), ())
    caller.require_self_or(me, "coordinator", site="net")
    with pytest.raises(Forbidden, match="coordinator at net"):
        caller.require_self_or(other, "coordinator", site="net")


def test_a_list_shows_the_places_of_its_roles_alone() -> None:
    """The SQL filter of a list holds each place and what is below it, and nothing where nothing is granted."""
    caller = Caller("x", (Grant("screener", "net.af"), Grant("coordinator", "net.uk")))
    assert caller.sites("screener") == ("net.af",)
    dialect = cast("Any", postgresql.dialect)()
    sql = str(
        within(column("site"), caller.sites("screener")).compile(
            dialect=dialect, compile_kwargs={"literal_binds": True}
        )
    )
    assert "site = 'net.af'" in sql
    assert "LIKE 'net.af.'" in sql
    assert "ESCAPE" in sql
    assert str(within(column("site"), caller.sites("moderator"))) == "false"
