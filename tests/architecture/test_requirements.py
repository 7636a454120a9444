"""Which of the mission's numbered requirements a test proves: those that name it. The others are listed here."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
ALL = range(1, 83)

WITHOUT_A_TEST = {
    3, 8, 12, 13, 14, 15, 16, 18, 22, 23, 24, 58, 60, 61, 62, 63, 64, 65, 67, 73, 76,
}  # fmt: skip


def test_every_requirement_is_named_by_a_test_or_listed() -> None:
    """What is listed is not promised yet; whoever proves it takes it off the list."""
    texts = [
        path.read_text(encoding="utf-8")
        for pattern in ("*.py", "*.yaml", "*.csv")
        for path in TESTS.rglob(pattern)
        if path != Path(__file__)
    ]
    named = {int(number) for text in texts for number in re.findall(r"\bR(\d{1,2})\b", text)}
    assert set(ALL) - named == WITHOUT_A_TEST
