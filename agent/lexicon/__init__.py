"""What words may mean: names, classes, values, fields, periods and numbers, in both languages."""
