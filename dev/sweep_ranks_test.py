#!/usr/bin/env python3
"""Tests of sweep_ranks.py."""
import unittest

from sweep_ranks import ranks, table


def sweep(*settings):
    return {"results": [{"name": n, "options": {"o": n}, "median": m, "parameters": p} for n, m, p in settings]}


class SweepRanks(unittest.TestCase):
    def test_equal_values_share_a_rank(self):
        self.assertEqual(ranks([3.0, 1.0, 3.0, 2.0]), [3.5, 1.0, 3.5, 2.0])

    def test_mean_rank_over_sweeps(self):
        rows = table([sweep(("a", 1, 5), ("b", 2, 5), ("c", 3, 5)), sweep(("a", 9, 7), ("b", 1, 7), ("c", 2, 7))])
        self.assertEqual([(r[0], r[1]) for r in rows], [(1.5, "b"), (2.0, "a"), (2.5, "c")])
        self.assertEqual(rows[0][3], [5, 7])

    def test_a_setting_takes_part_where_every_sweep_has_it(self):
        rows = table([sweep(("a", 1, 5), ("b", 2, 5)), sweep(("a", None, 5), ("b", 1, 5))])
        self.assertEqual([r[1] for r in rows], ["b"])

    def test_no_more_numbers_than_allowed_in_each_sweep(self):
        rows = table([sweep(("a", 1, 50), ("b", 2, 5)), sweep(("a", 1, 50), ("b", 2, 5))], most=[60, 40])
        self.assertEqual([r[1] for r in rows], ["b"])


if __name__ == "__main__":
    unittest.main()
