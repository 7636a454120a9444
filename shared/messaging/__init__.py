"""The way to and from the broker."""
