"""What the CSVs of an agency's back office may say: columns, cells, rows, and how a row meets what is stored."""
