"""The service that hears of entries and tallies, arms alarms and rings."""
