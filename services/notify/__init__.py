"""Notify: the mails that tell people there is something for them, each at most once, and never what it says."""
