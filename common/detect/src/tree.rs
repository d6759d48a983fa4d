//! A step function of time with hits on it, kept in a randomised search tree (a treap).
//!
//! The function is the number of hits (or of distinct keys) in the window that ends at a time. Its
//! nodes are the hits and the times at which it changes. A new hit raises it over a stretch of
//! time, wherever that lies: the tree does this, and finds the first and last hit of a stretch
//! where it is above a limit, in time that grows with the logarithm of the hits.
//!
//! What it does *not* know: rules, buckets.

use common::hit::Match;

const NONE: u32 = u32::MAX;
/// Below every count: nothing to choose from.
const NEVER: i64 = i64::MIN;

/// A place on the time line; hits come after a mere change of the function at the same time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    /// Microseconds since 1970.
    pub(crate) time: i64,
    /// The hit, or `None` where only the function changes.
    pub(crate) matched: Option<Match>,
}

/// A hit as the tree keeps it.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: Key,
    pub(crate) message: String,
    /// Whether its time may be a firing instant.
    pub(crate) is_armed: bool,
    /// Whether it is known to be one.
    pub(crate) is_fired: bool,
}

#[derive(Debug)]
struct Node {
    entry: Entry,
    left: u32,
    right: u32,
    priority: u32,
    /// The function's value at the node's time, but for what its ancestors still hold back.
    count: i64,
    /// What its children's subtrees are still to be raised by.
    pending: i64,
    /// The largest count of an armed hit in the subtree.
    best: i64,
    /// The largest count of an armed hit that has not fired.
    open: i64,
    /// How many hits the subtree holds.
    hits: u32,
}

/// The tree.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    nodes: Vec<Node>,
    root: Option<u32>,
    seed: u32,
}

impl Tree {
    /// How many nodes there are.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    fn root(&self) -> u32 {
        self.root.unwrap_or(NONE)
    }

    fn node(&self, place: u32) -> Option<&Node> {
        self.nodes.get(place as usize)
    }

    /// The function's value at a time.
    fn value(&self, time: i64) -> i64 {
        let (mut place, mut held_back, mut found) = (self.root(), 0, 0);
        while let Some(node) = self.node(place) {
            if node.entry.key.time <= time {
                found = node.count + held_back;
            }
            held_back += node.pending;
            place = if node.entry.key.time <= time { node.right } else { node.left };
        }
        found
    }

    /// Whether there is such a place.
    pub(crate) fn contains(&self, key: &Key) -> bool {
        let mut place = self.root();
        while let Some(node) = self.node(place) {
            place = match key.cmp(&node.entry.key) {
                std::cmp::Ordering::Equal => return true,
                std::cmp::Ordering::Less => node.left,
                std::cmp::Ordering::Greater => node.right,
            };
        }
        false
    }

    /// Adds a place, unless it is there; the function stays as it is.
    pub(crate) fn insert(&mut self, entry: Entry) {
        if self.contains(&entry.key) {
            return;
        }
        let count = self.value(entry.key.time);
        let key = entry.key.clone();
        let (left, right) = (NONE, NONE);
        let priority = self.random();
        let place = u32::try_from(self.nodes.len()).unwrap_or(NONE);
        self.nodes.push(Node {
            entry,
            left,
            right,
            priority,
            count,
            pending: 0,
            best: NEVER,
            open: NEVER,
            hits: 0,
        });
        self.gather(place);
        let (before, after) = self.split(self.root(), &|have: &Key| *have < key);
        let joined = self.merge(before, place);
        self.root = Some(self.merge(joined, after));
    }

    /// A place where the function may change.
    pub(crate) fn mark(&mut self, time: i64) {
        let key = Key { time, matched: None };
        self.insert(Entry { key, message: String::new(), is_armed: false, is_fired: false });
    }

    /// Raises the function by one in [from, until).
    pub(crate) fn raise(&mut self, from: i64, until: i64) {
        self.within(from, until, |tree, root| tree.add(root, 1));
    }

    /// The first and the last armed hit in [from, until) whose count is above the limit, and the
    /// largest count of one.
    pub(crate) fn firing(&mut self, from: i64, until: i64, limit: i64) -> Option<(i64, i64, i64)> {
        self.within(from, until, |tree, root| {
            let most = tree.node(root)?.best;
            let first = tree.outermost(root, limit, true)?;
            let last = tree.outermost(root, limit, false)?;
            Some((first, last, most))
        })
    }

    /// Marks as fired the armed hits in [from, until) whose count is above the limit, and returns
    /// those that were not.
    pub(crate) fn fire(&mut self, from: i64, until: i64, limit: i64) -> Vec<Key> {
        let mut fired = Vec::new();
        self.within(from, until, |tree, root| tree.fire_below(root, limit, &mut fired));
        fired
    }

    /// Shows hits in [from, until) in order until `see` says `false`.
    pub(crate) fn hits(&mut self, from: i64, until: i64, see: &mut dyn FnMut(&Entry) -> bool) {
        self.within(from, until, |tree, root| {
            tree.walk(root, see);
        });
    }

    fn walk(&self, place: u32, see: &mut dyn FnMut(&Entry) -> bool) -> bool {
        let Some(node) = self.node(place).filter(|node| node.hits > 0) else { return true };
        let is_hit = node.entry.key.matched.is_some();
        self.walk(node.left, see) && (!is_hit || see(&node.entry)) && self.walk(node.right, see)
    }

    fn outermost(&mut self, mut place: u32, limit: i64, first: bool) -> Option<i64> {
        loop {
            self.pass_down(place);
            let node = self.node(place)?;
            let (near, far) = if first { (node.left, node.right) } else { (node.right, node.left) };
            if self.node(near).is_some_and(|near| near.best > limit) {
                place = near;
            } else if node.entry.is_armed && node.count > limit {
                return Some(node.entry.key.time);
            } else {
                place = far;
            }
        }
    }

    fn fire_below(&mut self, place: u32, limit: i64, fired: &mut Vec<Key>) {
        if self.node(place).is_none_or(|node| node.open <= limit) {
            return;
        }
        self.pass_down(place);
        let node = &mut self.nodes[place as usize];
        let (left, right) = (node.left, node.right);
        if node.entry.is_armed && !node.entry.is_fired && node.count > limit {
            node.entry.is_fired = true;
            fired.push(node.entry.key.clone());
        }
        self.fire_below(left, limit, fired);
        self.fire_below(right, limit, fired);
        self.gather(place);
    }

    /// Cuts out [from, until), does something with it, and puts it back.
    fn within<R>(&mut self, from: i64, until: i64, work: impl FnOnce(&mut Tree, u32) -> R) -> R {
        let (before, rest) = self.split(self.root(), &|key: &Key| key.time < from);
        let (inside, after) = self.split(rest, &|key: &Key| key.time < until);
        let result = work(self, inside);
        let joined = self.merge(before, inside);
        self.root = Some(self.merge(joined, after));
        result
    }

    fn split(&mut self, place: u32, goes_left: &dyn Fn(&Key) -> bool) -> (u32, u32) {
        if place == NONE {
            return (NONE, NONE);
        }
        self.pass_down(place);
        let node = &self.nodes[place as usize];
        if goes_left(&node.entry.key) {
            let (left, right) = self.split(node.right, goes_left);
            self.nodes[place as usize].right = left;
            self.gather(place);
            (place, right)
        } else {
            let (left, right) = self.split(node.left, goes_left);
            self.nodes[place as usize].left = right;
            self.gather(place);
            (left, place)
        }
    }

    fn merge(&mut self, left: u32, right: u32) -> u32 {
        if left == NONE || right == NONE {
            return if left == NONE { right } else { left };
        }
        self.pass_down(left);
        self.pass_down(right);
        let (upper, lower) = (&self.nodes[left as usize], &self.nodes[right as usize]);
        if upper.priority > lower.priority {
            let joined = self.merge(upper.right, right);
            self.nodes[left as usize].right = joined;
            self.gather(left);
            left
        } else {
            let joined = self.merge(left, lower.left);
            self.nodes[right as usize].left = joined;
            self.gather(right);
            right
        }
    }

    fn add(&mut self, place: u32, by: i64) {
        if let Some(node) = self.nodes.get_mut(place as usize) {
            node.count += by;
            node.pending += by;
            for most in [&mut node.best, &mut node.open] {
                if *most != NEVER {
                    *most += by;
                }
            }
        }
    }

    /// Passes on to the children what the node holds back for them.
    fn pass_down(&mut self, place: u32) {
        let Some(node) = self.nodes.get_mut(place as usize) else { return };
        let (by, left, right) = (node.pending, node.left, node.right);
        node.pending = 0;
        if by != 0 {
            self.add(left, by);
            self.add(right, by);
        }
    }

    /// Sums up a node whose children may have changed; nothing may be pending in it.
    fn gather(&mut self, place: u32) {
        let node = &self.nodes[place as usize];
        let own = |may: bool| if may { node.count } else { NEVER };
        let mut best = own(node.entry.is_armed);
        let mut open = own(node.entry.is_armed && !node.entry.is_fired);
        let mut hits = u32::from(node.entry.key.matched.is_some());
        for child in [node.left, node.right] {
            if let Some(child) = self.node(child) {
                best = best.max(child.best);
                open = open.max(child.open);
                hits += child.hits;
            }
        }
        let node = &mut self.nodes[place as usize];
        (node.best, node.open, node.hits) = (best, open, hits);
    }

    /// The next number of a xorshift generator: only the tree's shape depends on it.
    fn random(&mut self) -> u32 {
        let mut x = if self.seed == 0 { 0x9e37_79b9 } else { self.seed };
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        self.seed = x;
        x
    }
}
