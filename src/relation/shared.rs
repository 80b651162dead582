//! Maps and lists that CEL copies by counting a reference.
//!
//! CEL clones what a variable holds whenever a rule goes through a list, and a map of its own is cloned
//! with everything in it. These are cloned in constant time, and are CEL's own maps and lists in all
//! else.

use std::collections::HashMap;
use std::sync::Arc;

use cel::common::traits::{Adder, Container, Indexer, Iterable, Sizer, Zeroer};
use cel::common::types::{
    CelBool, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString, CelUInt, LIST_TYPE,
    MAP_TYPE, Type,
};
use cel::common::value::{Builtin, BuiltinRef, Val};
use serde_json::Value;

/// A value of CEL that owns what it holds.
pub(super) type Owned = Box<dyn Val>;

/// A map, shared.
#[derive(Clone, Debug)]
pub(super) struct SharedMap(Arc<CelMap<'static>>);

impl SharedMap {
    pub(super) fn new(members: impl IntoIterator<Item = (String, Owned)>) -> Self {
        let members: HashMap<CelMapKey<'static>, Owned> = members
            .into_iter()
            .map(|(name, value)| (CelMapKey::from(name), value))
            .collect();
        Self(Arc::new(CelMap::from(members)))
    }
}

/// A list, shared.
#[derive(Clone, Debug)]
pub(super) struct SharedList(Arc<CelList<'static>>);

impl SharedList {
    pub(super) fn new(elements: impl IntoIterator<Item = Owned>) -> Self {
        let elements: Vec<Owned> = elements.into_iter().collect();
        Self(Arc::new(CelList::from(elements)))
    }
}

/// JSON as CEL has it: a whole number is an int wherever it fits, so that `== 200` means what it
/// says.
pub(super) fn value_of(value: &Value) -> Owned {
    match value {
        Value::Null => Box::new(CelNull),
        Value::Bool(value) => Box::new(CelBool::from(*value)),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(int), _) => Box::new(CelInt::from(int)),
            (None, Some(uint)) => Box::new(CelUInt::from(uint)),
            _ => Box::new(CelDouble::from(number.as_f64().unwrap_or(f64::NAN))),
        },
        Value::String(text) => Box::new(CelString::from(text.clone())),
        Value::Array(elements) => Box::new(SharedList::new(elements.iter().map(value_of))),
        Value::Object(members) => Box::new(SharedMap::new(
            members
                .iter()
                .map(|(name, value)| (name.clone(), value_of(value))),
        )),
    }
}

/// What both kinds hand on to CEL's own.
macro_rules! as_the_shared_one {
    ($builtin:ident) => {
        fn as_container(&self) -> Option<&dyn Container> {
            self.0.as_container()
        }

        fn as_indexer<'b, 'w>(&'b self) -> Option<&'b (dyn Indexer + 'w)>
        where
            Self: 'w,
        {
            self.0.as_indexer()
        }

        fn as_iterable<'b, 'w>(&'b self) -> Option<&'b (dyn Iterable + 'w)>
        where
            Self: 'w,
        {
            self.0.as_iterable()
        }

        fn as_sizer(&self) -> Option<&dyn Sizer> {
            self.0.as_sizer()
        }

        fn as_zeroer(&self) -> Option<&dyn Zeroer> {
            self.0.as_zeroer()
        }

        fn equals(&self, other: &dyn Val) -> bool {
            self.0.equals(other)
        }

        fn clone_as_boxed<'w>(&self) -> Box<dyn Val + 'w>
        where
            Self: 'w,
        {
            Box::new(self.clone())
        }

        // By this a literal of a rule finds itself equal to one of these.
        fn as_builtin<'b, 'w>(&'b self) -> BuiltinRef<'b, 'w>
        where
            Self: 'w,
        {
            self.0.as_builtin()
        }

        fn into_builtin<'w>(self: Box<Self>) -> Option<Builtin<'w>>
        where
            Self: 'w,
        {
            Some(Builtin::$builtin(Arc::unwrap_or_clone(self.0)))
        }
    };
}

impl Val for SharedMap {
    fn get_type(&self) -> &Type {
        &MAP_TYPE
    }

    fn cel_type() -> &'static Type {
        &MAP_TYPE
    }

    as_the_shared_one!(Map);
}

impl Val for SharedList {
    fn get_type(&self) -> &Type {
        &LIST_TYPE
    }

    fn cel_type() -> &'static Type {
        &LIST_TYPE
    }

    fn as_adder<'b, 'w>(&'b self) -> Option<&'b (dyn Adder + 'w)>
    where
        Self: 'w,
    {
        self.0.as_adder()
    }

    as_the_shared_one!(List);
}

#[cfg(test)]
mod tests {
    use super::*;
    use cel::{Context, Program, Value as Cel};
    use serde_json::json;

    #[test]
    fn rules_see_maps_and_lists_as_cels_own() {
        let value = json!({
            "n": 1, "big": u64::MAX, "f": 1.5, "t": true, "z": null, "s": "text",
            "list": [1, {"a": [2]}, "x"], "map": {"a": {"b": 1}, "c": 2}
        });
        let mut context = Context::default();
        context.add_variable_as_val("v", value_of(&value));
        for rule in [
            "v.n == 1 && v.f > 1.0 && v.t && v.z == null && v.s.startsWith('te')",
            "v.big == 18446744073709551615u",
            "v.list == [1, {'a': [2]}, 'x'] && [1, {'a': [2]}, 'x'] == v.list",
            "v.map == {'c': 2, 'a': {'b': 1}} && {'c': 2, 'a': {'b': 1}} == v.map",
            "v.map != {'c': 2} && {'c': 2} != v.map && v.list != v.map",
            "v.map == v.map && v.list == v.list && v.list + [1] == [1, {'a': [2]}, 'x', 1]",
            "[1] + v.list == [1, 1, {'a': [2]}, 'x']",
            "size(v.map) == 2 && size(v.list) == 3 && v.list.size() == 3",
            "'a' in v.map && !('z' in v.map) && 'x' in v.list && {'a': [2]} in v.list",
            "v.map.exists(k, v.map[k] == 2) && v.list.filter(e, e == 1) == [1]",
            "has(v.map.a.b) && !has(v.map.a.c) && v.list[1].a[0] == 2",
            "type(v.map) == map && type(v.list) == list",
        ] {
            let program = Program::compile(rule).expect("it compiles");
            assert_eq!(program.execute(&context), Ok(Cel::Bool(true)), "{rule}");
        }
        let whole = Program::compile("v.map").expect("it compiles");
        assert!(matches!(whole.execute(&context), Ok(Cel::Map(_))));
    }
}
