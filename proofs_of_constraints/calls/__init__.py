"""Calls and the work that they order: the row of a call, the tables that do its work, and the buses between them.

`call_row` and `call_completeness` prove the row of any call against `spec.isa.calls`; `work_tables` and `completion`
what holds of any work table of bits; `orders` that each call gets the answer to what it orders. `sha256_standard`,
`sha256_call` and `sha256_tables`, on the words of `sha256_words`, say what the work of one call means, and prove it.
"""
