"""The `rapport` command, one module per group of commands."""
