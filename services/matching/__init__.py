"""Matching: the pool of cleared people, runs that propose pairs, and pairs from their confirmation to their closing."""
