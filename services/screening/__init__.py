"""Screening: who may act in which role, decided by the risk of the role and a person, never more than warranted."""
