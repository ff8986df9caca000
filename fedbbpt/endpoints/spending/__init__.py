"""What calls cost, what may be spent, and the room that is held for what is under way."""
