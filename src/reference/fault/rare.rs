//! Faults that show only now and then, or only after another request.

use axum::Router;
use axum::http::{Method, StatusCode};

use super::catalogue::{Category, Fault};
use super::layer::{Item, Notes, Operation, Verdict, around, ask, item_answer, writes};
use crate::reference::answers::Denied;

/// The faults that are rare.
pub(super) static FAULTS: [Fault; 3] = [
    Category::Rare
        .fault(
            "stale-read",
            "setImageMetadataItem/law#stored",
            "The first GET of an item after a PUT that changed its value still gives the old one.",
            stale_read,
        )
        .beside(&["setImageMetadataItem/law#idempotent"]),
    Category::Rare.fault(
        "locked-after-refusal",
        "setImageMetadataItem/request#accepted",
        "After a PUT that was refused with 400, the next right one on the image is refused with 409.",
        locked_after_refusal,
    ),
    Category::Rare
        .fault(
            "tenth-write-lost",
            "setImageMetadataItem/law#stored",
            "Every tenth successful PUT on an image isn't stored.",
            tenth_write_lost,
        )
        .beside(&["setImageMetadataItem/law#none-lost"]),
];

fn stale_read(router: Router) -> Router {
    let stale = Notes::default();
    let noted = stale.clone();
    let router = writes(router, move |write| {
        noted.take(&write.item.name());
        if let Some(value) = write.before.clone().filter(|value| *value != write.sent) {
            noted.put(write.item.name(), value);
        }
        Verdict::Kept
    });
    around(router, move |request, router| {
        let stale = stale.clone();
        async move {
            // A HEAD shows no value, and takes the old one from nobody.
            let item =
                Item::of(Operation::Get, &request).filter(|_| request.method() == Method::GET);
            let answer = ask(router, request).await;
            let Some(item) = item.filter(|_| answer.status().is_success()) else {
                return answer;
            };
            match stale.take(&item.name()) {
                Some(value) => item_answer(&item.key, &value),
                None => answer,
            }
        }
    })
}

fn locked_after_refusal(router: Router) -> Router {
    let locked = Notes::default();
    let noted = locked.clone();
    let router = writes(router, move |write| {
        match locked.take(&write.item.image()) {
            Some(()) => Verdict::Refused(Denied::Conflict),
            None => Verdict::Kept,
        }
    });
    around(router, move |request, router| {
        let noted = noted.clone();
        async move {
            let item = Item::put_by(&request);
            let answer = ask(router, request).await;
            if let Some(item) = item
                && answer.status() == StatusCode::BAD_REQUEST
            {
                noted.put(item.image(), ());
            }
            answer
        }
    })
}

fn tenth_write_lost(router: Router) -> Router {
    let counts = Notes::<u8>::default();
    writes(router, move |write| {
        let image = write.item.image();
        let count = counts.take(&image).unwrap_or_default() + 1;
        if count == 10 {
            return Verdict::Stored(write.before.clone());
        }
        counts.put(image, count);
        Verdict::Kept
    })
}
