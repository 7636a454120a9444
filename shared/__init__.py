"""What all five services need and what knows none of them."""
