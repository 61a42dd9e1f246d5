"""`python -m limpid` is the command `limpid`."""

from limpid.command_line import main

if __name__ == "__main__":
    main()
