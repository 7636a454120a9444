"""What the two services of the experiments tell each other. No other test imports this: it would join the registry."""
