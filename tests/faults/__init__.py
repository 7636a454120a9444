"""The delivery core under faults: two small services as real processes, experiments on them, and their accounting."""
