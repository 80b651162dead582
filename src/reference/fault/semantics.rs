//! Faults of what is stored: the answer is right, the items afterwards are not.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;

use super::catalogue::{Category, Fault};
use super::layer::{Caller, Item, Operation, Phantoms, Verdict, around, ask, writes};
use crate::reference::answers::Denied;
use crate::reference::fixtures::FOREIGN_IMAGE;
use crate::reference::request::tenant;
use crate::reference::store::Tenant;

/// The faults of what is stored.
pub(super) static FAULTS: [Fault; 15] = [
    Category::Semantics
        .fault(
            "not-stored",
            "setImageMetadataItem/law#stored",
            "A PUT is answered as if it had stored the item, and the item is as it was before.",
            not_stored,
        ),
    Category::Semantics
        .fault(
            "wrong-key-stored",
            "setImageMetadataItem/law#stored",
            "A PUT of a new item stores it under its key with a `-` behind it.",
            wrong_key_stored,
        ),
    Category::Semantics.fault(
        "value-truncated",
        "setImageMetadataItem/law#stored",
        "Of a value only the first 64 characters are stored.",
        value_truncated,
    ),
    Category::Semantics.fault(
        "value-trimmed",
        "setImageMetadataItem/law#stored",
        "A value is stored without the white space around it.",
        value_trimmed,
    ),
    Category::Semantics.fault(
        "value-escaped",
        "setImageMetadataItem/law#stored",
        "A value is stored with `<`, `>` and `&` escaped as in HTML.",
        value_escaped,
    ),
    Category::Semantics.fault(
        "value-number-normalised",
        "setImageMetadataItem/law#stored",
        "A value that looks like a number is stored as that number is written shortest.",
        value_number_normalised,
    ),
    Category::Semantics
        .fault(
            "first-write-wins",
            "setImageMetadataItem/law#stored",
            "A PUT of an item that exists is answered as if it had changed it, and the item keeps its value.",
            first_write_wins,
        ),
    Category::Semantics
        .fault(
            "value-appended",
            "setImageMetadataItem/law#stored",
            "A PUT of an item that exists appends the value to the one it has.",
            value_appended,
        )
        .beside(&["setImageMetadataItem/law#idempotent"]),
    Category::Semantics.fault(
        "second-put-refused",
        "setImageMetadataItem/law#idempotent",
        "A PUT of the very value an item has is refused with 409.",
        second_put_refused,
    ),
    Category::Semantics.fault(
        "others-wiped",
        "setImageMetadataItem/law#others-untouched",
        "A PUT of an item that exists removes all other items of the image.",
        others_wiped,
    ),
    Category::Semantics.fault(
        "neighbour-changed",
        "setImageMetadataItem/law#others-untouched",
        "A PUT of an item that exists changes a neighbour of it whose key starts with `pm-`.",
        neighbour_changed,
    ),
    Category::Semantics.fault(
        "other-images-changed",
        "setImageMetadataItem/law#other-images-untouched",
        "A PUT shows the item on another image as well, until it is deleted.",
        other_images_changed,
    ),
    Category::Semantics.fault(
        "lost-update",
        "setImageMetadataItem/law#none-lost",
        "Of PUTs of several items of an image under way at the same time only the first is stored.",
        lost_update,
    ),
    Category::Semantics.fault(
        "delete-noop",
        "deleteImageMetadataItem/law#deleted",
        "A DELETE is answered as if it had deleted the item, and the item is still shown.",
        delete_noop,
    ),
    Category::Semantics.fault(
        "delete-wipes",
        "deleteImageMetadataItem/law#others-untouched",
        "A DELETE removes all items of the image whose keys start with `pm-`.",
        delete_wipes,
    ),
];

/// What the keys of a tester's own items start with.
const OWN_PREFIX: &str = "pm-";

/// How many characters of a value `value-truncated` stores.
const STORED: usize = 64;

/// How long a PUT is under way at the least, so that others sent with it meet it.
const UNDER_WAY: Duration = Duration::from_millis(5);

fn not_stored(router: Router) -> Router {
    writes(router, |write| Verdict::Stored(write.before.clone()))
}

/// A DELETE of the item finds it where it was stored, so that nothing stays.
fn wrong_key_stored(router: Router) -> Router {
    around(router, async |mut request, router| {
        let caller = Caller::of(&request, router.clone());
        if let Some(item) = Item::of(Operation::Delete, &request) {
            let stored = item.beside(format!("{}-", item.key));
            let astray =
                caller.value(&item).await.is_none() && caller.value(&stored).await.is_some();
            if astray && let Ok(path) = stored.path().parse() {
                *request.uri_mut() = path;
            }
            return ask(router, request).await;
        }
        let Some(item) = Item::put_by(&request) else {
            return ask(router, request).await;
        };
        let before = caller.value(&item).await;
        let answer = ask(router, request).await;
        if answer.status().is_success()
            && before.is_none()
            && let Some(sent) = caller.value(&item).await
        {
            caller.delete(&item).await;
            let stored = item.beside(format!("{}-", item.key));
            caller.set(&stored, &sent).await;
        }
        answer
    })
}

fn value_truncated(router: Router) -> Router {
    stored_as(router, |sent| sent.chars().take(STORED).collect())
}

fn value_trimmed(router: Router) -> Router {
    stored_as(router, |sent| sent.trim().to_owned())
}

fn value_escaped(router: Router) -> Router {
    stored_as(router, |sent| {
        sent.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
    })
}

fn value_number_normalised(router: Router) -> Router {
    stored_as(router, |sent| match sent.parse::<f64>() {
        // What Rust reads besides as a number, such as `inf`, has no digit in it.
        Ok(number) if sent.contains(|c: char| c.is_ascii_digit()) => number.to_string(),
        _ => sent.to_owned(),
    })
}

fn first_write_wins(router: Router) -> Router {
    writes(router, |write| match &write.before {
        Some(value) => Verdict::Stored(Some(value.clone())),
        None => Verdict::Kept,
    })
}

fn value_appended(router: Router) -> Router {
    writes(router, |write| match &write.before {
        Some(value) => Verdict::Stored(Some(format!("{value}{}", write.sent))),
        None => Verdict::Kept,
    })
}

fn second_put_refused(router: Router) -> Router {
    writes(router, |write| {
        if write.before.as_ref() == Some(&write.sent) {
            Verdict::Refused(Denied::Conflict)
        } else {
            Verdict::Kept
        }
    })
}

/// A PUT of a new item removes none, so that several items can be set up.
fn others_wiped(router: Router) -> Router {
    wiped(router, Operation::Set, |_| true)
}

/// The neighbour is the next one by the order of the keys, or the one before where there is none.
fn neighbour_changed(router: Router) -> Router {
    around(router, async |request, router| {
        let Some(item) = Item::put_by(&request) else {
            return ask(router, request).await;
        };
        let caller = Caller::of(&request, router.clone());
        let before = caller.value(&item).await;
        let answer = ask(router, request).await;
        if answer.status().is_success() && before.is_some() {
            let items = caller.items(&item).await.unwrap_or_default();
            let own = || items.keys().filter(|key| key.starts_with(OWN_PREFIX));
            let next = own().find(|key| **key > item.key);
            let neighbour = next.or_else(|| own().rfind(|key| **key < item.key));
            if let Some(key) = neighbour {
                caller.set(&item.beside(key.as_str()), "changed").await;
            }
        }
        answer
    })
}

/// The item is only shown on the other image, which is one that no writer's own items are on.
fn other_images_changed(router: Router) -> Router {
    let shown = Phantoms::default();
    let router = shown.around(router);
    around(router, move |request, router| {
        let shown = shown.clone();
        async move {
            let own = tenant(request.headers()) == Some(Tenant::Own);
            let set = Item::put_by(&request);
            let deleted = Item::of(Operation::Delete, &request);
            let caller = Caller::of(&request, router.clone());
            let answer = ask(router, request).await;
            let item = set.as_ref().or(deleted.as_ref());
            let Some(item) = item.filter(|item| own && item.image() != FOREIGN_IMAGE) else {
                return answer;
            };
            let other = item.on(FOREIGN_IMAGE);
            if deleted.is_some() {
                shown.hide(&other);
            } else if answer.status().is_success()
                && let Some(value) = caller.value(item).await
            {
                shown.show(&other, value);
            }
            answer
        }
    })
}

fn lost_update(router: Router) -> Router {
    let under_way = UnderWay::default();
    around(router, move |request, router| {
        let under_way = under_way.clone();
        async move {
            let Some(item) = Item::put_by(&request) else {
                return ask(router, request).await;
            };
            let caller = Caller::of(&request, router.clone());
            let place = under_way.enter(&item);
            tokio::time::sleep(UNDER_WAY).await;
            let before = caller.value(&item).await;
            let answer = ask(router, request).await;
            if place.late && answer.status().is_success() {
                caller.restore(&item, before.as_deref()).await;
            }
            answer
        }
    })
}

/// The item is only shown, so that an image doesn't fill up with what nobody can delete.
fn delete_noop(router: Router) -> Router {
    let shown = Phantoms::default();
    let router = shown.around(router);
    around(router, move |request, router| {
        let shown = shown.clone();
        async move {
            let set = Item::put_by(&request);
            let deleted = Item::of(Operation::Delete, &request);
            let caller = Caller::of(&request, router.clone());
            let before = match &deleted {
                Some(item) => caller.value(item).await,
                None => None,
            };
            let answer = ask(router, request).await;
            if answer.status().is_success() {
                if let Some(item) = set {
                    shown.hide(&item);
                }
                if let (Some(item), Some(value)) = (deleted, before) {
                    shown.show(&item, value);
                }
            }
            answer
        }
    })
}

fn delete_wipes(router: Router) -> Router {
    wiped(router, Operation::Delete, |key| key.starts_with(OWN_PREFIX))
}

/// What is stored of a value is something else.
fn stored_as(router: Router, change: fn(&str) -> String) -> Router {
    writes(router, move |write| {
        Verdict::Stored(Some(change(&write.sent)))
    })
}

/// An operation that succeeds on an item that exists removes those of the image's other items.
fn wiped(router: Router, operation: Operation, which: fn(&str) -> bool) -> Router {
    around(router, move |request, router| async move {
        let Some(item) = Item::of(operation, &request) else {
            return ask(router, request).await;
        };
        let caller = Caller::of(&request, router.clone());
        let before = caller.value(&item).await;
        let answer = ask(router, request).await;
        if answer.status().is_success() && before.is_some() {
            let items = caller.items(&item).await.unwrap_or_default();
            for key in items.keys().filter(|key| **key != item.key && which(key)) {
                caller.delete(&item.beside(key.as_str())).await;
            }
        }
        answer
    })
}

/// The items that PUTs are under way for, with their images, in the order the PUTs came in.
#[derive(Clone, Debug, Default)]
struct UnderWay(Arc<Mutex<Vec<(String, String)>>>);

impl UnderWay {
    /// Takes a place for a PUT until it is answered or given up.
    fn enter(&self, item: &Item) -> Place {
        let own = (item.image(), item.key.clone());
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let first = all.iter().find(|(image, _)| *image == own.0);
        let late = first.is_some_and(|(_, key)| *key != own.1);
        all.push(own.clone());
        Place {
            all: self.clone(),
            own,
            late,
        }
    }
}

/// The place of one PUT among those under way.
#[derive(Debug)]
struct Place {
    all: UnderWay,
    own: (String, String),
    /// Whether a PUT of another item of the image came first, and is still under way.
    late: bool,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut all = self.all.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = all.iter().position(|one| *one == self.own) {
            all.remove(at);
        }
    }
}
