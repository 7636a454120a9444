"""The rules of screening: pure functions over plain values."""
