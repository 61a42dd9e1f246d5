"""Memory for large arrays, used again, and the prediction of how much a proof takes."""
