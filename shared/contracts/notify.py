"""What notify tells the others: nothing yet; it only listens and writes to people."""
