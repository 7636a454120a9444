"""What intake hears: who works for a place, and no longer."""

from tests.service import staff

STORY = staff.STORY
