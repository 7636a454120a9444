"""How Rapport is run: locally, in containers, and the `rapport` command."""
