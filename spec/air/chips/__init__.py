"""Work tables that more than one machine has: functions from a layout to chips and the buses between them."""
