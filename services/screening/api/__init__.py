"""The HTTP door: one module per noun, routes and nothing else."""
