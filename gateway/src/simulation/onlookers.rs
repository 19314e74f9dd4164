//! Everybody who only looks: parties read their lists, batches, payments and changes at any moment.
//! What they are shown is held against what was durable then, and against whose it is.

use super::calls::{Request, calls};
use super::dice::Dice;
use super::operators::{self, OPERATORS};
use super::stage::Stage;
use crate::simulation::outside::Payee;
use std::sync::Arc;

/// A few times a day, for as long as the world lasts.
pub(super) async fn watch(stage: Arc<Stage>, dice: Dice, parties: Vec<String>) {
    loop {
        stage.sleep(dice.seconds(1800, 8 * 3600)).await;
        let who = match dice.one_in(6) {
            true => Some(OPERATORS[0].to_owned()),
            false => dice.pick_of(&parties),
        };
        let Some(who) = who else { return };
        let of_all = ["payments", "breaks", "batches", "payments"];
        let path = match dice.below(8) {
            0 => "/v1/events?limit=200".to_owned(),
            1 | 2 => match operators::target(&stage, &dice) {
                Some(batch) => format!("/v1/payments/{batch}.1"),
                None => continue,
            },
            3 => match searched(&stage, &dice) {
                Some(query) => format!("/v1/payments?{query}"),
                None => continue,
            },
            other => {
                let at = usize::try_from(other).unwrap_or_default();
                let list = of_all.get(at % of_all.len()).copied().unwrap_or("payments");
                format!("/v1/{list}?limit=1000")
            }
        };
        calls(&stage, Request::get(&who, &path)).await;
    }
}

/// A question for one of the people of the world.
fn searched(stage: &Stage, dice: &Dice) -> Option<String> {
    let payee: Payee = dice.pick_of(&stage.outside().people)?;
    Some(match dice.one_in(2) {
        true => format!("id_number={}", payee.id_number),
        false => format!("account={}", payee.account),
    })
}
