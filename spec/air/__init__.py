"""The arithmetization: expressions, buses, chips and the machine that they make up."""
