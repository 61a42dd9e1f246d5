"""The zerocheck: H of every table in lanes of rows, first on base cells, then on columns of the extension."""
