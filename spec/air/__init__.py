"""The arithmetization: how machines are declared, by expressions, buses and chips."""
