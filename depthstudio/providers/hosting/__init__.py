"""Places that give a file of this computer an address on the web. One file each."""
