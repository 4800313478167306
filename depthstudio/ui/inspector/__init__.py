"""The inspector dock: provider, parameters, Run."""
