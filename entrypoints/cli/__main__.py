"""`python -m entrypoints.cli`, which is how the supervisor starts its parts."""

from entrypoints.cli.app import main

main()
