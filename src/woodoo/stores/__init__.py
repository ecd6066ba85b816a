"""Shop platforms: the protocol every store speaks to the flows, and one folder per platform."""
