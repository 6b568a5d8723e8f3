"""The kit: what every room shares and none owns."""
