"""Reports, sweeps and plots for people and programs."""
