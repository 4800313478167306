"""The look: colours, fonts, icons and how controls are painted."""
