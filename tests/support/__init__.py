"""What tests share; nothing is imported from a conftest."""
