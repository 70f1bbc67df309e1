"""What the formats of a timeline share; none of it prints."""
