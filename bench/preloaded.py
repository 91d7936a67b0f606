"""Granian whose processes part after the product was loaded, so that they share what they only read.

python -m bench.preloaded <granian's own arguments>
"""

import gc

from django.urls import resolve
from granian.cli import entrypoint

# Garbage would leave holes, into which the processes write afterwards, each for itself.
gc.disable()
from pupmatch.wsgi import application  # noqa: E402, F401 (it is what is loaded)

resolve("/health/live")
gc.collect()
# What is there by now stays: collections need not look at it, and so write into its pages.
gc.freeze()
gc.enable()
entrypoint()
