//! Says which operation of the official interface a test calls. `docs/compatibility.md` is made of it.

/// Fails unless the exchange describes this operation.
pub(crate) fn covers(operation: &str) {
    let (method, path) = operation.split_once(' ').unwrap();
    let description = serde_json::to_value(brevdue_server::rest::description()).unwrap();
    let described = &description["paths"][path][method.to_lowercase()];
    assert!(described["responses"].is_object(), "{operation} is not described");
}
