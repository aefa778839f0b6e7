"""What was told: kept as the decree on one-stop offices asks of guidance (118/2025/NĐ-CP, Điều 16), without identity or words."""
