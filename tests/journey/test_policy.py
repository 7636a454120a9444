"""`rapport policy` against a running platform."""

from tests.journey.test_import import SAMPLE
from tests.support.command import platform_up, rapport


async def test_a_policy_is_shown_set_and_compared() -> None:
    """A dry run changes nothing; a loosening ends with 2, the rule and the place that set it (R37, trap 9)."""
    async with platform_up() as env:
        assert (await rapport("network", "apply", str(SAMPLE / "network.toml"), env=env)).code == 0
        dry = await rapport("policy", "set", "net", "references", "2", "--dry-run", "--json", env=env)
        assert {(each["holder"], each["after"]) for each in dry.json["differences"]} >= {("place/net.uk", 2)}
        assert (await rapport("policy", "diff", "net.uk", "--json", env=env)).json == []
        assert (await rapport("policy", "set", "net", "references", "2", env=env)).code == 0
        steps = "identity,interview"
        assert (await rapport("policy", "set", "net.uk", "steps_mentor", steps, "--json", env=env)).json["changed"]
        shown = (await rapport("policy", "show", "net.uk", "--json", env=env)).json["in_force"]
        assert (shown["references"]["value"], shown["references"]["set_by"]) == (2, ["place/net"])
        compared = (await rapport("policy", "diff", "net.uk", "net", "--json", env=env)).json
        assert compared == [{"key": "steps_mentor", "first": ["identity", "interview"], "second": []}]
        refused = await rapport("policy", "set", "net.uk", "references", "1", env=env)
        assert refused.code == 2
        assert "references cannot be 1: place/net set 2" in refused.err
        unknown = await rapport("policy", "set", "net.uk", "refs", "1", env=env)
        assert (unknown.code, "references" in unknown.err) == (2, True)
        taken = await rapport("policy", "set", "net", "references", "inherit", "--json", env=env)
        assert taken.json["own"] == {}
