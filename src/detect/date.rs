//! Days of the calendar.

/// Days from 1970-01-01 to a date that begins with `YYYY-MM-DD` (Hinnant, "chrono-compatible low-level date algorithms").
pub(super) fn day_of(date: &str) -> Option<i64> {
    let number = |range: std::ops::Range<usize>| date.get(range).and_then(|digits| digits.parse::<i64>().ok());
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Years begin in March, so that the leap day is their last.
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_1970() {
        assert_eq!(
            (day_of("1970-01-01"), day_of("2000-03-01T00%3A00Z"), day_of("2000-13-01")),
            (Some(0), Some(11_017), None)
        );
    }
}
