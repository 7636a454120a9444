"""Intake: places, programmes, roles and offerings; people, their profiles, signatures and applications."""
