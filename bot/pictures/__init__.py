"""What a citizen's photo says: the code on a receipt slip, or nothing. A picture is looked at and thrown away."""
