"""What PartPacker asks of its Space: a cut-out first, then the parts."""
