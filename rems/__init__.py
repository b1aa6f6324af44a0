"""Risk-management compliance and adverse-event reporting for CAR-T and other cell and gene therapies."""
