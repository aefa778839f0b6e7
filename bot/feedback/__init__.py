"""Ratings, complaints and call-backs: what a citizen says to the office, kept until a person has dealt with it."""
