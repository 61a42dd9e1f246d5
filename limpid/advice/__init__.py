"""What to do about what went wrong: checks of the machine, advice on traps."""
