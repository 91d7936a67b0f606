"""Two owners' first evening, over HTTP: from registration to a playground they both know.

Needs a running server and nothing else of the project but the drawn dogs. Each step says what came
back and how long it took; the first surprise ends the tour with status 1.
"""
