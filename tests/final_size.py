"""What a final proof may take, with the statement and keys that stand beside it in its file."""

FINAL_BYTES = 307_200
