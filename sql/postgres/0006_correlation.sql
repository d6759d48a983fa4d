-- What a correlation counts of a hit, as a JSON array: values, or the numbers of its rules.
ALTER TABLE hit ADD COLUMN keys text NOT NULL DEFAULT '[]';
