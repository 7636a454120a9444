"""Speed and memory, each beside its raw limit and its peers in the same run. `make bench`; see README.md."""
