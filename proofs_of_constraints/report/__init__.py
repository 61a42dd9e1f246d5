"""Results of an audit as facts, text and a page."""
