"""The sample network and its story: played on a real platform, and compared with what its script alone foretells."""
