//! The scheduler's actors: futures that are polled one at a time, whichever the seed says.

use super::dice::Dice;
use super::stage::{Newcomer, Side};
use crate::clock::BoxFuture;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// Raised when somebody wakes the actor.
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

struct Actor {
    side: Side,
    future: BoxFuture<'static, ()>,
    woken: Arc<Flag>,
}

/// What became of a poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Polled {
    /// Somebody had a turn.
    Went,
    /// Everybody waits for time to pass.
    AllWait,
    /// An actor of the gateway panicked and is gone.
    Panicked,
}

/// All actors of a world.
#[derive(Default)]
pub(super) struct Actors {
    all: BTreeMap<u64, Actor>,
    next: u64,
}

impl Actors {
    /// Lets newcomers in.
    pub fn admit(&mut self, newcomers: Vec<Newcomer>) {
        for Newcomer { side, future } in newcomers {
            let woken = Arc::new(Flag(AtomicBool::new(true)));
            let actor = Actor {
                side,
                future,
                woken,
            };
            self.all.insert(self.next, actor);
            self.next += 1;
        }
    }

    /// Polls one of those that were woken.
    pub fn poll_one(&mut self, dice: &Dice) -> Polled {
        let woken = self.all.iter();
        let woken = woken.filter(|(_, actor)| actor.woken.0.load(Ordering::Relaxed));
        let woken: Vec<u64> = woken.map(|(number, _)| *number).collect();
        let Some(number) = dice.pick(&woken) else {
            return Polled::AllWait;
        };
        let Some(actor) = self.all.get_mut(&number) else {
            return Polled::AllWait;
        };
        actor.woken.0.store(false, Ordering::Relaxed);
        let waker = Waker::from(Arc::clone(&actor.woken));
        let mut context = Context::from_waker(&waker);
        let future = actor.future.as_mut();
        let polled = catch_unwind(AssertUnwindSafe(|| future.poll(&mut context)));
        match polled {
            Ok(Poll::Pending) => Polled::Went,
            Ok(Poll::Ready(())) => {
                self.all.remove(&number);
                Polled::Went
            }
            Err(_) => {
                self.all.remove(&number);
                Polled::Panicked
            }
        }
    }

    /// The process is gone, and with it all its actors.
    pub fn drop_gateway(&mut self) {
        self.all.retain(|_, actor| actor.side == Side::Outside);
    }
}
