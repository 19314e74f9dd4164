//! Values of a deployment that a dialect puts into messages: customer number, operator, password.

use crate::adapter::BankAdapter;
use std::collections::BTreeMap;

/// The values by their names in the dialect. Some are passwords, so no value is ever printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ConnectionValues(BTreeMap<String, String>);

impl ConnectionValues {
    /// The value of a name.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(crate) fn by_name(&self) -> &BTreeMap<String, String> {
        &self.0
    }
}

impl FromIterator<(String, String)> for ConnectionValues {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}

impl Extend<(String, String)> for ConnectionValues {
    fn extend<I: IntoIterator<Item = (String, String)>>(&mut self, values: I) {
        self.0.extend(values);
    }
}

impl IntoIterator for ConnectionValues {
    type Item = (String, String);
    type IntoIter = std::collections::btree_map::IntoIter<String, String>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// The names alone.
impl std::fmt::Debug for ConnectionValues {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl BankAdapter {
    /// The invented values of the dialect: what `convert` writes and the sandbox expects.
    #[must_use]
    pub fn example_connection(&self) -> ConnectionValues {
        let fields = self.connection_fields().iter();
        fields
            .map(|field| (field.name.clone(), field.example.clone()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::ConnectionValues;

    #[test]
    fn no_value_is_printed() {
        let values = [("password".to_owned(), "Xq7-secret".to_owned())];
        let printed = format!("{:?}", ConnectionValues::from_iter(values));
        assert_eq!(printed, "{\"password\"}");
    }
}
