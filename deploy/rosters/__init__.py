"""Importing a roster: a CSV file that somebody else's system made, read, mapped, sent and reported row by row."""
