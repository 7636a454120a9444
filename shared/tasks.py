"""What a task needs to know of itself."""

import asyncio


def is_ending() -> bool:
    """Whether this task was told to end. A CancelledError while it was not is the failure of what it waited for:
    aiormq ends its own tasks when a connection is lost."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
