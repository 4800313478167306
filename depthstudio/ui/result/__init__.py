"""The Result dock: what is shown, and which of its parts."""
