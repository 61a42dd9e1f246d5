"""Results of an audit as facts, text and a page; chips as text for other tools."""
