"""What files say of themselves, read by bounded code of our own before any decoder sees them."""
