"""How fast the parts are that everybody waits for; `make bench` measures them side by side with a yardstick."""
