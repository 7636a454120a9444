"""The service that writes entries and tells of them."""
