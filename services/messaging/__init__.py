"""Messaging: the conversation of each pair, who owes whom an answer, and who is away."""
