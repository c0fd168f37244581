"""rows.py - the table of the battery, a file a group."""
import rows_boring, rows_certificates, rows_ends, rows_histories, rows_keys, rows_mutual, rows_offers, rows_remarks, rows_stray

GROUPS = (rows_certificates, rows_mutual, rows_offers, rows_ends, rows_keys, rows_remarks,
          rows_histories, rows_stray, rows_boring)


def all_rows():
    made = []
    for group in GROUPS:
        for row in group.rows():
            row.group = group.__name__[5:]
            made.append(row)
    names = [r.name for r in made]
    assert len(names) == len(set(names)), sorted(n for n in names if names.count(n) > 1)
    return made
