"""What listens: each tap is fed every block and says at the end what it heard."""
