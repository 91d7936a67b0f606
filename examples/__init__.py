"""A reference client: what an app does to miss nothing and show nothing twice."""
