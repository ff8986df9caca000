"""Methods against each other: recipes by seeds on one task, one journal and one sealed test."""
