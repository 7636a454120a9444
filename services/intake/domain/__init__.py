"""The rules of intake, as pure functions: the tree of places, texts, the free week, applications, rosters."""
