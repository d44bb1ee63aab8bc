//! What a schema says of a value and of what is inside it, whichever of its branches holds.

use serde_json::Value;

/// How deep references and branches are followed; a schema that refers to itself ends there.
const DEEPEST: usize = 16;

/// The schemas that describe one value: its own, those that it refers to, and the branches of `allOf`, `anyOf`, `oneOf`, `then` and
/// `else`.
#[derive(Clone)]
pub(super) struct Shape<'s> {
    /// Where references are looked up.
    root: &'s Value,
    /// The schemas as they are written.
    schemas: Vec<&'s Value>,
}

impl<'s> Shape<'s> {
    /// The shape of what a whole schema describes.
    pub fn of(root: &'s Value) -> Shape<'s> {
        Shape { root, schemas: vec![root] }
    }

    /// The shape of a property, where the schema has it.
    pub fn property(&self, name: &str) -> Option<Shape<'s>> {
        self.inside(|schema| schema.get("properties")?.get(name))
    }

    /// The shape of the items, where the value is a list.
    pub fn items(&self) -> Option<Shape<'s>> {
        self.inside(|schema| schema.get("items"))
    }

    /// The names of the properties, each once.
    pub fn names(&self) -> Vec<String> {
        let properties = |schema: &&'s Value| schema.get("properties").and_then(Value::as_object);
        let all = self.all();
        let names = all.iter().filter_map(properties).flat_map(|properties| properties.keys().cloned());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names.dedup();
        names
    }

    /// Whether a property must be there, whichever branch holds.
    pub fn requires(&self, name: &str) -> bool {
        self.schemas.iter().any(|schema| self.schema_requires(schema, name, 0))
    }

    /// Whether one of the schemas has a format that is wanted.
    pub fn has_format(&self, wanted: impl Fn(&str) -> bool) -> bool {
        self.all().iter().filter_map(|schema| schema.get("format")?.as_str()).any(wanted)
    }

    /// Whether one of the schemas allows a type.
    pub fn has_type(&self, wanted: &str) -> bool {
        let allows = |schema: &&Value| match schema.get("type") {
            Some(Value::Array(types)) => types.iter().any(|one| one == wanted),
            Some(one) => one == wanted,
            None => false,
        };
        self.all().iter().any(allows)
    }

    /// The values that the fact can have, where the schema lists them, in whatever branch: `enum` and `const`.
    pub fn values(&self) -> Option<Vec<&'s Value>> {
        // A property that is described by its values is so in its own schema; a branch only narrows them.
        let own = |schema: &&'s Value| match (schema.get("enum").and_then(Value::as_array), schema.get("const")) {
            (Some(values), _) => values.iter().collect(),
            (None, Some(value)) => vec![value],
            (None, None) => Vec::new(),
        };
        let values: Vec<&Value> = self.first().iter().flat_map(own).collect();
        (!values.is_empty()).then_some(values)
    }

    /// The first schema of the value, with what it refers to.
    fn first(&self) -> Vec<&'s Value> {
        let mut found = Vec::new();
        self.schemas.iter().take(1).for_each(|schema| self.gather(schema, 0, &mut found));
        found
    }

    fn all(&self) -> Vec<&'s Value> {
        let mut found = Vec::new();
        self.schemas.iter().for_each(|schema| self.gather(schema, 0, &mut found));
        found
    }

    fn inside(&self, part: impl Fn(&'s Value) -> Option<&'s Value>) -> Option<Shape<'s>> {
        let schemas: Vec<&Value> = self.all().into_iter().filter_map(part).filter(|part| part.is_object()).collect();
        (!schemas.is_empty()).then_some(Shape { root: self.root, schemas })
    }

    fn gather(&self, schema: &'s Value, depth: usize, found: &mut Vec<&'s Value>) {
        if depth > DEEPEST {
            return;
        }
        found.push(schema);
        let branches =
            ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|name| schema.get(name)?.as_array()).flatten();
        let conditional = ["then", "else"].into_iter().filter_map(|name| schema.get(name));
        for inner in self.referred(schema).into_iter().chain(branches).chain(conditional) {
            self.gather(inner, depth + 1, found);
        }
    }

    fn referred(&self, schema: &'s Value) -> Option<&'s Value> {
        self.root.pointer(schema.get("$ref")?.as_str()?.strip_prefix('#')?)
    }

    fn schema_requires(&self, schema: &'s Value, name: &str, depth: usize) -> bool {
        if depth > DEEPEST {
            return false;
        }
        let list = |key: &str| schema.get(key).and_then(Value::as_array);
        let inner = |schema: &&'s Value| self.schema_requires(schema, name, depth + 1);
        let each = |key: &str| {
            list(key).is_some_and(|branches| !branches.is_empty() && branches.iter().all(|one| inner(&one)))
        };
        list("required").is_some_and(|names| names.iter().any(|one| one == name))
            || list("allOf").is_some_and(|branches| branches.iter().any(|one| inner(&one)))
            || self.referred(schema).as_ref().is_some_and(inner)
            || each("anyOf")
            || each("oneOf")
    }
}
