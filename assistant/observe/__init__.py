"""What a turn did and where its time went."""
