"""The commands of `limpid`, one file each."""
