"""The post: papers fetched, results brought home."""
