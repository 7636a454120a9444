"""How often a process that serves looks for garbage."""

import gc

AFTER_OBJECTS = 20_000


def collect_rarely() -> None:
    """Never look again at what start made, and look for cycles once in AFTER_OBJECTS new objects.

    By Python's defaults, for processes that end soon, a quarter of the time that an event takes went into collecting.
    """
    gc.freeze()
    gc.set_threshold(AFTER_OBJECTS)
