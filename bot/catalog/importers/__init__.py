"""From what an office can get (the national portal's records, a province's list, our own files) to drafts of catalogue files."""
