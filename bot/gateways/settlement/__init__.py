"""Exports of the settlement system, XLSX or CSV, read into dossiers row by row."""
