//! Positions of intervals: whoever advances them, together or apart.
//!
//! What it does *not* know: which database it is.

use store::{Advance, Step, Store};

/// Advances intervals; says whether they stood where they were thought to stand.
fn advance(store: &mut dyn Store, intervals: &[i64], from: i64, to: i64) -> bool {
    let one = |activation: &i64| Advance { activation: *activation, from, to, late: 0 };
    let advances = intervals.iter().map(one).collect();
    store.record(&Step { advances, ..Step::default() }).expect("recorded or not")
}

/// Where all intervals stand.
fn positions(store: &mut dyn Store) -> Vec<i64> {
    store.activations().expect("activations").iter().map(|it| it.position).collect()
}

/// Intervals advance from where they stand only, however they advanced before.
pub(crate) fn positions_move_together_and_apart(store: &mut dyn Store, other: &mut dyn Store) {
    let activations = store.activations().expect("activations");
    let all: Vec<i64> = activations.iter().map(|it| it.id).collect();
    assert!(all.len() > 3 && positions(store).iter().all(|position| *position == 0));

    assert!(advance(store, &all, 0, 3));
    assert!(!advance(other, &all, 0, 3) && !advance(other, &all[..1], 0, 3));
    assert!(advance(other, &all, 3, 5));
    assert!(!advance(store, &all, 3, 5));
    assert!(advance(store, &all, 5, 6) && advance(store, &all, 6, 7));
    assert_eq!(positions(other), vec![7; all.len()]);

    // Some go ahead: who thinks of all has to look again.
    assert!(advance(store, &all[..2], 7, 9));
    assert!(!advance(other, &all, 7, 8));
    assert_eq!(positions(other), [vec![9; 2], vec![7; all.len() - 2]].concat());
    assert!(!advance(other, &all[1..], 7, 8), "one of them stands elsewhere");
    assert!(advance(other, &all[2..], 7, 8) && advance(other, &all[2..], 8, 9));
    assert!(advance(store, &all, 9, 10));
    assert!(advance(other, &all[..1], 10, 11) && advance(other, &all[..1], 11, 12));
    assert!(!advance(store, &all, 10, 11));
    assert_eq!(positions(store), [vec![12], vec![10; all.len() - 1]].concat());

    // An interval that ends takes nobody with it, and goes no further itself.
    let ended = &activations[1].rule;
    store.delete_rules(&[(ended.section.clone(), ended.name.clone())]).expect("deleted");
    assert_eq!(positions(store), [vec![12], vec![10; all.len() - 1]].concat());
    assert!(!advance(store, &all[1..], 10, 11) && !advance(other, &all[1..], 10, 11));
    assert!(advance(store, &all[2..], 10, 12));
    let rest = [&all[..1], &all[2..]].concat();
    assert!(advance(other, &rest, 12, 13));
    assert_eq!(positions(store), [vec![13, 10], vec![13; all.len() - 2]].concat());

    let late = |activation: i64, late| Advance { activation, from: 13, to: 14, late };
    let advances = vec![late(all[0], 0), late(all[2], 5)];
    assert!(store.record(&Step { advances, ..Step::default() }).expect("recorded"));
    let told = store.activations().expect("activations");
    assert_eq!(told.iter().map(|it| it.late).collect::<Vec<_>>()[..4], [0, 0, 5, 0]);
    assert_eq!((told[0].position, told[2].position, told[3].position), (14, 14, 13));
}
