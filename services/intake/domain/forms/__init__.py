"""Forms as data: which questions a role asks, in which words, and what is missing in the answers."""
