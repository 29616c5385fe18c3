//! Faults by chance.

use std::time::Duration;

use world::Random;

use super::faults::{Fate, Faults, Happening, Place};

/// Seconds.
const HOUR: usize = 3600;
const DAY: usize = 24 * HOUR;
const YEAR: usize = 365 * DAY;
/// Response codes that say that a server did not answer; NXDOMAIN would be a forged answer.
const ERRORS: [u8; 6] = [1, 2, 4, 5, 9, 11];

/// Loses, delays, doubles, truncates, cuts, resets and refuses, and lets clocks leap, as a seed has it.
pub(crate) struct Storm {
    random: Random,
    /// One event in so many meets a fault.
    calm: usize,
    /// One wait in so many is a leap; none where this is 0.
    steady: usize,
    /// The wall clock is set anew at one wait in so many; never where this is 0.
    punctual: usize,
    is_begun: bool,
    /// How wrong the wall clock is, in seconds.
    skew: i64,
    alters: bool,
}

impl Storm {
    /// `alters`: replies of name servers too, which is for those who find it out.
    pub(crate) fn new(seed: u64, alters: bool) -> Self {
        let mut random = Random::new(seed);
        Self {
            calm: *random.pick(&[4, 8, 16, 32, 64, 256]),
            steady: *random.pick(&[0, 0, 8, 64]),
            punctual: *random.pick(&[0, 0, 16, 128]),
            is_begun: false,
            skew: 0,
            alters: alters && random.one_in(2),
            random,
        }
    }

    /// From a moment to well beyond all patience; half of them within a second.
    fn delay(&mut self) -> Duration {
        let most = *self.random.pick(&[5, 50, 1_000, 2_000, 10_000, 60_000]);
        Duration::from_millis(1 + self.random.below(most) as u64)
    }

    fn place(&mut self) -> Place {
        if self.random.one_in(2) {
            Place::After(self.random.below(64))
        } else {
            Place::Before(1 + self.random.below(40))
        }
    }

    /// How wrong a clock is, in seconds: not at all, by up to two minutes, a day, three days or years, or so that signatures
    /// begin or end to hold within half an hour.
    fn skew(&mut self) -> i64 {
        let most = *self.random.pick(&[1, 1, 1, 120, DAY, 3 * DAY, 30 * YEAR, HOUR / 2]);
        let skew = self.random.below(2 * most - 1) as i64 - (most - 1) as i64;
        let edge = if most == HOUR / 2 { *self.random.pick(&[-1, 1]) } else { 0 };
        skew + edge * DAY as i64
    }
}

impl Faults for Storm {
    fn fate(&mut self, happening: Happening) -> Fate {
        if !self.random.one_in(self.calm) {
            return Fate::AsItIs;
        }
        if self.alters && happening.is_of_name_server() && self.random.one_in(3) {
            return Fate::Altered(self.random.number() % (1 << 32));
        }
        match *self.random.pick(happening.failures()) {
            Fate::Late(_) => Fate::Late(self.delay()),
            Fate::Twice(_) => Fate::Twice(self.delay()),
            Fate::Cut(_) => Fate::Cut(self.place()),
            Fate::Pieces(..) => Fate::Pieces(self.place(), self.delay()),
            Fate::Error(_) => Fate::Error(*self.random.pick(&ERRORS)),
            fate => fate,
        }
    }

    fn leap(&mut self) -> Duration {
        if self.steady == 0 || !self.random.one_in(self.steady) {
            return Duration::ZERO;
        }
        // Now and then the machine slept.
        let times = if self.random.one_in(8) { 3600 } else { 1 };
        self.delay() * times
    }

    fn clock(&mut self) -> Option<i64> {
        let is_set = !std::mem::replace(&mut self.is_begun, true)
            || self.punctual != 0 && self.random.one_in(self.punctual);
        if is_set {
            // A step is as likely as a new time.
            let is_step = self.skew != 0 && self.random.one_in(2);
            let step = self.random.below(2 * HOUR) as i64 - HOUR as i64;
            self.skew = if is_step { self.skew + step } else { self.skew() };
        }
        is_set.then_some(self.skew)
    }
}
