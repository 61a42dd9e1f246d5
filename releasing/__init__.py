"""Releases: the licences of what is installed, and the files that a release consists of, with their checksums.

licences.py     docs/licences.md from the lock file and what its packages say of themselves
crates.py       docs/crates.md and a bill of materials from the lock file of the Ethereum guest
wheel.py        the wheel, the same bytes wherever and whenever it is built
artefacts.py    wheel, guests, keys, ids and bill of materials in one folder, with SHA256SUMS
"""
