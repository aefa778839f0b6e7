"""Procedures as published: what to bring, what it costs, how long it takes, who handles it; dated and sourced."""
