#!/usr/bin/env python3
"""Writes time_steps.tsv: what pandas goes on with, for continue_times.test.cc.

A line each: pandas' name of a frequency, how many labels are known, and all labels, six more than those.
usage: make_time_steps.py >time_steps.tsv     (pandas 3.0)
"""

import pandas
from pandas.tseries import offsets

AHEAD = 6
NAMES = """D B MS ME BMS BME QS QE BQE YS YE BYE SMS SME 2D 10D 2W 4W 2MS 2ME 6MS 3ME 5YS 13W W-MON W-SAT QS-FEB QE-JAN
    h 3h 5h 15min 90s""".split() + [f"WOM-{n}{day}" for n in range(1, 5) for day in ("MON", "WED", "FRI", "SUN")]
OTHERS = {
    "last Friday": offsets.LastWeekOfMonth(weekday=4),
    "last Sunday": offsets.LastWeekOfMonth(weekday=6),
    "Monday Wednesday Friday": offsets.CustomBusinessDay(weekmask="Mon Wed Fri"),
    "Tuesday Thursday": offsets.CustomBusinessDay(weekmask="Tue Thu"),
    "not Sunday": offsets.CustomBusinessDay(weekmask="Mon Tue Wed Thu Fri Sat"),
    "Sunday to Thursday": offsets.CustomBusinessDay(weekmask="Sun Mon Tue Wed Thu"),
    "10th and last": offsets.SemiMonthEnd(day_of_month=10),
    "1st and 20th": offsets.SemiMonthBegin(day_of_month=20),
}


def main():
    for name, frequency in ({name: name for name in NAMES} | OTHERS).items():
        for known, start in ((24, "2019-01-01"), (60, "2021-08-17")):
            moments = pandas.date_range(start, periods=known + AHEAD, freq=frequency)
            form = "%Y-%m-%d" if (moments == moments.normalize()).all() else "%Y-%m-%dT%H:%M:%S"
            print(name, known, *moments.strftime(form), sep="\t")


if __name__ == "__main__":
    main()
