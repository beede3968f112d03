"""`python -m hauberk.graph` is `hauberk`."""

from hauberk.graph.cli import main

main()
