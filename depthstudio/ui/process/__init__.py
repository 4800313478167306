"""The program as the system sees it: signals, file-open events, its log, other windows."""
