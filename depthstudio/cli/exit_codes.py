"""What the program's exit status says to a script."""

OK = 0
NOT_ALL_DONE = 1  # a job failed, was cancelled or is held; a check found something
USAGE = 2
HOME_BUSY = 3
INTERRUPTED = 130
