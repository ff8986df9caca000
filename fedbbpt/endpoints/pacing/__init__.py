"""When an attempt may begin: room, pace, pauses, outages, and asking again."""
