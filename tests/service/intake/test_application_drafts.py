"""Drafts: a form is answered piece by piece, checked, and sent once it is whole and the pack was read (R26, R68)."""

from tests.service.intake.forms import sent, signed, started
from tests.service.intake.scenes import Start, good, participant, types


async def test_a_draft_becomes_an_application(running: Start) -> None:
    """Form, draft, answers, pack, submission, signature; screening hears of it, and the profile has its home."""
    it, me = await started(running)
    http = participant(it, me)
    application = await sent(http)
    assert (application["state"], application["submitted_at"]) == ("to-sign", None)
    assert application["to_sign"]["document"] == "conduct"
    await signed(it, me)
    shown = good(await http.get(f"/applications/{application['application']}"))
    assert shown["state"] == "submitted"
    assert await types(it) == ["profile.changed", "application.submitted"]
    profile = good(await http.get(f"/people/{me}/profile"))
    assert (profile["languages"], profile["weekly_hours"]) == (["fa-AF", "en"], 1.5)
    assert good(await http.get(f"/people/{me}/particulars"))["born_on"] == "1990-05-01"
