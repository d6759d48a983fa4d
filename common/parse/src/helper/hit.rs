//! A set of ranks: a bit for each.
//!
//! What it does *not* know: what a rank is.

/// How many words need no allocation: most groups have fewer than 512 ranks.
const FEW: usize = 8;

/// A bit for each rank.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hits {
    low: [u64; FEW],
    high: Vec<u64>,
}

impl Hits {
    pub(super) fn new(ranks: usize) -> Hits {
        Hits { low: [0; FEW], high: vec![0; ranks.div_ceil(64).saturating_sub(FEW)] }
    }

    #[inline]
    pub(super) fn set(&mut self, rank: usize) {
        let word = rank / 64;
        let word = if word < FEW { &mut self.low[word] } else { &mut self.high[word - FEW] };
        *word |= 1 << (rank % 64);
    }

    pub(super) fn ones(&self) -> impl Iterator<Item = usize> {
        self.low.iter().chain(&self.high).enumerate().flat_map(|(nth, &word)| {
            let mut rest = word;
            std::iter::from_fn(move || {
                let bit = rest.trailing_zeros() as usize;
                (rest != 0).then(|| {
                    rest &= rest - 1;
                    nth * 64 + bit
                })
            })
        })
    }
}
