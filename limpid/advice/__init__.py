"""What to do about what went wrong: a machine that lacks something, a trap, a build, a file, too little memory."""
