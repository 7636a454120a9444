"""The peers, each tuned as its documentation advises."""
