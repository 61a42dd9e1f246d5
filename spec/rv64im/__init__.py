"""The machine for RV64IM: its buses, chips, fixed tables and limits."""
