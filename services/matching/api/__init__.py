"""The HTTP door of matching: one module per noun."""
