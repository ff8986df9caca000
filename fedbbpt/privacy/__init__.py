"""What may leave an owner beside figures: texts, once nothing of its examples is seen in them."""
