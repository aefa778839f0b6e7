"""Booked visits: free starts, hold then confirm, tickets, cancelling."""
