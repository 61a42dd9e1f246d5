"""Pictures drawn from the declarations, as deterministic SVG text."""
