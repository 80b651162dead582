//! Images and their metadata, in memory.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use uuid::Uuid;

use super::fixtures::{
    FILLING_IMAGE, FOREIGN_IMAGE, FULL_IMAGE, IMAGE, PRIVATE_IMAGE, SAVING_IMAGE,
};

/// How many items an image may have.
pub(super) const ITEM_LIMIT: usize = 128;

/// Who a token belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tenant {
    /// The default token's.
    Own,
    /// The other token's.
    Other,
}

/// Whether an image may be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Active,
    Saving,
}

#[derive(Debug)]
struct Image {
    owner: Tenant,
    /// Whether other tenants see it.
    public: bool,
    state: State,
    items: BTreeMap<String, String>,
}

/// Why the store doesn't do what is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    NoImage,
    NoItem,
    Foreign,
    Saving,
    Full,
}

/// All images. Their number is fixed and so is what each may hold, so the store's memory is bounded.
#[derive(Debug)]
pub(super) struct Store {
    images: Mutex<BTreeMap<Uuid, Image>>,
}

impl Store {
    pub(super) fn new() -> Self {
        let items = |pairs: &[(&str, &str)]| {
            pairs
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect()
        };
        let few = || items(&[("label", "Original"), ("version", "1.0")]);
        let many = |count: usize| {
            (0..count)
                .map(|n| (format!("item-{n}"), n.to_string()))
                .collect()
        };
        let image = |owner, public, state, items| Image {
            owner,
            public,
            state,
            items,
        };
        let images = [
            (IMAGE, image(Tenant::Own, false, State::Active, few())),
            (
                SAVING_IMAGE,
                image(Tenant::Own, false, State::Saving, few()),
            ),
            (
                FOREIGN_IMAGE,
                image(Tenant::Other, true, State::Active, few()),
            ),
            (
                FULL_IMAGE,
                image(Tenant::Own, false, State::Active, many(ITEM_LIMIT)),
            ),
            (
                FILLING_IMAGE,
                image(Tenant::Own, false, State::Active, many(ITEM_LIMIT - 3)),
            ),
            // Nobody but its owner knows of it.
            (
                PRIVATE_IMAGE,
                image(Tenant::Other, false, State::Active, few()),
            ),
        ];
        let images = images
            .into_iter()
            .filter_map(|(id, image)| Some((id.parse().ok()?, image)));
        Self {
            images: Mutex::new(images.collect()),
        }
    }

    /// Does something to an image the tenant may see, and one it may change if `change`.
    fn with<T>(
        &self,
        tenant: Tenant,
        id: Uuid,
        change: bool,
        act: impl FnOnce(&mut BTreeMap<String, String>) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let mut images = self.images.lock().unwrap_or_else(PoisonError::into_inner);
        let image = images
            .get_mut(&id)
            .filter(|image| image.public || image.owner == tenant);
        let image = image.ok_or(Refusal::NoImage)?;
        if change && image.owner != tenant {
            return Err(Refusal::Foreign);
        }
        if change && image.state == State::Saving {
            return Err(Refusal::Saving);
        }
        act(&mut image.items)
    }

    /// Sets an item, new or not.
    pub(super) fn set(
        &self,
        tenant: Tenant,
        id: Uuid,
        key: &str,
        value: &str,
    ) -> Result<(), Refusal> {
        self.with(tenant, id, true, |items| {
            if !items.contains_key(key) && items.len() >= ITEM_LIMIT {
                return Err(Refusal::Full);
            }
            items.insert(key.to_owned(), value.to_owned());
            Ok(())
        })
    }

    /// An item's value.
    pub(super) fn get(&self, tenant: Tenant, id: Uuid, key: &str) -> Result<String, Refusal> {
        self.with(tenant, id, false, |items| {
            items.get(key).cloned().ok_or(Refusal::NoItem)
        })
    }

    /// Takes an item away.
    pub(super) fn delete(&self, tenant: Tenant, id: Uuid, key: &str) -> Result<(), Refusal> {
        self.with(tenant, id, true, |items| {
            items.remove(key).map(drop).ok_or(Refusal::NoItem)
        })
    }

    /// All items.
    pub(super) fn list(
        &self,
        tenant: Tenant,
        id: Uuid,
    ) -> Result<BTreeMap<String, String>, Refusal> {
        self.with(tenant, id, false, |items| Ok(items.clone()))
    }
}
